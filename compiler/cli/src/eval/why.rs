//! Who says what a path is, as a table: a line a definition, the strongest first, and below it how the value was made.

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
        None => format!("{path} is absent\n"),
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
            (true, "loses") => format!("\u{1b}[31m{mark}\u{1b}[0m"),
            _ => mark,
        };
        let row = format!("  {mark}  {:places$}  {:words$}  {}", line.place, line.text, line.note);
        out.push_str(row.trim_end());
        out.push('\n');
    }
    if definitions.is_empty() {
        out.push_str("  no definition of the file's record says it: a `let` or the prelude does\n");
    }
    out
}

/// A line a definition: its place, what became of it, and its text.
pub(super) fn short(texts: Texts<'_>, explanation: &Explanation) -> String {
    let lines = explanation.definitions.iter().map(|definition| said(texts, explanation, definition));
    lines.chain(made(texts, explanation)).map(|line| format!("{}: {}: {}\n", line.place, line.mark, line.text)).collect()
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
        let span = definition.key.to(definition.value);
        let mut object = place(span);
        let (layer, of) = match &definition.layer {
            Layer::File => ("file", None),
            Layer::Extended(file) => ("extended", Some(file)),
            Layer::Schema(owner) => ("schema", Some(owner)),
        };
        object["path"] = definition.path.as_str().into();
        object["rank"] = rank(definition.rank).into();
        object["layer"] = layer.into();
        object["of"] = of.map(String::as_str).into();
        object["outcome"] = outcome(definition.outcome).into();
        if let Outcome::Loses(to) = definition.outcome {
            object["to"] = to.map(place).into();
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
    let found = explanation.data.as_ref().map_or("null".to_owned(), |data| value::value(data, data.root));
    let path = value::text(explanation.path.as_deref().unwrap_or_default());
    let rest = rest.to_string();
    format!("{{\"version\":1,\"path\":{path},\"value\":{found},{}\n", &rest[1..])
}

fn head(explanation: &Explanation) -> Option<String> {
    let data = explanation.data.as_ref()?;
    let text = visible(&arvc_lang::print(data, data.root));
    Some(if text.chars().count() > 80 { cut(&text, 79) } else { text })
}

fn said(texts: Texts<'_>, explanation: &Explanation, definition: &Definition) -> Line {
    let mut notes = Vec::new();
    if explanation.path.as_ref() != Some(&definition.path) {
        notes.push(definition.path.clone());
    }
    if definition.rank != Rank::Plain {
        notes.push(rank(definition.rank).to_owned());
    }
    match &definition.layer {
        Layer::File => {}
        Layer::Extended(file) if texts.place(definition.key).0.name == *file => notes.push("extended".to_owned()),
        Layer::Extended(file) => notes.push(format!("extended, of {file}")),
        Layer::Schema(owner) => notes.push(format!("{owner}, when nobody says")),
    }
    if let Outcome::Loses(Some(to)) = definition.outcome {
        notes.push(format!("to {}", place(texts, to)));
    }
    Line {
        mark: outcome(definition.outcome),
        place: place(texts, definition.key),
        text: text(texts, definition.key.to(definition.value)),
        note: notes.join(", "),
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

/// A definition from its key to the end of its line or its `;`.
fn whole(texts: Texts<'_>, key: Span) -> Span {
    let (source, range) = texts.place(key);
    let rest = &source.text[range.end..];
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
    let line = visible(&written.split_whitespace().collect::<Vec<_>>().join(" "));
    if line.chars().count() <= WIDTH {
        return line;
    }
    match line.split_once(" { ") {
        Some((before, _)) if line.ends_with('}') && before.chars().count() + 8 <= WIDTH => format!("{before} {{ … }}"),
        _ => cut(&line, WIDTH - 1),
    }
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
    }
}
