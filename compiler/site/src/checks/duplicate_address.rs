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

use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Named, NetworkKind, Site};
use crate::origins::Origins;
use crate::place::{explain, place};

/// Two machines have one address.
pub static CODE: Code = Code::new("E0320", "two machines have one address", include_str!("duplicate_address.rs"));

/// One machine's address in a broadcast domain.
struct Claim<'a> {
    domain: u32,
    address: IpAddr,
    span: Span,
    named: &'a Named,
    /// Stated, and not computed by a range's rule. Two computed ones meet only if their VMIDs or their ranges do, which is
    /// reported at those.
    stated: bool,
}

/// All interfaces and nodes, per broadcast domain.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let domains = domains(site);
    let interfaces = site.hosts.iter().zip(&origins.hosts).flat_map(|(host, origin)| {
        host.interfaces.iter().flat_map(|interface| {
            interface.addresses().map(|address| Claim {
                domain: domains[interface.network.index()],
                address: address.value,
                span: address.span,
                named: &host.named,
                stated: origin.stated.contains(&(interface.network, address.value)),
            })
        })
    });
    let nodes = site.nodes.iter().flat_map(|node| node.addresses().map(move |address| (node, address)));
    let nodes = nodes.flat_map(|(node, address)| {
        let on = |(at, network): (usize, &crate::model::Network)| {
            let (domain, named) = (domains[at], &node.named);
            let there = network.is_bridge() && network.contains(address.value);
            there.then_some(Claim { domain, address: address.value, span: address.span, named, stated: true })
        };
        site.networks.iter().enumerate().filter_map(on).collect::<Vec<_>>()
    });
    let mut claims: Vec<_> = nodes.chain(interfaces).collect();
    claims.sort_by(|a, b| {
        let key = |claim: &Claim<'_>| (claim.domain, claim.address);
        key(a).cmp(&key(b)).then_with(|| place(a.named, a.span).cmp(&place(b.named, b.span)))
    });
    for same in claims.chunk_by(|a, b| (a.domain, a.address) == (b.domain, b.address)) {
        let mut machines: Vec<_> = same.iter().collect();
        machines.dedup_by(|a, b| a.named.path == b.named.path);
        if machines.len() < 2 || !machines.iter().any(|claim| claim.stated) {
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
    diagnostic.help("state another address at one of them, or none: a guest of a range has one")
}

/// For each network its broadcast domain: bridges of one name and tag are one segment.
pub(crate) fn domains(site: &Site) -> Vec<u32> {
    let mut segments = BTreeMap::new();
    let mut domains = Vec::with_capacity(site.networks.len());
    for (at, network) in (0..).zip(&site.networks) {
        domains.push(match &network.kind {
            NetworkKind::Bridge { bridge, vlan, .. } => *segments.entry((bridge.as_str(), *vlan)).or_insert(at),
            _ => at,
        });
    }
    domains
}
