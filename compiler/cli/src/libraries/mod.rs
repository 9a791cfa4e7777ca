//! The libraries of a project: their folders in `vendor/`, the lock, and whether the two agree. `arvc lib` changes them.
//!
//! A library is read once, as a whole: what is evaluated is the very bytes whose hash was compared, and a file that the lock
//! does not hold cannot be imported. What a library means is not looked at here.

use std::collections::BTreeMap;
use std::path::Path;

use arvc_lang::library;
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Sources;

use crate::lock::{self, Lock, Marks};
use crate::project::{self, Library, Root};
use crate::world::{Disk, Kind};

pub mod archive;
mod changed;
pub mod command;
pub mod contents;
pub mod difference;
pub mod folder;
pub mod listing;
mod missing;
mod unfit;
mod unlocked;

use contents::{Contents, Unfit};
use difference::Difference;

/// The codes of this module.
pub static CODES: &[&Code] = &[&missing::CODE, &unlocked::CODE, &changed::CODE, &unfit::CODE];

/// The libraries of a project that are what was locked.
#[derive(Clone, Debug, Default)]
pub struct Libraries {
    known: BTreeMap<String, Contents>,
}

impl Libraries {
    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.known.keys().cloned().collect()
    }

    /// The files of the library that a path lies in, and the path below its folder. None: it lies in none of these.
    pub fn around<'p>(&self, path: &'p str) -> Option<(&Contents, &'p str)> {
        let name = library::of(path)?;
        let below = path.strip_prefix(library::FOLDER)?.strip_prefix('/')?.strip_prefix(name)?;
        Some((self.known.get(name)?, below.trim_start_matches('/')))
    }
}

/// What a library is, compared with what was locked.
#[derive(Debug)]
pub enum State {
    /// The same.
    Good(Contents),
    /// No folder, or (true) one without an entry.
    Missing(bool),
    /// There, and not in the lock.
    Unlocked(Contents),
    /// There, and another one.
    Changed(Contents, Difference),
    /// Not readable as one.
    Unfit(Unfit),
}

/// Compares a library of a project with its lock.
pub fn state(disk: &dyn Disk, root: &Path, lock: &Lock, name: &str) -> State {
    let contents = match read(disk, root, name) {
        Ok(Some(contents)) => contents,
        Ok(None) => return State::Missing(false),
        Err(unfit) => return State::Unfit(unfit),
    };
    if !contents.contains_key(library::ENTRY) {
        return State::Missing(true);
    }
    let (Some(locked), found) = (lock.get(name), listing::hashes(&contents)) else {
        return State::Unlocked(contents);
    };
    let difference = Difference::from(&locked, &found, &contents);
    match locked.library == found.library && difference.count() == 0 {
        true => State::Good(contents),
        false => State::Changed(contents, difference),
    }
}

/// The files of a library in `vendor/`; none if it has no folder there.
fn read(disk: &dyn Disk, root: &Path, name: &str) -> Result<Option<Contents>, Unfit> {
    let mut place = root.to_path_buf();
    for part in [library::FOLDER, name] {
        place.push(part);
        match disk.kind(&place).map_err(|error| Unfit::Unreadable(crate::reason(&error)))? {
            Some(Kind::Folder) => {}
            None => return Ok(None),
            Some(Kind::Link) => return Err(Unfit::Link(part.to_owned())),
            Some(_) => return Err(Unfit::Special(part.to_owned())),
        }
    }
    folder::vendored(disk, &place).map(Some)
}

/// Problems with the libraries of a project, and the sources that they point into.
#[derive(Debug)]
pub struct Problems {
    /// `arv.toml`, and `arv.lock` if that is wrong.
    pub sources: Sources,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// The libraries of a project, each compared with the lock.
pub fn verify(disk: &dyn Disk, root: &Root, marks: Marks) -> Result<Libraries, Box<Problems>> {
    let mut libraries = Libraries::default();
    if root.libraries.is_empty() {
        return Ok(libraries);
    }
    let lock = match Lock::read(disk, &root.folder, marks) {
        Ok(lock) => lock,
        Err(unreadable) => {
            let mut sources = Sources::new();
            sources.add(lock::FILE, unreadable.text).expect("the first source is small");
            return Err(Box::new(Problems { sources, diagnostics: vec![*unreadable.diagnostic] }));
        }
    };
    let mut diagnostics = Vec::new();
    for listed in &root.libraries {
        diagnostics.push(match state(disk, &root.folder, &lock, &listed.name) {
            State::Good(contents) => {
                libraries.known.insert(listed.name.clone(), contents);
                continue;
            }
            State::Missing(folder) => missing::diagnostic(listed, folder),
            State::Unlocked(_) => unlocked::diagnostic(listed),
            State::Changed(_, difference) => changed::diagnostic(listed, &difference),
            State::Unfit(unfit) => unfit::diagnostic(listed, &unfit),
        });
    }
    if diagnostics.is_empty() {
        return Ok(libraries);
    }
    let mut sources = Sources::new();
    sources.add(project::FILE, root.settings.clone().unwrap_or_default()).expect("the first source is small");
    Err(Box::new(Problems { sources, diagnostics }))
}

impl Library {
    /// Says in a message where a library came from, if `arv.toml` says it.
    fn came_from(&self, problem: Diagnostic) -> Diagnostic {
        match &self.source {
            Some(source) => {
                problem.note(format!("`arv.toml` says that it came from {}", crate::messages::visible(source)))
            }
            None => problem,
        }
    }
}

#[cfg(test)]
mod tests;
