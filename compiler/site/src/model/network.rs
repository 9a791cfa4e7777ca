//! Networks, and the ranges that number the machines on them.

use std::net::IpAddr;

use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::{HostId, Named, NetworkId, NodeId, Spanned, VipId, Vmid};

/// What a network is.
#[derive(Clone, Debug)]
pub enum NetworkKind {
    /// A segment that guests have NICs on.
    Bridge {
        /// The Proxmox bridge, or the SDN vnet: a guest's NIC names either in the same place.
        bridge: String,
        /// The VLAN tag.
        vlan: Option<u16>,
        /// The routers, in the order of the source: one, or one a node where segments are not joined.
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

/// A router of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Its address.
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
    /// The machines that may have it, sorted.
    pub owners: Vec<HostId>,
    /// An owner is wrong and that is reported.
    pub broken: bool,
}

/// Addresses of others, which the site must not use: pods, services, the far end of a tunnel.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// Name and place.
    pub named: Named,
    /// The prefix.
    pub prefix: Spanned<IpNet>,
}

/// A network.
#[derive(Clone, Debug)]
pub struct Network {
    /// Name and place.
    pub named: Named,
    /// Its prefix.
    pub prefix: Spanned<IpNet>,
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
}

impl Network {
    /// Whether it is a segment that guests have NICs on.
    pub fn is_bridge(&self) -> bool {
        matches!(self.kind, NetworkKind::Bridge { .. })
    }

    /// Whether it is a Nebula overlay.
    pub fn is_overlay(&self) -> bool {
        matches!(self.kind, NetworkKind::Overlay { .. })
    }

    /// Its routers.
    pub fn gateways(&self) -> &[Gateway] {
        match &self.kind {
            NetworkKind::Bridge { gateways, .. } => gateways,
            _ => &[],
        }
    }

    /// The address that it has for `node` as its router.
    pub fn routed_by(&self, node: NodeId) -> Option<IpAddr> {
        let own = self.gateways().iter().find(|gateway| gateway.router == Router::Node(node));
        own.map(|gateway| gateway.address)
    }

    /// Whether a node has its bridge.
    pub fn is_at(&self, node: NodeId) -> bool {
        self.nodes.is_empty() || self.nodes.contains(&node)
    }
}

/// A VMID range.
#[derive(Clone, Debug)]
pub struct Range {
    /// Name and place.
    pub named: Named,
    /// First and last VMID.
    pub vmids: Spanned<(Vmid, Vmid)>,
    /// First and last host number.
    pub addresses: Spanned<(u64, u64)>,
}
