//! One concrete packet, and what its fields are compared with.

use std::net::IpAddr;
use std::sync::LazyLock;

use arvc_verdict::Protocol;
use ipnet::IpNet;

use crate::bounds::Tri;
use crate::place::Why;

/// The number of TCP.
pub const TCP: u8 = 6;
/// The number of UDP.
pub const UDP: u8 = 17;
/// The number of ICMP for IPv4.
pub const ICMP: u8 = 1;
/// The number of ICMP for IPv6.
pub const ICMP6: u8 = 58;

/// A packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Where it comes from.
    pub src: Addr,
    /// Where it goes.
    pub dst: Addr,
    /// Its number; ICMP of its own family.
    pub proto: u8,
    /// The source port.
    pub sport: Port,
    /// The destination port.
    pub dport: Port,
    /// The type of an ICMP message.
    pub icmp: u8,
    /// Whether a connection table knows it.
    pub answer: bool,
    /// Whether its frame bears another source MAC address than that of the device that it leaves by.
    pub masked: bool,
    /// Whether it is a second or later fragment, which has no ports.
    pub fragment: bool,
}

/// An address of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Addr {
    /// This one.
    At(IpAddr),
    /// Some public address that no file names: of IPv6 if so.
    Internet(bool),
}

/// A port of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// The protocol has none.
    None,
    /// This one.
    At(u16),
    /// One that the system of the sender chooses.
    Ephemeral,
}

impl Packet {
    /// The first packet of a connection.
    pub fn first(src: Addr, dst: Addr, protocol: Protocol, port: Option<u16>) -> Self {
        let v6 = dst.is_v6();
        let (proto, icmp) = match protocol {
            Protocol::Tcp => (TCP, 0),
            Protocol::Udp => (UDP, 0),
            Protocol::Icmp if v6 => (ICMP6, 128),
            Protocol::Icmp => (ICMP, 8),
            Protocol::Other(number) => (number, 0),
        };
        let ports = protocol.has_ports();
        Self {
            src,
            dst,
            proto,
            sport: if ports { Port::Ephemeral } else { Port::None },
            dport: if ports { Port::At(port.unwrap_or(0)) } else { Port::None },
            icmp,
            answer: false,
            masked: false,
            fragment: false,
        }
    }

    /// The first datagram from one fixed port to another.
    pub fn datagram(src: Addr, sport: u16, dst: Addr, dport: u16) -> Self {
        Self { sport: Port::At(sport), ..Self::first(src, dst, Protocol::Udp, Some(dport)) }
    }

    /// What is sent back.
    pub fn reply(self) -> Self {
        let icmp = match (self.proto, self.icmp) {
            (ICMP, 8) => 0,
            (ICMP6, 128) => 129,
            (_, other) => other,
        };
        Self {
            src: self.dst,
            dst: self.src,
            sport: self.dport,
            dport: self.sport,
            icmp,
            answer: true,
            masked: false,
            ..self
        }
    }

    /// Whether it is of IPv6.
    pub fn is_v6(&self) -> bool {
        self.dst.is_v6()
    }
}

impl Addr {
    /// Whether it is of IPv6.
    pub fn is_v6(self) -> bool {
        match self {
            Self::At(address) => address.is_ipv6(),
            Self::Internet(v6) => v6,
        }
    }
}

static SOMEWHERE: LazyLock<Why> = LazyLock::new(|| "which address of the Internet it is".into());
static CHOSEN: LazyLock<Why> = LazyLock::new(|| "which source port the sender's system takes".into());

/// Addresses as intervals. Only ever asked for a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Addresses(Vec<(IpAddr, IpAddr)>);

impl Addresses {
    /// From intervals, in any order.
    pub fn new(mut spans: Vec<(IpAddr, IpAddr)>) -> Self {
        spans.retain(|(low, high)| low <= high && low.is_ipv4() == high.is_ipv4());
        spans.sort();
        let mut joined: Vec<(IpAddr, IpAddr)> = Vec::with_capacity(spans.len());
        for (low, high) in spans {
            match joined.last_mut() {
                Some(last) if low.is_ipv4() == last.0.is_ipv4() && low <= last.1 => last.1 = last.1.max(high),
                _ => joined.push((low, high)),
            }
        }
        Self(joined)
    }

    /// From prefixes, whose host bits do not matter.
    pub fn nets(nets: impl IntoIterator<Item = IpNet>) -> Self {
        Self::new(nets.into_iter().map(|net| (net.network(), last(net))).collect())
    }

    /// The intervals, sorted.
    pub fn spans(&self) -> &[(IpAddr, IpAddr)] {
        &self.0
    }

    /// Whether an address is one of them.
    pub fn has(&self, address: IpAddr) -> bool {
        let after = self.0.partition_point(|(low, _)| *low <= address);
        after > 0 && self.0[after - 1].1 >= address
    }

    /// Whether an address of a packet is one of them.
    pub fn contain(&self, address: Addr) -> Tri {
        match address {
            Addr::At(address) => self.has(address).into(),
            Addr::Internet(v6) => {
                let mut own = self.0.iter().filter(|(low, _)| low.is_ipv6() == v6);
                if everything(own.clone(), v6) {
                    Tri::Yes
                } else if own.any(|(low, high)| has_public(*low, *high)) {
                    Tri::Maybe(SOMEWHERE.clone())
                } else {
                    Tri::No
                }
            }
        }
    }
}

/// The last address of a prefix.
pub fn last(net: IpNet) -> IpAddr {
    net.broadcast()
}

/// Whether sorted intervals of a family, one behind the other, leave no address out.
fn everything<'s>(spans: impl Iterator<Item = &'s (IpAddr, IpAddr)>, v6: bool) -> bool {
    let bits = |address: &IpAddr| match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let most = if v6 { u128::MAX } else { u128::from(u32::MAX) };
    // The first address that none of them has held yet.
    let mut next = 0;
    for (low, high) in spans {
        match bits(low) <= next {
            true if bits(high) == most => return true,
            true => next = next.max(bits(high) + 1),
            false => return false,
        }
    }
    false
}

/// What is not the Internet: private and special prefixes.
static SPECIAL: LazyLock<Addresses> = LazyLock::new(|| {
    let four = ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"];
    let more = ["192.168.0.0/16", "224.0.0.0/3"];
    let six = ["::/127", "::ffff:0:0/96", "64:ff9b:1::/48", "fc00::/7", "fe80::/9", "ff00::/8"];
    Addresses::nets(four.iter().chain(&more).chain(&six).map(|net| net.parse().expect("a prefix")))
});

/// Whether an address is of the Internet: neither private nor special.
pub fn is_public(address: IpAddr) -> bool {
    !SPECIAL.has(address)
}

/// The prefix of private or special addresses that an address is of.
pub fn special(address: IpAddr) -> Option<(IpAddr, IpAddr)> {
    SPECIAL.0.iter().copied().find(|(low, high)| (*low..=*high).contains(&address))
}

/// Whether an interval holds an address of the Internet.
fn has_public(low: IpAddr, high: IpAddr) -> bool {
    !SPECIAL.0.iter().any(|(first, last)| first.is_ipv4() == low.is_ipv4() && *first <= low && high <= *last)
}

/// Ports as intervals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ports(pub Vec<(u16, u16)>);

impl Ports {
    /// Whether a port of a packet is one of them.
    pub fn contain(&self, port: Port) -> Tri {
        match port {
            Port::None => Tri::No,
            Port::At(port) => self.0.iter().any(|(low, high)| (*low..=*high).contains(&port)).into(),
            // No system takes one of the first 1024; which of the others, nobody says.
            Port::Ephemeral if self.0.iter().any(|(low, high)| *low <= 1024 && *high == u16::MAX) => Tri::Yes,
            Port::Ephemeral if self.0.iter().any(|(_, high)| *high >= 1024) => Tri::Maybe(CHOSEN.clone()),
            Port::Ephemeral => Tri::No,
        }
    }

    /// Whether the port that a packet is sent from is one of them. Where the system takes one of the others by itself, a program may
    /// have asked for one of the first 1024.
    pub fn hold_sender(&self, port: Port) -> Tri {
        match (port, self.contain(port)) {
            (Port::Ephemeral, Tri::No) if !self.0.is_empty() => Tri::Maybe(CHOSEN.clone()),
            (_, tri) => tri,
        }
    }

    /// Whether a rule that asks for these as source ports takes nothing from whoever opens a connection as his system does: no system
    /// takes one of them by itself, and the rule drops, or is for what a server of DHCP sends to its client.
    pub fn spare_choice(&self, dest: Option<&Self>, drops: bool) -> bool {
        let only = |ports: &Self, port: u16| ports.0 == [(port, port)];
        let of_dhcp = |(server, client)| only(self, server) && dest.is_some_and(|dest| only(dest, client));
        self.contain(Port::Ephemeral) == Tri::No && (drops || [(67, 68), (547, 546)].into_iter().any(of_dhcp))
    }
}
