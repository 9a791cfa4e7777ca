//! Files of nft, as `nft -f` reads them: blocks, commands, or both.
//!
//! nft takes a file as a whole or not at all: what it refuses leaves the rules that were there before, whatever else the file says.

mod chain;
mod rule;
mod ruleset;
mod words;

use std::collections::HashMap;

use crate::filter::{Chain, Filter};
use crate::place::{Notes, Place, Why};
use ruleset::Ruleset;
use words::Word;

/// Whether a text is one for nft.
pub(crate) fn is(path: &str, text: &str) -> bool {
    const COMMANDS: &[&str] = &["add table ", "add chain ", "add rule ", "create table ", "insert rule "];
    let mut lines = text.lines().map(str::trim);
    let begins = |line: &str| COMMANDS.iter().any(|command| line.starts_with(command));
    path.ends_with(".nft")
        || text.lines().next().is_some_and(|line| line.starts_with("#!") && line.contains("nft"))
        || !path.ends_with(".md")
            && (text.contains("chain ") && lines.any(|line| line.starts_with("table ") && line.ends_with('{'))
                || text.lines().map(str::trim).any(begins))
}

/// What the rules of one table may name.
struct Table {
    families: (bool, bool),
    sets: HashMap<String, Vec<Word>>,
    chains: HashMap<String, usize>,
}

/// What is wrong with a file, so that nobody knows whether it is loaded.
struct Faults<'n> {
    notes: &'n mut Notes,
    first: Option<Why>,
}

impl Faults<'_> {
    /// Something that nft may refuse, and the file with it.
    fn refused(&mut self, place: Place, words: impl Into<String>) -> Why {
        let why = self.notes.unread(place, words);
        self.first.get_or_insert_with(|| why.clone()).clone()
    }

    /// Something that nft takes, and is not understood here.
    fn unread(&mut self, place: Place, words: impl Into<String>) -> Why {
        self.notes.unread(place, words)
    }
}

/// Reads one file.
pub(crate) fn read(text: &str, file: u32, notes: &mut Notes, filter: &mut Filter) {
    let mut faults = Faults { notes, first: None };
    let ruleset = Ruleset::read(text, file, &mut faults);
    filter.flushes = ruleset.flushes;
    filter.tables = ruleset.named;
    for table in ruleset.tables {
        let chains = table.chains.iter().map(|chain| {
            filter.chains.push(Chain::new(&chain.name));
            (chain.name.clone(), filter.chains.len() - 1)
        });
        let chains = chains.collect();
        let named = Table { families: table.families, sets: table.sets, chains };
        for chain in &table.chains {
            chain::add(chain, &named, filter, &mut faults);
        }
    }
    if let Some(why) = faults.first {
        filter.doubt((true, true), &why);
    }
    filter.families = (true, true);
}
