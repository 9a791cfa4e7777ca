//! Where each address and each name stands in the rules of others.
//!
//! Two addresses that stand in rules of one shape (everything but the address is the same), in the same lists, at places between
//! which no wider rule stands, meet the same fate with every packet: for each, the list comes down to the same rules in the same
//! order. So they are recorded by shape and by the count of wider rules before.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use ipnet::IpNet;

use crate::filter::{Test, Then};
use crate::nebula::{Cidr, Rule as OverlayRule};
use crate::packet::Addresses;
use crate::place::Place;
use crate::proxmox::{Center, Cluster, Rule, Spec};
use crate::tree::Tree;

/// What stands in front of addresses and names, as numbers that mean the same for all.
#[derive(Debug, Default)]
pub(crate) struct Records {
    numbers: HashMap<String, u32>,
    addresses: HashMap<IpAddr, Vec<u32>>,
    names: HashMap<String, Vec<u32>>,
    wide: BTreeMap<(IpAddr, IpAddr), u32>,
    /// What each member's configuration says, as a number.
    members: Vec<u32>,
}

/// What distinguishes an address: the rules for it alone, and the wider intervals that it is in.
pub(crate) type Key = (Vec<u32>, Vec<u32>);

impl Records {
    pub fn of(tree: &Tree) -> Self {
        let mut records = Self::default();
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
        let wide = self.wide.iter().filter(|((low, high), _)| (*low..=*high).contains(&address));
        (self.addresses.get(&address).cloned().unwrap_or_default(), wide.map(|(_, number)| *number).collect())
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
        let next = self.wide.len() as u32;
        self.wide.entry((net.network(), net.broadcast())).or_insert(next);
    }

    /// Notes what a rule says of addresses. Whether it is one for single addresses alone.
    fn addresses(&mut self, addresses: &Addresses, key: &str) -> bool {
        let mut single = true;
        for (low, high) in addresses.spans() {
            if low == high {
                self.address(*low, key.to_owned());
            } else {
                let next = self.wide.len() as u32;
                self.wide.entry((*low, *high)).or_insert(next);
                single = false;
            }
        }
        single
    }

    fn filter(&mut self, list: usize, filter: &crate::filter::Filter) {
        for (chain, rules) in filter.chains.iter().enumerate() {
            let mut wider = 0;
            for rule in &rules.rules {
                let mut shape = rule.clone();
                shape.place = NOWHERE;
                let mut found = Vec::new();
                for (index, condition) in shape.conditions.iter_mut().enumerate() {
                    if let Test::Source(addresses) | Test::Dest(addresses) | Test::AskedDest(addresses) =
                        &mut condition.test
                    {
                        found.push((index, std::mem::take(addresses)));
                    }
                }
                if let Then::Translate(translation) = &rule.then
                    && let Some(address) = translation.address
                {
                    self.address(address, format!("filter {list} translation {:?}", rule.place));
                }
                let key = format!("filter {list} {chain} {wider} {shape:?}");
                let mut single = !found.is_empty();
                for (index, addresses) in found {
                    single &= self.addresses(&addresses, &format!("{key} {index}"));
                }
                wider += usize::from(!single);
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
            for (net, spared) in entries {
                self.addresses(&Addresses::nets([net]), &format!("{name} {spared}"));
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
        let mut wider = 0;
        for rule in rules {
            let mut shape = rule.clone();
            shape.place = NOWHERE;
            let specs = [std::mem::take(&mut shape.source), std::mem::take(&mut shape.dest)];
            let key = format!("{list} {wider} {shape:?}");
            let mut single = false;
            for (index, spec) in specs.iter().enumerate() {
                match spec {
                    Spec::These(addresses) => single = self.addresses(addresses, &format!("{key} {index}")),
                    _ => single = false,
                }
                if matches!(spec, Spec::These(_)) && !single {
                    break;
                }
            }
            let any = specs.iter().any(|spec| matches!(spec, Spec::These(_)));
            wider += usize::from(!(any && single));
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

/// A place that is the same for all.
const NOWHERE: Place = Place { file: 0, line: 0 };
