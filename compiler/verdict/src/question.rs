//! One question: may this one connection be opened?

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// May `from` open a connection to `to`, at this address, on this path?
///
/// It is about what is *permitted*: whether the first packet and its replies pass every layer, and not whether anything listens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Question {
    /// A machine or node by name, `internet`, `operators`, or an address.
    pub from: String,
    /// A machine or node by name; or an address that is no machine's.
    pub to: String,
    /// The destination address.
    pub address: IpAddr,
    /// Where the packet travels.
    pub path: Path,
    /// What it is.
    pub protocol: Protocol,
    /// The destination port, of TCP and UDP only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

/// Where a packet travels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Path {
    /// Inside an overlay; its device where a machine has several.
    Overlay(Option<String>),
    /// On one segment: a bridge, and the tag of a VLAN on it.
    Bridge(String, Option<u16>),
    /// Through routers.
    Routed,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlay(None) => write!(f, "overlay"),
            Self::Overlay(Some(device)) => write!(f, "overlay {device}"),
            Self::Bridge(bridge, None) => write!(f, "bridge {bridge}"),
            Self::Bridge(bridge, Some(tag)) => write!(f, "bridge {bridge}.{tag}"),
            Self::Routed => write!(f, "routed"),
        }
    }
}

/// A text that is no path, or no protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is neither a path (overlay, bridge NAME, routed) nor a protocol (tcp, udp, icmp, a number)",
            self.0
        )
    }
}

impl std::error::Error for Malformed {}

impl FromStr for Path {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed(text.to_owned());
        match text.split_once(' ') {
            None if text == "overlay" => Ok(Self::Overlay(None)),
            None if text == "routed" => Ok(Self::Routed),
            Some(("overlay", device)) if !device.is_empty() => Ok(Self::Overlay(Some(device.to_owned()))),
            Some(("bridge", bridge)) if !bridge.is_empty() => Ok(match bridge.rsplit_once('.') {
                Some((name, tag)) if !name.is_empty() && tag.parse::<u16>().is_ok() => {
                    Self::Bridge(name.to_owned(), tag.parse().ok())
                }
                _ => Self::Bridge(bridge.to_owned(), None),
            }),
            _ => Err(malformed()),
        }
    }
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP: its SYN.
    Tcp,
    /// UDP: the first datagram.
    Udp,
    /// An echo request of the address's family.
    Icmp,
    /// Any other, by its number.
    Other(u8),
}

impl Protocol {
    /// Whether it has ports.
    pub fn has_ports(self) -> bool {
        matches!(self, Self::Tcp | Self::Udp)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp => write!(f, "tcp"),
            Self::Udp => write!(f, "udp"),
            Self::Icmp => write!(f, "icmp"),
            Self::Other(number) => write!(f, "{number}"),
        }
    }
}

impl FromStr for Protocol {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        match text {
            "tcp" => Ok(Self::Tcp),
            "udp" => Ok(Self::Udp),
            "icmp" => Ok(Self::Icmp),
            // The three have names, and one thing has one name.
            _ => match text.parse() {
                Ok(number) if ![1, 6, 17, 58].contains(&number) => Ok(Self::Other(number)),
                _ => Err(Malformed(text.to_owned())),
            },
        }
    }
}

macro_rules! as_text {
    ($($kind:ty),*) => { $(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'a> Deserialize<'a> for $kind {
            fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )* };
}

as_text!(Path, Protocol);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_protocols_are_read_as_they_are_printed() {
        for text in ["overlay", "overlay nebula2", "bridge vmbr1", "bridge vmbr1.20", "bridge a.b", "routed"] {
            assert_eq!(text.parse::<Path>().expect("a path").to_string(), text);
        }
        for text in ["tcp", "udp", "icmp", "47"] {
            assert_eq!(text.parse::<Protocol>().expect("a protocol").to_string(), text);
        }
        for text in ["", "bridge ", "overlay ", "lan", "6", "17", "1", "TCP", "256"] {
            assert!(text.parse::<Path>().is_err() && text.parse::<Protocol>().is_err(), "{text:?}");
        }
    }
}
