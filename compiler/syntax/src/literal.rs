//! The values of the domain's literals, decoded from the text of one token.
//!
//! [`decode`] is used twice: by the lexer, which reports what is wrong, and by whoever wants the value.

use std::net::IpAddr;

use ipnet::IpNet;

/// A transport protocol that has ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// Ports of one transport protocol, both ends included: `5432/tcp`, `8000-8010/tcp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports {
    /// The protocol.
    pub transport: Transport,
    /// First port.
    pub first: u16,
    /// Last port.
    pub last: u16,
}

/// The value of a literal that is one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `true`, `false`.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// `1000..1999`, both ends included.
    IntRange(i64, i64),
    /// `10.10.10.11`, `fd00::1`.
    Address(IpAddr),
    /// `10.10.10.0/24`, without host bits.
    Prefix(IpNet),
    /// `5432/tcp`.
    Ports(Ports),
    /// A size in bytes.
    Size(u64),
    /// A duration in milliseconds.
    Duration(u64),
    /// A MAC address.
    Mac([u8; 6]),
}
