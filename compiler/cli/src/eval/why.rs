//! Who says what a path is, as a table: a line a definition, the strongest first, and below it how the value was made.

use arvc_lang::data::Datum;
use arvc_lang::ir::Rank;
use arvc_lang::query::{Definition, Explanation, Layer, Outcome};
use arvc_syntax::source::Span;

use super::json as value;
use crate::messages::{Texts, visible};

/// The text of a definition is cut here: what it says in full stands at its place.
const WIDTH: usize = 48;

/// One line of the table.
struct Line {
    mark: &'static str,
    place: String,
    text: String,
    note: String,
}

/// For people.
pub(super) fn table(texts: Texts<'_>, explanation: &Explanation, color: bool) -> String {
    let path = explanation.path.as_deref().unwrap_or_default();
    let mut out = match head(explanation) {
        Some(value) => format!("{path} = {value}\n"),
        None if explanation.absent => format!("{path} is absent\n"),
        None => format!("{path} has no value\n"),
    };
    let definitions: Vec<Line> =
        explanation.definitions.iter().map(|definition| said(texts, explanation, definition)).collect();
    let made = made(texts, explanation);
    let all = || definitions.iter().chain(&made);
    let width = |of: fn(&Line) -> &str| all().map(|line| of(line).chars().count()).max().unwrap_or(0);
    let (marks, places, words) = (width(|line| line.mark), width(|line| &line.place), width(|line| &line.text));
    for line in all() {
        let mark = format!("{:marks$}", line.mark);
        let mark = match (color, line.mark) {
            (true, "wins") => format!("\u{1b}[1;32m{mark}\u{1b}[0m"),
            (true, "loses" | "conflicts") => format!("\u{1b}[31m{mark}\u{1b}[0m"),
            _ => mark,
        };
        let row = format!("  {mark}  {:places$}  {:words$}  {}", line.place, line.text, line.note);
        out.push_str(row.trim_end());
        out.push('\n');
    }
    if definitions.is_empty() && explanation.absent {
        out.push_str("  nobody says it, and the schema has no default\n");
    } else if definitions.is_empty() {
        out.push_str("  it is no field of the file's record: a `let` or the prelude says it\n");
    }
    out
}

/// A line a definition: its place, what became of it, and its text.
pub(super) fn short(texts: Texts<'_>, explanation: &Explanation) -> String {
    let lines = explanation.definitions.iter().map(|definition| said(texts, explanation, definition));
    lines
        .chain(made(texts, explanation))
        .map(|line| format!("{}: {}: {}\n", line.place, line.mark, line.text))
        .collect()
}

/// One object.
pub(super) fn json(texts: Texts<'_>, explanation: &Explanation) -> String {
    let place = |span: Span| {
        let (source, range) = texts.place(span);
        let at = texts.position(source, range.start);
        serde_json::json!({
            "file": texts.name(source), "byte_start": range.start, "byte_end": range.end,
            "line": at.line, "column": at.column, "text": &source.text[range],
        })
    };
    let definition = |definition: &Definition| {
        let span = written(texts, definition);
        let mut object = place(span);
        let (layer, of) = match &definition.layer {
            Layer::File => ("file", None),
            Layer::Extended(file) => ("extended", Some(file)),
            Layer::Value => ("value", None),
            Layer::Schema(owner) => ("schema", Some(owner)),
        };
        object["path"] = definition.path.as_str().into();
        object["rank"] = rank(definition.rank).into();
        object["layer"] = layer.into();
        object["of"] = of.map(String::as_str).into();
        object["outcome"] = outcome(definition.outcome).into();
        match definition.outcome {
            Outcome::Loses(to) => object["to"] = to.map(place).into(),
            Outcome::Conflicts(with) => object["to"] = place(with),
            Outcome::Wins | Outcome::Joins | Outcome::Unites => {}
        }
        object
    };
    let calls = explanation.calls.iter().map(|(span, function)| {
        let mut object = place(*span);
        object["function"] = function.trim_matches('`').into();
        object
    });
    let rest = serde_json::json!({
        "absent": explanation.absent,
        "definitions": explanation.definitions.iter().map(definition).collect::<Vec<_>>(),
        "calls": calls.collect::<Vec<_>>(),
        "field": explanation.field.map(place),
        "origin": explanation.origin.map(place),
    });
    // The value may be deeper than what a tree of JSON may be: it is written by itself.
    let found = explanation
        .data
        .as_ref()
        .filter(|_| !explanation.absent && !explanation.failed)
        .map_or("null".to_owned(), |data| value::value(data, data.root));
    let path = value::text(explanation.path.as_deref().unwrap_or_default());
    let rest = rest.to_string();
    format!("{{\"version\":1,\"path\":{path},\"value\":{found},{}\n", &rest[1..])
}

fn head(explanation: &Explanation) -> Option<String> {
    if explanation.failed {
        return None;
    }
    let data = explanation.data.as_ref().filter(|data| *data.value(data.root) != Datum::Failed)?;
    let text = visible(&arvc_lang::print(data, data.root));
    Some(if text.chars().count() > 80 { cut(&text, 79) } else { text })
}

fn said(texts: Texts<'_>, explanation: &Explanation, definition: &Definition) -> Line {
    let mut notes = Vec::new();
    if explanation.path.as_ref() != Some(&definition.path) {
        notes.push(definition.path.clone());
    }
    if definition.rank != Rank::Plain && !matches!(definition.layer, Layer::Schema(_)) {
        notes.push(rank(definition.rank).to_owned());
    }
    match &definition.layer {
        Layer::File => {}
        Layer::Extended(file) if texts.place(definition.key).0.name == *file => {
            notes.push("of the extended file".to_owned())
        }
        Layer::Extended(file) => notes.push(format!("of the extended {file}")),
        Layer::Value => notes.push("in a value that is joined".to_owned()),
        Layer::Schema(owner) => notes.push(format!("default of {owner}")),
    }
    match definition.outcome {
        Outcome::Loses(Some(to)) => notes.push(format!("overridden by {}", place(texts, to))),
        Outcome::Conflicts(with) => notes.push(format!("with {}", place(texts, with))),
        Outcome::Loses(None) | Outcome::Wins | Outcome::Joins | Outcome::Unites => {}
    }
    Line {
        mark: outcome(definition.outcome),
        place: place(texts, definition.key),
        text: text(texts, written(texts, definition)),
        note: notes.join("; "),
    }
}

/// A definition from its last key to its end.
fn written(texts: Texts<'_>, definition: &Definition) -> Span {
    match definition.layer {
        // Its value may stand anywhere.
        Layer::Value => whole(texts, definition.key),
        _ => definition.key.to(definition.value),
    }
}

/// How a value was made that no definition is the text of.
fn made(texts: Texts<'_>, explanation: &Explanation) -> Vec<Line> {
    let line = |mark, span, note| Line { mark, place: place(texts, span), text: text(texts, span), note };
    let calls = explanation.calls.iter().map(|(span, function)| line("called", *span, format!("a call of {function}")));
    let mut lines: Vec<Line> = match explanation.field.is_some() || explanation.origin.is_some() {
        true => calls.collect(),
        false => Vec::new(),
    };
    if let Some(span) = explanation.field {
        lines.push(line("field", whole(texts, span), String::new()));
    }
    if let Some(span) = explanation.origin {
        lines.push(line("value", span, String::new()));
    }
    lines
}

/// A definition from its key to the end of its line or its `;`. An inherited name is all there is.
fn whole(texts: Texts<'_>, key: Span) -> Span {
    let (source, range) = texts.place(key);
    let rest = &source.text[range.end..];
    if !rest.trim_start().starts_with(['=', ':']) {
        return key;
    }
    let end = rest.find([';', '\n', '}']).unwrap_or(rest.len());
    let length = rest[..end].trim_end().len() as u32;
    Span::new(key.start, key.end + length)
}

fn place(texts: Texts<'_>, span: Span) -> String {
    let (source, range) = texts.place(span);
    let at = texts.position(source, range.start);
    format!("{}:{}:{}", texts.name(source), at.line, at.column)
}

/// A piece of source on one line, cut where it is long; what braces hold goes first.
fn text(texts: Texts<'_>, span: Span) -> String {
    let (source, range) = texts.place(span);
    let written = &source.text[range];
    let code = written.lines().filter(|line| !line.trim_start().starts_with('#'));
    let line = visible(&code.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" "));
    if line.chars().count() <= WIDTH {
        return line;
    }
    match line.split_once(" { ") {
        Some((before, rest)) if closes(rest) && before.chars().count() + 8 <= WIDTH => format!("{before} {{ … }}"),
        _ => cut(&line, WIDTH - 1),
    }
}

/// Whether a brace that was opened before is closed by the last letter, and not earlier.
fn closes(rest: &str) -> bool {
    let mut depth = 1;
    let close = rest.char_indices().find(|(_, letter)| {
        depth += i32::from(*letter == '{') - i32::from(*letter == '}');
        depth == 0
    });
    close.is_some_and(|(at, _)| at + 1 == rest.len())
}

fn cut(text: &str, at: usize) -> String {
    text.chars().take(at).chain(['…']).collect()
}

fn rank(rank: Rank) -> &'static str {
    match rank {
        Rank::Default => "default",
        Rank::Plain => "plain",
        Rank::Force => "force",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Wins => "wins",
        Outcome::Joins => "joins",
        Outcome::Unites => "unites",
        Outcome::Loses(_) => "loses",
        Outcome::Conflicts(_) => "conflicts",
    }
}
