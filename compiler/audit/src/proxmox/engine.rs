//! The other engine (`nftables: 1`), which was never run: where it is known to differ, the verdict is unknown.

use super::chains::on;
use super::{Guest, Nic, Proxmox, Whose};
use crate::bounds::{Outcome, Tri};
use crate::packet::{Addr, Packet, Port, UDP};
use crate::place::Why;

/// What is left of an outcome of the stock engine where the other one may be at work.
pub(super) fn bounded(
    outcome: Outcome,
    proxmox: &Proxmox,
    node: Option<&str>,
    differs: impl FnOnce() -> bool,
) -> Outcome {
    let Some(name) = node else { return outcome };
    let Some(node) = proxmox.nodes.get(name).filter(|node| on(&node.nftables) != Tri::No) else { return outcome };
    let why: Why = match refused(proxmox, name) {
        Some(why) => why,
        None if !differs() => return outcome,
        None => "what the nftables engine of Proxmox makes of it: it differs from the stock one there".into(),
    };
    Outcome {
        open: true,
        closed: true,
        missing: vec![why],
        places: node.nftables.place.into_iter().chain(outcome.places).collect(),
        ..outcome
    }
}

/// Why nothing of what this engine is told may be applied on a node: it refuses a file for one line that it does not understand,
/// and with it the whole update.
fn refused(proxmox: &Proxmox, node: &str) -> Option<Why> {
    let concerns = |whose: &Whose| match whose {
        Whose::Cluster(center) => proxmox.center_of(node) == *center,
        Whose::Node(name) => name == node,
        Whose::Guest(id) => proxmox.guests.get(id).is_some_and(|guest| guest.node.as_deref() == Some(node)),
    };
    proxmox.strict.iter().find(|(whose, _)| concerns(whose)).map(|(_, why)| why.clone())
}

/// Whether the engines differ about a packet of a guest: DHCP that is off is dropped there, the blacklist is not asked, and a set
/// `ipfilter-netN` alone binds nothing.
pub(super) fn guest_differs(proxmox: &Proxmox, guest: &Guest, nic: &Nic, packet: &Packet) -> bool {
    let dhcp = packet.proto == UDP && [67, 68, 546, 547].iter().any(|port| packet.dport == Port::At(*port));
    let listed = match (proxmox.center(guest.id.center).sets.get("blacklist"), packet.src) {
        (Some(set), Addr::At(address)) => set.has(address),
        (set, _) => set.is_some(),
    };
    let bound =
        guest.sets.contains_key(&format!("ipfilter-net{}", nic.index)) && on(&guest.options.ipfilter) != Tri::Yes;
    dhcp || listed || bound
}
