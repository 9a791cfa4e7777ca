//! One JSON object a line. The fields below are stable; readers ignore fields that they do not know.
//!
//! `version` grows only when a field changes its meaning or goes. Lines and columns count from 1, columns in Unicode
//! scalar values; bytes count from 0 in the UTF-8 text, and an end is one past the last byte.

use arvc_syntax::diagnostic::{Applicability, Diagnostic, Fix};
use arvc_syntax::source::Span;
use serde::Serialize;

use super::{Texts, human, severity};

/// The version of the fields.
const VERSION: u32 = 1;

/// One problem.
#[derive(Serialize)]
struct Message<'a> {
    version: u32,
    code: &'a str,
    /// `error` or `warning`.
    severity: &'a str,
    message: &'a str,
    /// The first primary one is where the problem is reported.
    spans: Vec<Place<'a>>,
    notes: &'a [String],
    helps: &'a [String],
    fixes: Vec<Change<'a>>,
    /// What people read, without colour.
    rendered: String,
}

#[derive(Serialize)]
struct Place<'a> {
    file: String,
    byte_start: usize,
    byte_end: usize,
    line_start: u32,
    column_start: u32,
    line_end: u32,
    column_end: u32,
    primary: bool,
    label: &'a str,
}

#[derive(Serialize)]
struct Change<'a> {
    title: &'a str,
    /// `machine-applicable`, `maybe-incorrect` or `has-placeholders`.
    applicability: &'static str,
    edits: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    file: String,
    byte_start: usize,
    byte_end: usize,
    text: &'a str,
}

/// All problems, one object a line.
pub(super) fn render(texts: Texts<'_>, diagnostics: &[Diagnostic]) -> String {
    let files = human::Shown::new(texts);
    diagnostics.iter().map(|diagnostic| line(texts, &files, diagnostic)).collect()
}

fn line(texts: Texts<'_>, files: &human::Shown<'_>, diagnostic: &Diagnostic) -> String {
    let message = Message {
        version: VERSION,
        code: diagnostic.code.id,
        severity: severity(diagnostic),
        message: &diagnostic.message,
        spans: diagnostic.labels.iter().map(|label| place(texts, label.span, label.primary, &label.message)).collect(),
        notes: &diagnostic.notes,
        helps: &diagnostic.helps,
        fixes: diagnostic.fixes.iter().map(|fix| change(texts, fix)).collect(),
        rendered: human::render_one(files, diagnostic, false),
    };
    let mut line = serde_json::to_string(&message).expect("strings and numbers are always JSON");
    line.push('\n');
    line
}

fn place<'a>(texts: Texts<'_>, span: Span, primary: bool, label: &'a str) -> Place<'a> {
    let (source, range) = texts.place(span);
    let (start, end) = (texts.position(source, range.start), texts.position(source, range.end));
    Place {
        file: texts.name(source),
        byte_start: range.start,
        byte_end: range.end,
        line_start: start.line,
        column_start: start.column,
        line_end: end.line,
        column_end: end.column,
        primary,
        label,
    }
}

fn change<'a>(texts: Texts<'_>, fix: &'a Fix) -> Change<'a> {
    let replacement = |edit: &'a arvc_syntax::diagnostic::Edit| {
        let (source, range) = texts.place(edit.span);
        Replacement { file: texts.name(source), byte_start: range.start, byte_end: range.end, text: &edit.text }
    };
    Change {
        title: &fix.title,
        applicability: applicability(fix.applicability),
        edits: fix.edits.iter().map(replacement).collect(),
    }
}

/// rustc's words.
pub(super) fn applicability(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::MachineApplicable => "machine-applicable",
        Applicability::MaybeIncorrect => "maybe-incorrect",
        Applicability::HasPlaceholders => "has-placeholders",
    }
}
