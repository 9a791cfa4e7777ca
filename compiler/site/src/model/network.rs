//! Networks.

use std::net::IpAddr;

use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::{Family, HostId, Named, NetworkId, NodeId, Spanned, VipId};

/// What a network is.
#[derive(Clone, Debug)]
pub enum NetworkKind {
    /// A segment that guests have NICs on.
    Bridge {
        /// The Proxmox bridge, or the SDN vnet: a guest's NIC names either in the same place.
        bridge: String,
        /// The VLAN tag.
        vlan: Option<u16>,
        /// Its routers, at most one of each family, or one a node where segments are not joined.
        gateways: Vec<Gateway>,
    },
    /// A Nebula overlay.
    Overlay {
        /// What its packets travel on.
        underlay: NetworkId,
        /// The UDP port of every member.
        port: u16,
    },
    /// Neither: addresses that are known and not configured.
    Plain,
}

/// The router of a segment in one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Its address: one of the network, or one of the link alone (`fe80::1`).
    pub address: IpAddr,
    /// Whose it is.
    pub router: Router,
    /// Where it is named.
    pub span: Span,
}

/// Whose a router's address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Router {
    /// Nobody's that the site knows.
    Elsewhere,
    /// A Proxmox host's.
    Node(NodeId),
    /// A machine's.
    Host(HostId),
    /// One of machines that have it by turns.
    Vip(VipId),
}

/// Addresses of a network that something hands out by itself: a load balancer, a cluster.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its key.
    pub name: String,
    /// Where the key is written.
    pub key: Span,
    /// First and last host number.
    pub numbers: Spanned<(u64, u64)>,
    /// The machines that answer for these addresses, sorted.
    pub owners: Vec<HostId>,
}

/// An address that several machines have by turns.
#[derive(Clone, Debug)]
pub struct Vip {
    /// Name and place.
    pub named: Named,
    /// The network that it is on.
    pub network: NetworkId,
    /// The address.
    pub address: Spanned<IpAddr>,
    /// Further ones that they have with it.
    pub further: Vec<Spanned<IpAddr>>,
    /// The machines that may have it, sorted.
    pub owners: Vec<HostId>,
    /// An owner is wrong and that is reported.
    pub broken: bool,
}

impl Vip {
    /// All of its addresses, the main one first.
    pub fn addresses(&self) -> impl Iterator<Item = Spanned<IpAddr>> + Clone + '_ {
        std::iter::once(self.address).chain(self.further.iter().copied())
    }
}

/// Addresses of others, which the site must not use: pods, services, the far end of a tunnel.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// Name and place.
    pub named: Named,
    /// The prefix.
    pub prefix: Spanned<IpNet>,
}

/// A network behind a member of an overlay.
#[derive(Clone, Copy, Debug)]
pub struct Behind {
    /// The network.
    pub network: Spanned<NetworkId>,
    /// The member that leads there.
    pub member: Spanned<HostId>,
}

/// A network.
#[derive(Clone, Debug)]
pub struct Network {
    /// Name and place.
    pub named: Named,
    /// Its prefix, the first one.
    pub prefix: Spanned<IpNet>,
    /// Further prefixes of the same segment or overlay, of either family.
    pub more: Vec<Spanned<IpNet>>,
    /// What it is.
    pub kind: NetworkKind,
    /// The MTU, if not the usual one.
    pub mtu: Option<u32>,
    /// Host numbers that no rule hands out.
    pub reserved: Vec<Spanned<(u64, u64)>>,
    /// Host numbers that DHCP hands out.
    pub dhcp: Option<Spanned<(u64, u64)>>,
    /// Host numbers that something else hands out, by name.
    pub pools: Vec<Pool>,
    /// The nodes that have its bridge, sorted; empty means all.
    pub nodes: Vec<NodeId>,
    /// Whether the bridges of its nodes are one segment.
    pub joined: bool,
    /// Whether its router is the way out of a guest that says nothing about it.
    pub default_route: bool,
    /// The router that it is behind, if it is on no bridge.
    pub router: Option<Gateway>,
    /// Where it is said that its router, which is nobody's here, routes everything and filters nothing.
    pub unfiltered: Option<Span>,
    /// Of an overlay, the networks that are behind its members.
    pub behind: Vec<Behind>,
}

impl Network {
    /// Whether it is a segment that guests have NICs on.
    pub fn is_bridge(&self) -> bool {
        matches!(self.kind, NetworkKind::Bridge { .. })
    }

    /// Its prefixes, the first one first.
    pub fn prefixes(&self) -> impl Iterator<Item = Spanned<IpNet>> + Clone + '_ {
        std::iter::once(self.prefix).chain(self.more.iter().copied())
    }

    /// The prefix that an address of the network is in.
    pub fn prefix_of(&self, address: IpAddr) -> Option<Spanned<IpNet>> {
        self.prefixes().find(|prefix| prefix.value.contains(&address))
    }

    /// Whether an address is one of the network's.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.prefix_of(address).is_some()
    }

    /// Its routers. Only a segment has any.
    pub fn gateways(&self) -> &[Gateway] {
        match &self.kind {
            NetworkKind::Bridge { gateways, .. } => gateways,
            _ => &[],
        }
    }

    /// Whether a node is its router.
    pub fn routed_by(&self, node: NodeId) -> bool {
        self.gateways().iter().any(|gateway| gateway.router == Router::Node(node))
    }

    /// Whether a node has its bridge.
    pub fn is_at(&self, node: NodeId) -> bool {
        self.nodes.is_empty() || self.nodes.contains(&node)
    }

    /// Its router for one family of addresses.
    pub fn gateway(&self, family: Family) -> Option<&Gateway> {
        self.gateways().iter().find(|gateway| Family::of(gateway.address) == family)
    }

    /// Its router in a family, if that is nobody's of the site and is said to filter nothing.
    pub fn unfiltered_router(&self, family: Family) -> Option<&Gateway> {
        let router = self.gateway(family).or(self.router.as_ref()).filter(|_| self.unfiltered.is_some())?;
        (router.router == Router::Elsewhere).then_some(router)
    }

    /// Whether its router is that of another network too, and both say that it filters nothing. An address of the link alone is
    /// anybody's.
    pub fn is_passed_to(&self, other: &Network, family: Family) -> bool {
        let [own, there] = [self, other].map(|network| network.unfiltered_router(family).map(|router| router.address));
        own.is_some() && own == there && !matches!(own, Some(IpAddr::V6(own)) if own.is_unicast_link_local())
    }

    /// The member of an overlay that a network is behind.
    pub fn leads_to(&self, network: NetworkId) -> Option<HostId> {
        self.behind.iter().find(|behind| behind.network.value == network).map(|behind| behind.member.value)
    }

    /// Whether it is a Nebula overlay.
    pub fn is_overlay(&self) -> bool {
        matches!(self.kind, NetworkKind::Overlay { .. })
    }
}
