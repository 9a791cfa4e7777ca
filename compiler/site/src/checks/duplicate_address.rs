//! Two machines have one address
//!
//! ## What is wrong
//!
//! An address is stated that another machine has on the same segment or overlay.
//!
//! ## Why
//!
//! On a bridge both answer, and whoever asks reaches now the one and now the other. In an overlay two certificates with one
//! address make tunnels that break at random.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; };
//!   hosts.b = {
//!     vmid = 3001;
//!     groups = [ groups.projects ];
//!     on.bridge.address = 192.168.100.30; # error: E0320
//!   };
//! ```
//!
//! ## What to do
//!
//! State another address, or none: a guest of a range has one.

use std::collections::BTreeSet;
use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{DatacenterId, Interface, Named, Network, NetworkId, NodeId, RangeId, Site, Vmid};
use crate::origins::Origins;
use crate::place::{explain, place};
use crate::segments::Segments;

/// Two machines have one address.
pub static CODE: Code = Code::new("E0320", "two machines have one address", include_str!("duplicate_address.rs"));

/// One machine's address in a broadcast domain.
struct Claim<'a> {
    domain: u32,
    address: IpAddr,
    span: Span,
    named: &'a Named,
    /// Stated, and not computed by a range's rule. Two computed ones meet only if their VMIDs or their ranges do, which is
    /// reported at those; but two Proxmox clusters may have one VMID.
    stated: bool,
    /// The VMID that it was computed from, and the Proxmox cluster that has it.
    vmid: Option<(Vmid, DatacenterId)>,
    /// The slot of a range without VMIDs that it was computed from: nothing else tells that two machines have it.
    slot: Option<(RangeId, u64)>,
    /// Whether the machine's VMID follows from it.
    numbers: bool,
}

/// All interfaces and nodes, per broadcast domain.
pub(crate) fn check(site: &Site, segments: &Segments, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let interfaces = site.hosts.iter().zip(&origins.hosts).flat_map(|(host, origin)| {
        let range = host.range.filter(|range| !site.numbering[range.index()].has_vmids());
        let slot = range.zip(host.slot.map(|slot| slot.value));
        let datacenter = host.node.and_then(|node| site.nodes.get(node.index())).map(|node| node.datacenter);
        let vmid = host.vmid.map(|vmid| vmid.value).zip(datacenter);
        let on = |(interface, domain): (&Interface, u32)| {
            let claims = interface.addresses().map(|address| Claim {
                domain,
                address: address.value,
                span: address.span,
                named: &host.named,
                stated: origin.stated.contains(&(interface.network, address.value)),
                vmid,
                slot,
                numbers: host.vmid.is_some_and(|vmid| vmid.span == address.span),
            });
            claims.collect::<Vec<_>>()
        };
        let of = |interface| segments.of_interface(interface, host).into_iter().map(move |domain| (interface, domain));
        host.interfaces.iter().flat_map(of).flat_map(on).collect::<Vec<_>>()
    });
    let nodes = (0..).map(NodeId).zip(&site.nodes);
    let nodes = nodes.flat_map(|(id, node)| node.addresses().map(move |address| (id, node, address)));
    let nodes = nodes.flat_map(|(id, node, address)| {
        let on = |(at, network): (NetworkId, &Network)| {
            let there = network.is_bridge() && network.is_at(id) && network.contains(address.value);
            let (named, span) = (&node.named, address.span);
            let claim = |domain| Claim {
                domain,
                address: address.value,
                span,
                named,
                stated: true,
                vmid: None,
                slot: None,
                numbers: false,
            };
            there.then(|| segments.at(at, id).map(claim)).flatten()
        };
        (0..).map(NetworkId).zip(&site.networks).filter_map(on).collect::<Vec<_>>()
    });
    let mut claims: Vec<_> = nodes.chain(interfaces).collect();
    claims.sort_by(|a, b| {
        let key = |claim: &Claim<'_>| (claim.domain, claim.address);
        key(a).cmp(&key(b)).then_with(|| place(a.named, a.span).cmp(&place(b.named, b.span)))
    });
    let (mut told, mut told_vmids) = (BTreeSet::new(), BTreeSet::new());
    for same in claims.chunk_by(|a, b| (a.domain, a.address) == (b.domain, b.address)) {
        let mut machines: Vec<_> = same.iter().collect();
        machines.dedup_by(|a, b| a.named.path == b.named.path);
        let twice = machines.windows(2).find_map(|pair| pair[0].slot.filter(|slot| pair[1].slot == Some(*slot)));
        // Two machines with one slot meet on every network, and are told once.
        let news = twice.is_some_and(|slot| told.insert(slot));
        let apart = machines.windows(2).find_map(|pair| {
            let ((one, here), (other, there)) = pair[0].vmid.zip(pair[1].vmid)?;
            (one == other && here != there).then_some(one)
        });
        // An address that a machine states may say its number, and then that is what they share.
        let one_number = machines.len() == 2 && {
            let both = (machines[0], machines[1]);
            let said = |claim: &Claim<'_>| !claim.stated || claim.numbers;
            both.0.vmid.is_some() && both.0.vmid == both.1.vmid && said(both.0) && said(both.1)
        };
        if one_number {
            continue;
        }
        let news = news || apart.is_some_and(|vmid| told_vmids.insert(vmid));
        if machines.len() < 2 || !(news || machines.iter().any(|claim| claim.stated)) {
            continue;
        }
        // A node's address that a machine takes is `address_in_use`'s.
        if machines.iter().any(|claim| claim.named.path.starts_with("nodes."))
            && machines.iter().any(|claim| !claim.named.path.starts_with("nodes."))
        {
            continue;
        }
        // Stated addresses are what can be changed, so they come first.
        machines.sort_by_key(|claim| (!claim.stated, place(claim.named, claim.span)));
        out.push(diagnostic(&machines));
    }
}

fn diagnostic(machines: &[&Claim<'_>]) -> Diagnostic {
    let address = machines[0].address;
    let message = match machines {
        [a, b] => format!("`{}` and `{}` have the address {address}", a.named.path, b.named.path),
        _ => format!("{} machines have the address {address}", machines.len()),
    };
    let mut diagnostic: Option<Diagnostic> = None;
    for claim in machines {
        let at = place(claim.named, claim.span);
        let label = match claim.stated {
            true => format!("address of `{}`", claim.named.path),
            false => format!("`{}` has this address by the rule of its range", claim.named.path),
        };
        diagnostic = Some(match diagnostic {
            None => Diagnostic::new(&CODE, message.clone(), at, label),
            Some(diagnostic) if claim.stated => diagnostic.primary(at, label),
            Some(diagnostic) => diagnostic.secondary(at, label),
        });
    }
    let diagnostic = diagnostic.expect("two machines at least");
    let diagnostic = machines.iter().fold(diagnostic, |it, claim| explain(it, claim.named, claim.span));
    if let [Claim { vmid: Some((vmid, here)), stated: false, .. }, Claim { vmid: Some((other, there)), .. }, ..] =
        machines
        && vmid == other
        && here != there
    {
        return diagnostic
            .note(format!("two Proxmox clusters may each have VMID {}, and its address is one", vmid.0))
            .help("give one of them another VMID; if their bridges are not one segment: `joined = false;`");
    }
    diagnostic.help(match machines.iter().any(|claim| claim.vmid.is_some()) {
        true => "state another address at one of them, or none: a guest of a range has one",
        false => "state another address at one of them",
    })
}
