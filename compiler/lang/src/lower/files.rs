//! Files of a run: each is read once, when the first `import` of it is met, and lowered when its turn comes, so that
//! files may import one another in any order.

use std::collections::HashMap;

use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::{FileId, Sources, Span};

use crate::errors::{import_failed, two_owners, unknown_library};
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
            Some(full) => self.unit(program, reports, &full, span),
            None => Err(reports.early(import_failed::new(path, &LoadError::Outside, span))),
        }
    }

    /// The library `name`.
    pub fn library(
        &mut self,
        program: &mut Program,
        reports: &mut Reports,
        name: &str,
        span: Span,
    ) -> Result<UnitId, Reported> {
        match name {
            "std" => self.unit(program, reports, "<std>/default.arv", span),
            _ => Err(reports.early(unknown_library::new(name, span))),
        }
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

/// The path of a file relative to the project, or to `<std>`; none if it leaves that.
pub(crate) fn normalize(from: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let library = from.starts_with("<std>/");
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if library && parts.len() == 1 => return None,
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
    }
}
