//! The laws of composition, on records of leaves with ranks: which definition counts depends on its layer and its rank, and
//! on nothing else; not on the file, the order, or the operator that brings it in.

use std::collections::BTreeMap;
use std::fmt::Write;

use arvc_lang::{LoadError, Loader, Outcome, evaluate_plain, print};
use arvc_tests::list;
use arvc_tests::random::{Choices, config, numbers};
use proptest::prelude::*;

/// A definition: `r.a = default 1;`. Its path tells the kind of its value.
#[derive(Clone, Debug, PartialEq)]
struct Definition {
    path: Vec<&'static str>,
    /// 0 is `default`, 1 plain, 2 `force`.
    rank: usize,
    value: String,
}

const MARKS: [&str; 3] = ["default ", "", "force "];

/// Leaves at different paths; at one path, at most one of each rank.
fn definitions(choices: &mut Choices, most: usize) -> Vec<Definition> {
    let mut found: Vec<Definition> = Vec::new();
    for _ in 0..choices.below(most) + 1 {
        let mut path = Vec::new();
        while path.len() < 3 && choices.below(2) == 1 {
            path.push(*choices.pick(&["r", "s"]));
        }
        let (leaf, value) = match choices.below(4) {
            0 | 1 => ("a", choices.below(9).to_string()),
            2 => ("b", format!("\"{}\"", choices.below(9))),
            _ => ("c", format!("[ {} ]", choices.below(9))),
        };
        path.push(leaf);
        let new = Definition { path, rank: choices.below(3), value };
        if !found.iter().any(|old| (&old.path, old.rank) == (&new.path, new.rank)) {
            found.push(new);
        }
    }
    found
}

/// As [`definitions`], and some are of whole records: of a literal, or of a record that only evaluation knows.
///
/// The latter is never a `default`. A mark belongs to a definition, and the fields of a call's result have none: once it
/// has joined with something stronger, its fields are as strong as that, so that grouping would matter.
fn blocks(choices: &mut Choices, most: usize) -> Vec<Definition> {
    let mut found = definitions(choices, most);
    for path in [vec!["r"], vec!["s"], vec!["r", "s"]] {
        let shape = choices.below(4);
        if shape > 1 {
            let inner = record("", &definitions(choices, 3));
            let (rank, value) = match shape {
                2 => (choices.below(3), inner),
                _ => (choices.below(2) + 1, format!("(x: x) {inner}")),
            };
            found.push(Definition { path, rank, value });
        }
    }
    found
}

/// The text of definitions, in this order, with what begins the record in front of it.
fn record(head: &str, definitions: &[Definition]) -> String {
    let mut out = format!("{{ {head}");
    for Definition { path, rank, value } in definitions {
        let _ = write!(out, "{} = {}{value}; ", path.join("."), MARKS[*rank]);
    }
    out + "}"
}

/// What counts of definitions: at each path the strongest, of the highest layer first.
fn winners<'d>(layers: &[&'d [Definition]]) -> BTreeMap<Vec<&'static str>, &'d str> {
    let mut best: BTreeMap<Vec<&'static str>, ((usize, usize), &str)> = BTreeMap::new();
    for (layer, definitions) in layers.iter().enumerate() {
        for Definition { path, rank, value } in *definitions {
            let place = best.entry(path.clone()).or_insert(((layer, *rank), value));
            if place.0 < (layer, *rank) {
                *place = ((layer, *rank), value);
            }
        }
    }
    best.into_iter().map(|(path, (_, value))| (path, value)).collect()
}

/// Leaves as they are printed.
fn printed(leaves: &BTreeMap<Vec<&str>, &str>) -> String {
    fn write(leaves: &[(&[&str], &str)], out: &mut String) {
        out.push_str("{ ");
        let mut rest = leaves;
        while let Some(((first, inner), value)) =
            rest.first().and_then(|(path, value)| Some((path.split_first()?, value)))
        {
            let count = rest.iter().take_while(|(path, _)| path[0] == *first).count();
            let _ = write!(out, "{first} = ");
            if inner.is_empty() {
                out.push_str(value);
            } else {
                let below: Vec<_> = rest[..count].iter().map(|(path, value)| (&path[1..], *value)).collect();
                write(&below, out);
            }
            out.push_str("; ");
            rest = &rest[count..];
        }
        out.push('}');
    }
    let mut out = String::new();
    write(&leaves.iter().map(|(path, value)| (path.as_slice(), *value)).collect::<Vec<_>>(), &mut out);
    out
}

struct Memory<'f>(&'f BTreeMap<String, String>);

impl Loader for Memory<'_> {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::NotFound)
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, LoadError> {
        let names = list(self.0.keys(), path);
        if names.is_empty() { Err(LoadError::NotFound) } else { Ok(names) }
    }
}

/// The value of a text that may read files, or the codes of what is wrong with it.
fn value(text: &str, files: &BTreeMap<String, String>) -> Result<String, Vec<&'static str>> {
    let Outcome { data, diagnostics, .. } = evaluate_plain("site.arv", text.to_owned(), &mut Memory(files));
    match data {
        Some(data) if diagnostics.is_empty() => Ok(print(&data, data.root)),
        _ => Err(diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect()),
    }
}

fn alone(text: &str) -> Result<String, Vec<&'static str>> {
    value(text, &BTreeMap::new())
}

/// As [`alone`], with the place of what is wrong and without its code: how often a cause is met is not what is compared.
fn holes(text: &str) -> String {
    let outcome = evaluate_plain("site.arv", text.to_owned(), &mut Memory(&BTreeMap::new()));
    outcome.data.map_or_else(String::new, |data| print(&data, data.root))
}

/// Definitions dealt to so many hands.
fn dealt(definitions: &[Definition], hands: usize, choices: &mut Choices) -> Vec<Vec<Definition>> {
    let mut dealt = vec![Vec::new(); hands];
    for definition in definitions {
        dealt[choices.below(hands)].push(definition.clone());
    }
    dealt
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn the_strongest_definition_of_a_path_counts_in_any_order(numbers in numbers(60)) {
        let mut choices = Choices::new(numbers);
        let mut all = definitions(&mut choices, 8);
        let expected = printed(&winners(&[&all]));
        choices.shuffle(&mut all);
        let text = record("", &all);
        prop_assert_eq!(alone(&text), Ok(expected), "{}", text);
    }

    #[test]
    fn a_record_spread_over_files_is_the_record(numbers in numbers(80)) {
        let mut choices = Choices::new(numbers);
        let all = definitions(&mut choices, 8);
        let hands = dealt(&all, 3, &mut choices);
        let files = hands[1..].iter().enumerate().map(|(n, hand)| (format!("p/{n}.arv"), record("", hand))).collect();
        let text = record("include ./p/; ", &hands[0]);
        prop_assert_eq!(value(&text, &files), Ok(printed(&winners(&[&all]))), "{} {:?}", text, files);
    }

    #[test]
    fn what_extends_wins_over_what_is_below_whatever_the_ranks(numbers in numbers(120)) {
        let mut choices = Choices::new(numbers);
        let layers = [definitions(&mut choices, 6), definitions(&mut choices, 6), definitions(&mut choices, 6)];
        let files = BTreeMap::from([
            ("low.arv".to_owned(), record("", &layers[0])),
            ("mid.arv".to_owned(), record("extends ./low.arv; ", &layers[1])),
        ]);
        let text = record("extends ./mid.arv; ", &layers[2]);
        let expected = printed(&winners(&[&layers[0], &layers[1], &layers[2]]));
        prop_assert_eq!(value(&text, &files), Ok(expected), "{} {:?}", text, files);
    }

    #[test]
    fn a_value_updated_is_as_a_file_extended(numbers in numbers(80)) {
        let mut choices = Choices::new(numbers);
        let layers = [definitions(&mut choices, 6), definitions(&mut choices, 6)];
        let text = format!("{} // {}", record("", &layers[0]), record("", &layers[1]));
        prop_assert_eq!(alone(&text), Ok(printed(&winners(&[&layers[0], &layers[1]]))), "{}", text);
    }

    #[test]
    fn values_that_agree_are_as_the_definitions_of_both(numbers in numbers(80)) {
        let mut choices = Choices::new(numbers);
        let all = definitions(&mut choices, 8);
        let hands = dealt(&all, 3, &mut choices);
        let [a, b, c] = [record("", &hands[0]), record("", &hands[1]), record("", &hands[2])];
        let expected = Ok(printed(&winners(&[&all])));
        for text in [format!("{a} & {b} & {c}"), format!("{a} & ({b} & {c})"), format!("({c} & {a}) & {b}")] {
            prop_assert_eq!(alone(&text), expected.clone(), "{}", text);
        }
    }

    #[test]
    fn agreement_is_commutative_and_associative_where_values_disagree_too(numbers in numbers(160)) {
        let mut choices = Choices::new(numbers);
        let [a, b, c] = [(); 3].map(|()| record("", &blocks(&mut choices, 4)));
        prop_assert_eq!(holes(&format!("{a} & {b}")), holes(&format!("{b} & {a}")), "{} & {}", a, b);
        prop_assert_eq!(holes(&format!("{a} & {b} & {c}")), holes(&format!("{a} & ({b} & {c})")), "{} & {} & {}", a, b, c);
    }

    #[test]
    fn whole_records_and_parts_join_in_one_file_as_in_many(numbers in numbers(160)) {
        let mut choices = Choices::new(numbers);
        let all = blocks(&mut choices, 6);
        let hands = dealt(&all, 3, &mut choices);
        let files: BTreeMap<_, _> =
            hands[1..].iter().enumerate().map(|(n, hand)| (format!("p/{n}.arv"), record("", hand))).collect();
        let spread = record("include ./p/; ", &hands[0]);
        let mut other = all.clone();
        choices.shuffle(&mut other);
        let whole = alone(&record("", &all));
        // What is defined twice has one code in a file and another one over files.
        prop_assert_eq!(alone(&record("", &other)).ok(), whole.clone().ok(), "{:?}", all);
        prop_assert_eq!(value(&spread, &files).ok(), whole.ok(), "{} {:?}", spread, files);
    }
}
