//! Files of a run: each is read once, when the first `import` of it is met, and lowered when its turn comes, so that
//! files may import one another in any order.

use std::collections::HashMap;

use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::{FileId, Sources, Span};

use crate::errors::{import_failed, library_by_path, two_owners, unknown_library};
use crate::eval::value::Reported;
use crate::ir::{ExprId, Program, Unit, UnitId};
use crate::library;
use crate::report::Reports;
use crate::{LoadError, Loader};

/// What a file is to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A part of it, named here.
    Part(String, Span),
    /// What it builds on, named here.
    Base(Span),
}

/// Files that were asked for.
pub struct Files<'l> {
    /// The sources read so far.
    pub sources: Sources,
    loader: &'l mut dyn Loader,
    read: HashMap<String, Result<FileId, LoadError>>,
    known: HashMap<String, UnitId>,
    /// What each file that is no unit of its own is.
    roles: HashMap<String, Role>,
    /// Files that are read and not lowered yet: their paths and units.
    pending: Vec<(String, UnitId)>,
    /// Files without an expression.
    empty: Vec<UnitId>,
}

impl<'l> Files<'l> {
    /// No files yet.
    pub fn new(loader: &'l mut dyn Loader) -> Self {
        Self {
            sources: Sources::new(),
            loader,
            read: HashMap::new(),
            known: HashMap::new(),
            roles: HashMap::new(),
            pending: Vec::new(),
            empty: Vec::new(),
        }
    }

    /// A file whose text is there: the entry.
    pub fn add(&mut self, program: &mut Program, path: &str, text: String) -> Result<UnitId, LoadError> {
        let file = self.keep(path, text)?;
        self.read.insert(path.to_owned(), Ok(file));
        Ok(self.own(program, path, file))
    }

    fn keep(&mut self, path: &str, text: String) -> Result<FileId, LoadError> {
        self.sources.add(path, text).map_err(|_| LoadError::TooLarge)
    }

    /// The text of a file, read once.
    pub fn text(&mut self, path: &str) -> Result<FileId, LoadError> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let text = match path.strip_prefix("<std>/") {
            Some(name) => library::source(name).map(str::to_owned).ok_or(LoadError::NotFound),
            None => self.loader.load(path),
        };
        let file = text.and_then(|text| self.keep(path, text));
        self.read.insert(path.to_owned(), file.clone());
        file
    }

    /// The sources in a folder, in the order of their names' bytes.
    pub fn folder(&mut self, path: &str) -> Result<Vec<String>, LoadError> {
        let mut names = match path.starts_with('<') {
            true => return Err(LoadError::NotFound),
            false => self.loader.list(path)?,
        };
        names.retain(|name| name.ends_with(".arv") && !name.starts_with('.'));
        names.sort();
        let join = |name: String| if path.is_empty() { name } else { format!("{path}/{name}") };
        Ok(names.into_iter().map(join).collect())
    }

    /// Says what a file is to another one. A part has one owner, and is no base.
    pub fn claim(&mut self, path: &str, role: Role) -> Result<(), Box<Diagnostic>> {
        match (self.roles.get(path), &role) {
            (None, _) => {
                self.roles.insert(path.to_owned(), role);
                Ok(())
            }
            (Some(Role::Base(_)), Role::Base(_)) => Ok(()),
            (Some(known), _) if *known == role => Ok(()),
            (Some(known), _) => Err(Box::new(two_owners::new(path, known, &role))),
        }
    }

    fn own(&mut self, program: &mut Program, path: &str, file: FileId) -> UnitId {
        let empty = is_empty(&self.sources.get(file).text);
        program.units.push(Unit { file, root: ExprId(0) });
        let unit = UnitId(program.units.len() as u32 - 1);
        if empty {
            self.empty.push(unit);
        }
        self.known.insert(path.to_owned(), unit);
        self.pending.push((path.to_owned(), unit));
        unit
    }

    /// The next file to be lowered.
    pub fn next(&mut self) -> Option<(String, UnitId)> {
        self.pending.pop()
    }

    /// The file that `from` names `path`.
    pub fn import(
        &mut self,
        program: &mut Program,
        reports: &mut Reports,
        from: &str,
        path: &str,
        span: Span,
    ) -> Result<UnitId, Reported> {
        match normalize(from, path) {
            Some(_) if path.ends_with('/') => {
                let folder = LoadError::Other("it names a folder, and no file".to_owned());
                Err(reports.early(import_failed::new(path, &folder, span)))
            }
            Some(full) => match library_by_path::check(from, &full, false, span) {
                Some(problem) => Err(reports.early(problem)),
                None => self.unit(program, reports, &full, span),
            },
            None => Err(reports.early(import_failed::outside(from, path, span))),
        }
    }

    /// The library that `from` names `name`.
    pub fn library(
        &mut self,
        program: &mut Program,
        reports: &mut Reports,
        from: &str,
        name: &str,
        span: Span,
    ) -> Result<UnitId, Reported> {
        if name == library::STANDARD {
            return self.unit(program, reports, "<std>/default.arv", span);
        }
        let libraries = self.loader.libraries();
        if libraries.iter().any(|known| known == name) {
            let entry = format!("{}/{}", library::folder(name), library::ENTRY);
            return self.unit(program, reports, &entry, span);
        }
        let there = library::is_name(name) && self.loader.list(&library::folder(name)).is_ok();
        Err(reports.early(unknown_library::new(from, name, &libraries, there, span)))
    }

    fn unit(
        &mut self,
        program: &mut Program,
        reports: &mut Reports,
        path: &str,
        span: Span,
    ) -> Result<UnitId, Reported> {
        let known = match self.known.get(path) {
            Some(known) => Ok(*known),
            None => self.text(path).map(|file| self.own(program, path, file)),
        };
        match known {
            Ok(unit) if self.empty.contains(&unit) => Err(reports.early(import_failed::empty(path, span))),
            Ok(unit) => Ok(unit),
            Err(error) => Err(reports.early(import_failed::new(path, &error, span))),
        }
    }

    /// Whether a unit has no expression: whoever imports it says so.
    pub fn is_empty(&self, unit: UnitId) -> bool {
        self.empty.contains(&unit)
    }
}

/// Blanks and comments only.
pub(crate) fn is_empty(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

/// The path of a file relative to the project; none if it leaves that, or the library that `from` belongs to.
pub(crate) fn normalize(from: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    // What a library is made of lies in its own folder: `<std>`, `vendor/acme`.
    let root = match library::of(from) {
        Some(library) if library.starts_with('<') => 1,
        Some(_) => 2,
        None => 0,
    };
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.len() <= root => return None,
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_to_its_file_and_never_leaves_the_project() {
        assert_eq!(normalize("site.arv", "./a.arv").as_deref(), Some("a.arv"));
        assert_eq!(normalize("hosts/web.arv", "../groups.arv").as_deref(), Some("groups.arv"));
        assert_eq!(normalize("site.arv", "../a.arv"), None);
        assert_eq!(normalize("hosts/web.arv", "../../a.arv"), None);
        assert_eq!(normalize("site.arv", "/etc/passwd"), None);
        assert_eq!(normalize("<std>/default.arv", "./dns.arv").as_deref(), Some("<std>/dns.arv"));
        assert_eq!(normalize("<std>/default.arv", "../dns.arv"), None);
        assert_eq!(normalize("vendor/a/x/y.arv", "../z.arv").as_deref(), Some("vendor/a/z.arv"));
        assert_eq!(normalize("vendor/a/x/y.arv", "../../z.arv"), None);
        assert_eq!(normalize("vendor/a/default.arv", "../b/default.arv"), None);
    }
}
