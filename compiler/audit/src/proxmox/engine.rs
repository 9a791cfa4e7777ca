//! The other engine (`nftables: 1`), which was never run: where it is known to differ, the verdict is unknown.

use super::chains::on;
use super::{Guest, Nic, Proxmox};
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
    let node = node.and_then(|name| proxmox.nodes.get(name));
    let Some(node) = node.filter(|node| on(&node.nftables) != Tri::No) else { return outcome };
    if !differs() {
        return outcome;
    }
    let why: Why = "what the nftables engine of Proxmox makes of it: it differs from the stock one there".into();
    Outcome {
        open: true,
        closed: true,
        missing: vec![why],
        places: node.nftables.place.into_iter().chain(outcome.places).collect(),
        ..outcome
    }
}

/// Whether the engines differ about a packet of a guest: DHCP that is off is dropped there, the blacklist is not asked, and a set
/// `ipfilter-netN` alone binds nothing.
pub(super) fn guest_differs(proxmox: &Proxmox, guest: &Guest, nic: &Nic, packet: &Packet) -> bool {
    let dhcp = packet.proto == UDP && [67, 68, 546, 547].iter().any(|port| packet.dport == Port::At(*port));
    let listed = match (proxmox.cluster.sets.get("blacklist"), packet.src) {
        (Some(set), Addr::At(address)) => set.has(address),
        (set, _) => set.is_some(),
    };
    let bound =
        guest.sets.contains_key(&format!("ipfilter-net{}", nic.index)) && on(&guest.options.ipfilter) != Tri::Yes;
    dhcp || listed || bound
}
