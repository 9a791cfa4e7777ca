//! The networks of the site that a node stands in and is not the router of: a guest's packet is not translated on its way there.
//!
//! Translated, it would come from the node, and be let in where the node is: SSH, for one. As it is, a machine of the site lets it
//! in by the sender's own address, and the answer comes back if the router there knows the way.
//!
//! What is no machine of the site has no such rules, and mostly no way back: the router of a home network that answers names, a
//! printer. There the node translates as for everything beyond the site. So it does with the packets of an overlay to a lighthouse or
//! relay that takes them from anywhere: whom they come from makes no difference there, and no answer would come back either.

use std::collections::BTreeSet;
use std::net::IpAddr;

use arvc_site::edge::beside;
use arvc_site::endpoints::Tunnels;
use arvc_site::model::{End, Family, Flow, Host, HostId, Kind, NetworkId, NodeId, Router, Site};
use ipnet::IpNet;

/// A prefix that a node translates nothing into.
pub(super) struct Beside {
    pub prefix: IpNet,
    /// With these it does all the same.
    pub others: Vec<IpNet>,
    /// So it does with UDP to these ports.
    pub tunnels: Vec<(IpNet, u16)>,
}

/// The prefixes of IPv4 of the networks that a node stands in.
pub(super) fn prefixes(site: &Site, node: NodeId) -> Vec<Beside> {
    let mut list = Vec::new();
    for id in beside(site, node) {
        let (others, tunnels) = (others(site, id), tunnels(site, id));
        for prefix in site.networks[id.index()].prefixes().map(|prefix| prefix.value.trunc()) {
            if Family::of_prefix(&prefix) == Family::V4 {
                let others = others.iter().copied().filter(|other| prefix.contains(other)).collect();
                let tunnels = tunnels.iter().copied().filter(|(at, _)| prefix.contains(at)).collect();
                list.push(Beside { prefix, others, tunnels });
            }
        }
    }
    list
}

/// The lighthouses and relays on a network that are found from the world, with the port of their overlay, in the order of both.
fn tunnels(site: &Site, id: NetworkId) -> BTreeSet<(IpNet, u16)> {
    let overlays: Vec<Tunnels> = site.network_ids().filter_map(|overlay| Tunnels::of(site, overlay)).collect();
    let mut found = BTreeSet::new();
    for (host, number) in site.hosts.iter().zip(0..).filter(|(host, _)| host.lighthouse || host.relay) {
        let own = host.interface_on(id).into_iter().flat_map(|interface| interface.addresses());
        let taken = |overlay: &&Tunnels| {
            host.is_on(overlay.overlay) && filters(host) && !overlay.public(site, HostId(number)).is_empty()
        };
        let ports = overlays.iter().filter(taken).map(|overlay| overlay.port);
        found.extend(own.flat_map(|address| ports.clone().map(move |port| (IpNet::from(address.value), port))));
    }
    found
}

/// Whom a network has beside machines that filter: its router, resolvers, machines that nobody configures, and what flows name by
/// address.
fn others(site: &Site, id: NetworkId) -> Vec<IpNet> {
    let network = &site.networks[id.index()];
    let routers = network.gateways().iter().chain(&network.router);
    let routers = routers.filter(|gateway| gateway.router == Router::Elsewhere).map(|gateway| gateway.address);
    let strangers = site.hosts.iter().filter(|host| !filters(host)).filter_map(|host| host.interface_on(id));
    let strangers = strangers.flat_map(|interface| interface.addresses()).map(|address| address.value);
    let single = routers.chain(site.uplink_resolvers.iter().copied()).chain(strangers).map(IpNet::from);
    let named = site.allow.iter().flat_map(|flow: &Flow| named(&flow.target)).map(|prefix| prefix.trunc());
    let known = Known::of(site, id);
    let all: BTreeSet<IpNet> = single.chain(named).filter(|other| !known.meets(other)).collect();
    all.into_iter().collect()
}

/// Whether a machine's own layers go by addresses: those of Proxmox, or the filter that Ansible gives it.
fn filters(host: &Host) -> bool {
    host.kind != Kind::Machine || host.managed
}

/// The prefixes that an end names.
fn named(end: &End) -> Vec<IpNet> {
    match end {
        End::Prefix(prefix) => vec![*prefix],
        End::Union(ends) | End::All(ends) => ends.iter().flat_map(named).collect(),
        _ => Vec::new(),
    }
}

/// What machines that filter, and nodes, have or may have on a network.
struct Known {
    addresses: BTreeSet<IpAddr>,
    /// Of what something hands out: the first and the last.
    ranges: Vec<(IpAddr, IpAddr)>,
}

impl Known {
    fn of(site: &Site, id: NetworkId) -> Self {
        let network = &site.networks[id.index()];
        let own = site.hosts.iter().filter(|host| filters(host)).filter_map(|host| host.interface_on(id));
        let turns = site.vips.iter().filter(|vip| vip.network == id).flat_map(|vip| vip.addresses());
        let addresses = own.flat_map(|interface| interface.addresses()).chain(turns).map(|address| address.value);
        let nodes = site.nodes.iter().flat_map(|node| node.own_addresses());
        let handed_out = network.dhcp.iter().map(|numbers| numbers.value);
        let pools = network.pools.iter().map(|pool| pool.numbers.value);
        let at = |number| arvc_site::allocation::address(&network.prefix.value, number);
        let ranges = handed_out.chain(pools).filter_map(|(first, last)| Some((at(first)?, at(last)?)));
        Self { addresses: addresses.chain(nodes).collect(), ranges: ranges.collect() }
    }

    fn meets(&self, prefix: &IpNet) -> bool {
        let (first, last) = (prefix.network(), prefix.broadcast());
        let handed_out = self.ranges.iter().any(|(low, high)| *low <= last && first <= *high);
        handed_out || self.addresses.range(first..=last).next().is_some()
    }
}
