//! Networks, and the ranges that number the machines on them.

use std::net::IpAddr;

use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::{Family, Named, NetworkId, NodeId, Spanned, Vmid};

/// What a network is.
#[derive(Clone, Debug)]
pub enum NetworkKind {
    /// A segment that guests have NICs on.
    Bridge {
        /// The Proxmox bridge.
        bridge: String,
        /// The VLAN tag.
        vlan: Option<u16>,
        /// Its routers, at most one of each family.
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
    /// The node, if it is one.
    pub node: Option<NodeId>,
    /// Where it is named.
    pub span: Span,
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

    /// Its routers, at most one of each family. Only a segment has any.
    pub fn gateways(&self) -> &[Gateway] {
        match &self.kind {
            NetworkKind::Bridge { gateways, .. } => gateways,
            _ => &[],
        }
    }

    /// Its router for one family of addresses.
    pub fn gateway(&self, family: Family) -> Option<&Gateway> {
        self.gateways().iter().find(|gateway| Family::of(gateway.address) == family)
    }

    /// Whether it is a Nebula overlay.
    pub fn is_overlay(&self) -> bool {
        matches!(self.kind, NetworkKind::Overlay { .. })
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
