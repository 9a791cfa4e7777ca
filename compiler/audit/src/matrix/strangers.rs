//! What an address that is nobody's stands for: it is asked about for all those that no rule tells from it.

use std::net::IpAddr;

use ipnet::IpNet;

use super::classes::{after, before};
use crate::packet::{is_public, special};
use crate::tree::Tree;

/// What an address of nobody stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stands {
    /// A rule names it alone.
    Itself,
    /// It is a node's, which is asked about by its name too.
    Node(String),
    /// Whatever no rule names, in the world.
    Internet,
    /// Whatever else is in a prefix that no network routes in the world, from the first address to the last.
    Private(IpAddr, IpAddr),
    /// Whatever else is between two addresses that a rule names.
    Within(IpAddr, IpAddr),
}

impl Tree {
    /// What an address of nobody stands for.
    pub fn stands_for(&self, address: IpAddr) -> Stands {
        if let Some((node, _)) = self.wiring.nodes.iter().find(|(_, own)| own.contains(&address)) {
            return Stands::Node(node.clone());
        }
        let records = self.records();
        if records.names(address) {
            return Stands::Itself;
        }
        let wide = records.spans().filter(|(low, high)| low != high && (*low..=*high).contains(&address));
        // Prefixes hold one another or are apart, so the one that begins last is the narrowest.
        match wide.max_by_key(|(low, high)| (*low, std::cmp::Reverse(*high))) {
            Some((low, high)) if self.is_special(low, high) => Stands::Private(low, high),
            Some((low, high)) => Stands::Within(low, high),
            None => match special(address) {
                Some((low, high)) => Stands::Private(low, high),
                None => Stands::Internet,
            },
        }
    }

    /// Whether an interval is one of those that are nobody's in the world as a whole, and no network of a guest.
    fn is_special(&self, low: IpAddr, high: IpAddr) -> bool {
        let outside = |address: Option<IpAddr>| address.is_none_or(is_public);
        let multicast = matches!(low, IpAddr::V4(v4) if v4.octets()[0] >= 224);
        let nics = self.proxmox.guests.values().flat_map(|guest| &guest.nics);
        let own = |net: &IpNet| net.network() == low && net.broadcast() == high;
        !is_public(low)
            && !is_public(high)
            && (multicast || outside(before(low)) && outside(after(high)))
            && !nics.into_iter().flat_map(|nic| &nic.addresses).any(own)
    }
}

impl Stands {
    /// In words, for an address that stands for it.
    pub fn words(&self, address: IpAddr) -> String {
        match self {
            Self::Itself => address.to_string(),
            Self::Node(node) => format!("{address} of {node}"),
            Self::Internet => "internet".to_owned(),
            Self::Private(low, high) | Self::Within(low, high) => format!("others in {}", span(*low, *high)),
        }
    }
}

/// An interval as a prefix, if it is one.
fn span(low: IpAddr, high: IpAddr) -> String {
    if low == high {
        return low.to_string();
    }
    let lengths = 0..=if low.is_ipv4() { 32 } else { 128 };
    let mut prefixes = lengths.filter_map(|length| IpNet::new(low, length).ok());
    match prefixes.find(|net| net.network() == low && net.broadcast() == high) {
        Some(net) => net.to_string(),
        None => format!("{low} to {high}"),
    }
}
