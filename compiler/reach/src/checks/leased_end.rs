//! A flow that needs an address which nobody knows.
//!
//! ## What is wrong
//!
//! An `allow`, or an essential flow, connects two machines over a network where one of them leases its address
//! (`leased = true`).
//!
//! ## Why
//!
//! The other machine lets it in, or is let out to it, by its address, and that may be another one tomorrow. To let in
//! whatever the server hands addresses to would open more than the flow says.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; dhcp = 200..249; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.kiosk = { vmid = 100; on.bridge.leased = true; };
//!   hosts.nas = { vmid = 101; on.bridge = {}; };
//!   allow = [
//!     hosts.kiosk -> hosts.nas : 2049/tcp, # error: E0814
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Put both on an overlay, where each has an address of its own. Or state the address: with a reservation of the server
//! (`mac = …; dhcp = true;`), or a static one. Or say that whatever is on the network is meant: `networks.bridge -> …`.

use arvc_site::model::{End, FlowOrigin, Host, HostId, Kind, NetworkId};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{Claim, Intents, words};
use crate::bits::Bits;
use crate::flows::Piece;

/// A flow that needs an address which nobody knows.
pub static CODE: Code =
    Code::new("E0814", "a flow that needs an address which nobody knows", include_str!("leased_end.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let (site, space) = (intents.site, intents.space);
    for network in site.network_ids() {
        let leased: Vec<HostId> =
            space.members.all.iter().copied().filter(|host| space.members.is_leased(*host, network)).collect();
        if leased.is_empty() {
            continue;
        }
        let leased = space.classes_of(&leased);
        for claim in &intents.allow {
            let mut pieces = claim.pieces.iter();
            let met = pieces.find_map(|piece| meet(intents, claim, piece, network, &leased));
            found.extend(met.map(|(host, other)| report(intents, claim, network, host, &other)));
        }
    }
}

/// A machine whose address nobody knows, and whose rule would name it.
fn meet(
    intents: &Intents,
    claim: &Claim,
    piece: &Piece,
    network: NetworkId,
    leased: &Bits,
) -> Option<(HostId, String)> {
    let (space, flow) = (intents.space, &claim.flow);
    // What a machine sends has its address on the network that it sends on, whoever routes it.
    let on = |at: NetworkId| if at == network { leased.clone() } else { Bits::none() };
    // Whoever is meant by an address of a prefix is let in by the prefix.
    let sources = piece.sources.intersection(&on(piece.path.source)).intersection(&flow.source.machines);
    let targets = piece.targets.intersection(&on(piece.path.target)).intersection(&flow.target.machines);
    let first = |classes: &Bits| classes.iter().find_map(|class| space.hosts(class).first().copied());
    let other = |host: HostId, classes: &Bits, has_rule: &dyn Fn(&Host) -> bool| {
        let named = |class: usize| {
            let wanted = |other: &&HostId| **other != host && has_rule(&intents.site.hosts[other.index()]);
            space.hosts(class).iter().find(wanted).map(|other| words::party(space, class, Some(*other)))
        };
        classes.iter().find_map(named)
    };
    if let Some(host) = first(&sources) {
        // Proxmox's rules of a node, and what arvc writes of a machine, let in by address.
        let is_node = |class: &usize| {
            space.zone(*class).is_some_and(|zone| space.ends_of(zone).any(|end| matches!(end, End::Node(_))))
        };
        let node = || piece.targets.iter().find(is_node).map(|class| words::party(space, class, None));
        let met = other(host, &piece.targets, &|host| host.kind != Kind::Machine || host.managed).or_else(node);
        if let Some(met) = met {
            return Some((host, met));
        }
    }
    // Only what a guest sends is held by a rule.
    let host = first(&targets)?;
    let senders = piece.sources.intersection(&flow.source.machines);
    Some((host, other(host, &senders, &|host| host.kind != Kind::Machine)?))
}

fn report(intents: &Intents, claim: &Claim, network: NetworkId, host: HostId, other: &str) -> Diagnostic {
    let (site, flow) = (intents.site, claim.flow.flow);
    let named = &site.hosts[host.index()].named;
    let on = words::network(site, network);
    let message = format!("nobody knows the address of `{}` on {on}, which a rule of {other} would name", named.name);
    let diagnostic = match flow.origin {
        FlowOrigin::Essential => Diagnostic::new(&CODE, message, named.key, "it leases its address there")
            .note("an essential flow: every machine asks the resolvers, wherever it meets them"),
        _ => Diagnostic::new(&CODE, message, flow.span, format!("it goes over {on}"))
            .secondary(named.key, "it leases its address there"),
    };
    diagnostic
        .help("put both on an overlay, where each has an address of its own")
        .help("or state the address, by a reservation of the server: `mac = …; dhcp = true;`")
}
