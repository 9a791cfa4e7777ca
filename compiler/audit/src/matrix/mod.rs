//! Everything that is open, by class: machines that no file distinguishes are one class, and packets are those around every value
//! that a file names.

mod bare;
mod boundaries;
mod classes;
mod cuts;
mod records;
mod rows;
mod strangers;
mod ways;

use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_verdict::{Cell, Path, Protocol, Question, Verdict};

pub use classes::Class;
pub(crate) use records::Records;
pub use rows::{Row, Rows};
pub use strangers::Stands;
pub(crate) use strangers::Strangers;

use crate::decide::{End, Manner, Tunnels, Way};
use crate::tree::Tree;

/// What is open between classes.
#[derive(Debug)]
pub struct Matrix {
    /// The classes, by their first member.
    pub classes: Vec<Class>,
    /// The cells of the representatives of each pair, sorted.
    pub cells: Vec<Cell>,
}

impl Tree {
    /// Classes, and a verdict for each boundary packet between their representatives: the first member of each, and the second
    /// where a class is asked about itself.
    pub fn matrix(&self) -> Matrix {
        self.matrix_apart(|_| None)
    }

    /// The same, where somebody else tells members of one class apart: by a number for each name that he knows. So he can be held
    /// against this whatever he takes to be alike.
    pub fn matrix_apart(&self, number: impl Fn(&str) -> Option<usize>) -> Matrix {
        let classes = self.classes_apart(number);
        let boundaries = boundaries::Boundaries::of(self);
        let tunnels = Tunnels::default();
        let mut cells = Vec::new();
        for (source, target) in pairs(&classes) {
            self.between(source, target, &boundaries, &tunnels, &mut cells);
        }
        cells.sort();
        cells.dedup();
        Matrix { classes, cells }
    }

    /// The classes, apart where a number that somebody else has for a name tells their members apart.
    pub fn classes_apart(&self, number: impl Fn(&str) -> Option<usize>) -> Vec<Class> {
        let mut classes: Vec<Class> = Vec::new();
        for class in self.classes() {
            let mut parts: BTreeMap<Option<usize>, Vec<String>> = BTreeMap::new();
            for member in class.members {
                parts.entry(number(&member)).or_default().push(member);
            }
            classes.extend(parts.into_values().map(|members| Class { members }));
        }
        classes
    }

    /// The names of all machines, sorted.
    pub fn machines(&self) -> impl Iterator<Item = &str> {
        self.hosts.keys().map(String::as_str)
    }

    /// Whether no file is about a machine or a node.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.nodes.is_empty()
    }

    /// Whether a name means anything here: a machine, a node, an address, `internet`.
    pub fn knows(&self, name: &str) -> bool {
        self.end(name).is_some() || !self.only_wired(name).is_empty()
    }

    /// The node that has an address.
    pub fn node_at(&self, address: IpAddr) -> Option<&str> {
        let mut nodes = self.wiring.nodes.iter().filter(|(_, own)| own.contains(&address));
        nodes.find_map(|(node, _)| self.node(node))
    }

    /// The paths from one to the other, each with an address of the other.
    pub fn paths(&self, from: &str, to: &str) -> Vec<(Path, IpAddr)> {
        match (self.end(from), self.end(to)) {
            (Some(from), Some(to)) => self.ways(from, to),
            _ => Vec::new(),
        }
    }

    /// The cells of one ordered pair, sorted.
    pub fn cells(&self, from: &str, to: &str) -> Vec<Cell> {
        let mut cells = Vec::new();
        self.between(from, to, &boundaries::Boundaries::of(self), &Tunnels::default(), &mut cells);
        cells.sort();
        cells
    }

    /// The cells of several ordered pairs, those of each sorted.
    pub fn cells_of(&self, pairs: &[(&str, &str)]) -> Vec<Vec<Cell>> {
        let boundaries = boundaries::Boundaries::of(self);
        let tunnels = Tunnels::default();
        let cells = pairs.iter().map(|(from, to)| {
            let mut cells = Vec::new();
            self.between(from, to, &boundaries, &tunnels, &mut cells);
            cells.sort();
            cells
        });
        cells.collect()
    }

    /// Whether a text is an address, and no machine's here.
    pub fn is_nobodys(&self, address: &str) -> bool {
        matches!(self.end(address), Some(End::Address(address)) if !self.member_addresses().contains_key(&address))
    }

    /// The cells of one ordered pair.
    fn between(
        &self,
        source: &str,
        target: &str,
        boundaries: &boundaries::Boundaries,
        tunnels: &Tunnels,
        cells: &mut Vec<Cell>,
    ) {
        let (Some(from), Some(to)) = (self.end(source), self.end(target)) else { return };
        for (path, address) in self.ways(from, to) {
            let way = Way { from, to, address, path: &path, manner: Manner::default(), turn: 0 };
            for (protocol, port) in boundaries.packets(self, &way) {
                let verdict = self.verdict(&way, protocol, port, tunnels);
                let question =
                    Question { from: source.into(), to: target.into(), address, path: path.clone(), protocol, port };
                cells.push(Cell { question, verdict });
            }
        }
    }
}

/// Whom the cells of each two classes are about: the first member of each, and the second where a class is asked about itself.
pub fn pairs(classes: &[Class]) -> impl Iterator<Item = (&str, &str)> {
    classes.iter().flat_map(move |from| classes.iter().filter_map(move |to| pair(from, to)))
}

/// Whom a cell of two classes is about.
fn pair<'a>(from: &'a Class, to: &'a Class) -> Option<(&'a str, &'a str)> {
    match std::ptr::eq(from, to) {
        true => Some((from.members.first()?, from.members.get(1)?)),
        false => Some((from.members.first()?, to.members.first()?)),
    }
}

impl Matrix {
    /// Every cell of every pair of members: as many as pairs, so for small trees.
    pub fn expand(&self, tree: &Tree) -> Vec<Cell> {
        let boundaries = boundaries::Boundaries::of(tree);
        let tunnels = Tunnels::default();
        let mut cells = Vec::new();
        let names: Vec<&String> = self.classes.iter().flat_map(|class| &class.members).collect();
        for from in &names {
            for to in names.iter().filter(|to| *to != from) {
                tree.between(from, to, &boundaries, &tunnels, &mut cells);
            }
        }
        cells.sort();
        cells
    }

    /// What is not closed.
    pub fn open(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| cell.verdict != Verdict::Closed)
    }
}

/// Protocols beside those with ports that are always asked for: an echo request, and one that nobody names.
const OTHERS: [Protocol; 2] = [Protocol::Icmp, Protocol::Other(47)];
