//! Where each address and each name stands in the rules of others.
//!
//! Two addresses that stand in rules of one shape (everything but the address is the same), in the same lists, at places between
//! which no wider rule stands, meet the same fate with every packet: for each, the list comes down to the same rules in the same
//! order. So they are recorded by shape and by the count of wider rules before.
//!
//! Of a wider interval it counts what names it: two of one list, such as the prefixes that together are the Internet, are one for
//! addresses of the world. An address that is anything to the site besides, of a network of it or private, is told apart by each.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use ipnet::IpNet;

use super::classes::{after, before};
use crate::filter::{Test, Then};
use crate::nebula::{Cidr, Rule as OverlayRule};
use crate::packet::{Addresses, is_public};
use crate::place::Place;
use crate::proxmox::{Center, Cluster, Rule, Spec};
use crate::tree::Tree;

/// What stands in front of addresses and names, as numbers that mean the same for all.
#[derive(Debug, Default)]
pub(crate) struct Records {
    numbers: HashMap<String, u32>,
    addresses: HashMap<IpAddr, Vec<u32>>,
    names: HashMap<String, Vec<u32>>,
    wide: BTreeMap<(IpAddr, IpAddr), Wide>,
    /// Prefixes that are more than what a rule names: something of the site is there.
    own: Vec<IpNet>,
    /// What each member's configuration says, as a number.
    members: Vec<u32>,
}

/// An interval of several addresses.
#[derive(Debug)]
struct Wide {
    /// Itself, as a number.
    number: u32,
    /// What names it, as numbers; nothing, if that alone does not say what becomes of what is in it.
    named: Option<Vec<u32>>,
}

/// What distinguishes an address: the rules for it alone, and the wider intervals that it is in.
pub(crate) type Key = (Vec<u32>, Vec<u32>);

impl Records {
    pub fn of(tree: &Tree) -> Self {
        let mut records = Self::default();
        let wiring = &tree.wiring;
        let routed = wiring.routed.iter().flat_map(|routed| &routed.networks);
        let stated = wiring.operators.iter().chain(&wiring.own).chain(&wiring.outward).chain(wiring.routers.keys());
        records.own.extend(stated.chain(routed));
        for (index, filter) in tree.filters.iter().chain(tree.edges.values()).enumerate() {
            records.filter(index, filter);
        }
        records.proxmox(tree);
        for member in &tree.members {
            let key = records.number(super::classes::member_key(member));
            records.members.push(key);
            for (list, rules) in [("in", &member.inbound), ("out", &member.outbound)] {
                rules.iter().flatten().for_each(|rule| records.overlay(key, list, rule));
            }
            let roles = [("lighthouse", &member.lighthouses), ("relay", &member.relays)];
            for (role, addresses) in roles {
                for address in addresses {
                    records.address(*address, format!("{key} {role}"));
                }
            }
            for route in &member.routes {
                records.net(route.net.trunc());
                for address in route.via.iter().flatten() {
                    records.address(*address, format!("{key} gate {}", route.net));
                }
            }
            for address in member.endpoints.keys() {
                records.address(*address, format!("{key} endpoint"));
            }
        }
        let nics = tree.proxmox.guests.values().flat_map(|guest| &guest.nics);
        for net in nics.flat_map(|nic| &nic.addresses) {
            records.net(net.trunc());
        }
        records
    }

    /// What distinguishes an address from others.
    pub fn address_key(&self, address: IpAddr) -> Key {
        let holding: Vec<&Wide> = self.holding(address).map(|(_, wide)| wide).collect();
        let outside = is_public(address) && !self.own.iter().any(|own| own.contains(&address));
        let named = holding.iter().map(|wide| wide.named.as_ref().filter(|_| outside)).collect::<Option<Vec<_>>>();
        let mut wide: Vec<u32> = match named {
            Some(named) => named.into_iter().flatten().copied().collect(),
            None => holding.into_iter().map(|wide| wide.number).collect(),
        };
        wide.sort_unstable();
        wide.dedup();
        (self.addresses.get(&address).cloned().unwrap_or_default(), wide)
    }

    /// The intervals of several addresses that hold one.
    fn holding(&self, address: IpAddr) -> impl Iterator<Item = ((IpAddr, IpAddr), &Wide)> {
        let begun = self.wide.range(..=(address, LAST)).filter(move |((low, _), _)| low.is_ipv4() == address.is_ipv4());
        begun.filter(move |((_, high), _)| address <= *high).map(|(span, wide)| (*span, wide))
    }

    /// The narrowest interval of several addresses that holds one: prefixes hold one another or are apart, so it is the one that
    /// begins last.
    pub fn narrowest(&self, address: IpAddr) -> Option<(IpAddr, IpAddr)> {
        let spans = self.holding(address).map(|(span, _)| span);
        let spans = spans.filter(|(low, high)| low != high && !is_whole_family(*low, *high));
        spans.max_by_key(|(low, high)| (*low, std::cmp::Reverse(*high)))
    }

    /// Whether a rule names an address alone.
    pub fn names(&self, address: IpAddr) -> bool {
        self.addresses.contains_key(&address)
    }

    /// What a member's configuration says, as a number.
    pub fn member(&self, index: usize) -> u32 {
        self.members[index]
    }

    /// What distinguishes a name from others.
    pub fn name_key(&self, name: &str) -> Vec<u32> {
        self.names.get(name).cloned().unwrap_or_default()
    }

    /// Every interval that a rule names: single addresses and wider ones.
    pub fn spans(&self) -> impl Iterator<Item = (IpAddr, IpAddr)> {
        let single = self.addresses.keys().map(|address| (*address, *address));
        self.wide.keys().copied().chain(single)
    }

    /// The first, last, before and after of every interval that a rule names.
    pub fn edges(&self) -> impl Iterator<Item = IpAddr> {
        let around = |(low, high)| [before(low), Some(low), Some(high), after(high)];
        self.spans().flat_map(around).flatten().filter(|address| usable(*address))
    }

    fn number(&mut self, key: String) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(key).or_insert(next)
    }

    fn address(&mut self, address: IpAddr, key: String) {
        let number = self.number(key);
        let list = self.addresses.entry(address).or_default();
        list.push(number);
    }

    fn net(&mut self, net: IpNet) {
        self.wide((net.network(), net.broadcast())).named = None;
    }

    fn wide(&mut self, span: (IpAddr, IpAddr)) -> &mut Wide {
        let numbers = &mut self.numbers;
        self.wide.entry(span).or_insert_with(|| {
            let next = numbers.len() as u32;
            let number = *numbers.entry(format!("between {} and {}", span.0, span.1)).or_insert(next);
            Wide { number, named: Some(Vec::new()) }
        })
    }

    /// Notes what a rule says of addresses. Whether it is one for single addresses alone.
    fn addresses(&mut self, addresses: &Addresses, key: &str) -> bool {
        let mut single = true;
        for (low, high) in addresses.spans() {
            single &= low == high;
            if low == high {
                self.address(*low, key.to_owned());
            } else if is_whole_family(*low, *high) {
                // All of a family are alike to it, so it names nobody.
                continue;
            } else {
                let number = self.number(key.to_owned());
                if let Some(named) = &mut self.wide((*low, *high)).named {
                    named.push(number);
                }
            }
        }
        single
    }

    fn filter(&mut self, list: usize, filter: &crate::filter::Filter) {
        for (chain, rules) in filter.chains.iter().enumerate() {
            let mut order = Order::new(format!("filter {list} {chain}"));
            for rule in &rules.rules {
                if let Then::Translate(translation) = &rule.then
                    && let Some(address) = translation.address
                {
                    self.address(address, format!("filter {list} translation {:?}", rule.place));
                }
                let mut plain = rule.clone();
                plain.place = NOWHERE;
                let named =
                    plain.conditions.iter().enumerate().filter_map(|(index, condition)| match &condition.test {
                        Test::Source(addresses) | Test::Dest(addresses) | Test::AskedDest(addresses) => {
                            Some((index, addresses.clone()))
                        }
                        _ => None,
                    });
                let named: Vec<(usize, Addresses)> = named.collect();
                order.rule(self, &named, |index| {
                    let mut rest = plain.clone();
                    if let Test::Source(addresses) | Test::Dest(addresses) | Test::AskedDest(addresses) =
                        &mut rest.conditions[index].test
                    {
                        *addresses = Addresses::default();
                    }
                    format!("{rest:?}")
                });
            }
        }
    }

    fn proxmox(&mut self, tree: &Tree) {
        let proxmox = &tree.proxmox;
        for (center, cluster) in proxmox.centers.0.iter().enumerate() {
            self.center(center, cluster);
        }
        for (name, node) in &proxmox.nodes {
            self.rules(&format!("node {name}"), &node.rules);
        }
        for guest in proxmox.guests.values() {
            // What many guests have alike is noted once for each; its key is the same.
            if guest.rules.iter().any(|rule| rule.source != Spec::Any || rule.dest != Spec::Any) {
                self.rules(&format!("guest {:?}", guest.id), &guest.rules);
            }
        }
    }

    fn center(&mut self, center: Center, cluster: &Cluster) {
        let sets = cluster.sets.iter().map(|(name, set)| (format!("set {center} {name}"), set));
        let sets: Vec<_> = sets.map(|(name, set)| (name, set.entries.clone())).collect();
        for (name, entries) in sets {
            // Of what is spared and what is not the narrowest decides, so that each counts.
            let each = entries.iter().any(|(_, spared)| *spared);
            for (net, spared) in entries {
                if self.addresses(&Addresses::nets([net]), &format!("{name} {spared}")) || !each {
                    continue;
                }
                self.net(net);
            }
        }
        for (name, (net, _)) in &cluster.aliases {
            self.addresses(&Addresses::nets([*net]), &format!("alias {center} {name}"));
        }
        let mut groups: Vec<_> = cluster.groups.iter().collect();
        groups.sort_by_key(|(name, _)| *name);
        for (name, group) in groups {
            self.rules(&format!("group {center} {name}"), &group.rules);
        }
        self.rules(&format!("cluster {center}"), &cluster.rules);
    }

    fn rules(&mut self, list: &str, rules: &[Rule]) {
        let mut order = Order::new(list.to_owned());
        for rule in rules {
            let mut plain = rule.clone();
            plain.place = NOWHERE;
            let named = [&plain.source, &plain.dest].into_iter().enumerate().filter_map(|(index, spec)| match spec {
                Spec::These(addresses) => Some((index, addresses.clone())),
                _ => None,
            });
            let named: Vec<(usize, Addresses)> = named.collect();
            order.rule(self, &named, |index| {
                let mut rest = plain.clone();
                *(if index == 0 { &mut rest.source } else { &mut rest.dest }) = Spec::These(Addresses::default());
                format!("{rest:?}")
            });
        }
    }

    fn overlay(&mut self, key: u32, list: &str, rule: &OverlayRule) {
        let mut shape = rule.clone();
        shape.place = NOWHERE;
        let (host, cidr, local) = (shape.host.take(), shape.cidr.take(), shape.local_cidr.take());
        let key = format!("{key} {list} {shape:?}");
        if let Some(host) = host {
            let number = self.number(format!("{key} host"));
            self.names.entry(host).or_default().push(number);
        }
        for (field, cidr) in [("cidr", cidr), ("local", local)] {
            if let Some(Cidr::Net(net)) = cidr {
                self.addresses(&Addresses::nets([net]), &format!("{key} {field}"));
            }
        }
    }

    /// Sorts what has no order and drops what is said twice.
    pub fn finish(mut self) -> Self {
        for list in self.names.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        self
    }
}

/// Where in its list a rule stands, as far as that tells addresses apart.
struct Order {
    list: String,
    /// How many rules for more than single addresses stood before.
    wider: usize,
    /// Of the last rule: each place where it names addresses, what it says besides, and how many stood before the first of those
    /// right before it that say the same. All of them are as one for the addresses there.
    last: Vec<(usize, String, usize)>,
}

impl Order {
    fn new(list: String) -> Self {
        Self { list, wider: 0, last: Vec::new() }
    }

    /// Notes a rule, with the addresses that it names by their place in it, and what it says but for those at a place.
    fn rule(&mut self, records: &mut Records, named: &[(usize, Addresses)], rest: impl Fn(usize) -> String) {
        let mut single = !named.is_empty();
        let mut places = Vec::new();
        for (index, addresses) in named {
            let rest = rest(*index);
            let last = self.last.iter().find(|(place, said, _)| place == index && *said == rest);
            let before = last.map_or(self.wider, |(.., before)| *before);
            single &= records.addresses(addresses, &format!("{} {before} {index} {rest}", self.list));
            places.push((*index, rest, before));
        }
        self.last = places;
        self.wider += usize::from(!single);
    }
}

/// Whether an interval is all of IPv4, or all of IPv6.
fn is_whole_family(low: IpAddr, high: IpAddr) -> bool {
    before(low).is_none() && after(high).is_none()
}

/// No address is behind it.
const LAST: IpAddr = IpAddr::V6(std::net::Ipv6Addr::new(!0, !0, !0, !0, !0, !0, !0, !0));

/// A place that is the same for all.
const NOWHERE: Place = Place { file: 0, line: 0 };

/// Whether a packet can have it: no network's own, no broadcast.
fn usable(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !v4.is_unspecified() && !v4.is_broadcast(),
        IpAddr::V6(v6) => !v6.is_unspecified(),
    }
}
