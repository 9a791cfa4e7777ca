//! Questions about sets: every source with every target, those that no layer tells apart at once.

use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_site::model::Family;

use super::{Classes, Extent, Layers, Party, Path, verdict};
use crate::address::node_addresses;
use crate::ports::PortSet;

/// Sources and targets between which everything is alike.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Who starts.
    pub sources: Vec<Party>,
    /// Who gets it.
    pub targets: Vec<Party>,
    /// The paths from the first source to the first other target.
    pub paths: Vec<Path>,
    /// What is open for certain, on any path.
    pub lower: PortSet,
    /// What may be open.
    pub upper: PortSet,
}

impl Cell {
    /// What is between some sources and targets, by the paths from the first to the first other.
    pub(super) fn new(sources: Vec<Party>, targets: Vec<Party>, paths: Vec<Path>) -> Self {
        let (lower, upper) = bounds(&paths);
        Self { sources, targets, paths, lower, upper }
    }

    /// Whether packets pass on some path.
    pub fn verdict(&self, packets: &PortSet) -> Extent {
        verdict(packets, &self.lower, &self.upper)
    }

    /// Leaves only what goes to some addresses of the targets.
    pub fn keep_at(&mut self, addresses: &[IpAddr]) {
        self.paths.iter_mut().for_each(|path| path.to.retain(|to| addresses.contains(to)));
        self.paths.retain(|path| !path.to.is_empty());
        (self.lower, self.upper) = bounds(&self.paths);
    }

    /// The addresses that the first source has on a path: of each family of the target's addresses one.
    pub fn sent_from(&self, layers: &Layers, path: &Path) -> Vec<IpAddr> {
        let mut list = Vec::new();
        let families = path.to.iter().map(|to| Family::of(*to));
        for family in families.filter(|_| path.from.is_some()) {
            let known = path.from.filter(|from| Family::of(*from) == family);
            let own = || match self.sources.first()? {
                Party::Host(host) => layers.address(*host, path.way.first()?, family),
                Party::Node(node) => {
                    let all = node_addresses(layers.site, path.way.first()?, *node);
                    all.into_iter().find(|own| Family::of(*own) == family)
                }
                _ => None,
            };
            list.extend(known.or_else(own).filter(|own| !list.contains(own)));
        }
        list
    }

    /// How many connections it stands for: nobody connects to himself.
    pub fn connections(&self) -> usize {
        let same = self.sources.iter().filter(|source| self.targets.contains(source) && !source.is_several()).count();
        self.sources.len() * self.targets.len() - same
    }
}

impl Layers<'_> {
    /// Judges every source with every other target.
    pub fn ask(&self, classes: &Classes, sources: &[Party], targets: &[Party]) -> Vec<Cell> {
        let mut cells = Vec::new();
        self.each(
            classes,
            sources,
            targets,
            |source, target| self.paths(source, target),
            |sources, targets, paths| {
                cells.push(Cell::new(sources.to_vec(), targets.to_vec(), paths));
            },
        );
        cells
    }

    /// Shows the paths from the first of each class of sources to the first other one of each class of targets, as `find` gives them.
    pub(super) fn each(
        &self,
        classes: &Classes,
        sources: &[Party],
        targets: &[Party],
        find: impl Fn(&Party, &Party) -> Vec<Path>,
        mut see: impl FnMut(&[Party], &[Party], Vec<Path>),
    ) {
        let (sources, targets) = (grouped(classes, sources), grouped(classes, targets));
        for from in &sources {
            for to in &targets {
                if let Some((source, target)) = pair(from, to) {
                    see(from, to, find(source, target));
                }
            }
        }
    }
}

/// What passes on any of some paths, for certain and perhaps.
fn bounds(paths: &[Path]) -> (PortSet, PortSet) {
    let union = |of: fn(&Path) -> PortSet| paths.iter().fold(PortSet::none(), |all, path| all.union(&of(path)));
    (union(Path::lower), union(Path::upper))
}

/// The parties by their class, in the order in which they are met first; what is no machine is alone.
pub(super) fn grouped(classes: &Classes, parties: &[Party]) -> Vec<Vec<Party>> {
    let mut at: BTreeMap<usize, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<Party>> = Vec::new();
    for party in parties {
        let class = if let Party::Host(host) = party { classes.of[host.index()] } else { None };
        match class.and_then(|class| at.get(&class)) {
            Some(group) => groups[*group].push(party.clone()),
            None => {
                if let Some(class) = class {
                    at.insert(class, groups.len());
                }
                groups.push(vec![party.clone()]);
            }
        }
    }
    groups
}

/// The first two that differ; of addresses that are several there are always two.
pub(super) fn pair<'p>(from: &'p [Party], to: &'p [Party]) -> Option<(&'p Party, &'p Party)> {
    let differ = |source: &Party, target: &Party| source != target || source.is_several();
    from.iter().find_map(|source| Some((source, to.iter().find(|target| differ(source, target))?)))
}
