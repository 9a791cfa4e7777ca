//! Who says what a path is: every definition of it in every file, what became of each, and the calls that made the value.
//!
//! What wins by its layer and rank is decided before evaluation ([`crate::lower`] keeps the losers for this); which of
//! several records that join has the field, only evaluation tells, by the key that stands for it in the end.

use std::cmp::Reverse;
use std::collections::HashMap;

use arvc_syntax::diagnostic::{Diagnostic, Severity};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::{Sources, Span};

use super::Question;
use crate::Loader;
use crate::compose::Strength;
use crate::data::Data;
use crate::eval::machine::Machine;
use crate::eval::value::Key;
use crate::ir::Rank;
use crate::lower::{Row, Rows, Standing};
use crate::schema::types::Schema;
use crate::schema::{Found, declared};

/// Why a path has its value.
#[derive(Debug)]
pub struct Explanation {
    /// All sources, that of the question among them.
    pub sources: Sources,
    /// The value, unless it failed or nobody gives it.
    pub data: Option<Data>,
    /// Whether nobody gives it.
    pub absent: bool,
    /// The problems that the value depends on.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether one of them is an error.
    pub failed: bool,
    /// How many errors of the site were met that the value does not depend on.
    pub others: usize,
    /// The path; none if the question is no path of the file's record.
    pub path: Option<String>,
    /// All definitions of it, of what it is a part of, and of its parts: the strongest of each path first.
    pub definitions: Vec<Definition>,
    /// The definition of the field that has the value, if that is none of `definitions`: it stands in a function.
    pub field: Option<Span>,
    /// The expression that made the value.
    pub origin: Option<Span>,
    /// The calls in which it was made, the outermost first: the call, and the function's name.
    pub calls: Vec<(Span, String)>,
}

/// One definition.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its path. `*` stands for a computed key.
    pub path: String,
    /// The last key of it.
    pub key: Span,
    /// What it says.
    pub value: Span,
    /// Its mark.
    pub rank: Rank,
    /// Where it stands.
    pub layer: Layer,
    /// What became of it.
    pub outcome: Outcome,
}

/// How far down a definition stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// In the file itself, or a part of it.
    File,
    /// In a file that it extends, or a part of that.
    Extended(String),
    /// In a record that is a value: it is joined with others by `//`, `&`, or as one of several definitions.
    Value,
    /// In the schema: what a field of this type is when nobody says.
    Schema(String),
}

/// What became of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It says what the path is.
    Wins,
    /// It says a part of what the path is, or may have said it: a record that is joined with others.
    Joins,
    /// It says some items of the set.
    Unites,
    /// Something stronger is said, here.
    Loses(Option<Span>),
    /// Something that is no weaker and no stronger is said, here.
    Conflicts(Span),
}

/// Who says what `path` is in a file's outermost record.
pub fn explain_path(
    entry_path: &str,
    entry_text: String,
    path: &str,
    loader: &mut dyn Loader,
    site: bool,
) -> Explanation {
    let mut question = Question::new(Some(path), true);
    let outcome = crate::run::run_asking(entry_path, entry_text, loader, super::until(site), Some(&mut question));
    let mut explanation = Explanation {
        sources: outcome.sources,
        data: outcome.data,
        absent: question.absent,
        diagnostics: outcome.diagnostics,
        failed: false,
        others: question.others,
        path: None,
        definitions: Vec::new(),
        field: None,
        origin: None,
        calls: Vec::new(),
    };
    if let Some(why) = question.why {
        if why.unset {
            explanation.absent = true;
            explanation.diagnostics.clear();
        }
        explanation.path = Some(why.path);
        explanation.field = why.field;
        explanation.origin = why.origin;
        explanation.calls = why.calls;
        explanation.definitions =
            why.definitions.into_iter().map(|judged| judged.definition(&question.layers)).collect();
    }
    explanation.failed = explanation.diagnostics.iter().any(|problem| problem.severity == Severity::Error);
    explanation
}

/// What is known when the run ends.
pub(crate) struct Why {
    path: String,
    field: Option<Span>,
    origin: Option<Span>,
    calls: Vec<(Span, String)>,
    definitions: Vec<Judged>,
    /// Whether the path, or what it is a part of, is unset.
    unset: bool,
}

struct Judged {
    path: String,
    row: Row,
    /// Where it stands, if not in a file's record.
    layer: Option<Layer>,
    outcome: Outcome,
}

impl Judged {
    fn definition(self, layers: &[String]) -> Definition {
        let layer = self.row.strength.layer.0;
        Definition {
            path: self.path,
            key: self.row.key,
            value: self.row.value,
            rank: self.row.strength.rank,
            layer: match (self.layer, layer) {
                (Some(layer), _) => layer,
                (None, 0) => Layer::File,
                (None, layer) => Layer::Extended(layers.get(usize::from(layer)).cloned().unwrap_or_default()),
            },
            outcome: self.outcome,
        }
    }
}

impl Why {
    pub(crate) fn new(
        machine: &Machine<'_>,
        schema: Option<&Schema>,
        rows: Rows,
        path: &[Key],
        found: Option<Found>,
        failed: bool,
    ) -> Self {
        let names: Vec<Symbol> = path.iter().map(|key| key.name).collect();
        let text = |path: &[Option<Symbol>]| {
            let names = path.iter().map(|name| name.map_or("*", |name| machine.names.get(name)));
            names.collect::<Vec<_>>().join(".")
        };
        let whole: Vec<Option<Symbol>> = names.iter().copied().map(Some).collect();
        let mut rows: Vec<Row> = rows.into_iter().filter(|row| concerns(row, &names)).collect();
        rows.sort_by_key(|row| (row.path.len() > names.len(), Reverse(row.path.len()), Reverse(row.strength)));
        let default = schema.and_then(|schema| Some((schema, declared(schema, &names)?)));
        let known = found.and_then(|found| found.key);
        let known = known.filter(|key| rows.iter().any(|row| row.key == *key));
        let schema_wins = found.is_some_and(|found| found.schema);
        let joined = joined(machine, found);
        let key = found.filter(|found| !found.schema).and_then(|found| found.key);
        let against = joined.iter().map(|(other, _)| *other).find(|other| failed && Some(*other) != key);
        let rivals = Rivals::new(&rows, names.len());
        let mut definitions: Vec<Judged> = Vec::new();
        for row in &rows {
            let one = joined.iter().any(|(other, _)| *other == row.key);
            let outcome = match (key, against) {
                (Some(key), Some(against)) if one => Outcome::Conflicts(if row.key == key { against } else { key }),
                (Some(key), _) if one && row.key != key => Outcome::Loses(Some(key)),
                _ => judge(row, &rivals.of(row), &names, known, found.is_some() && !schema_wins),
            };
            // A block that replaces is the reason for what is not there, and says nothing else of a path below it.
            if row.opened && row.path.len() < names.len() && found.is_some() {
                continue;
            }
            // Which field a computed key makes is known only where it made this one.
            let elsewhere = row.path.contains(&None) && key.is_some_and(|key| key != row.key) && !one;
            if elsewhere && row.path.len() >= names.len() {
                continue;
            }
            definitions.push(Judged { path: text(&row.path), row: row.clone(), layer: None, outcome });
        }
        // Below the question stand its parts, in the order of their names.
        definitions.sort_by(|a, b| {
            let below = |judged: &Judged| judged.row.path.len() > names.len();
            let within = |judged: &Judged| below(judged).then(|| judged.path.clone());
            below(a).cmp(&below(b)).then_with(|| within(a).cmp(&within(b)))
        });
        let conflicts: HashMap<Span, Span> = definitions
            .iter()
            .filter_map(|judged| match judged.outcome {
                Outcome::Conflicts(with) => Some((with, judged.row.key)),
                _ => None,
            })
            .collect();
        for judged in &mut definitions {
            if let Some(with) = conflicts.get(&judged.row.key) {
                judged.outcome = Outcome::Conflicts(*with);
            }
        }
        let unset = definitions
            .iter()
            .any(|judged| judged.outcome == Outcome::Wins && judged.row.unset && judged.row.path.len() <= names.len());
        let wins = |judged: &&Judged| judged.outcome == Outcome::Wins && judged.row.path.len() <= names.len();
        let united = definitions.iter().any(|judged| judged.outcome == Outcome::Unites);
        let winner = key.filter(|_| !united).or(definitions.iter().find(wins).map(|judged| judged.row.key));
        let mut at = definitions.iter().take_while(|judged| judged.row.path.len() <= names.len()).count();
        let mut further = |key: Span, value: Span, rank: Rank, layer: Layer, outcome: Outcome| {
            let strength = Strength { layer: Reverse(u16::MAX), rank };
            let (path, standing) = (whole.clone(), Standing::Alone);
            let row = Row { path, key, value, strength, opened: false, unset: false, standing };
            definitions.insert(at, Judged { path: text(&whole), row, layer: Some(layer), outcome });
            at += 1;
        };
        for (other, value) in joined {
            if Some(other) != key && !rows.iter().any(|row| row.key == other) {
                let outcome = match (key, failed) {
                    (Some(key), true) => Outcome::Conflicts(key),
                    _ => Outcome::Loses(key),
                };
                further(other, value, machine.program.rank(other), Layer::Value, outcome);
            }
        }
        if let Some((schema, (owner, field))) = default
            && let Some(value) = field.default
        {
            let outcome = if schema_wins { Outcome::Wins } else { Outcome::Loses(winner) };
            let layer = Layer::Schema(machine.names.get(schema.def(owner).name).to_owned());
            further(field.key, machine.program.span(value), Rank::Default, layer, outcome);
        }
        let made = found.filter(|_| !schema_wins);
        // A record whose definitions are only those of its parts is made by nothing but them.
        let made = made.filter(|found| found.key != Some(found.origin));
        let inside = |span: Span| {
            let mut rows = definitions.iter().filter(|judged| !matches!(judged.outcome, Outcome::Loses(_)));
            rows.any(|judged| judged.row.value == span || judged.row.key == span)
        };
        Self {
            path: text(&whole),
            field: made.and_then(|found| found.key).filter(|key| known.is_none_or(|known| known != *key)),
            origin: made.map(|found| found.origin).filter(|origin| !inside(*origin)),
            calls: made.map(|found| calls(machine, found)).unwrap_or_default(),
            definitions,
            unset,
        }
    }
}

/// The definitions that records which were joined have of a field: the key and the value of each, the one that wins too.
fn joined(machine: &Machine<'_>, found: Option<Found>) -> Vec<(Span, Span)> {
    let (Some(joins), Some(Found { key: Some(key), slot: Some(slot), .. })) = (&machine.joins, found) else {
        return Vec::new();
    };
    let mut sides = vec![(key, slot)];
    let mut leaves = Vec::new();
    while let Some((key, slot)) = sides.pop() {
        match joins.get(&slot) {
            Some(join) => sides.extend([join.lower, join.upper]),
            None => leaves.push((key, machine.span(machine.heap.slots[slot as usize]))),
        }
    }
    leaves
}

/// Which definitions one may lose to: sites have many, and most of them have nothing to do with one another.
struct Rivals<'r> {
    /// How long the path is.
    len: usize,
    /// Definitions of the path, and of what it is a part of.
    near: Vec<&'r Row>,
    /// Definitions of its parts, by the part.
    below: HashMap<Option<Symbol>, Vec<&'r Row>>,
    /// The strongest of these.
    strongest: Option<&'r Row>,
}

impl<'r> Rivals<'r> {
    fn new(rows: &'r [Row], len: usize) -> Self {
        let mut rivals = Self { len, near: Vec::new(), below: HashMap::new(), strongest: None };
        for row in rows {
            match row.path.get(len) {
                None => rivals.near.push(row),
                Some(part) => rivals.below.entry(*part).or_default().push(row),
            }
        }
        let alive = rows.iter().filter(|row| row.path.len() > len && row.standing != Standing::Lost);
        rivals.strongest = alive.max_by_key(|row| row.strength);
        rivals
    }

    fn of(&self, row: &Row) -> Vec<&'r Row> {
        let mut rivals = self.near.clone();
        match row.path.get(self.len) {
            None => rivals.extend(self.strongest),
            Some(part) => rivals.extend(self.below.get(part).into_iter().flatten()),
        }
        rivals
    }
}

/// Whether a definition is one of the path, of what it is a part of, or of its parts.
fn concerns(row: &Row, path: &[Symbol]) -> bool {
    let along = row.path.iter().zip(path).all(|(name, asked)| name.is_none_or(|name| name == *asked));
    match row.path.len() < path.len() {
        // A literal around it says nothing but what its fields say, unless it is a block that replaces.
        true => along && (!row.opened || row.strength.rank == Rank::Force),
        false => along && row.path.len() <= path.len() + 1,
    }
}

fn judge(row: &Row, rows: &[&Row], path: &[Symbol], known: Option<Span>, found: bool) -> Outcome {
    let loses = || {
        let stronger = rows.iter().filter(|other| other.strength > row.strength && same(&other.path, &row.path));
        let alive = |other: &&&Row| other.standing != Standing::Lost || other.unset;
        match stronger.filter(alive).max_by_key(|other| other.strength) {
            Some(other) => Outcome::Loses(Some(other.key)),
            None => match rows
                .iter()
                .find(|other| alive(other) && other.strength == row.strength && same(&other.path, &row.path))
            {
                Some(other) => Outcome::Conflicts(other.key),
                None => Outcome::Loses(None),
            },
        }
    };
    let said_above = rows
        .iter()
        .any(|other| other.standing != Standing::Lost && other.strength > row.strength && same(&other.path, &row.path));
    let exact = row.path.len() == path.len();
    match row.standing {
        // What is unset is taken away with what it unsets.
        Standing::Lost if row.unset && !said_above => Outcome::Wins,
        Standing::Lost => loses(),
        Standing::United => Outcome::Unites,
        Standing::Alone if row.path.len() >= path.len() || row.opened => Outcome::Wins,
        Standing::Alone | Standing::Joined => match known {
            Some(known) if known == row.key => Outcome::Wins,
            Some(_) if exact && !row.opened => loses(),
            Some(_) => Outcome::Joins,
            None if found && !exact && alone_around(row, rows, path) => Outcome::Wins,
            None => Outcome::Joins,
        },
    }
}

/// Whether two paths may be one, or one a part of the other.
fn same(a: &[Option<Symbol>], b: &[Option<Symbol>]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.is_none() || b.is_none() || a == b)
}

/// Whether no other definition can have said what the path is.
fn alone_around(row: &Row, rows: &[&Row], path: &[Symbol]) -> bool {
    rows.iter().all(|other| {
        other.key == row.key || other.standing == Standing::Lost || other.opened || other.path.len() > path.len()
    })
}

fn calls(machine: &Machine<'_>, found: Found) -> Vec<(Span, String)> {
    let mut calls = Vec::new();
    let mut at = found.call;
    while let Some(call) = at {
        let call = machine.heap.calls[call.index()];
        calls.push((machine.program.span(call.expr), machine.callee_name(call.function, call.expr)));
        at = call.parent;
    }
    calls.reverse();
    calls
}
