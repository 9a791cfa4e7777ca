//! Which networks have one router, so that it leads from one to the other and back.
//!
//! Only what is declared counts: a node, a machine, an address of several machines, or one address of somebody else that two
//! networks name. Two addresses may be one router's, and nobody says so; then nothing is known to lead from one network to the
//! other. What the router lets through is its own business and not known here.

use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_site::model::{Family, Gateway, HostId, NetworkId, NetworkKind, NodeId, Router, Site};
use arvc_site::segments::Segments;

/// Who a router is, whatever address it has on each of its networks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// A Proxmox host.
    Node(NodeId),
    /// A machine.
    Host(HostId),
    /// Machines that are the router by turns, sorted: on each network they have another address.
    Owners(Vec<HostId>),
    /// Somebody else, by an address.
    Address(IpAddr),
}

impl Identity {
    /// The machines that it is.
    pub fn hosts(&self) -> &[HostId] {
        match self {
            Self::Host(host) => std::slice::from_ref(host),
            Self::Owners(owners) => owners,
            Self::Node(_) | Self::Address(_) => &[],
        }
    }
}

/// The routers of a site's networks.
pub struct Routers {
    /// For each network its routers: in which family, on which segment if the network has several.
    of: Vec<Vec<(Family, Option<u32>, Identity)>>,
}

impl Routers {
    /// Looks them up.
    pub fn of_site(site: &Site) -> Self {
        Self::new(site, &Segments::new(site))
    }

    /// The same, with the segments of the site.
    pub(crate) fn new(site: &Site, segments: &Segments) -> Self {
        let owners = Owners::of(site);
        let ids = (0..).map(NetworkId);
        let of = site.networks.iter().zip(ids).map(|(network, id)| {
            let mut list = Vec::new();
            for gateway in network.gateways() {
                let family = Family::of(gateway.address);
                let segment = match (segments.whole(id), gateway.router) {
                    (Some(_), _) => None,
                    (None, Router::Node(node)) => segments.at(id, node),
                    // Which of several segments somebody else is on is not said.
                    (None, _) => continue,
                };
                list.extend(owners.identity(site, gateway).map(|identity| (family, segment, identity)));
            }
            if let (NetworkKind::Plain, Some(router)) = (&network.kind, &network.router) {
                let mut families: Vec<Family> =
                    network.prefixes().map(|prefix| Family::of_prefix(&prefix.value)).collect();
                families.sort_unstable();
                families.dedup();
                let identity = owners.identity(site, router);
                list.extend(families.into_iter().filter_map(|family| Some((family, None, identity.clone()?))));
            }
            list
        });
        Self { of: of.collect() }
    }

    /// The router of a network in a family, for a machine that may be on these of its segments.
    pub fn of(&self, network: NetworkId, family: Family, segments: &[u32]) -> Option<&Identity> {
        let here = |segment: &Option<u32>| segment.is_none_or(|segment| segments == [segment]);
        let mut list = self.of[network.index()].iter();
        list.find(|(other, segment, _)| *other == family && here(segment)).map(|(.., identity)| identity)
    }

    /// All routers of a network.
    pub fn all(&self, network: NetworkId) -> impl Iterator<Item = &Identity> {
        self.of[network.index()].iter().map(|(.., identity)| identity)
    }
}

/// Who has the addresses that are named as routers.
struct Owners(BTreeMap<IpAddr, Identity>);

impl Owners {
    fn of(site: &Site) -> Self {
        let named = site.networks.iter().flat_map(|network| network.gateways().iter().chain(&network.router));
        let named = named.filter(|gateway| gateway.router == Router::Elsewhere && !is_of_the_link(gateway.address));
        let mut known: BTreeMap<IpAddr, Identity> =
            named.map(|gateway| (gateway.address, Identity::Address(gateway.address))).collect();
        if known.is_empty() {
            return Self(known);
        }
        let mut take = |address: IpAddr, identity: &dyn Fn() -> Identity| {
            if let Some(known) = known.get_mut(&address) {
                *known = identity();
            }
        };
        for (host, id) in site.hosts.iter().zip((0..).map(HostId)) {
            for address in host.interfaces.iter().flat_map(|interface| interface.addresses()) {
                take(address.value, &|| Identity::Host(id));
            }
        }
        for vip in &site.vips {
            vip.addresses().for_each(|it| take(it.value, &|| Identity::Owners(vip.owners.clone())));
        }
        for (node, id) in site.nodes.iter().zip((0..).map(NodeId)) {
            for address in node.addresses() {
                take(address.value, &|| Identity::Node(id));
            }
        }
        Self(known)
    }

    /// Who a router is. An address of the link alone is anybody's.
    fn identity(&self, site: &Site, gateway: &Gateway) -> Option<Identity> {
        match gateway.router {
            Router::Node(node) => Some(Identity::Node(node)),
            Router::Host(host) => Some(Identity::Host(host)),
            Router::Vip(vip) => Some(Identity::Owners(site.vips[vip.index()].owners.clone())),
            Router::Elsewhere => self.0.get(&gateway.address).cloned(),
        }
    }
}

fn is_of_the_link(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.is_unicast_link_local())
}
