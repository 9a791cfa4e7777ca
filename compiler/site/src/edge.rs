//! What a node hands on to, and what it stands beside: the two things about its edge that more than one consumer has to know.

use std::net::IpAddr;

use crate::model::{Family, Forward, Host, Kind, Network, NetworkId, NodeId, Site};

/// Where a node hands a port on to: the first address of IPv4 that the machine has on a bridge, rather on one that this node is
/// its way out of, on one that it routes for, and on one that it has an address on. Not where the machine is on another node's
/// own segment.
pub fn handed_to(site: &Site, node: NodeId, forward: &Forward) -> Option<(NetworkId, IpAddr)> {
    let host = &site.hosts[forward.to.index()];
    let mut best: Option<(u8, NetworkId, IpAddr)> = None;
    for interface in &host.interfaces {
        let network = &site.networks[interface.network.index()];
        let v4 = interface.addresses().map(|address| address.value).find(IpAddr::is_ipv4);
        let meets = network.is_bridge() && (network.joined || host.node.is_none_or(|own| own == node));
        let (true, Some(address)) = (meets, v4) else { continue };
        let rank = match (network.routed_by(node), interface.default_route) {
            (true, true) => 3,
            (true, false) => 2,
            _ => u8::from(is_on(site, node, network)),
        };
        if best.is_none_or(|(other, ..)| rank > other) {
            best = Some((rank, interface.network, address));
        }
    }
    best.map(|(_, network, address)| (network, address))
}

/// Whether a node has an address inside a network.
pub fn is_on(site: &Site, node: NodeId, network: &Network) -> bool {
    site.nodes[node.index()].own_addresses().any(|address| network.contains(address))
}

/// The networks that a node has an address on and is not the router of, and that are no overlays.
pub fn beside(site: &Site, node: NodeId) -> impl Iterator<Item = NetworkId> + '_ {
    site.network_ids().filter(move |id| {
        let network = &site.networks[id.index()];
        !network.is_overlay() && !network.routed_by(node) && is_on(site, node, network)
    })
}

/// Whether what a machine sends over IPv4 finds a way beyond its segments, as far as the site says: of one that is no guest it says
/// nothing.
pub fn has_way_out(site: &Site, host: &Host) -> bool {
    let leads = |network: NetworkId| site.networks[network.index()].gateway(Family::V4).is_some();
    host.kind == Kind::Machine || host.interfaces.iter().any(|it| it.dhcp || it.default_route && leads(it.network))
}
