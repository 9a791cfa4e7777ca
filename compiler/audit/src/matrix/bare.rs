//! The paths to whom no device of Proxmox says on which segment he is: nodes, and machines that are no guests. Guests of the same
//! network say it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use arvc_verdict::Path;

use crate::packet::is_public;
use crate::tree::Tree;

impl Tree {
    /// The paths to a node from somebody at some addresses: to those that it has on his network, else to those that the world leads to;
    /// from another node else to the others.
    pub(super) fn to_node(&self, from: &[IpAddr], node: &str, is_node: bool) -> Vec<(Path, IpAddr)> {
        let own = self.wiring.nodes.get(node).map(Vec::as_slice).unwrap_or_default();
        let (beside, routed): (Vec<_>, Vec<_>) =
            self.to_addresses(from, own, is_node).partition(|(path, _)| *path != Path::Routed);
        if !beside.is_empty() {
            return beside;
        }
        // A router in front of it hands on what the world sends to an address.
        let outside = from.iter().any(|address| is_public(*address));
        let known = self.wiring.known_as.iter().filter(|(_, inner)| outside && own.contains(inner)).map(|(to, _)| *to);
        let led: Vec<_> = routed.into_iter().chain(known.map(|to| (Path::Routed, to))).collect();
        if !led.is_empty() {
            return led;
        }
        // By what routers a node gets to another one nobody says; of an address of nobody there is no more to tell.
        let speaks = |to: &IpAddr| is_node && from.iter().any(|from| from.is_ipv4() == to.is_ipv4());
        own.iter().filter(|to| !is_public(**to) && speaks(to)).map(|to| (Path::Routed, *to)).collect()
    }

    /// The paths to addresses from somebody at some addresses: on a segment that both are on, or through the world. Who is known by a
    /// private address alone is not looked for there: he has another one.
    pub(super) fn to_addresses<'t>(
        &'t self,
        from: &'t [IpAddr],
        to: &'t [IpAddr],
        is_node: bool,
    ) -> impl Iterator<Item = (Path, IpAddr)> + 't {
        to.iter().flat_map(move |to| {
            let beside: BTreeSet<Path> = from.iter().flat_map(|from| self.segments_of(*from, *to)).collect();
            let speaks = from.iter().any(|from| from.is_ipv4() == to.is_ipv4() && (is_node || is_public(*from)));
            let routed = (beside.is_empty() && speaks && is_public(*to)).then_some(Path::Routed);
            beside.into_iter().chain(routed).map(|path| (path, *to))
        })
    }

    /// The segments of guests whose network two addresses are of.
    pub(super) fn segments_of(&self, one: IpAddr, other: IpAddr) -> impl Iterator<Item = Path> {
        let nics = self.proxmox.guests.values().flat_map(|guest| &guest.nics);
        let there = nics.filter(move |nic| nic.addresses.iter().any(|net| net.contains(&one) && net.contains(&other)));
        there.filter_map(|nic| Some(Path::Bridge(nic.bridge.value.clone().ok()?, nic.vlan)))
    }
}
