//! Who says what a path is: every definition of it in every file, what became of each, and the calls that made the value.
//!
//! What wins by its layer and rank is decided before evaluation ([`crate::lower`] keeps the losers for this); which of
//! several records that join has the field, only evaluation tells, by the key that stands for it in the end.

use std::cmp::Reverse;

use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::{Sources, Span};

use super::Question;
use crate::Loader;
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
    let outcome = crate::run::run_asking(entry_path, entry_text, loader, site, Some(&mut question));
    let mut explanation = Explanation {
        sources: outcome.sources,
        data: outcome.data,
        absent: question.absent,
        diagnostics: outcome.diagnostics,
        others: question.others,
        path: None,
        definitions: Vec::new(),
        field: None,
        origin: None,
        calls: Vec::new(),
    };
    if let Some(why) = question.why {
        explanation.path = Some(why.path);
        explanation.field = why.field;
        explanation.origin = why.origin;
        explanation.calls = why.calls;
        explanation.definitions = why.definitions.into_iter().map(|judged| judged.definition(&question.layers)).collect();
    }
    explanation
}

/// What is known when the run ends.
pub(crate) struct Why {
    path: String,
    field: Option<Span>,
    origin: Option<Span>,
    calls: Vec<(Span, String)>,
    definitions: Vec<Judged>,
}

struct Judged {
    path: String,
    row: Row,
    /// The name of the type, for a default of the schema.
    schema: Option<String>,
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
            layer: match (self.schema, layer) {
                (Some(name), _) => Layer::Schema(name),
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
    ) -> Self {
        let names: Vec<Symbol> = path.iter().map(|key| key.name).collect();
        let text = |path: &[Symbol]| path.iter().map(|name| machine.names.get(*name)).collect::<Vec<_>>().join(".");
        let mut rows: Vec<Row> = rows.into_iter().filter(|row| concerns(row, &names)).collect();
        rows.sort_by_key(|row| (row.path.len() > names.len(), Reverse(row.path.len()), Reverse(row.strength)));
        let default = schema.and_then(|schema| Some((schema, declared(schema, &names)?)));
        let known = found.and_then(|found| found.key);
        let known = known.filter(|key| rows.iter().any(|row| row.key == *key));
        let schema_wins = found.is_some_and(|found| found.schema);
        let mut definitions: Vec<Judged> = Vec::new();
        for row in &rows {
            let outcome = judge(row, &rows, &names, known, found.is_some() && !schema_wins);
            let mut path = text(&row.path);
            if row.computed {
                path.push_str(if path.is_empty() { "*" } else { ".*" });
            }
            definitions.push(Judged { path, row: row.clone(), schema: None, outcome });
        }
        // The longest path first, and below the question what its parts are, in their own order.
        definitions.sort_by(|a, b| {
            let below = |judged: &Judged| judged.row.path.len() > names.len();
            let within = |judged: &Judged| if below(judged) { Some(judged.path.clone()) } else { None };
            below(a).cmp(&below(b)).then_with(|| within(a).cmp(&within(b)))
        });
        let winner = definitions.iter().find(|judged| judged.outcome == Outcome::Wins).map(|judged| judged.row.key);
        if let Some((schema, (owner, field))) = default
            && let Some(value) = field.default
        {
            let outcome = if schema_wins { Outcome::Wins } else { Outcome::Loses(winner.or(known)) };
            let row = Row {
                path: names.clone(),
                computed: false,
                key: field.key,
                value: machine.program.span(value),
                strength: crate::compose::Strength::plain(u16::MAX),
                opened: false,
                unset: false,
                standing: Standing::Alone,
            };
            let at = definitions.iter().take_while(|judged| judged.row.path.len() <= names.len()).count();
            let schema = Some(machine.names.get(schema.def(owner).name).to_owned());
            definitions.insert(at, Judged { path: text(&names), row, schema, outcome });
        }
        let made = found.filter(|_| !schema_wins);
        let inside = |span: Span| {
            let mut wins = definitions.iter().filter(|judged| judged.outcome == Outcome::Wins);
            wins.any(|judged| judged.row.value == span || (judged.row.opened && judged.row.key == span))
        };
        Self {
            path: text(&names),
            field: made.and_then(|found| found.key).filter(|key| known.is_none_or(|known| known != *key)),
            origin: made.map(|found| found.origin).filter(|origin| !inside(*origin)),
            calls: made.map(|found| calls(machine, found)).unwrap_or_default(),
            definitions,
        }
    }
}

/// Whether a definition is one of the path, of what it is a part of, or of its parts.
fn concerns(row: &Row, path: &[Symbol]) -> bool {
    let shared = row.path.len().min(path.len());
    let along = row.path[..shared] == path[..shared];
    match row.path.len() < path.len() {
        // A literal around it says nothing but what its fields say, unless it is a block that replaces.
        true => along && (!row.opened || row.strength.rank == Rank::Force),
        false => along,
    }
}

fn judge(row: &Row, rows: &[Row], path: &[Symbol], known: Option<Span>, found: bool) -> Outcome {
    let loses = || {
        let stronger = rows.iter().filter(|other| {
            let shared = other.path.len().min(row.path.len());
            other.strength > row.strength && other.path[..shared] == row.path[..shared]
        });
        let alive = |other: &&Row| other.standing != Standing::Lost || other.unset;
        Outcome::Loses(stronger.filter(alive).max_by_key(|other| other.strength).map(|other| other.key))
    };
    let exact = row.path == path && !row.computed;
    match row.standing {
        // What is unset is taken away with what it unsets.
        Standing::Lost if row.unset && exact && !found => Outcome::Wins,
        Standing::Lost => loses(),
        Standing::United => Outcome::Unites,
        Standing::Alone if row.path.len() >= path.len() => Outcome::Wins,
        Standing::Alone | Standing::Joined => match known {
            Some(known) if known == row.key => Outcome::Wins,
            Some(_) if exact && !row.opened => loses(),
            Some(_) => Outcome::Joins,
            None if found && !exact && alone_around(row, rows, path) => Outcome::Wins,
            None => Outcome::Joins,
        },
    }
}

/// Whether no other definition can have said what the path is.
fn alone_around(row: &Row, rows: &[Row], path: &[Symbol]) -> bool {
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
