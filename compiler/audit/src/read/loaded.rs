//! The files of rules that one machine loads, and what calls their chains beside them.
//!
//! Tables of several files stand side by side, and a packet has to pass each. Which file is loaded last nobody knows, so what depends
//! on that is unknown.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::iptables::Tables;
use super::tree::last_folder;
use super::{nft, unit};
use crate::filter::Filter;
use crate::place::{Notes, Place};

/// Files by folder, and by name without the ending.
pub(super) type Key = (String, String);

/// A filter, and the tables of iptables in it.
#[derive(Clone, Default)]
pub(super) struct Loaded {
    pub filter: Filter,
    pub tables: Tables,
}

/// All files of rules of a tree.
#[derive(Default)]
pub(super) struct Files {
    files: BTreeMap<Key, Vec<Loaded>>,
    /// Units of systemd with commands about packets: folder, file, text.
    units: Vec<(String, u32, String)>,
}

/// Files by what may be a machine's name.
#[derive(Default)]
pub(super) struct Named<'f> {
    by_stem: HashMap<&'f str, Vec<&'f Key>>,
    by_folder: HashMap<&'f str, Vec<&'f Key>>,
}

impl Named<'_> {
    /// Those of a machine: what the role copies for its policy, or else what bears its name, in order.
    pub fn of(&self, host: &str, policy: Option<&str>) -> Vec<Key> {
        let all =
            |keys: Option<&Vec<&Key>>| keys.into_iter().flatten().map(|key| (*key).clone()).collect::<BTreeSet<_>>();
        let Some(policy) = policy else {
            let mut keys = all(self.by_folder.get(host));
            keys.retain(|(_, stem)| stem != "edge");
            keys.extend(all(self.by_stem.get(host)));
            return keys.into_iter().collect();
        };
        all(self.by_stem.get(policy)).into_iter().filter(|(folder, _)| last_folder(folder) == "filter").collect()
    }
}

impl Files {
    /// A file for nft.
    pub fn nft(&mut self, key: (&str, &str), file: u32, text: &str, notes: &mut Notes) {
        nft::read(text, file, notes, &mut self.another(key).filter);
    }

    /// A file for `iptables-restore`, or for that of IPv6.
    pub fn restore(&mut self, key: (&str, &str), v6: bool, file: u32, text: &str, notes: &mut Notes) {
        let Loaded { filter, tables } = self.another(key);
        tables.restore(text, v6, file, notes, filter);
    }

    /// A unit.
    pub fn unit(&mut self, folder: &str, file: u32, text: &str) {
        self.units.push((folder.to_owned(), file, text.to_owned()));
    }

    fn another(&mut self, (folder, stem): (&str, &str)) -> &mut Loaded {
        let of_key = self.files.entry((folder.to_owned(), stem.to_owned())).or_default();
        of_key.push(Loaded::default());
        of_key.last_mut().expect("the one that was just put there")
    }

    /// The names of all.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.files.keys()
    }

    /// Which there are of each machine.
    pub fn named(&self) -> Named<'_> {
        let mut named = Named::default();
        for key in self.keys() {
            let (folder, stem) = key;
            named.by_stem.entry(stem).or_default().push(key);
            named.by_folder.entry(last_folder(folder)).or_default().push(key);
        }
        named
    }

    /// All of these, as one machine has them.
    pub fn together(&self, keys: &[Key], notes: &mut Notes) -> Loaded {
        let mut files = keys.iter().flat_map(|key| &self.files[key]).cloned();
        let mut loaded = files.next().unwrap_or_default();
        files.for_each(|file| loaded.beside(file, notes));
        let Loaded { filter, tables } = &mut loaded;
        // What loads a file of rules, and calls its chains, may lie beside it.
        for (_, file, text) in self.units.iter().filter(|(of, ..)| keys.iter().any(|(folder, _)| folder == of)) {
            unit::read(text, *file, tables, notes, filter);
        }
        tables.finish(notes, filter);
        filter.finish();
        loaded
    }
}

impl Loaded {
    /// One more file of the same machine.
    fn beside(&mut self, other: Self, notes: &mut Notes) {
        let own = &mut self.filter;
        let name = |notes: &Notes, place: Place| notes.source(place).file;
        for (table, first) in own.tables.clone() {
            let Some(second) = other.filter.tables.get(&table) else { continue };
            let other = name(notes, first);
            let words = format!("the table {table}, which {other} has too: which of the two is loaded last");
            let why = notes.unread(*second, words);
            own.doubt(table.families(), &why);
        }
        let gone = |by: Option<Place>, notes: &mut Notes| {
            by.map(|place| {
                notes
                    .unread(place, "flush ruleset, which takes away what other files of the machine have loaded before")
            })
        };
        let (of_own, of_other) = (gone(other.filter.flushes, notes), gone(own.flushes, notes));
        let from = own.beside(other.filter, of_own, of_other);
        self.tables.beside(other.tables, from);
    }
}
