//! What decides between two classes of machines, as numbers that are equal where it is the same.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use arvc_site::endpoints::Tunnels;
use arvc_site::model::{GroupId, HostId, NetworkId, Router};
use arvc_site::names::is_private;
use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::{Layers, Party};
use crate::policy::{Peer, Rule};
use crate::ports::PortSet;

/// The first machine of each class with all that decides about it.
///
/// Its *shape* is what is not in its rules: the networks that it is on and how, what kind of machine it is, whether anything of
/// ours filters there. One that has a part in more than its own paths (a lighthouse, a relay, an owner of a virtual address, what
/// a node hands ports on to, who has an address that the world knows) has a shape of its own.
pub(super) struct Marks<'l, 'a> {
    layers: &'l Layers<'a>,
    /// By class; none for what is no machine.
    classes: Vec<Option<Class>>,
    /// Of every address of the first machine of each class, whose it is, and where.
    places: Vec<Place>,
    /// The same by address, sorted.
    by_address: Vec<(IpAddr, u32)>,
    by_host: FxHashMap<HostId, Vec<u32>>,
    by_group: FxHashMap<GroupId, Vec<u32>>,
    /// The places that a rule holds, by whether it looks at certificates, where and whom.
    held: FxHashMap<(bool, NetworkId, &'a Peer), Rc<[u32]>>,
    sets: Sets,
}

/// An address of a machine, on a network unless it is one that only the world knows it by.
struct Place {
    host: HostId,
    network: Option<NetworkId>,
}

#[derive(Default)]
struct Class {
    shape: u32,
    /// Whether something gives it an address that nobody knows: rules are then asked about all that it may be.
    leased: bool,
    /// What each list of rules lets through to or from each place, by a network of the machine.
    tables: Vec<(Option<NetworkId>, Table)>,
    /// Its places on each overlay, and none for those below.
    places: Vec<(Option<NetworkId>, u32)>,
}

/// What a list of rules says to each place, as the number of a set.
type Table = Rc<[u32]>;

/// A list by its policy and direction, the network, and whether certificates count.
type List = (usize, bool, NetworkId, bool);

/// Sets of packets by number; 0 is empty.
struct Sets {
    list: Vec<PortSet>,
    known: FxHashMap<PortSet, u32>,
    unions: FxHashMap<(u32, u32), u32>,
}

impl<'l, 'a> Marks<'l, 'a> {
    pub fn new(layers: &'l Layers<'a>, classes: &[Vec<Party>]) -> Self {
        let firsts = classes.iter().map(|class| match class.first() {
            Some(Party::Host(host)) => Some(*host),
            _ => None,
        });
        let firsts: Vec<Option<HostId>> = firsts.collect();
        let mut marks = Self {
            layers,
            classes: Vec::new(),
            places: Vec::new(),
            by_address: Vec::new(),
            by_host: FxHashMap::default(),
            by_group: FxHashMap::default(),
            held: FxHashMap::default(),
            sets: Sets::new(),
        };
        for host in firsts.iter().copied().flatten() {
            marks.add_places(host);
        }
        marks.by_address.sort_unstable();
        let mut shapes = BTreeMap::new();
        let mut tables: FxHashMap<List, Table> = FxHashMap::default();
        let single = marks.apart();
        for first in firsts {
            let class = first.map(|host| {
                let machine = layers.host(host);
                let profile = layers.members.profile_of[host.index()];
                let own = single.get(host.index()).copied().unwrap_or_default().then_some(host);
                let next = shapes.len() as u32;
                let shape = (profile, machine.kind as u8, machine.is_configured(), own);
                let shape = *shapes.entry(shape).or_insert(next);
                let places = marks.by_host[&host].iter().map(|at| (marks.overlay(*at), *at)).collect();
                let leased = machine.interfaces.iter().any(|it| it.leased.is_some());
                Class { shape, leased, tables: marks.tables(host, &mut tables), places }
            });
            marks.classes.push(class);
        }
        marks
    }

    /// Writes down what decides between two different classes of machines; false if they are not such,
    /// or what decides is not a matter of single addresses.
    pub fn key(&mut self, a: usize, b: usize, key: &mut Vec<u32>) -> bool {
        let (Some(own), Some(other)) = (&self.classes[a], &self.classes[b]) else { return false };
        if own.leased || other.leased {
            return false;
        }
        key.clear();
        key.extend([own.shape, other.shape, own.places.len() as u32]);
        for (class, peer) in [(own, other), (other, own)] {
            for (network, table) in &class.tables {
                let here = peer.places.iter().filter(|(on, _)| on == network);
                key.extend(here.map(|(_, place)| table[*place as usize]));
            }
        }
        a != b
    }

    fn add_places(&mut self, host: HostId) {
        let layers = self.layers;
        let site = layers.site;
        let networks = layers.host(host).interfaces.iter().map(|it| it.network);
        let met = networks.flat_map(|network| layers.met(host, network).into_iter().map(move |it| (Some(network), it)));
        let public = site.network_ids().filter_map(|network| Tunnels::of(site, network));
        let public = public.flat_map(|tunnels| tunnels.public(site, host)).map(|address| (None, address));
        let stated = layers.host(host).interfaces.iter().filter_map(|it| it.public).map(|it| (None, it.value));
        let handed = layers.handed_on_to.get(&host).into_iter().flatten().map(|(_, address, _)| (None, *address));
        for (network, address) in met.chain(public).chain(stated).chain(handed).collect::<Vec<_>>() {
            let at = self.places.len() as u32;
            self.places.push(Place { host, network });
            self.by_address.push((address, at));
            self.by_host.entry(host).or_default().push(at);
            for group in &layers.host(host).groups {
                self.by_group.entry(*group).or_default().push(at);
            }
        }
        self.by_host.entry(host).or_default();
    }

    /// The overlay that a place is on.
    fn overlay(&self, place: u32) -> Option<NetworkId> {
        self.places[place as usize].network.filter(|network| self.layers.members.is_overlay(*network))
    }

    /// Whether each machine has a part in more than its own paths.
    fn apart(&self) -> Vec<bool> {
        let site = self.layers.site;
        // What a router hands on goes by the addresses of both ends, and not by what each has in its own rules.
        let all = self.layers.policies.list.iter().any(|policy| !policy.forward.is_empty());
        let apart = site.hosts.iter().map(|host| {
            let world = |it: &arvc_site::model::Interface| {
                it.public.is_some() || it.leased.is_some() || it.addresses().any(|own| !is_private(own.value))
            };
            all || host.lighthouse || host.relay || host.interfaces.iter().any(world)
        });
        let mut apart: Vec<bool> = apart.collect();
        let handed = site.nodes.iter().flat_map(|node| &node.forwards).map(|forward| forward.to);
        let owners = site.vips.iter().flat_map(|vip| vip.owners.iter().copied());
        let routers = site.networks.iter().flat_map(|network| network.gateways()).filter_map(|it| match it.router {
            Router::Host(host) => Some(host),
            _ => None,
        });
        for host in handed.chain(owners).chain(routers) {
            apart[host.index()] = true;
        }
        apart
    }

    fn tables(&mut self, host: HostId, known: &mut FxHashMap<List, Table>) -> Vec<(Option<NetworkId>, Table)> {
        let layers = self.layers;
        let (at, policy) = (layers.policies.of_host[host.index()], layers.policies.of(host));
        let mut tables = Vec::new();
        for interface in &layers.host(host).interfaces {
            let network = interface.network;
            let overlay = layers.members.is_overlay(network);
            for (inward, rules) in [(true, &policy.inbound), (false, &policy.outbound)] {
                for certified in [false, true].into_iter().filter(|certified| overlay || !certified) {
                    let list = (at, inward, network, certified);
                    let table = match known.get(&list) {
                        Some(table) => table.clone(),
                        None => known.entry(list).or_insert(self.table(network, rules, certified)).clone(),
                    };
                    tables.push((overlay.then_some(network), table));
                }
            }
        }
        tables
    }

    fn table(&mut self, network: NetworkId, rules: &'a [Rule], certified: bool) -> Table {
        let mut table = vec![0; self.places.len()];
        for rule in rules.iter().filter(|rule| rule.network == network) {
            let ports = self.sets.number(&rule.ports);
            for place in self.holds(rule, certified).iter() {
                let said = &mut table[*place as usize];
                *said = self.sets.union(*said, ports);
            }
        }
        table.into()
    }

    /// The places that a rule holds.
    fn holds(&mut self, rule: &'a Rule, certified: bool) -> Rc<[u32]> {
        let key = (certified, rule.there, &rule.peer);
        if let Some(known) = self.held.get(&key) {
            return known.clone();
        }
        let held: Rc<[u32]> =
            if certified && rule.there == rule.network { self.certified(rule) } else { self.addressed(rule) }.into();
        self.held.insert(key, held.clone());
        held
    }

    fn certified(&self, rule: &Rule) -> Vec<u32> {
        let of = |group: &GroupId| self.by_group.get(group).cloned().unwrap_or_default();
        match &rule.peer {
            Peer::Any => (0..self.places.len() as u32).collect(),
            Peer::Host(host) => self.by_host.get(host).cloned().unwrap_or_default(),
            Peer::Group(group) => of(group),
            Peer::AllOf(groups) => {
                let mut places = groups.first().map(of).unwrap_or_default();
                places.retain(|place| {
                    let machine = self.layers.host(self.places[*place as usize].host);
                    groups.iter().all(|group| machine.groups.contains(group))
                });
                places
            }
            Peer::Network(_) | Peer::Prefix(_) => self.addressed(rule),
            Peer::Node(_) | Peer::Operators | Peer::Internet => Vec::new(),
        }
    }

    fn addressed(&self, rule: &Rule) -> Vec<u32> {
        let inside = |prefix: &IpNet| {
            let first = self.by_address.partition_point(|(address, _)| *address < prefix.network());
            let last = self.by_address.partition_point(|(address, _)| *address <= prefix.broadcast());
            self.by_address[first..last].iter().map(|(_, place)| *place)
        };
        let known = self.layers.of_peer(rule.there, &rule.peer);
        let mut places: Vec<u32> = known.iter().flat_map(inside).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

impl Sets {
    fn new() -> Self {
        let known = FxHashMap::from_iter([(PortSet::none(), 0)]);
        Self { list: vec![PortSet::none()], known, unions: FxHashMap::default() }
    }

    fn number(&mut self, set: &PortSet) -> u32 {
        if let Some(known) = self.known.get(set) {
            return *known;
        }
        let at = self.list.len() as u32;
        self.list.push(set.clone());
        self.known.insert(set.clone(), at);
        at
    }

    fn union(&mut self, a: u32, b: u32) -> u32 {
        if a == 0 || a == b {
            return b;
        }
        if let Some(known) = self.unions.get(&(a, b)) {
            return *known;
        }
        let both = self.list[a as usize].union(&self.list[b as usize]);
        let both = self.number(&both);
        self.unions.insert((a, b), both);
        both
    }
}
