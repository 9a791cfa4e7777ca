//! Diagnostics as text: for people, for `grep`, for programs. Nothing here decides what is a problem.
//!
//! Every format prints the same problems in the same order: by file, offset and code, each once.

use std::io;

use arvc_syntax::diagnostic::{self, Diagnostic, Severity};
use arvc_syntax::source::{Position, Source, Sources, Span};

use crate::world::{Stream, World};

mod fix;
mod human;
mod json;
mod short;

/// How diagnostics are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: the lines of the source with what is wrong at each place.
    Human,
    /// One line each, `path:line:column: error[CODE]: message`, as editors and grep read it.
    Short,
    /// One JSON object a line, on standard output.
    Json,
}

/// How many problems were printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that stop a build.
    pub errors: usize,
    /// Lints.
    pub warnings: usize,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        match (self.errors, self.warnings) {
            (errors, 0) => f.write_str(&plural(errors, "error")),
            (0, warnings) => f.write_str(&plural(warnings, "warning")),
            (errors, warnings) => write!(f, "{}, {}", plural(errors, "error"), plural(warnings, "warning")),
        }
    }
}

/// The sources together with the way from the user's folder to them.
#[derive(Clone, Copy)]
pub struct Texts<'a> {
    /// The sources; their names are relative to the project.
    pub sources: &'a Sources,
    /// What stands before such a name so that it is relative to the user's folder: empty, or with a final `/`.
    pub prefix: &'a str,
}

impl<'a> Texts<'a> {
    /// The path of a source as the user can open it. Sources of the library (`<std>/patroni.arv`) lie in no folder.
    pub(crate) fn name(&self, source: &Source) -> String {
        let name =
            if source.name.starts_with('<') { source.name.clone() } else { format!("{}{}", self.prefix, source.name) };
        visible(&name)
    }

    /// The source of a span and the range of bytes in it: inside the text, and on borders of characters.
    ///
    /// A span outside its file would be a bug of ours; a message about the right file is still the better answer.
    pub(crate) fn place(&self, span: Span) -> (&'a Source, std::ops::Range<usize>) {
        let source = self.sources.get(self.sources.file_of(span));
        let text = &source.text;
        let mut start = (span.start.saturating_sub(source.base) as usize).min(text.len());
        let mut end = (span.end.saturating_sub(source.base) as usize).clamp(start, text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        (source, start..end)
    }

    /// Where a byte of a source lies, as people count.
    pub(crate) fn position(&self, source: &Source, offset: usize) -> Position {
        self.sources.position_at(source.base + offset as u32)
    }
}

/// Sorts the problems, drops repetitions, and prints them. Only people get a last line with the counts.
pub fn print(
    world: &mut dyn World,
    format: Format,
    texts: Texts<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> io::Result<Counts> {
    diagnostic::sort(diagnostics);
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let counts = Counts { errors, warnings: diagnostics.len() - errors };
    match format {
        Format::Human => {
            let color = color(world, Stream::Err);
            let text = human::render(texts, diagnostics, counts, color);
            world.print(Stream::Err, &text)?;
        }
        Format::Short => {
            let text = short::render(texts, diagnostics);
            world.print(Stream::Err, &text)?;
        }
        Format::Json => {
            let text = json::render(texts, diagnostics);
            world.print(Stream::Out, &text)?;
        }
    }
    Ok(counts)
}

/// Whether a stream gets colour: somebody looks at it, and has not asked for none (no-color.org: any value but the empty).
pub fn color(world: &dyn World, stream: Stream) -> bool {
    let refused = world.env("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = world.env("TERM").is_some_and(|value| value == "dumb");
    world.is_terminal(stream) && !refused && !dumb
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A text in which nothing can command a terminal: what is invisible is written as an escape. A line break is kept.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// The same, on one line.
pub(crate) fn visible(text: &str) -> String {
    printable(text).replace('\n', "\\n")
}

/// Control characters, and those that reorder the text around them (Unicode's bidirectional formatting characters).
fn hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
