//! Files of nft: tables with sets and chains, as `nft -f` reads them.

mod rule;
mod words;

use std::collections::HashMap;

use crate::filter::{Base, Chain, Filter, Hook};
use crate::place::{Notes, Place};
use words::{Word, Words};

/// Whether a text is one for nft.
pub(crate) fn is(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines.any(|line| line.starts_with("table ") && line.ends_with('{')) && text.contains("chain ")
}

/// What the rules of one table may name.
struct Table {
    families: (bool, bool),
    sets: HashMap<String, Vec<Word>>,
    chains: HashMap<String, usize>,
}

/// Reads one file.
pub(crate) fn read(text: &str, file: u32, notes: &mut Notes, filter: &mut Filter) {
    let mut words = Words::of(text, file);
    let mut tables: HashMap<(String, String), Table> = HashMap::new();
    while let Some(word) = words.next() {
        match word.text.as_str() {
            ";" | "}" => {}
            "table" => {
                let (family, name) = (words.text(), words.text());
                let families = match family.as_str() {
                    "inet" => (true, true),
                    "ip" => (true, false),
                    "ip6" => (false, true),
                    _ => (false, false),
                };
                let new = || Table { families, sets: HashMap::new(), chains: HashMap::new() };
                let table = tables.entry((family, name)).or_insert_with(new);
                if words.take("{") {
                    body(&mut words, table, notes, filter);
                }
            }
            // What is there before is not in this file.
            "flush" if words.ahead("ruleset") => {
                filter.flushes = Some(word.place);
                words.line();
            }
            "flush" | "delete" | "destroy" | "add" if !words.ahead("rule") => words.line(),
            "define" => {
                let name = words.text();
                words.take("=");
                let value = words.until(&[";"]);
                words.define(name, value);
            }
            other => {
                notes.unread(word.place, format!("a statement of nft that is not understood: {other}"));
                words.line();
            }
        }
    }
    filter.families = (true, true);
}

fn body(words: &mut Words, table: &mut Table, notes: &mut Notes, filter: &mut Filter) {
    // Chains may be named before they come.
    let start = words.mark();
    scan(words, |kind, name, _| {
        if kind == "chain" {
            table.chains.entry(name.to_owned()).or_insert_with(|| {
                filter.chains.push(Chain::new(name));
                filter.chains.len() - 1
            });
        }
    });
    words.back(start);
    let mut inner = Vec::new();
    scan(words, |kind, name, body| inner.push((kind.to_owned(), name.to_owned(), body)));
    for (kind, name, content) in &inner {
        if ["set", "map"].contains(&kind.as_str())
            && let Some(at) = content.iter().position(|word| word.text == "elements")
        {
            let elements = content[at..].iter().skip_while(|word| word.text != "{").skip(1);
            table.sets.insert(name.clone(), elements.take_while(|word| word.text != "}").cloned().collect());
        } else if kind == "set" {
            table.sets.insert(name.clone(), Vec::new());
        }
    }
    for (kind, name, content) in inner {
        if kind == "chain" {
            chain(table.chains[&name], content, table, notes, filter);
        }
    }
}

/// The inner blocks of a table: what they are, their names, their words. Ends behind the table.
fn scan(words: &mut Words, mut found: impl FnMut(&str, &str, Vec<Word>)) {
    while let Some(word) = words.next() {
        match word.text.as_str() {
            "}" => return,
            "chain" | "set" | "map" | "flowtable" | "counter" | "quota" | "limit" | "ct" => {
                let name = words.text();
                if words.take("{") {
                    found(&word.text, &name, words.block());
                }
            }
            _ => {}
        }
    }
}

fn chain(index: usize, content: Vec<Word>, table: &Table, notes: &mut Notes, filter: &mut Filter) {
    let mut accepts = true;
    let mut hooked: Option<(Hook, bool, i32, Place)> = None;
    for statement in words::statements(content) {
        let Some(first) = statement.first() else { continue };
        let place = first.place;
        match first.text.as_str() {
            "type" => {
                let at = |name: &str| statement.iter().position(|word| word.text == name);
                let hook = at("hook").and_then(|at| statement.get(at + 1)).map(|word| word.text.as_str());
                let hook = match hook {
                    Some("prerouting") => Hook::Prerouting,
                    Some("input") => Hook::Input,
                    Some("forward") => Hook::Forward,
                    Some("output") => Hook::Output,
                    Some("postrouting") => Hook::Postrouting,
                    other => {
                        notes.unread(place, format!("a chain at the hook {}", other.unwrap_or("?")));
                        continue;
                    }
                };
                let nat = statement.get(1).is_some_and(|word| word.text == "nat");
                let priority = at("priority").map(|at| priority(&statement[at + 1..])).unwrap_or_default();
                hooked = Some((hook, nat, priority, place));
            }
            "policy" => accepts = statement.get(1).is_none_or(|word| word.text != "drop"),
            _ => {
                let rules = rule::rules(&statement, table, notes);
                filter.chains[index].rules.extend(rules);
            }
        }
    }
    if let Some((hook, nat, priority, place)) = hooked {
        filter.bases.push(Base { hook, families: table.families, priority, accepts, nat, chain: index, place });
    }
}

fn priority(words: &[Word]) -> i32 {
    let number = |text: &str| match text {
        "raw" => -300,
        "mangle" => -150,
        "dstnat" => -100,
        "security" => 50,
        "srcnat" => 100,
        text => text.parse().unwrap_or(0),
    };
    let text = |index: usize| words.get(index).map_or("", |word| word.text.as_str());
    let shift: i32 = text(2).parse().unwrap_or(0);
    number(text(0))
        + match text(1) {
            "-" => -shift,
            "+" => shift,
            _ => 0,
        }
}
