//! What is open between all classes of a site, at the cost of what differs and not of every pair.
//!
//! What the paths between two machines say follows from what each of them is (its [shape](Marks)), and from which rules of the
//! one's lists hold the other's addresses and certificate. Both are found out once a class: rules are asked whom they hold, and
//! not each pair by which rules it is held. Pairs that are alike in all of this are judged once.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::ask::{grouped, pair};
use super::decide::Detail;
use super::marks::Marks;
use super::{Classes, Layers, Party, Path, Way};
use crate::ports::PortSet;

/// What is open between all of some parties.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Parties that nothing tells apart; what is no machine is alone.
    pub classes: Vec<Vec<Party>>,
    /// By source; targets that no two blocks of a source share.
    pub blocks: Vec<Block>,
}

/// A class, and others to which the same is open from it.
#[derive(Clone, Debug)]
pub struct Block {
    /// The class of the sources, by its place in [`Matrix::classes`].
    pub source: usize,
    /// The classes of the targets.
    pub targets: Vec<usize>,
    /// What passes, by way; what is closed on every way is left out.
    pub passing: Rc<[Passing]>,
}

/// What passes on a way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Passing {
    /// The way.
    pub way: Way,
    /// What passes for certain.
    pub lower: PortSet,
    /// What may pass.
    pub upper: PortSet,
}

impl Passing {
    /// What may pass and does not for certain.
    pub fn unknown(&self) -> PortSet {
        self.upper.difference(&self.lower)
    }
}

impl Layers<'_> {
    /// Judges everybody with everybody else.
    pub fn matrix(&self, classes: &Classes, parties: &[Party]) -> Matrix {
        let classes = grouped(classes, parties);
        let blocks = self.in_detail(Detail::Often, || self.blocks(&classes));
        Matrix { classes, blocks }
    }

    fn blocks(&self, classes: &[Vec<Party>]) -> Vec<Block> {
        let mut marks = Marks::new(self, classes);
        let mut answers = Answers::default();
        let mut judged: FxHashMap<Vec<u32>, u32> = FxHashMap::default();
        let mut blocks: Vec<Block> = Vec::new();
        let mut key = Vec::new();
        for source in 0..classes.len() {
            // The block of this source that has an answer.
            let mut by: FxHashMap<u32, usize> = FxHashMap::default();
            for target in 0..classes.len() {
                let judge = || {
                    let (from, to) = pair(&classes[source], &classes[target])?;
                    Some(passing(&self.paths(from, to)))
                };
                let answer = if marks.key(source, target, &mut key) {
                    match judged.get(&key) {
                        Some(known) => Some(*known),
                        None => {
                            let answer = judge().map(|passing| answers.add(passing));
                            judged.extend(answer.map(|answer| (key.clone(), answer)));
                            answer
                        }
                    }
                } else {
                    judge().map(|passing| answers.add(passing))
                };
                let Some(answer) = answer.filter(|answer| !answers.list[*answer as usize].is_empty()) else { continue };
                let at = *by.entry(answer).or_insert(blocks.len());
                if at == blocks.len() {
                    let passing = answers.list[answer as usize].clone();
                    blocks.push(Block { source, targets: Vec::new(), passing });
                }
                blocks[at].targets.push(target);
            }
        }
        blocks
    }
}

/// What passes between two, each once.
#[derive(Default)]
struct Answers {
    list: Vec<Rc<[Passing]>>,
    known: FxHashMap<Rc<[Passing]>, u32>,
}

impl Answers {
    fn add(&mut self, passing: Vec<Passing>) -> u32 {
        if let Some(known) = self.known.get(passing.as_slice()) {
            return *known;
        }
        let (passing, at): (Rc<[Passing]>, u32) = (passing.into(), self.list.len() as u32);
        self.list.push(passing.clone());
        self.known.insert(passing, at);
        at
    }
}

/// What passes on paths, in their order; addresses that differ in what decides alone are not told apart.
pub(super) fn passing(paths: &[Path]) -> Vec<Passing> {
    let mut list: Vec<Passing> = Vec::new();
    for path in paths {
        let passing = Passing { way: path.way, lower: path.lower(), upper: path.upper() };
        if !passing.upper.is_none() && !list.contains(&passing) {
            list.push(passing);
        }
    }
    list
}
