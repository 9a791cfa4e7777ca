//! `arvc fmt`: which files are formatted, what is printed about them, and how they are replaced. The style itself is the
//! syntax crate's.

use std::fmt::Write;
use std::path::PathBuf;

use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::format::{Unformatted, format};
use arvc_syntax::parse;
use arvc_syntax::source::Sources;

use crate::messages::{self, Format, Texts};
use crate::world::{Stream, World};
use crate::{Stop, exit, outside, reason, shown, source};

pub(crate) mod diff;
mod files;

pub(crate) use files::sources_below;

/// What the command line asks for.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Files and folders; none: the folder of the project's entry.
    pub paths: &'a [PathBuf],
    /// Say what would change, and change nothing.
    pub check: bool,
    /// Read standard input, and print the result.
    pub stdin: bool,
    /// How problems and results are printed.
    pub format: Format,
}

/// Formats files, or says which ones are not.
///
/// A file with mistakes, and one that the formatter is found to fail at, stay as they are; the others are formatted all
/// the same.
pub fn fmt(world: &mut dyn World, options: Options<'_>) -> Result<(), Stop> {
    if options.stdin {
        return standard_input(world, options);
    }
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let files = files::find(world, options.format, &cwd, options.paths)?;
    let mut run = Run::default();
    for file in &files {
        let name = shown(file, &cwd);
        let bytes = world
            .read(file, source::LIMIT)
            .map_err(|error| outside(format!("cannot read {name}: {}", reason(&error))))?;
        let Some((before, after)) = run.formatted(&name, bytes) else { continue };
        if before == after {
            continue;
        }
        run.changed += 1;
        if !options.check {
            world
                .replace(file, after.as_bytes())
                .map_err(|error| outside(format!("cannot write {name}: {}", reason(&error))))?;
        }
        let said = changed(&name, &before, &after, options);
        world.print(Stream::Out, &said)?;
    }
    run.report(world, options.format)?;
    if options.format == Format::Human {
        let summary = run.summary(files.len(), options.check);
        world.print(Stream::Out, &summary)?;
    }
    run.end(options.check)
}

/// An editor's buffer.
fn standard_input(world: &mut dyn World, options: Options<'_>) -> Result<(), Stop> {
    let bytes = world
        .stdin(source::LIMIT)
        .map_err(|error| outside(format!("cannot read standard input: {}", reason(&error))))?;
    let mut run = Run::default();
    if let Some((before, after)) = run.formatted("<stdin>", bytes) {
        run.changed = usize::from(before != after);
        if !options.check {
            world.print(Stream::Out, &after)?;
        } else if run.changed > 0 {
            let said = changed("<stdin>", &before, &after, options);
            world.print(Stream::Out, &said)?;
        }
    }
    run.report(world, options.format)?;
    run.end(options.check)
}

/// What a run has found so far.
#[derive(Default)]
struct Run {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    /// Files with mistakes.
    wrong: usize,
    /// Files that are not in the style.
    changed: usize,
    /// What the formatter failed at: the file, and what differs.
    bugs: Vec<(String, String)>,
}

impl Run {
    /// The text of a source and the same in the style; nothing if it has no such form.
    fn formatted(&mut self, name: &str, bytes: Vec<u8>) -> Option<(String, String)> {
        let text = match source::text(bytes) {
            Ok(text) => text,
            Err(problem) => {
                if let Some((text, mut diagnostic)) = source::unreadable(&problem) {
                    self.wrong(name, text, |_, base| {
                        for label in &mut diagnostic.labels {
                            (label.span.start, label.span.end) = (label.span.start + base, label.span.end + base);
                        }
                        vec![diagnostic]
                    });
                }
                return None;
            }
        };
        match format(&parse(&text, 0)) {
            Ok(after) => Some((text, after)),
            Err(Unformatted::Mistakes) => {
                self.wrong(name, text, |text, base| parse(text, base).diagnostics);
                None
            }
            Err(Unformatted::Bug(what)) => {
                self.bugs.push((name.to_owned(), what));
                None
            }
        }
    }

    fn wrong(&mut self, name: &str, text: String, problems: impl FnOnce(&str, u32) -> Vec<Diagnostic>) {
        self.wrong += 1;
        // Four gigabytes of mistakes: the first ones are enough.
        if let Ok(id) = self.sources.add(name, text) {
            let source = self.sources.get(id);
            self.diagnostics.extend(problems(&source.text, source.base));
        }
    }

    fn report(&mut self, world: &mut dyn World, format: Format) -> Result<(), Stop> {
        if !self.diagnostics.is_empty() {
            let texts = Texts { sources: &self.sources, prefix: "" };
            messages::print(world, format, texts, &mut self.diagnostics)?;
        }
        Ok(())
    }

    /// The last line for people.
    fn summary(&self, files: usize, check: bool) -> String {
        let count = |n: usize| format!("{n} file{}", if n == 1 { "" } else { "s" });
        let (verb, others) = if check { ("would be formatted", "already are") } else { ("formatted", "already were") };
        let rest = files - self.failed() - self.changed;
        let mut text = format!("{} {verb}, {rest} {others}", count(self.changed));
        if self.failed() > 0 {
            let _ = write!(text, ", {} left as they were", self.failed());
        }
        text + "\n"
    }

    fn failed(&self) -> usize {
        self.wrong + self.bugs.len()
    }

    fn end(self, check: bool) -> Result<(), Stop> {
        if let Some((first, what)) = self.bugs.first() {
            let others = match self.bugs.len() {
                1 => String::new(),
                n => format!(" (and {} more)", n - 1),
            };
            return Err(Stop::Says(
                exit::OUTSIDE,
                format!(
                    "arvc cannot format {first}{others} without changing what it says, which is a bug of arvc: {what}\n\
                     the file is left as it was\n\
                     help: report it with the file; `arvc check` and `arvc build` are not affected"
                ),
            ));
        }
        if self.wrong > 0 || check && self.changed > 0 { Err(Stop::Silent(exit::SOURCE)) } else { Ok(()) }
    }
}

/// What is said of a file that is not in the style.
fn changed(name: &str, before: &str, after: &str, options: Options<'_>) -> String {
    match options.format {
        Format::Human if options.check => diff::unified((name, before), (&format!("{name} (formatted)"), after)),
        Format::Human => format!("formatted {name}\n"),
        Format::Short => format!("{name}\n"),
        Format::Json => {
            let object = serde_json::json!({ "version": 1, "file": name, "written": !options.check });
            format!("{object}\n")
        }
    }
}

#[cfg(test)]
mod tests;
