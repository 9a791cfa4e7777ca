//! A chain of nft: where it is hooked, and its rules.

use super::ruleset::Lines;
use super::words::Word;
use super::{Faults, Table, rule};
use crate::filter::{Base, Filter, Hook, Rule, Then};

/// Adds a chain of a table to a filter that has a place for it.
pub(super) fn add(lines: &Lines, table: &Table, filter: &mut Filter, faults: &mut Faults<'_>) {
    let index = table.chains[&lines.name];
    for statement in &lines.rules {
        filter.chains[index].rules.extend(rule::rules(statement, table, faults));
    }
    let accepts = match &lines.policy {
        None => true,
        Some(word) => {
            if !["accept", "drop"].contains(&word.text.as_str()) {
                faults.refused(word.place, format!("the policy {} of a chain", word.text));
            }
            word.text != "drop"
        }
    };
    let Some(statement) = &lines.hook else { return };
    let place = statement[0].place;
    let at = |name: &str| statement.iter().position(|word| word.text == name);
    let named = at("hook").and_then(|at| statement.get(at + 1)).map_or("?", |word| word.text.as_str());
    let hook = match named {
        "prerouting" | "ingress" => Hook::Prerouting,
        "input" => Hook::Input,
        "forward" => Hook::Forward,
        "output" => Hook::Output,
        "postrouting" | "egress" => Hook::Postrouting,
        other => {
            faults.refused(place, format!("a chain at the hook {other}"));
            return;
        }
    };
    let mut priority = match at("priority").map(|at| priority(&statement[at + 1..])) {
        Some(Some(priority)) => priority,
        _ => {
            faults.refused(place, "a chain whose priority is not understood");
            0
        }
    };
    // There is a device, which has frames, and no connections yet.
    if ["ingress", "egress"].contains(&named) {
        let why = faults.unread(place, format!("a chain at the hook {named}"));
        filter.chains[index].rules = vec![Rule { place, conditions: Vec::new(), then: Then::Unknown(why) }];
        priority = if hook == Hook::Prerouting { i32::MIN } else { i32::MAX };
    }
    let nat = statement.get(1).is_some_and(|word| word.text == "nat");
    let families = table.families;
    filter.bases.push(Base { hook, families, priority, accepts, nat, chain: index, place, unsure: None });
}

/// A number, or a name of one with what is added to it.
fn priority(words: &[Word]) -> Option<i32> {
    let text = |index: usize| words.get(index).map_or("", |word| word.text.as_str());
    // `filter-10` is written without blanks too.
    let (name, joined) = match text(0).find(['+', '-']).filter(|at| *at > 0) {
        Some(at) => text(0).split_at(at),
        None => (text(0), ""),
    };
    let number = match name {
        "raw" => -300,
        "mangle" => -150,
        "dstnat" => -100,
        "filter" => 0,
        "security" => 50,
        "srcnat" => 100,
        text => text.parse().ok()?,
    };
    let shift = match (joined, text(1)) {
        ("", "-") => -text(2).parse::<i32>().ok()?,
        ("", "+") => text(2).parse().ok()?,
        ("", _) => 0,
        (joined, _) => joined.parse().ok()?,
    };
    Some(number + shift)
}
