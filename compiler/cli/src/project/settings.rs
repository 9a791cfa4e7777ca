//! `arv.toml`, read strictly: a key that nobody reads is a mistake.

use std::io;
use std::ops::Range;
use std::path::Path;

use arvc_lang::library;
use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::{Sources, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{FILE, Library, Problem, inside, not_toml, unknown_key, wrong_library, wrong_value};
use crate::source;
use crate::world::Disk;

/// The keys that mean something.
pub(super) const KEYS: [&str; 3] = ["entry", "out", "libs"];

/// What it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// The entry file.
    pub(super) entry: Option<String>,
    /// The output folder.
    pub(super) out: Option<String>,
    /// The libraries, in the order of their names.
    pub(super) libraries: Vec<Library>,
}

/// Reads the file of a folder, with its text, which the places in it point into. Its diagnostics name it relative to that folder.
pub(super) fn read(disk: &dyn Disk, folder: &Path) -> Result<(Settings, String), Problem> {
    let failed = |error| Problem::Disk(folder.join(FILE), error);
    let mut sources = Sources::new();
    let text = match source::read(disk, folder, FILE) {
        Ok(text) => text,
        Err(source::Problem::NotText(before)) => {
            let end = before.len() as u32;
            sources.add(FILE, before).expect("the first source is small");
            let diagnostics = vec![not_toml::diagnostic(Span::new(end, end), "what follows is not UTF-8")];
            return Err(Problem::Settings(folder.into(), sources, diagnostics));
        }
        Err(source::Problem::Disk(error)) => return Err(failed(error)),
        Err(source::Problem::NotFound) => return Err(failed(io::ErrorKind::NotFound.into())),
        Err(source::Problem::Outside) => return Err(failed(io::Error::other("a link leads out of the project"))),
        Err(source::Problem::TooLarge) => return Err(failed(io::ErrorKind::FileTooLarge.into())),
    };
    // A file below the limit always fits: it is the first.
    let id = sources.add(FILE, text).expect("the first source is small");
    let text = &sources.get(id).text;
    let span = |range: Range<usize>| Span::new(range.start as u32, range.end as u32);
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let at = span(error.span().unwrap_or(0..0));
            let diagnostics = vec![not_toml::diagnostic(at, error.message())];
            return Err(Problem::Settings(folder.into(), sources, diagnostics));
        }
    };
    let mut settings = Settings::default();
    let mut diagnostics = Vec::new();
    for (key, value) in &table {
        let name: &str = key.get_ref();
        let slot = match name {
            "entry" => &mut settings.entry,
            "out" => &mut settings.out,
            "libs" => {
                libraries(value, &span, &mut settings.libraries, &mut diagnostics);
                continue;
            }
            _ => {
                diagnostics.push(unknown_key::diagnostic(span(key.span()), name));
                continue;
            }
        };
        match checked(name, span(value.span()), value.get_ref()) {
            Ok(path) => *slot = Some(path),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    drop(table);
    settings.libraries.sort_by(|a, b| a.name.cmp(&b.name));
    if diagnostics.is_empty() {
        Ok((settings, text.clone()))
    } else {
        Err(Problem::Settings(folder.into(), sources, diagnostics))
    }
}

/// The entries of `[libs]`.
fn libraries(
    table: &Spanned<DeValue<'_>>,
    span: &impl Fn(Range<usize>) -> Span,
    libraries: &mut Vec<Library>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let DeValue::Table(entries) = table.get_ref() else {
        diagnostics.push(wrong_library::no_table(span(table.span())));
        return;
    };
    for (key, value) in entries {
        let (name, at): (&str, Span) = (key.get_ref(), span(key.span()));
        if !library::is_name(name) {
            diagnostics.push(wrong_library::name(at, name));
            continue;
        }
        let DeValue::Table(fields) = value.get_ref() else {
            diagnostics.push(wrong_library::value(span(value.span()), name));
            continue;
        };
        let mut listed = Library { name: name.to_owned(), source: None, span: at };
        for (field, value) in fields {
            match (field.get_ref().as_ref(), value.get_ref().as_str()) {
                ("source", Some(text)) => listed.source = Some(text.to_owned()),
                ("source", None) => diagnostics.push(wrong_library::source(span(value.span()), name)),
                (other, _) => diagnostics.push(wrong_library::key(span(field.span()), name, other)),
            }
        }
        libraries.push(listed);
    }
}

fn checked(key: &str, span: Span, value: &DeValue<'_>) -> Result<String, Box<Diagnostic>> {
    match value.as_str() {
        None => Err(Box::new(wrong_value::not_text(span, key))),
        Some(path) if !inside(path) => Err(Box::new(wrong_value::outside(span, key))),
        Some(path) => {
            let parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
            Ok(parts.collect::<Vec<_>>().join("/"))
        }
    }
}
