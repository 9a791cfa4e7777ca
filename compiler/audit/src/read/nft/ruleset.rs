//! The tables of a file, with their chains and sets, before any rule is read.

use std::collections::{BTreeMap, HashMap};

use super::Faults;
use super::words::{self, Word, Words};
use crate::filter::TableName;
use crate::place::Place;

/// What a file leaves, if nothing was there before it.
#[derive(Default)]
pub(super) struct Ruleset {
    pub tables: Vec<Listed>,
    /// Where it removes what everybody else has.
    pub flushes: Option<Place>,
    /// The tables that it names.
    pub named: BTreeMap<TableName, Place>,
}

/// A table.
pub(super) struct Listed {
    of: TableName,
    /// Whether it sees IPv4, IPv6.
    pub families: (bool, bool),
    pub sets: HashMap<String, Vec<Word>>,
    pub chains: Vec<Lines>,
}

/// A chain: where it is hooked, its policy, and its rules, each a statement.
#[derive(Default)]
pub(super) struct Lines {
    pub name: String,
    pub hook: Option<Vec<Word>>,
    pub policy: Option<Word>,
    pub rules: Vec<Vec<Word>>,
}

/// What a table has besides, and what decides nothing by itself.
const OBJECTS: &[&str] = &["flowtable", "counter", "quota", "limit", "ct", "secmark", "synproxy"];

impl Ruleset {
    pub fn read(text: &str, file: u32, faults: &mut Faults<'_>) -> Self {
        let mut words = Words::of(text, file);
        let mut ruleset = Self::default();
        while let Some(word) = words.next() {
            let (place, text) = (word.place, word.text.as_str());
            match text {
                ";" => {}
                "define" | "redefine" => {
                    let name = words.text();
                    words.take("=");
                    let value = words.until(&[";"]);
                    words.define(name, value);
                }
                "include" => {
                    let which = words.text();
                    faults.refused(place, format!("what another file adds: include {which}"));
                    words.line();
                }
                "add" | "create" => {
                    let what = words.next();
                    ruleset.add(what.as_ref().map_or("", |word| &word.text), place, false, &mut words, faults);
                }
                "insert" => {
                    let what = words.text();
                    ruleset.add(&what, place, true, &mut words, faults);
                }
                "flush" | "delete" | "destroy" | "reset" => ruleset.remove(text, place, &mut words, faults),
                "list" => words.line(),
                // nft takes what is added without the word for it.
                _ => ruleset.add(text, place, false, &mut words, faults),
            }
        }
        ruleset
    }

    /// The table that a command names next.
    fn table(&mut self, words: &mut Words) -> &mut Listed {
        let of = self.name(words);
        let known = self.tables.iter().position(|table| table.of == of);
        let at = known.unwrap_or_else(|| {
            let families = of.families();
            self.tables.push(Listed { of, families, sets: HashMap::new(), chains: Vec::new() });
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }

    /// A family, which may be left out, and the name of a table.
    fn name(&mut self, words: &mut Words) -> TableName {
        let first = words.next();
        let place = first.as_ref().map(|word| word.place);
        let first = first.map(|word| word.text).unwrap_or_default();
        let of = match ["ip", "ip6", "inet", "arp", "bridge", "netdev"].contains(&first.as_str()) {
            true => TableName { family: first, name: words.text() },
            false => TableName { family: "ip".into(), name: first },
        };
        if let Some(place) = place {
            self.named.entry(of.clone()).or_insert(place);
        }
        of
    }

    /// Something is added: a table, or a part of one that is there.
    fn add(&mut self, what: &str, place: Place, front: bool, words: &mut Words, faults: &mut Faults<'_>) {
        match what {
            "table" => {
                let table = self.table(words);
                if ["bridge", "arp"].contains(&table.of.family.as_str()) {
                    faults.refused(place, format!("what a table of the family {} lets through", table.of.family));
                }
                if words.take("{") {
                    let (content, closed) = words.block();
                    if !closed {
                        faults.refused(place, "the table has no end: nft refuses the file");
                    }
                    table.block(content, faults);
                }
            }
            "chain" => {
                let name = |words: &mut Words| words.text();
                let table = self.table(words);
                let name = name(words);
                let content = block(place, words, faults);
                table.chain(&name, content, faults);
            }
            "rule" => {
                let table = self.table(words);
                let chain = words.text();
                let statement = words.until(&[";"]);
                table.rule(&chain, statement, place, front, faults);
            }
            "set" | "map" => {
                let table = self.table(words);
                let name = words.text();
                let content = block(place, words, faults);
                table.set(name, &content);
            }
            "element" => {
                let table = self.table(words);
                let name = words.text();
                let content = block(place, words, faults);
                match table.sets.get_mut(&name) {
                    Some(set) => {
                        let comma = content.first().map(|word| Word { text: ",".into(), place: word.place });
                        set.extend(comma.filter(|_| !set.is_empty()));
                        set.extend(content);
                    }
                    None => drop(faults.refused(place, format!("the set {name}, which is not in the table"))),
                }
            }
            _ if OBJECTS.contains(&what) => words.line(),
            _ => {
                faults.refused(place, format!("a statement of nft that is not understood: {what}"));
                words.line();
            }
        }
    }

    /// Something is taken out. What was there before is not in this file.
    fn remove(&mut self, how: &str, place: Place, words: &mut Words, faults: &mut Faults<'_>) {
        let what = words.text();
        let empties = how == "flush";
        match what.as_str() {
            "ruleset" if empties => {
                self.flushes = Some(place);
                self.tables.clear();
            }
            "table" => {
                let of = self.name(words);
                match empties {
                    true => {
                        let own = self.tables.iter_mut().filter(|table| table.of == of);
                        own.flat_map(|table| &mut table.chains).for_each(|chain| chain.rules.clear());
                    }
                    false => self.tables.retain(|table| table.of != of),
                }
            }
            "chain" => {
                let table = self.table(words);
                let name = words.text();
                match empties {
                    true => table.chains.iter_mut().filter(|one| one.name == name).for_each(|one| one.rules.clear()),
                    false => table.chains.retain(|one| one.name != name),
                }
            }
            "set" | "map" if empties => {
                let table = self.table(words);
                let name = words.text();
                table.sets.get_mut(&name).into_iter().for_each(Vec::clear);
            }
            _ if how == "reset" || OBJECTS.contains(&what.as_str()) => {}
            _ => drop(faults.refused(place, format!("a statement of nft that is not understood: {how} {what}"))),
        }
        words.line();
    }
}

impl Listed {
    /// What stands between the braces of a table.
    fn block(&mut self, content: Vec<Word>, faults: &mut Faults<'_>) {
        for statement in words::blocks(content) {
            let Some(first) = statement.first() else { continue };
            let name = statement.get(1).map_or("", |word| &word.text).to_owned();
            let inner = || match statement.iter().position(|word| word.text == "{") {
                Some(at) => statement[at + 1..].iter().take(statement.len().saturating_sub(at + 2)).cloned().collect(),
                None => Vec::new(),
            };
            match first.text.as_str() {
                "chain" => self.chain(&name, inner(), faults),
                "set" | "map" => self.set(name, &inner()),
                "comment" => {}
                what if OBJECTS.contains(&what) => {}
                "include" => drop(faults.refused(first.place, format!("what another file adds: include {name}"))),
                what => {
                    faults.refused(first.place, format!("a part of a table of nft that is not understood: {what}"));
                }
            }
        }
    }

    /// A chain is there, and has this besides.
    fn chain(&mut self, name: &str, content: Vec<Word>, faults: &mut Faults<'_>) {
        let at = self.chains.iter().position(|chain| chain.name == name).unwrap_or_else(|| {
            self.chains.push(Lines { name: name.to_owned(), ..Lines::default() });
            self.chains.len() - 1
        });
        let chain = &mut self.chains[at];
        for statement in words::statements(content) {
            match statement[0].text.as_str() {
                "type" => chain.hook = Some(statement),
                "policy" => chain.policy = statement.get(1).cloned(),
                "comment" => {}
                "include" | "define" => {
                    let words: Vec<&str> = statement.iter().map(|word| word.text.as_str()).collect();
                    faults.refused(statement[0].place, format!("what another file adds: {}", words.join(" ")));
                }
                _ => chain.rules.push(statement),
            }
        }
    }

    /// A rule comes to a chain: behind the others or in front of them, or where it says.
    fn rule(&mut self, chain: &str, mut words: Vec<Word>, place: Place, front: bool, faults: &mut Faults<'_>) {
        let Some(chain) = self.chains.iter_mut().find(|one| one.name == chain) else {
            faults.refused(place, format!("the chain {chain}, which is not in the table"));
            return;
        };
        let mut at = if front { 0 } else { chain.rules.len() };
        if let Some(word) = words.first().filter(|word| ["index", "position", "handle"].contains(&word.text.as_str())) {
            let number = words.get(1).and_then(|word| word.text.parse::<usize>().ok());
            match number.filter(|number| word.text == "index" && *number < chain.rules.len()) {
                Some(number) => at = number + usize::from(!front),
                None => drop(faults.refused(place, "where in its chain a rule comes")),
            }
            words.drain(..2.min(words.len()));
        }
        if !words.is_empty() {
            chain.rules.insert(at, words);
        }
    }

    fn set(&mut self, name: String, content: &[Word]) {
        let elements = content.iter().position(|word| word.text == "elements");
        let elements = elements.map(|at| content[at..].iter().skip_while(|word| word.text != "{").skip(1));
        let elements = elements.into_iter().flatten().take_while(|word| word.text != "}").cloned();
        self.sets.entry(name).or_default().extend(elements);
    }
}

/// What stands in the braces of a command, if it has some.
fn block(place: Place, words: &mut Words, faults: &mut Faults<'_>) -> Vec<Word> {
    if !words.take("{") {
        return Vec::new();
    }
    let (content, closed) = words.block();
    if !closed {
        faults.refused(place, "a brace that is not closed: nft refuses the file");
    }
    content
}
