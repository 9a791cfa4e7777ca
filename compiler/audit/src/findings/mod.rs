//! What an operator would want to know of a tree that he did not expect: things that are legal and mean something else.

mod alternatives;
mod anywhere;
mod dangling;
mod dead;
mod defaults;
mod everybody;
mod families;
mod ignored;
mod lighthouses;
mod management;
mod nobody;
mod reached;
mod relays;
mod remarks;
mod shadowed;
mod spoofing;
mod switches;
mod tables;
mod twice;
mod vouched;
mod zone;

use arvc_verdict::Source;
use serde::Serialize;

use crate::place::{Place, source};
use crate::tree::Tree;

/// Something that means other than it seems.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Its name, the same for all of its kind.
    pub kind: &'static str,
    /// The lines that it is about.
    pub sources: Vec<Source>,
    /// What is so.
    pub words: String,
    /// What to do.
    pub help: &'static str,
}

/// The kinds of findings there are.
pub const KINDS: &[&str] = &[
    "accept-ends-one-table",
    "alternatives",
    "answers-not-let-in",
    "anywhere",
    "broken-line",
    "broken-rule",
    "dangling-name",
    "dead-rule",
    "default-of-an-option",
    "every-port",
    "everybody",
    "field-ignored",
    "flushes-everything",
    "ipfilter-without-set",
    "lighthouse-not-found",
    "management-open",
    "masquerade-without-zone",
    "network-not-vouched",
    "nobody",
    "not-its-address",
    "one-family",
    "passes-anyway",
    "refused-configuration",
    "relay-of-nobody",
    "same-address",
    "shadowed",
    "swapped-action",
    "switch-off",
    "two-lists",
    "untracked",
];

/// Collects findings, with places as people read them.
struct Report<'t> {
    tree: &'t Tree,
    found: Vec<Finding>,
}

impl Report<'_> {
    fn add(&mut self, kind: &'static str, places: &[Option<Place>], words: String, help: &'static str) {
        let sources = places.iter().flatten().map(|place| source(&self.tree.files, *place)).collect();
        self.found.push(Finding { kind, sources, words, help });
    }
}

impl Tree {
    /// What means other than it seems, sorted.
    pub fn findings(&self) -> Vec<Finding> {
        let mut report = Report { tree: self, found: Vec::new() };
        let checks: [fn(&mut Report<'_>); 21] = [
            alternatives::check,
            anywhere::check,
            dangling::check,
            dead::check,
            defaults::check,
            everybody::check,
            families::check,
            ignored::check,
            lighthouses::check,
            management::check,
            nobody::check,
            reached::check,
            relays::check,
            remarks::check,
            shadowed::check,
            spoofing::check,
            switches::check,
            tables::check,
            twice::check,
            vouched::check,
            zone::check,
        ];
        checks.iter().for_each(|check| check(&mut report));
        let mut found = report.found;
        found.sort();
        found.dedup();
        found
    }
}
