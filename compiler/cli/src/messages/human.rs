//! For people: title, the lines of the source with labels, what to do. codespan-reporting draws it.
//!
//! Sources are shown with every invisible character replaced by one of the same length in bytes, so that a hostile file
//! cannot command the terminal, and every offset stays right.

use std::cell::OnceCell;
use std::ops::Range;

use arvc_syntax::diagnostic::{Diagnostic, Severity};
use arvc_syntax::source::{FileId, Source, Span};
use codespan_reporting::diagnostic::{self as report, LabelStyle};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::termcolor::{Ansi, NoColor};
use codespan_reporting::term::{self, Config};

use super::{Counts, Texts, fix, hidden, printable, visible};

/// More than these nobody reads; the machine formats have all.
const SHOWN: usize = 100;

/// Lines with more bytes are not drawn: nobody reads them, and each problem of such a line would draw it again.
pub(super) const WIDE: usize = 2_000;

/// All problems up to the limit, and a last line with the counts.
pub(super) fn render(texts: Texts<'_>, diagnostics: &[Diagnostic], counts: Counts, color: bool) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    // A warning never hides an error that is beyond the limit.
    let mut shown: Vec<&Diagnostic> = diagnostics.iter().collect();
    if shown.len() > SHOWN {
        shown.sort_by_key(|diagnostic| diagnostic.severity);
        shown.truncate(SHOWN);
    }
    let files = Shown::new(texts);
    let mut text: String = shown.iter().map(|diagnostic| render_one(&files, diagnostic, color)).collect();
    if diagnostics.len() > SHOWN {
        text.push_str(&format!("the first {SHOWN} of {} problems are shown\n", diagnostics.len()));
    }
    text.push_str(&format!("{counts}\n"));
    text
}

/// One problem, with an empty line behind it.
pub(super) fn render_one(files: &Shown<'_>, diagnostic: &Diagnostic, color: bool) -> String {
    let report = report(files.texts, diagnostic);
    let config = Config::default();
    let (done, bytes) = if color {
        let mut out = Ansi::new(Vec::new());
        (term::emit_to_write_style(&mut out, &config, files, &report), out.into_inner())
    } else {
        let mut out = NoColor::new(Vec::new());
        (term::emit_to_write_style(&mut out, &config, files, &report), out.into_inner())
    };
    done.expect("every label lies inside its file, and a vector takes every byte");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn report(texts: Texts<'_>, diagnostic: &Diagnostic) -> report::Diagnostic<FileId> {
    let severity = match diagnostic.severity {
        Severity::Error => report::Severity::Error,
        Severity::Warning => report::Severity::Warning,
    };
    let (wide, narrow): (Vec<_>, Vec<_>) = diagnostic.labels.iter().partition(|label| is_wide(texts, label.span));
    let places = wide.iter().map(|label| {
        let (source, range) = texts.place(label.span);
        let (name, at) = (texts.name(source), texts.position(source, range.start));
        format!("{name}:{}:{}: {}", at.line, at.column, visible(&label.message))
    });
    let labels = narrow.iter().map(|label| {
        let (_, range) = texts.place(label.span);
        let style = if label.primary { LabelStyle::Primary } else { LabelStyle::Secondary };
        report::Label::new(style, texts.sources.file_of(label.span), range).with_message(printable(&label.message))
    });
    let notes = diagnostic.notes.iter().map(|note| printable(note));
    let helps = diagnostic.helps.iter().map(|help| format!("help: {}", printable(help)));
    let fixes = diagnostic.fixes.iter().map(|fix| printable(&fix::render(texts, fix)));
    report::Diagnostic::new(severity)
        .with_code(diagnostic.code.id)
        .with_message(visible(&diagnostic.message))
        .with_labels(labels.collect())
        .with_notes(places.chain(notes).chain(helps).chain(fixes).collect())
}

/// Whether a line on which a span begins or ends is not drawn.
fn is_wide(texts: Texts<'_>, span: Span) -> bool {
    let (source, range) = texts.place(span);
    let starts = source.line_starts();
    [range.start, range.end].into_iter().any(|byte| {
        let line = starts.partition_point(|start| *start as usize <= byte) - 1;
        let end = starts.get(line + 1).map_or(source.text.len(), |next| *next as usize);
        end - starts[line] as usize > WIDE
    })
}

/// The sources as they are drawn. Each is made harmless once, so many problems in a large file stay cheap.
pub(super) struct Shown<'a> {
    texts: Texts<'a>,
    drawn: Vec<OnceCell<Option<String>>>,
}

impl<'a> Shown<'a> {
    /// Nothing drawn yet.
    pub(super) fn new(texts: Texts<'a>) -> Self {
        Self { texts, drawn: texts.sources.iter().map(|_| OnceCell::new()).collect() }
    }

    fn get(&self, id: FileId) -> &'a Source {
        self.texts.sources.get(id)
    }
}

impl<'a> Files<'a> for Shown<'a> {
    type FileId = FileId;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<String, Error> {
        Ok(self.texts.name(self.get(id)))
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        let text = &self.get(id).text;
        Ok(self.drawn[id.0 as usize].get_or_init(|| harmless(text)).as_deref().unwrap_or(text))
    }

    fn line_index(&'a self, id: FileId, byte: usize) -> Result<usize, Error> {
        Ok(self.get(id).line_starts().partition_point(|start| *start as usize <= byte) - 1)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, Error> {
        let source = self.get(id);
        let starts = source.line_starts();
        let start = *starts.get(line).ok_or(Error::LineTooLarge { given: line, max: starts.len() - 1 })? as usize;
        let end = starts.get(line + 1).map_or(source.text.len(), |next| *next as usize);
        Ok(start..end)
    }
}

/// The text with each invisible character replaced by one of as many bytes, if it has any.
fn harmless(text: &str) -> Option<String> {
    let bad = |c: char| hidden(c) && !matches!(c, '\n' | '\t');
    let replace = |c: char| match (bad(c), c) {
        (false, _) => c,
        (true, '\r') => ' ',
        (true, _) => match c.len_utf8() {
            1 => '?',
            2 => '¿',
            _ => '\u{fffd}',
        },
    };
    text.contains(bad).then(|| text.chars().map(replace).collect())
}
