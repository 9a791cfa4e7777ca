//! The verdicts of many packets that have the same ends, addresses and way: a row of the matrix at once.
//!
//! Nothing is decided here that is not decided of one concrete packet by the lists of rules that it meets. What is saved is to ask
//! the same twice. Which lists a packet meets does not depend on its port. A list that was asked about one source and destination is
//! not asked about others between the same [cuts](super::cuts), and of neighbouring ports between two cuts only about the first: it
//! cannot tell them apart. Where a port decides which lists are met (a node that hands it on), packets are looked at each.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::ops::Range;
use std::rc::Rc;

use arvc_verdict::{Path, Protocol};

use super::boundaries::Boundaries;
use super::cuts::{Cuts, View};
use crate::bounds::Tri;
use crate::decide::{Ask, Ends, Manner, Stop, Towards, Tunnels, Way};
use crate::filter::{Base, Filter, Hook, Test, Then};
use crate::nebula::Asked;
use crate::packet::{Addr, Packet};
use crate::proxmox::Id;
use crate::tree::Tree;

/// The verdicts of a row, a bit for each packet in the order of [`Rows::packets`]; what is in neither is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What passes.
    pub open: Vec<u64>,
    /// What does not.
    pub closed: Vec<u64>,
}

/// What may pass and what may be dropped, by packet.
#[derive(Clone, Debug)]
struct May {
    pass: Vec<u64>,
    drop: Vec<u64>,
}

/// What decides beside the port: the list, and the places of both addresses between its cuts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key<'t> {
    Proxmox(Towards, Id, usize, [View; 2]),
    Node(Towards, &'t str, String, bool, [View; 2]),
    Filter(Towards, usize, Option<&'t str>, bool, [View; 2]),
    Through(usize, [Option<&'t str>; 2], bool, bool, [View; 2]),
    /// A member by its address in memory, the family, and what its rules make of the other end.
    Overlay(Towards, usize, bool, Vec<[u8; 2]>),
}

/// Whose cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum List<'t> {
    Guest(Id),
    Node(&'t str),
    Filter(usize),
    Member(usize),
}

/// What a list tells apart: addresses, and the packets of a row, of which it says the same of each run.
struct Told {
    cuts: Cuts,
    runs: Vec<Range<usize>>,
}

/// Rows of a tree over one list of packets.
pub struct Rows<'t> {
    tree: &'t Tree,
    packets: Vec<(Protocol, Option<u16>)>,
    tunnels: Tunnels,
    told: RefCell<HashMap<List<'t>, Rc<Told>>>,
    known: RefCell<HashMap<Key<'t>, Rc<May>>>,
    /// Whether a node's translation asks for more than the address, by the address.
    by_port: RefCell<HashMap<IpAddr, bool>>,
    edges: OnceCell<Cuts>,
}

impl Tree {
    /// Rows over the packets around everything that a file names, and further ones.
    pub fn rows(&self, further: impl IntoIterator<Item = (Protocol, Option<u16>)>) -> Rows<'_> {
        let packets: BTreeSet<_> = Boundaries::all(self).into_iter().chain(further).collect();
        Rows {
            tree: self,
            packets: packets.into_iter().collect(),
            tunnels: Tunnels::default(),
            told: RefCell::default(),
            known: RefCell::default(),
            by_port: RefCell::default(),
            edges: OnceCell::new(),
        }
    }
}

impl<'t> Rows<'t> {
    /// The packets of a row, sorted.
    pub fn packets(&self) -> &[(Protocol, Option<u16>)] {
        &self.packets
    }

    /// The verdicts from one to another at an address, on a path.
    pub fn row(&self, from: &str, to: &str, path: &Path, address: IpAddr) -> Row {
        let words = self.packets.len().div_ceil(64);
        let (Some(from), Some(to)) = (self.tree.end(from), self.tree.end(to)) else {
            return Row { open: vec![0; words], closed: vec![0; words] };
        };
        let way = Way { from, to, address, path, manner: Manner::default(), turn: 0 };
        let mut row = Row { open: self.all(), closed: self.all() };
        // Open if what each of its addresses may send passes, whose turn it ever is, closed if nothing does.
        let each = self.tree.each_of(&way);
        if each.is_empty() && !self.tree.without_source(&way).closed_for_sure() {
            return Row { open: vec![0; words], closed: vec![0; words] };
        }
        for (source, way) in each {
            let may = self.from(&way, source);
            for at in 0..words {
                row.open[at] &= may.pass[at] & !may.drop[at];
                row.closed[at] &= !may.pass[at];
            }
        }
        // Who has no address there sends nothing; where all are closed, none is open.
        row.open.iter_mut().zip(&row.closed).for_each(|(open, closed)| *open &= !closed);
        row
    }

    fn all(&self) -> Vec<u64> {
        let mut all = vec![u64::MAX; self.packets.len().div_ceil(64)];
        if let (Some(last), used @ 1..) = (all.last_mut(), self.packets.len() % 64) {
            *last = (1 << used) - 1;
        }
        all
    }

    fn from(&self, way: &Way<'t, '_>, source: Addr) -> May {
        let packet = |(protocol, port)| Packet::first(source, Addr::At(way.address), protocol, port);
        let stops = |at: usize| self.tree.stops(way, &packet(self.packets[at]), &self.tunnels);
        if *way.path != Path::Routed || !self.is_by_port(way.address) {
            return self.along(&stops(0));
        }
        let mut all = May { pass: self.none(), drop: self.none() };
        let mut first = 0;
        while first < self.packets.len() {
            let like = self.edge_view(first);
            let next = (first..self.packets.len()).find(|at| self.edge_view(*at) != like);
            let next = next.unwrap_or(self.packets.len());
            // What is given another port is that port's packet from there on, whatever it was.
            let (one, other) = (stops(first), stops(next - 1));
            let alike = self.keeps(first, &one) && self.keeps(next - 1, &other);
            let may = alike.then(|| self.along(&one));
            for at in first..next {
                let (word, bit) = (at / 64, 1 << (at % 64));
                let (passes, drops) = match &may {
                    Some(may) => (may.pass[word] & bit != 0, may.drop[word] & bit != 0),
                    None => {
                        let said: Vec<_> = stops(at).into_iter().map(|stop| self.tree.asked(stop).outcome).collect();
                        (said.iter().all(|it| it.open), said.iter().any(|it| it.closed))
                    }
                };
                all.pass[word] |= if passes { bit } else { 0 };
                all.drop[word] |= if drops { bit } else { 0 };
            }
            first = next;
        }
        all
    }

    fn none(&self) -> Vec<u64> {
        vec![0; self.packets.len().div_ceil(64)]
    }

    /// Every one must let a packet pass.
    fn along(&self, stops: &[Stop<'t>]) -> May {
        let mut all = May { pass: self.all(), drop: self.none() };
        for stop in stops {
            match &stop.ask {
                Ask::Said(outcome) => {
                    if !outcome.open {
                        all.pass.fill(0);
                    }
                    if outcome.closed {
                        all.drop.fill(u64::MAX);
                    }
                }
                ask => {
                    let may = self.asked(ask, &stop.packet);
                    all.pass.iter_mut().zip(&may.pass).for_each(|(all, one)| *all &= one);
                    all.drop.iter_mut().zip(&may.drop).for_each(|(all, one)| *all |= one);
                }
            }
            if all.pass.iter().all(|word| *word == 0) {
                break;
            }
        }
        all
    }

    fn asked(&self, ask: &Ask<'t>, packet: &Packet) -> Rc<May> {
        let Some((list, key)) = self.key(ask, packet) else { return Rc::new(self.each(ask, packet, None)) };
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let may = Rc::new(self.each(ask, packet, Some(&self.told(list))));
        self.known.borrow_mut().insert(key, may.clone());
        may
    }

    /// What decides; none where nothing is known to be the same.
    fn key(&self, ask: &Ask<'t>, packet: &Packet) -> Option<(List<'t>, Key<'t>)> {
        let views = |list| {
            let told = self.told(list);
            [told.cuts.source(packet.src), told.cuts.dest(packet.dst)]
        };
        Some(match ask {
            Ask::Said(_) => return None,
            Ask::Proxmox(towards, guest, nic) => {
                let list = List::Guest(guest.id);
                (list, Key::Proxmox(*towards, guest.id, nic.index, views(list)))
            }
            Ask::Node(towards, node, iface, ring) => {
                let list = List::Node(node);
                (list, Key::Node(*towards, node, iface.clone(), *ring, views(list)))
            }
            Ask::Filter(towards, filter, device) => {
                let list = List::Filter(*filter);
                (list, Key::Filter(*towards, *filter, *device, packet.answer, views(list)))
            }
            Ask::Through(filter, devices, doubt) => {
                let list = List::Filter(*filter);
                (list, Key::Through(*filter, *devices, doubt.is_some(), packet.answer, views(list)))
            }
            Ask::Overlay(towards, ends) => {
                let member = std::ptr::from_ref(ends.own).addr();
                (
                    List::Member(member),
                    Key::Overlay(*towards, member, packet.is_v6(), other_end(*towards, ends, packet)),
                )
            }
        })
    }

    fn told(&self, list: List<'t>) -> Rc<Told> {
        if let Some(known) = self.told.borrow().get(&list) {
            return known.clone();
        }
        let tree = self.tree;
        let cuts = match list {
            List::Guest(id) => {
                tree.proxmox.guests.get(&id).map(|guest| Cuts::of_guest(tree, guest)).unwrap_or_default()
            }
            List::Node(node) => Cuts::of_node(tree, node),
            List::Filter(filter) => Cuts::of_filter(&tree.filters[filter]),
            List::Member(at) => {
                let member = tree.members.iter().find(|member| std::ptr::from_ref(*member).addr() == at);
                member.map(Cuts::of_member).unwrap_or_default()
            }
        };
        let place = |at: usize| (self.packets[at].0, self.packets[at].1.map(|port| cuts.port(port)));
        let runs = runs(self.packets.len(), |at, next| place(at) == place(next));
        let told = Rc::new(Told { cuts, runs });
        self.told.borrow_mut().insert(list, told.clone());
        told
    }

    /// What a list says to each packet.
    fn each(&self, ask: &Ask<'t>, packet: &Packet, told: Option<&Told>) -> May {
        let mut all = May { pass: self.none(), drop: self.none() };
        let alone: Vec<Range<usize>>;
        let runs = match told {
            Some(told) => &told.runs,
            None => {
                alone = runs(self.packets.len(), |_, _| false);
                &alone
            }
        };
        for run in runs {
            let (protocol, port) = self.packets[run.start];
            let outcome = self.tree.outcome(ask, &shaped(packet, protocol, port));
            if outcome.open {
                set(&mut all.pass, run.clone());
            }
            if outcome.closed {
                set(&mut all.drop, run.clone());
            }
        }
        all
    }

    /// Whether a packet has its own ports wherever it goes.
    fn keeps(&self, at: usize, stops: &[Stop<'t>]) -> bool {
        let (protocol, port) = self.packets[at];
        stops.iter().all(|stop| shaped(&stop.packet, protocol, port) == stop.packet)
    }

    /// Whether it depends on more than the address what nodes make of a packet on its way: whether any rule that translates, or
    /// stands in front of one, asks for protocols or ports, and not for another destination alone.
    fn is_by_port(&self, address: IpAddr) -> bool {
        if let Some(known) = self.by_port.borrow().get(&address) {
            return *known;
        }
        let inner = self.tree.wiring.known_as.get(&address);
        let mut rules = self.tree.edges.values().flat_map(translating);
        let found = rules.any(|rule| {
            let elsewhere = rule.conditions.iter().any(|condition| match &condition.test {
                Test::Dest(there) if !condition.not => {
                    !there.has(address) && inner.is_none_or(|inner| !there.has(*inner))
                }
                _ => false,
            });
            let asks = |test: &Test| {
                let ports = matches!(test, Test::Sport(_) | Test::Dport(_) | Test::AskedPort(_));
                ports || matches!(test, Test::Protocol(_) | Test::Icmp(..))
            };
            !elsewhere && rule.conditions.iter().any(|condition| asks(&condition.test))
        });
        self.by_port.borrow_mut().insert(address, found);
        found
    }

    /// What the nodes' translations tell of a packet by its protocol and port.
    fn edge_view(&self, at: usize) -> (Protocol, Option<usize>) {
        let cuts = self.edges.get_or_init(|| {
            let edges = self.tree.edges.values().map(Cuts::of_filter);
            edges.fold(Cuts::default(), Cuts::with)
        });
        let (protocol, port) = self.packets[at];
        (protocol, port.map(|port| cuts.port(port)))
    }
}

/// The longest runs of neighbours that are alike.
fn runs(length: usize, alike: impl Fn(usize, usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in 0..length {
        match runs.last_mut() {
            Some(run) if alike(run.start, at) => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Sets the bits of a run.
fn set(words: &mut [u64], run: Range<usize>) {
    for (at, word) in words.iter_mut().enumerate().take(run.end.div_ceil(64)).skip(run.start / 64) {
        let first = run.start.saturating_sub(at * 64);
        let past = (run.end - at * 64).min(64);
        *word |= (u64::MAX >> (64 - (past - first))) << first;
    }
}

/// The packet of these ends that has this protocol and port; or its answer.
fn shaped(packet: &Packet, protocol: Protocol, port: Option<u16>) -> Packet {
    match packet.answer {
        false => Packet::first(packet.src, packet.dst, protocol, port),
        true => Packet::first(packet.dst, packet.src, protocol, port).reply(),
    }
}

/// What each rule of a member makes of the other end, whatever the packet: by the oldest and the newest release if its own is not
/// known.
fn other_end(towards: Towards, ends: &Ends<'_>, packet: &Packet) -> Vec<[u8; 2]> {
    let rules = match towards {
        Towards::Out => &ends.own.outbound,
        Towards::In => &ends.own.inbound,
    };
    let asked = Asked { own: ends.own, peer: ends.peer, local: ends.local, remote: ends.remote, packet };
    let number = |tri: Tri| match tri {
        Tri::No => 0,
        Tri::Yes => 1,
        Tri::Maybe(_) => 2,
    };
    rules.iter().flatten().map(|rule| rule.takes_end(asked).map(number)).collect()
}

/// The rules that a packet may meet on its way to another destination.
fn translating(filter: &Filter) -> Vec<&crate::filter::Rule> {
    let entered = |base: &&Base| base.nat && base.hook == Hook::Prerouting;
    let mut chains: Vec<usize> = filter.bases.iter().filter(entered).map(|base| base.chain).collect();
    let mut at = 0;
    while let Some(chain) = chains.get(at).copied() {
        for rule in &filter.chains[chain].rules {
            if let Then::Jump(inner) | Then::Goto(inner) = rule.then
                && !chains.contains(&inner)
            {
                chains.push(inner);
            }
        }
        at += 1;
    }
    chains.into_iter().flat_map(|chain| &filter.chains[chain].rules).collect()
}
