//! Networks.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Named, NetworkId, NodeId, Spanned};

/// What a network is.
#[derive(Clone, Debug)]
pub enum NetworkKind {
    /// A segment that guests have NICs on.
    Bridge {
        /// The Proxmox bridge.
        bridge: String,
        /// The VLAN tag.
        vlan: Option<u16>,
        /// The router: its address, and the node if it is one.
        gateway: Option<(IpAddr, Option<NodeId>)>,
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
}
