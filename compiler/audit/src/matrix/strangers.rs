//! What an address that is nobody's stands for: it is asked about for all those that no rule tells from it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::classes::{after, before};
use super::records::Key;
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
    /// Whatever else is between two addresses that a rule names, and in so many more intervals of the same rules.
    Within((IpAddr, IpAddr), usize),
}

/// An interval, from its first address to its last.
type Span = (IpAddr, IpAddr);

/// One address for each class of addresses that are nobody's, and the narrowest intervals in which such addresses are.
#[derive(Debug)]
pub(crate) struct Strangers(BTreeMap<(bool, Key), (IpAddr, BTreeSet<Span>)>);

impl Strangers {
    /// Of the first, last, before and after of every interval that a rule names, where that is no machine's.
    fn of(tree: &Tree) -> Self {
        let records = tree.records();
        let mut classes: BTreeMap<(bool, Key), (IpAddr, BTreeSet<Span>)> = BTreeMap::new();
        for address in records.edges().filter(|address| !tree.is_machines(*address)) {
            let key = (address.is_ipv6(), records.address_key(address));
            let (first, spans) = classes.entry(key).or_insert_with(|| (address, BTreeSet::new()));
            *first = (*first).min(address);
            spans.extend(records.narrowest(address));
        }
        Self(classes)
    }

    /// The addresses, sorted.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let addresses: BTreeSet<IpAddr> = self.0.values().map(|(address, _)| *address).collect();
        addresses.into_iter()
    }
}

impl Tree {
    /// The classes of addresses that are nobody's.
    pub(crate) fn strangers(&self) -> &Strangers {
        self.strangers.get_or_init(|| Strangers::of(self))
    }

    /// One address for each class of addresses that are nobody's here and in another tree, and that neither tells apart; sorted.
    pub fn strangers_beside(&self, other: &Self) -> Vec<IpAddr> {
        let trees = [self, other];
        let mut classes: BTreeMap<(bool, [Key; 2]), IpAddr> = BTreeMap::new();
        for address in trees.iter().flat_map(|tree| tree.records().edges()) {
            if trees.iter().any(|tree| tree.is_machines(address) || tree.node_at(address).is_some()) {
                continue;
            }
            let key = (address.is_ipv6(), trees.map(|tree| tree.records().address_key(address)));
            let first = classes.entry(key).or_insert(address);
            *first = (*first).min(address);
        }
        let addresses: BTreeSet<IpAddr> = classes.into_values().collect();
        addresses.into_iter().collect()
    }

    fn is_machines(&self, address: IpAddr) -> bool {
        self.owners.contains_key(&address) || self.member_addresses().contains_key(&address)
    }

    /// What an address of nobody stands for.
    pub fn stands_for(&self, address: IpAddr) -> Stands {
        if let Some((node, _)) = self.wiring.nodes.iter().find(|(_, own)| own.contains(&address)) {
            return Stands::Node(node.clone());
        }
        let records = self.records();
        if records.names(address) {
            return Stands::Itself;
        }
        match records.narrowest(address) {
            Some((low, high)) if self.is_special(low, high) => Stands::Private(low, high),
            Some(span) => {
                let key = (address.is_ipv6(), records.address_key(address));
                let alike = self.strangers().0.get(&key).map(|(_, spans)| spans);
                let first = alike.and_then(|spans| spans.first()).copied();
                Stands::Within(first.unwrap_or(span), alike.map_or(0, |spans| spans.len().saturating_sub(1)))
            }
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
            Self::Private(low, high) | Self::Within((low, high), 0) => format!("others in {}", span(*low, *high)),
            Self::Within((low, high), 1) => format!("others in {} and one more prefix", span(*low, *high)),
            Self::Within((low, high), more) => format!("others in {} and {more} more prefixes", span(*low, *high)),
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
