//! Exact sets of what a packet is addressed to: TCP and UDP ports, ICMP, every other protocol by number.

use arvc_site::model::Transport;

/// A set of protocols and ports in canonical form: ranges sorted, disjoint and not adjacent, so equal sets are equal
/// values. ICMP stands for ICMPv6 too.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortSet {
    /// TCP ports, as inclusive ranges.
    pub tcp: Vec<(u16, u16)>,
    /// UDP ports, as inclusive ranges.
    pub udp: Vec<(u16, u16)>,
    /// ICMP and ICMPv6.
    pub icmp: bool,
    /// Other IP protocols, as inclusive ranges of numbers without 1, 6, 17 and 58.
    pub others: Vec<(u8, u8)>,
}

impl PortSet {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every packet.
    pub fn all() -> Self {
        Self { tcp: vec![(0, u16::MAX)], udp: vec![(0, u16::MAX)], icmp: true, others: OTHERS.to_vec() }
    }

    /// Ports of one transport protocol.
    pub fn ports(transport: Transport, first: u16, last: u16) -> Self {
        let mut set = Self::none();
        match transport {
            Transport::Tcp => set.tcp.push((first, last)),
            Transport::Udp => set.udp.push((first, last)),
        }
        set
    }

    /// Whether it holds every packet.
    pub fn is_all(&self) -> bool {
        *self == Self::all()
    }

    /// Whether it holds none.
    pub fn is_none(&self) -> bool {
        *self == Self::none()
    }
}

/// All protocol numbers but ICMP (1), TCP (6), UDP (17) and ICMPv6 (58).
const OTHERS: [(u8, u8); 5] = [(0, 0), (2, 5), (7, 16), (18, 57), (59, 255)];
