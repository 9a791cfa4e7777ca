//! Relations between classes, drawn together as rectangles: everybody of one set to everybody else of another.

use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_reach::ports::PortSet;
use ipnet::IpNet;

use super::Class;
use super::bits::Bits;

/// A row of bits for each source.
type Relation = Vec<Bits>;

/// Packets with the relation between whom they pass, as packets from a set to a set. Packets that hold between the same classes
/// stand together, whatever else holds between them.
pub(super) fn rectangles(classes: &[Class], relations: BTreeMap<PortSet, Relation>) -> Vec<(PortSet, Bits, Bits)> {
    let mut joined: BTreeMap<Relation, PortSet> = BTreeMap::new();
    for packets in atoms(relations.keys()) {
        let mut all = vec![Bits::new(classes.len()); classes.len()];
        for (_, relation) in relations.iter().filter(|(set, _)| packets.is_subset(set)) {
            all.iter_mut().zip(relation).for_each(|(row, more)| row.union(more));
        }
        let held = joined.entry(all).or_default();
        *held = held.union(&packets);
    }
    let mut found = Vec::new();
    for (relation, packets) in joined {
        let by_source = grouped(classes, &relation);
        let by_target: Vec<(Bits, Bits)> =
            grouped(classes, &turned(&relation)).into_iter().map(|(to, from)| (from, to)).collect();
        let drawn = if by_target.len() < by_source.len() { by_target } else { by_source };
        found.extend(drawn.into_iter().map(|(from, to)| (packets.clone(), from, to)));
    }
    found
}

/// The coarsest parts such that each of the sets is a union of them.
fn atoms<'s>(sets: impl Iterator<Item = &'s PortSet>) -> Vec<PortSet> {
    let mut atoms: Vec<PortSet> = Vec::new();
    for set in sets {
        let mut rest = set.clone();
        let mut next = Vec::new();
        for atom in atoms {
            let (inside, outside) = (atom.intersection(&rest), atom.difference(&rest));
            rest = rest.difference(&atom);
            next.extend([inside, outside].into_iter().filter(|part| !part.is_none()));
        }
        if !rest.is_none() {
            next.push(rest);
        }
        atoms = next;
    }
    atoms
}

fn turned(relation: &Relation) -> Relation {
    let mut other = vec![Bits::new(relation.len()); relation.len()];
    for (source, row) in relation.iter().enumerate() {
        for target in row.iter() {
            other[target].set(source);
        }
    }
    other
}

/// Whether a name is that of addresses and of no machine: it is never said that such reach themselves.
fn is_zone(name: &str) -> bool {
    name == "internet" || name.parse::<IpAddr>().is_ok() || name.parse::<IpNet>().is_ok()
}

/// Sources with the same targets. Nobody connects to himself: a machine that is alone in its class joins those that reach it
/// besides.
fn grouped(classes: &[Class], relation: &Relation) -> Vec<(Bits, Bits)> {
    let bound = classes.len();
    let with_itself = |source: usize| {
        let mut row = relation[source].clone();
        row.set(source);
        row
    };
    let sources = || (0..bound).filter(|source| !relation[*source].is_empty());
    let alone = |source: usize| matches!(classes[source].names.as_slice(), [one] if !is_zone(one));
    let mut count: BTreeMap<Bits, usize> = BTreeMap::new();
    for source in sources() {
        *count.entry(relation[source].clone()).or_default() += 1;
        if alone(source) && !relation[source].has(source) {
            *count.entry(with_itself(source)).or_default() += 1;
        }
    }
    let mut groups: BTreeMap<Bits, Bits> = BTreeMap::new();
    for source in sources() {
        let (own, wide) = (relation[source].clone(), with_itself(source));
        let key = if alone(source) && count.get(&wide) > count.get(&own) { wide } else { own };
        groups.entry(key).or_insert_with(|| Bits::new(bound)).set(source);
    }
    // One who is alone does not reach himself.
    let not_himself = |(to, from): (Bits, Bits)| match from.iter().collect::<Vec<_>>().as_slice() {
        [one] if alone(*one) => (from.clone(), to.without(&from)),
        _ => (from, to),
    };
    groups.into_iter().map(not_himself).collect()
}
