//! A tree of files as one side: what the audit reads from it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_audit::{Stands, Tree};
use arvc_reach::ports::PortSet;
use arvc_site::model::Transport;
use arvc_verdict::{Cell, Layer, Protocol, Verdict};

use super::{Paths, Reach, Side};

/// All that is nobody's, in the world.
const INTERNET: &str = "internet";

/// A tree that was read back.
pub struct Audited<'a> {
    tree: &'a Tree,
    classes: Vec<Vec<String>>,
    /// Addresses of nobody that are asked about, since a rule of either side tells them apart, with what they are called, if that is
    /// something else. Whatever one of the sides names is no matter of what the other makes of it.
    strangers: BTreeMap<String, Option<String>>,
    sets: Vec<(String, Vec<String>)>,
    /// Whether no rule names an address of the Internet, of those that were asked about.
    unnamed: RefCell<BTreeMap<IpAddr, bool>>,
}

impl<'a> Audited<'a> {
    /// Sorts machines into classes. What is nobody's is found for [two sides](Self::align).
    pub fn new(tree: &'a Tree) -> Self {
        let classes = tree.classes().into_iter().map(|class| class.members);
        let is_address = |members: &[String]| matches!(members, [one] if one.parse::<IpAddr>().is_ok());
        let classes = classes.filter(|members| !is_address(members) && *members != ["internet"]).collect();
        Self { tree, classes, strangers: BTreeMap::new(), sets: Vec::new(), unnamed: RefCell::default() }
    }

    /// Lets two sides ask about the same addresses: those that either of them tells apart and that are nobody's on both.
    pub fn align(&mut self, other: &mut Self) {
        let stranger = |address: IpAddr| {
            let stands = [other.tree, self.tree].map(|tree| tree.stands_for(address));
            // The most that either says; of two prefixes the narrower one.
            let rank = |stands: &Stands| match stands {
                Stands::Itself | Stands::Node(_) => (0, 0),
                Stands::Within((low, high), _) => (1, width(*low, *high)),
                Stands::Private(low, high) => (2, width(*low, *high)),
                Stands::Internet => (3, 0),
            };
            let text = address.to_string();
            let words = stands.iter().min_by_key(|stands| rank(stands)).map(|stands| stands.words(address));
            let words = words.filter(|words| *words != text);
            (text, words)
        };
        let strangers: BTreeMap<_, _> = self.tree.strangers_beside(other.tree).into_iter().map(stranger).collect();
        self.strangers.clone_from(&strangers);
        other.strangers = strangers;
    }
}

/// How many addresses are between two, about.
fn width(low: IpAddr, high: IpAddr) -> u128 {
    match (low, high) {
        (IpAddr::V4(low), IpAddr::V4(high)) => u128::from(high.to_bits() - low.to_bits()),
        (IpAddr::V6(low), IpAddr::V6(high)) => high.to_bits() - low.to_bits(),
        _ => u128::MAX,
    }
}

impl Audited<'_> {
    /// The addresses of nobody that are asked about.
    pub fn strangers(&self) -> impl Iterator<Item = &String> {
        self.strangers.keys()
    }

    /// The Internet is what no rule names: an address that one does is asked about by itself.
    fn unnamed(&self, mut cells: Vec<Cell>) -> Vec<Cell> {
        let mut known = self.unnamed.borrow_mut();
        cells.retain(|cell| {
            let address = cell.question.address;
            let mut unnamed =
                || *known.entry(address).or_insert_with(|| self.tree.stands_for(address) == Stands::Internet);
            cell.question.to != "internet" || unnamed()
        });
        cells
    }

    /// What the addresses of nobody stand for, that have no name otherwise.
    pub fn words(&self) -> Vec<(String, Vec<String>)> {
        let called = self.strangers.iter().filter_map(|(text, words)| Some((words.clone()?, vec![text.clone()])));
        // Those of the world that no rule names are the world, whether one asks by an address or not.
        let world = called.clone().filter(|(words, _)| words == INTERNET).flat_map(|(_, own)| own);
        let world = world.chain([INTERNET.to_owned()]).collect();
        called.chain([(INTERNET.to_owned(), world)]).collect()
    }

    /// Names of sets that are known beside the tree.
    pub fn name(&mut self, sets: Vec<(String, Vec<String>)>) {
        self.sets = sets;
    }
}

impl Side for Audited<'_> {
    fn classes(&self) -> Vec<Vec<String>> {
        let zones = self.strangers.keys().cloned().chain([INTERNET.to_owned()]);
        self.classes.iter().cloned().chain(zones.map(|zone| vec![zone])).collect()
    }

    fn sets(&self) -> Vec<(String, Vec<String>)> {
        self.sets.clone()
    }

    fn between(&self, pairs: &[(&str, &str)]) -> Vec<Paths> {
        let known: Vec<bool> = pairs.iter().map(|(from, to)| self.tree.knows(from) && self.tree.knows(to)).collect();
        let asked: Vec<(&str, &str)> =
            pairs.iter().zip(&known).filter(|(_, known)| **known).map(|(pair, _)| *pair).collect();
        let mut answers = self.tree.cells_of(&asked).into_iter().map(|cells| self.unnamed(cells));
        let paths = known.iter().map(|known| match known {
            true => paths(&answers.next().unwrap_or_default()),
            false => Paths::new(),
        });
        paths.collect()
    }

    fn layered(&self, from: &str, to: &str) -> Option<Paths> {
        if !self.tree.knows(from) || !self.tree.knows(to) {
            return Some(Paths::new());
        }
        let cells = self.unnamed(self.tree.cells(from, to));
        let mut paths = paths(&cells);
        let mut layers: BTreeMap<(&'static str, String), Vec<Cell>> = BTreeMap::new();
        for cell in &cells {
            let mut verdicts: BTreeMap<&'static str, Verdict> = BTreeMap::new();
            for decision in self.tree.decide(&cell.question).decisions {
                let held = verdicts.remove(word(decision.layer)).unwrap_or(Verdict::Open);
                verdicts.insert(word(decision.layer), held.and(decision.verdict));
            }
            for (layer, verdict) in verdicts {
                let of = layers.entry((layer, name(cell))).or_default();
                of.push(Cell { question: cell.question.clone(), verdict });
            }
        }
        for ((layer, path), cells) in layers {
            let cells: Vec<&Cell> = cells.iter().collect();
            if let Some(reach) = paths.get_mut(&path) {
                reach.layers.insert(layer, bounds(&cells));
            }
        }
        Some(paths)
    }
}

/// A layer as a reviewer names it.
fn word(layer: Layer) -> &'static str {
    match layer {
        Layer::Proxmox => "Proxmox",
        Layer::Nebula => "Nebula",
        Layer::Guest => "packet filter",
        Layer::Path => "path",
    }
}

/// The path of a cell; the families of a path are two.
fn name(cell: &Cell) -> String {
    let family = if cell.question.address.is_ipv6() { " by IPv6" } else { "" };
    format!("{}{family}", cell.question.path)
}

/// What passes for certain, and what may.
fn bounds(cells: &[&Cell]) -> (PortSet, PortSet) {
    (held(cells, |verdict| *verdict == Verdict::Open), held(cells, |verdict| *verdict != Verdict::Closed))
}

/// The cells of one pair: between two neighbours of the packets that were asked about nothing changes.
fn paths(cells: &[Cell]) -> Paths {
    let mut by_path: BTreeMap<String, Vec<&Cell>> = BTreeMap::new();
    for cell in cells {
        by_path.entry(name(cell)).or_default().push(cell);
    }
    let reach = |cells: Vec<&Cell>| {
        let (lower, upper) = bounds(&cells);
        Reach { lower, upper, layers: BTreeMap::new() }
    };
    by_path.into_iter().map(|(path, cells)| (path, reach(cells))).collect()
}

/// The packets of which something holds, at one address at least.
fn held(cells: &[&Cell], wanted: impl Fn(&Verdict) -> bool) -> PortSet {
    let mut all = PortSet::none();
    let mut addresses: Vec<_> = cells.iter().map(|cell| cell.question.address).collect();
    addresses.sort();
    addresses.dedup();
    for address in addresses {
        let here = cells.iter().filter(|cell| cell.question.address == address);
        let here: Vec<(&Cell, bool)> = here.map(|cell| (*cell, wanted(&cell.verdict))).collect();
        if here.iter().all(|(_, holds)| *holds) {
            return PortSet::all();
        }
        for (transport, protocol) in [(Transport::Tcp, Protocol::Tcp), (Transport::Udp, Protocol::Udp)] {
            let of = here.iter().filter(|(cell, _)| cell.question.protocol == protocol);
            let mut ports: Vec<(u16, bool)> =
                of.map(|(cell, holds)| (cell.question.port.unwrap_or(0), *holds)).collect();
            ports.sort_unstable();
            for run in ports.chunk_by(|one, other| one.1 == other.1).filter(|run| run[0].1) {
                let (first, last) = (run[0].0, run[run.len() - 1].0);
                // The least port that is asked about stands for those below it.
                let first = if first == ports[0].0 { 0 } else { first };
                all = all.union(&PortSet::ports(transport, first, last));
            }
        }
        for (cell, _) in here.iter().filter(|(_, holds)| *holds) {
            all = match cell.question.protocol {
                Protocol::Icmp => all.union(&PortSet::icmp()),
                Protocol::Other(number) => all.union(&PortSet::protocol(number)),
                Protocol::Tcp | Protocol::Udp => all,
            };
        }
    }
    all
}
