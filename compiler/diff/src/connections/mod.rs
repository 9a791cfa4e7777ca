//! Connections that a change opens and closes, on every path, with the layers that do it.
//!
//! Machines that neither side tells apart are one class, and each two classes are asked about once on each side. What is found is
//! drawn together: the same packets, on the same path, from a set of machines to a set of machines are one row.

mod bits;
mod draw;
mod proof;
mod sets;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use arvc_reach::layers::{Verdict, verdict};
use arvc_reach::ports::PortSet;

use bits::Bits;
pub use proof::Proof;
pub use tree::Audited;

/// What a path lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// What passes for certain.
    pub lower: PortSet,
    /// What may pass.
    pub upper: PortSet,
    /// The same of each layer on it, where a side knows that: what passes for certain, and what may.
    pub layers: BTreeMap<&'static str, (PortSet, PortSet)>,
}

/// The paths from one party to another, by name.
pub type Paths = BTreeMap<String, Reach>;

/// One side of a change.
pub trait Side {
    /// Everybody by name: machines that it does not tell apart stand together. No name stands twice.
    fn classes(&self) -> Vec<Vec<String>>;
    /// Sets of machines that have a name of their own, the most telling first.
    fn sets(&self) -> Vec<(String, Vec<String>)>;
    /// The paths of each pair; a party that it does not know has none.
    fn between(&self, pairs: &[(&str, &str)]) -> Vec<Paths>;
    /// The same of one pair with its layers, where that costs more; it is asked about pairs that differ.
    fn layered(&self, from: &str, to: &str) -> Option<Paths> {
        let _ = (from, to);
        None
    }
}

/// The layers that sides know, in the order in which a packet meets them.
const ORDER: [&str; 11] = [
    "Proxmox out",
    "Nebula out",
    "tunnel",
    "router",
    "path",
    "Proxmox node",
    "Nebula in",
    "Nebula",
    "Proxmox in",
    "Proxmox",
    "packet filter",
];

/// What becomes of packets: from one verdict to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// They pass now.
    Opened,
    /// Whether they pass is not known now; they did not.
    MayOpen,
    /// Whether they pass is not known now; they did.
    MayClose,
    /// They do not pass any more.
    Closed,
    /// A layer lets them pass now, and another one still holds them.
    LayerOpened,
    /// A layer holds them now, and another one did before.
    LayerClosed,
}

/// A set of machines and zones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// Short: by sets that have a name where they are exactly these machines.
    pub words: Vec<String>,
    /// All of them.
    pub names: Vec<String>,
}

/// The same packets on the same path from everybody of a set to everybody else of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What becomes of them.
    pub turn: Turn,
    /// From whom.
    pub from: End,
    /// To whom.
    pub to: End,
    /// On which path.
    pub path: String,
    /// Which packets.
    pub packets: PortSet,
    /// The layers that changed their mind about them.
    pub layers: Vec<&'static str>,
}

/// Parties that one side alone has, and that are treated as others which both sides have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// Who.
    pub who: End,
    /// As whom.
    pub whom: End,
}

/// What a change does to connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// Between parties that both sides have.
    pub rows: Vec<Row>,
    /// Parties that are new and are treated as others are.
    pub joined: Vec<Alike>,
    /// What is open to and from the other new ones.
    pub new: Vec<Row>,
    /// Parties that are gone and were treated as others still are.
    pub left: Vec<Alike>,
    /// What was open to and from the others that are gone.
    pub gone: Vec<Row>,
    /// Who is new, and open to nobody.
    pub silent: Vec<String>,
}

impl Connections {
    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Machines that neither side tells apart.
struct Class {
    /// Their names as the later side has them, sorted.
    names: Vec<String>,
    /// The class of the earlier side.
    before: Option<usize>,
    /// The class of the later side.
    after: Option<usize>,
}

/// Where a change belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Both,
    New,
    Gone,
}

/// What rows have in common before they are drawn: the part, the turn, the path, the layers.
type Kind = (Part, Turn, String, Vec<&'static str>);

/// For each kind the packets, and between which classes: a row of bits for each source.
type Found = BTreeMap<Kind, BTreeMap<PortSet, Vec<Bits>>>;

/// Compares two sides. `renamed` has the old name of machines that have another one on the later side.
pub fn connections(before: &dyn Side, after: &dyn Side, renamed: &[(String, String)]) -> Connections {
    let now: BTreeMap<&str, &str> = renamed.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
    let then: BTreeMap<&str, &str> = renamed.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
    let classes = classes(&before.classes(), &after.classes(), &now);
    let mut found = Found::new();
    let mut result = Connections::default();
    // Who is treated as somebody who stays is told as that.
    let alike: Vec<bool> = (0..classes.len()).map(|class| twin(&classes, class).is_some()).collect();
    for (index, source) in classes.iter().enumerate() {
        let mut asked = Vec::new();
        for (other, target) in classes.iter().enumerate() {
            let part = match (source.before.and(target.before), source.after.and(target.after)) {
                (Some(_), Some(_)) => Part::Both,
                (None, Some(_)) if !alike[index] && !alike[other] => Part::New,
                (Some(_), None) if !alike[index] && !alike[other] => Part::Gone,
                _ => continue,
            };
            if let Some((from, to)) = pair(source, target) {
                asked.push((part, other, from, to));
            }
        }
        let old = |name: &'_ str| -> String { then.get(name).map_or(name, |old| old).to_owned() };
        let pairs: Vec<(&str, &str)> = asked.iter().map(|(_, _, from, to)| (*from, *to)).collect();
        let olds: Vec<(String, String)> = pairs.iter().map(|(from, to)| (old(from), old(to))).collect();
        let olds: Vec<(&str, &str)> = olds.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let (was, is) = (before.between(&olds), after.between(&pairs));
        for (at, ((part, other, ..), (mut was, mut is))) in asked.into_iter().zip(was.into_iter().zip(is)).enumerate() {
            if part == Part::Both && was != is {
                let layered = (before.layered(olds[at].0, olds[at].1), after.layered(pairs[at].0, pairs[at].1));
                (was, is) = (layered.0.unwrap_or(was), layered.1.unwrap_or(is));
            }
            for (path, turn, layers, packets) in turns(part, &was, &is) {
                let rows = found.entry((part, turn, path, layers)).or_default().entry(packets);
                let rows = rows.or_insert_with(|| vec![Bits::new(classes.len()); classes.len()]);
                rows[index].set(other);
            }
        }
    }
    let (named_before, named_after) = (named(before, &now), named(after, &BTreeMap::new()));
    let both = |class: &Class| class.before.is_some() && class.after.is_some();
    // Between parties that both sides have, a set means those of its members that both have.
    let words_both = sets::Sets::new(&classes, [&named_after, &named_before], both);
    let words_new = sets::Sets::new(&classes, [&named_after, &named_before], |class| class.after.is_some());
    let words_gone = sets::Sets::new(&classes, [&named_before, &named_after], |class| class.before.is_some());
    for ((part, turn, path, layers), relations) in found {
        let mut layers = layers;
        layers.sort_by_key(|layer| ORDER.iter().position(|known| known == layer));
        // The same two sets may stand in several relations.
        let mut drawn: BTreeMap<(Bits, Bits), PortSet> = BTreeMap::new();
        for (packets, from, to) in draw::rectangles(&classes, relations) {
            let all = drawn.entry((from, to)).or_default();
            *all = all.union(&packets);
        }
        for ((from, to), packets) in drawn {
            let words = match part {
                Part::Both => &words_both,
                Part::New => &words_new,
                Part::Gone => &words_gone,
            };
            let (from, to) = (words.end(&from, &to), words.end(&to, &from));
            let row = Row { turn, from, to, path: path.clone(), packets, layers: layers.clone() };
            match part {
                Part::Both => result.rows.push(row),
                Part::New => result.new.push(row),
                Part::Gone => result.gone.push(row),
            }
        }
    }
    for rows in [&mut result.rows, &mut result.new, &mut result.gone] {
        rows.sort_by(|one, other| {
            let key = |row: &Row| (row.turn, row.from.clone(), row.to.clone(), row.path.clone(), row.packets.clone());
            key(one).cmp(&key(other))
        });
    }
    for (index, class) in classes.iter().enumerate() {
        let Some(twin) = twin(&classes, index) else { continue };
        let nobody = Bits::new(classes.len());
        let one = |words: &sets::Sets, index: usize| words.end(&Bits::of(classes.len(), [index]), &nobody);
        let own = if class.before.is_none() { &words_new } else { &words_gone };
        let alike = Alike { who: one(own, index), whom: one(&words_both, twin) };
        if class.before.is_none() { result.joined.push(alike) } else { result.left.push(alike) }
    }
    let spoken: BTreeSet<&str> =
        result.new.iter().flat_map(|row| row.from.names.iter().chain(&row.to.names)).map(String::as_str).collect();
    let silent = classes.iter().zip(&alike).filter(|(class, alike)| class.before.is_none() && !**alike);
    let silent = silent.flat_map(|(class, _)| &class.names).filter(|name| !spoken.contains(name.as_str()));
    result.silent = silent.cloned().collect();
    result
}

/// The sets of a side, their members by the names of the later one.
fn named(side: &dyn Side, now: &BTreeMap<&str, &str>) -> Vec<(String, Vec<String>)> {
    let renamed = |name: String| now.get(name.as_str()).map_or(name.clone(), |new| (*new).to_owned());
    side.sets().into_iter().map(|(name, members)| (name, members.into_iter().map(renamed).collect())).collect()
}

/// Both sides' classes, cut by one another; by the names of the later side.
fn classes(before: &[Vec<String>], after: &[Vec<String>], now: &BTreeMap<&str, &str>) -> Vec<Class> {
    let mut of: BTreeMap<&str, (Option<usize>, Option<usize>)> = BTreeMap::new();
    for (index, class) in before.iter().enumerate() {
        for name in class {
            of.entry(now.get(name.as_str()).copied().unwrap_or(name)).or_default().0 = Some(index);
        }
    }
    for (index, class) in after.iter().enumerate() {
        for name in class {
            of.entry(name).or_default().1 = Some(index);
        }
    }
    let mut found: BTreeMap<(Option<usize>, Option<usize>), Vec<String>> = BTreeMap::new();
    for (name, key) in of {
        found.entry(key).or_default().push(name.to_owned());
    }
    let mut classes: Vec<Class> =
        found.into_iter().map(|((before, after), names)| Class { names, before, after }).collect();
    classes.sort_by(|one, other| one.names.cmp(&other.names));
    classes
}

/// Whom a class that one side alone has is treated as there: a class that both have.
fn twin(classes: &[Class], class: usize) -> Option<usize> {
    let own = &classes[class];
    let same = |other: &Class| match (own.before, own.after) {
        (None, Some(_)) => other.before.is_some() && other.after == own.after,
        (Some(_), None) => other.after.is_some() && other.before == own.before,
        _ => false,
    };
    classes.iter().position(same)
}

/// The first two of two classes that differ.
fn pair<'c>(source: &'c Class, target: &'c Class) -> Option<(&'c str, &'c str)> {
    let to = |from: &String| target.names.iter().find(|to| *to != from);
    source.names.iter().find_map(|from| Some((from.as_str(), to(from)?.as_str())))
}

/// What becomes of the packets between two parties.
fn turns(part: Part, was: &Paths, is: &Paths) -> Vec<(String, Turn, Vec<&'static str>, PortSet)> {
    let mut found = Vec::new();
    let none = Reach { lower: PortSet::none(), upper: PortSet::none(), layers: BTreeMap::new() };
    let paths: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    for path in paths {
        let (old, new) = (was.get(path).unwrap_or(&none), is.get(path).unwrap_or(&none));
        let (maybe, may) = (old.upper.difference(&old.lower), new.upper.difference(&new.lower));
        let turned = [
            (Turn::Opened, new.lower.difference(&old.lower)),
            (Turn::MayOpen, may.difference(&old.upper)),
            (Turn::MayClose, may.intersection(&old.lower)),
            (Turn::Closed, old.lower.union(&maybe).difference(&new.upper)),
        ];
        for (turn, packets) in turned.into_iter().filter(|(_, packets)| !packets.is_none()) {
            // Of a party that one side alone has, no layer changed its mind.
            let compared = part == Part::Both && was.contains_key(path) && is.contains_key(path);
            let parts = if compared { split(old, new, packets) } else { vec![(Vec::new(), packets)] };
            found.extend(parts.into_iter().map(|(layers, packets)| (path.clone(), turn, layers, packets)));
        }
        if part == Part::Both && was.contains_key(path) && is.contains_key(path) {
            let closed = PortSet::all().difference(&old.upper.union(&new.upper));
            for layer in layers(old, new) {
                let ((lower, upper), (lower_now, upper_now)) = (of(old, layer), of(new, layer));
                let opened = lower_now.difference(&upper).intersection(&closed);
                let shut = lower.difference(&upper_now).intersection(&closed);
                for (turn, packets) in [(Turn::LayerOpened, opened), (Turn::LayerClosed, shut)] {
                    if !packets.is_none() {
                        found.push((path.clone(), turn, vec![layer], packets));
                    }
                }
            }
        }
    }
    found
}

fn layers(old: &Reach, new: &Reach) -> BTreeSet<&'static str> {
    old.layers.keys().chain(new.layers.keys()).copied().collect()
}

/// What a layer lets through: where it is not there, everything.
fn of(reach: &Reach, layer: &str) -> (PortSet, PortSet) {
    reach.layers.get(layer).cloned().unwrap_or_else(|| (PortSet::all(), PortSet::all()))
}

/// Packets by the layers that changed their mind about them.
fn split(old: &Reach, new: &Reach, packets: PortSet) -> Vec<(Vec<&'static str>, PortSet)> {
    let mut parts = vec![(Vec::new(), packets)];
    for layer in layers(old, new) {
        let ((lower, upper), (lower_now, upper_now)) = (of(old, layer), of(new, layer));
        let apart = |one: &PortSet, other: &PortSet| one.difference(other).union(&other.difference(one));
        let changed = apart(&lower, &lower_now).union(&apart(&upper, &upper_now));
        let mut next = Vec::new();
        for (names, packets) in parts {
            let (inside, outside) = (packets.intersection(&changed), packets.difference(&changed));
            if !inside.is_none() {
                let mut with: Vec<&'static str> = names.clone();
                with.push(layer);
                next.push((with, inside));
            }
            if !outside.is_none() {
                next.push((names, outside));
            }
        }
        parts = next;
    }
    // Parts with the same layers are one.
    let mut joined: BTreeMap<Vec<&'static str>, PortSet> = BTreeMap::new();
    for (names, packets) in parts {
        let all = joined.entry(names).or_default();
        *all = all.union(&packets);
    }
    joined.into_iter().collect()
}

/// What a reach says of packets.
pub fn says(reach: &Reach, packets: &PortSet) -> Verdict {
    verdict(packets, &reach.lower, &reach.upper)
}

#[cfg(test)]
mod tests;
