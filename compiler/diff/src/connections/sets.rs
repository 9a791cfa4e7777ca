//! Sets of classes in few words: by the sets that have a name, where they are exactly what is meant.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::bits::Bits;
use super::{Class, End};

/// The sets that have a name and cut no class.
pub(super) struct Sets<'c> {
    classes: &'c [Class],
    named: Vec<(String, Bits)>,
    /// Addresses that have a name.
    called: BTreeMap<String, String>,
}

impl<'c> Sets<'c> {
    /// Looks the members up: of those classes alone that are spoken of. Of two sets of one name the first counts.
    pub fn new(classes: &'c [Class], sides: [&[(String, Vec<String>)]; 2], spoken: impl Fn(&Class) -> bool) -> Self {
        let of: BTreeMap<&str, usize> = classes
            .iter()
            .enumerate()
            .filter(|(_, class)| spoken(class))
            .flat_map(|(index, class)| class.names.iter().map(move |name| (name.as_str(), index)))
            .collect();
        let (mut named, mut called, mut known) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        for (name, members) in sides.into_iter().flatten() {
            // Several addresses of nobody may have one name.
            if let [one] = members.as_slice()
                && (one.parse::<std::net::IpAddr>().is_ok() || one.parse::<ipnet::IpNet>().is_ok())
            {
                called.entry(one.clone()).or_insert_with(|| name.clone());
                continue;
            }
            if !known.insert(name) {
                continue;
            }
            let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
            for class in members.iter().filter_map(|member| of.get(member.as_str())) {
                *counts.entry(*class).or_default() += 1;
            }
            let whole = counts.iter().all(|(class, count)| classes[*class].names.len() == *count);
            let several = counts.values().sum::<usize>() > 1;
            if whole && several {
                named.push((name.clone(), Bits::of(classes.len(), counts.into_keys())));
            }
        }
        Self { classes, named, called }
    }

    /// A set in words: the largest that are a part of it, and then machines by their names. Nobody connects to himself, so where
    /// the other end is one machine, it may as well be in the set. Between two machines that would be so of both ends, and both at once
    /// would say the way back too.
    pub fn end(&self, bits: &Bits, other: &Bits) -> End {
        let names = self.names(bits);
        let mut words = self.words(bits);
        if self.size(other) == 1 && self.size(bits) > 1 && !other.is_subset(bits) {
            let mut with = bits.clone();
            with.union(other);
            let wider = self.words(&with);
            if wider.len() < words.len() || self.named.iter().any(|(_, set)| *set == with) {
                words = wider;
            }
        }
        End { words, names }
    }

    fn words(&self, bits: &Bits) -> Vec<String> {
        let (mut words, mut rest) = (Vec::new(), bits.clone());
        // All but a few is shorter than a list; the first set is that of all machines.
        if let Some((name, all)) = self.named.first() {
            let lacks = all.without(bits);
            if (1..=2).contains(&self.size(&lacks)) && self.size(all) > 4 && !self.is_named(bits) {
                words.push(format!("{name} but {}", self.names(&lacks).join(" and ")));
                rest = rest.without(all);
            }
        }
        while !rest.is_empty() {
            let gain = |set: &Bits| self.size(&rest) - self.size(&rest.without(set));
            let fits = self.named.iter().enumerate().filter(|(_, (_, set))| set.is_subset(bits) && gain(set) > 1);
            let Some((_, (name, set))) = fits.max_by_key(|(at, (_, set))| (gain(set), Reverse(*at))) else { break };
            words.push(name.clone());
            rest = rest.without(set);
        }
        words.extend(self.names(&rest).into_iter().map(|name| self.called.get(&name).cloned().unwrap_or(name)));
        let mut said = BTreeSet::new();
        words.retain(|word| said.insert(word.clone()));
        words
    }

    fn is_named(&self, bits: &Bits) -> bool {
        self.named.iter().any(|(_, set)| set == bits)
    }

    fn size(&self, bits: &Bits) -> usize {
        bits.iter().map(|class| self.classes[class].names.len()).sum()
    }

    fn names(&self, bits: &Bits) -> Vec<String> {
        let mut names: Vec<String> = bits.iter().flat_map(|class| self.classes[class].names.iter().cloned()).collect();
        names.sort();
        names
    }
}
