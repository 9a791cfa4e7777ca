//! The addresses behind a [`Peer`], for layers that filter by address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use arvc_site::allocation;
use arvc_site::model::{HostId, NetworkId, NetworkKind, NodeId, Router, Site};
use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};
use rustc_hash::FxHashSet;

use crate::members::addresses_on;
use crate::policy::Peer;

/// The addresses of a site's peers. Made once for a site, since it lists the machines of each group.
pub struct Addresses<'a> {
    /// The site.
    pub site: &'a Site,
    /// The machines of each group, sorted.
    groups: Vec<Vec<HostId>>,
}

impl<'a> Addresses<'a> {
    /// Looks the machines up.
    pub fn new(site: &'a Site) -> Self {
        let mut groups = vec![Vec::new(); site.groups.len()];
        for (host, id) in site.hosts.iter().zip(0..) {
            for group in &host.groups {
                groups[group.index()].push(HostId(id));
            }
        }
        Self { site, groups }
    }

    /// The addresses that a peer has on a network, sorted; machines that are only planned have none yet.
    ///
    /// Machines are listed one by one and never joined to prefixes, so that a new machine adds one line to what is
    /// emitted. `Any` of a bridge is everything of both families; of an overlay it is the overlay's prefixes, since
    /// Nebula drops packets whose source is not in the sender's certificate.
    pub fn of(&self, network: NetworkId, peer: &Peer) -> Vec<IpNet> {
        let site = self.site;
        let mut list = match peer {
            Peer::Any => match site.networks[network.index()].kind {
                NetworkKind::Overlay { .. } => prefixes_of(site, network),
                _ => everything(),
            },
            Peer::Group(group) => self.hosts(network, &self.groups[group.index()], |_| true),
            Peer::AllOf(groups) => {
                let few = groups.iter().map(|group| &self.groups[group.index()]).min_by_key(|hosts| hosts.len());
                let in_all = |host: HostId| groups.iter().all(|group| site.hosts[host.index()].groups.contains(group));
                few.map_or_else(Vec::new, |few| self.hosts(network, few, in_all))
            }
            Peer::Host(host) => self.hosts(network, &[*host], |_| true),
            Peer::Node(node) => node_addresses(site, network, *node).into_iter().map(IpNet::from).collect(),
            Peer::Operators => site.operators.addresses.iter().map(|prefix| prefix.value.trunc()).collect(),
            Peer::Internet => internet(site),
            Peer::Network(other) => prefixes_of(site, *other),
            Peer::Prefix(prefix) => vec![prefix.trunc()],
        };
        list.sort_unstable();
        list.dedup();
        list
    }

    fn hosts(&self, network: NetworkId, hosts: &[HostId], wanted: impl Fn(HostId) -> bool) -> Vec<IpNet> {
        let there = |host: &HostId| self.site.hosts[host.index()].status.is_there() && wanted(*host);
        let there = hosts.iter().copied().filter(there);
        let of_one = |host: HostId| {
            let own = addresses_on(self.site, host, network).map(IpNet::from);
            let others = answered_for(self.site, host, network).into_iter().map(|(prefix, _)| prefix);
            own.chain(others)
        };
        there.flat_map(of_one).collect()
    }
}

/// Every address that the site gives to a machine or a node, or to several by turns.
pub(crate) fn given(site: &Site) -> FxHashSet<IpAddr> {
    let there = site.hosts.iter().filter(|host| host.status.is_there());
    let hosts = there.flat_map(|host| &host.interfaces).flat_map(|it| it.addresses()).map(|it| it.value);
    let nodes = site.nodes.iter().flat_map(|node| node.known_addresses());
    hosts.chain(nodes).chain(site.vips.iter().flat_map(|vip| vip.addresses()).map(|it| it.value)).collect()
}

/// What a machine may answer for on a network besides its own address, and where that is said: addresses that it has by
/// turns with others, pools.
pub fn answered_for(site: &Site, host: HostId, network: NetworkId) -> Vec<(IpNet, String)> {
    let vips = site.vips.iter().filter(|vip| vip.network == network && vip.owners.binary_search(&host).is_ok());
    let mut list: Vec<(IpNet, String)> =
        vips.flat_map(|vip| vip.addresses().map(|it| (IpNet::from(it.value), vip.named.path.clone()))).collect();
    let there = &site.networks[network.index()];
    for pool in there.pools.iter().filter(|pool| pool.owners.binary_search(&host).is_ok()) {
        let (first, last) = pool.numbers.value;
        let path = format!("{}.pools.{}", there.named.path, pool.name);
        list.extend(span(&there.prefix.value, first, last).into_iter().map(|prefix| (prefix, path.clone())));
    }
    let interface = site.hosts[host.index()].interface_on(network);
    if interface.is_some_and(|interface| interface.leased.is_some()) {
        let path = format!("{}.dhcp", there.named.path);
        list.extend(leases(site, network).into_iter().map(|prefix| (prefix, path.clone())));
    }
    list
}

/// The addresses of a network that are handed out to whoever asks: those of its `dhcp` that no machine of the site has.
pub(crate) fn leases(site: &Site, network: NetworkId) -> Vec<IpNet> {
    let there = &site.networks[network.index()];
    let Some(numbers) = there.dhcp else { return Vec::new() };
    let all = span(&there.prefix.value, numbers.value.0, numbers.value.1);
    let own = site.hosts.iter().filter_map(|host| host.interface_on(network));
    let known = own.flat_map(|interface| interface.addresses()).map(|address| IpNet::from(address.value));
    let reserved: Vec<IpNet> = known.filter(|address| all.iter().any(|prefix| prefix.contains(address))).collect();
    if reserved.is_empty() { all } else { subtract(&all, &reserved) }
}

/// The host numbers of a prefix as the fewest prefixes.
pub(crate) fn span(prefix: &IpNet, first: u64, last: u64) -> Vec<IpNet> {
    match (allocation::address(prefix, first), allocation::address(prefix, last)) {
        (Some(IpAddr::V4(first)), Some(IpAddr::V4(last))) => Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect(),
        (Some(IpAddr::V6(first)), Some(IpAddr::V6(last))) => Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect(),
        _ => Vec::new(),
    }
}

/// Everything that is not private.
pub(crate) fn internet(site: &Site) -> Vec<IpNet> {
    subtract(&everything(), &private_prefixes(site))
}

/// Every address that the Internet routes, the site's own too. The same for every site, and worked out once.
pub(crate) fn public() -> &'static [IpNet] {
    static PUBLIC: LazyLock<Vec<IpNet>> =
        LazyLock::new(|| subtract(&everything(), &never_routed().collect::<Vec<_>>()));
    &PUBLIC
}

/// What `internet` is not: the site's own prefixes and addresses, and every prefix that is never routed on the
/// Internet. Canonical: sorted, disjoint, as short as possible.
///
/// The public address of a node or a machine counts as the site's own, since a guest that reaches it reaches that.
pub fn private_prefixes(site: &Site) -> Vec<IpNet> {
    let networks = site.networks.iter().flat_map(|network| network.prefixes()).map(|prefix| prefix.value);
    let nodes = site.nodes.iter().flat_map(|node| node.addresses()).map(|address| IpNet::from(address.value));
    let uplinks = site.nodes.iter().filter_map(|node| node.uplink.as_ref());
    let uplinks = uplinks.flat_map(|uplink| [Some(uplink.address), uplink.public]).flatten();
    let uplinks = uplinks.map(|address| address.value.into());
    let interfaces = site.hosts.iter().flat_map(|host| &host.interfaces).filter_map(|interface| interface.public);
    let uplinks = uplinks.chain(interfaces.map(|address| address.value.into()));
    let list: Vec<IpNet> = networks.chain(nodes).chain(uplinks).chain(never_routed()).map(|net| net.trunc()).collect();
    let mut list = IpNet::aggregate(&list);
    list.sort_unstable();
    list
}

/// The addresses of a node as a machine on `network` sees it: those inside the network's prefixes, else its own ones, and
/// where no bridge leads, that of its uplink.
pub(crate) fn node_addresses(site: &Site, network: NetworkId, node: NodeId) -> Vec<IpAddr> {
    let on = node_on(site, network, node);
    if !on.is_empty() {
        return on;
    }
    let node = &site.nodes[node.index()];
    let elsewhere = matches!(site.networks[network.index()].kind, NetworkKind::Plain);
    // From elsewhere it comes by the address that the world knows.
    let uplink = node.uplink.as_ref().filter(|_| elsewhere);
    let uplink = uplink.map(|uplink| uplink.public.unwrap_or(uplink.address).value);
    node.addresses().map(|address| address.value).chain(uplink).collect()
}

/// The addresses of a node inside a network's prefixes: its own ones, that of its uplink, and those of the gateways that it is.
pub(crate) fn node_on(site: &Site, network: NetworkId, node: NodeId) -> Vec<IpAddr> {
    let network = &site.networks[network.index()];
    let gateways = network.gateways().iter().filter(|gateway| gateway.router == Router::Node(node));
    let own = site.nodes[node.index()].own_addresses();
    let all = own.chain(gateways.map(|gateway| gateway.address));
    let mut list: Vec<IpAddr> = all.filter(|address| network.contains(*address)).collect();
    list.sort_unstable();
    list.dedup();
    list
}

fn prefixes_of(site: &Site, network: NetworkId) -> Vec<IpNet> {
    site.networks[network.index()].prefixes().map(|prefix| prefix.value).collect()
}

fn everything() -> Vec<IpNet> {
    vec![Ipv4Net::default().into(), Ipv6Net::default().into()]
}

/// The prefixes of the IANA special-purpose registries (RFC 6890 and its updates) that are not globally reachable, and
/// multicast. Left out on purpose: documentation and benchmarking prefixes, where nobody is to be protected.
fn never_routed() -> impl Iterator<Item = IpNet> {
    let v4: [([u8; 4], u8); 9] = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 168, 0, 0], 16),
        ([224, 0, 0, 0], 4),
        ([240, 0, 0, 0], 4),
    ];
    let v6: [([u16; 8], u8); 7] = [
        ([0, 0, 0, 0, 0, 0, 0, 0], 127),
        ([0, 0, 0, 0, 0, 0xffff, 0, 0], 96),
        ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
        ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
        ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
        ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
        ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
    ];
    let v4 = v4.into_iter().map(|(address, length)| Ipv4Net::new_assert(Ipv4Addr::from(address), length).into());
    let v6 = v6.into_iter().map(|(address, length)| Ipv6Net::new_assert(Ipv6Addr::from(address), length).into());
    v4.chain(v6)
}

/// What is in `from` and not in `what`, by halving each prefix that is only partly taken.
pub(crate) fn subtract(from: &[IpNet], what: &[IpNet]) -> Vec<IpNet> {
    let mut left = Vec::new();
    let mut open: Vec<IpNet> = from.iter().rev().copied().collect();
    while let Some(prefix) = open.pop() {
        if what.iter().any(|taken| taken.contains(&prefix)) {
            continue;
        }
        if !what.iter().any(|taken| prefix.contains(taken)) {
            left.push(prefix);
            continue;
        }
        // A prefix of one address that meets another is inside it, so there is a longer one here.
        if let Ok(halves) = prefix.subnets(prefix.prefix_len() + 1) {
            let halves: Vec<IpNet> = halves.collect();
            open.extend(halves.into_iter().rev());
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use arvc_site::model::Status;

    use super::*;
    use crate::fixture::*;

    fn text(list: &[IpNet]) -> Vec<String> {
        list.iter().map(IpNet::to_string).collect()
    }

    #[test]
    fn a_group_is_its_machines_one_by_one_without_planned_ones() {
        let mut site = site();
        let web = group(&mut site, "web");
        for name in ["a", "b", "c"] {
            host(&mut site, name, &[web]);
        }
        let planned = host(&mut site, "d", &[web]);
        site.hosts[planned.index()].status = Status::Planned;
        assert_eq!(
            text(&Addresses::new(&site).of(OVERLAY, &Peer::Group(web))),
            ["10.10.10.10/32", "10.10.10.11/32", "10.10.10.12/32"]
        );
    }

    #[test]
    fn the_internet_and_what_is_private_are_everything_and_disjoint() {
        let site = site();
        let (internet, private) = (Addresses::new(&site).of(BRIDGE, &Peer::Internet), private_prefixes(&site));
        for open in &internet {
            assert!(!private.iter().any(|closed| crate::members::overlaps(open, closed)), "{open}");
        }
        let both: Vec<IpNet> = internet.iter().chain(&private).copied().collect();
        assert_eq!(text(&IpNet::aggregate(&both)), ["0.0.0.0/0", "::/0"]);
        // The node's public address is the site's own.
        assert!(text(&private).contains(&"198.51.100.10/32".to_owned()));
        assert!(private.iter().any(|net| net.contains(&address("fe80::1"))));
        assert!(internet.iter().any(|net| net.contains(&address("2606:4700::1111"))));
    }

    #[test]
    fn a_node_is_met_at_its_address_on_the_network() {
        let mut site = site();
        let kind = bridge("vmbr2", &[("172.20.0.1", Some(NodeId(0)))]);
        let second = network(&mut site, "second", "172.20.0.0/24", kind);
        assert_eq!(text(&Addresses::new(&site).of(BRIDGE, &Peer::Node(NodeId(0)))), ["192.168.100.1/32"]);
        assert_eq!(text(&Addresses::new(&site).of(second, &Peer::Node(NodeId(0)))), ["172.20.0.1/32"]);
    }
}
