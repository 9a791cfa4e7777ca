//! The project: its root, its entry, its output folder, the libraries that it lists. `arv.toml` says it, or the place of the entry file does.
//!
//! The root is the folder of the nearest `arv.toml` above the entry, else the entry's own folder. No file outside it is
//! read, whatever a source or a link says.

use std::io;
use std::path::{Component, Path, PathBuf};

use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::{Sources, Span};

use crate::world::{Disk, Kind};

mod not_toml;
mod settings;
mod unknown_key;
mod wrong_library;
mod wrong_value;

use settings::Settings;

/// The codes of this module.
pub static CODES: &[&arvc_syntax::diagnostic::Code] =
    &[&not_toml::CODE, &unknown_key::CODE, &wrong_value::CODE, &wrong_library::CODE];

/// The file that makes a folder a project.
pub const FILE: &str = "arv.toml";

/// The entry where no `arv.toml` names one.
pub const ENTRY: &str = "site.arv";

/// The output folder where nothing names one, beside the entry.
const OUT: &str = "out";

/// What a run works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The folder that every source lies in.
    pub root: Root,
    /// The entry relative to the root, with `/` between its parts.
    pub entry: String,
    /// Where a tree is written.
    pub out: PathBuf,
}

/// A library that `arv.toml` lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// What `import` calls it.
    pub name: String,
    /// Where it came from, for people: nothing is fetched.
    pub source: Option<String>,
    /// Its name in `arv.toml`.
    pub span: Span,
}

/// The folder that is a project, whether or not it has an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Absolute and without links.
    pub folder: PathBuf,
    /// What `[libs]` lists, in the order of names.
    pub libraries: Vec<Library>,
    /// The text of `arv.toml`, if there is one.
    pub settings: Option<String>,
    /// The project's own entry, if it has one: what `arv.toml` says, or `site.arv`.
    pub main: Option<String>,
}

/// Why there is no project.
#[derive(Debug)]
pub enum Problem {
    /// Neither SITE nor an `arv.toml` nor a `site.arv`.
    NoSite,
    /// SITE is a folder.
    Folder(PathBuf),
    /// `arv.toml` is wrong.
    Settings(PathBuf, Sources, Vec<Diagnostic>),
    /// The disk failed.
    Disk(PathBuf, io::Error),
}

/// Finds the project of `site`, or of the user's folder.
pub fn find(disk: &dyn Disk, cwd: &Path, site: Option<&Path>) -> Result<Project, Problem> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |error| Problem::Disk(path, error)
    };
    let site = site.map(|site| cwd.join(site));
    let start = match &site {
        Some(site) => {
            if disk.kind(site).map_err(failed(site))? == Some(Kind::Folder) {
                return Err(Problem::Folder(site.clone()));
            }
            real_folder(disk, site).map_err(failed(site))?
        }
        None => disk.canonical(cwd).map_err(failed(cwd))?,
    };
    let (root, settings) = read(disk, &start)?;
    let entry = match &site {
        Some(site) => {
            below(&root.folder, &start, site).ok_or_else(|| failed(site)(io::ErrorKind::InvalidInput.into()))?
        }
        // Without `entry`, an `arv.toml` marks the root only.
        None if settings.entry.is_none() && disk.kind(&start.join(ENTRY)).map_err(failed(&start))?.is_some() => {
            below(&root.folder, &start, Path::new(ENTRY)).ok_or(Problem::NoSite)?
        }
        None => root.main.clone().ok_or(Problem::NoSite)?,
    };
    let out = match &settings.out {
        Some(out) => root.folder.join(out),
        None => root.folder.join(&entry).with_file_name(OUT),
    };
    Ok(Project { root, entry, out })
}

/// Finds the project of the user's folder: that of the nearest `arv.toml`, or else this one if there is a `site.arv`.
pub fn root(disk: &dyn Disk, cwd: &Path) -> Result<Root, Problem> {
    let root = around(disk, cwd)?;
    if root.settings.is_none() && root.main.is_none() { Err(Problem::NoSite) } else { Ok(root) }
}

/// The project around a folder, which without an `arv.toml` is the folder itself.
pub fn around(disk: &dyn Disk, folder: &Path) -> Result<Root, Problem> {
    let start = disk.canonical(folder).map_err(|error| Problem::Disk(folder.to_path_buf(), error))?;
    Ok(read(disk, &start)?.0)
}

/// Where no `arv.toml` says what the project is: the folders above with a `site.arv`, the nearest first, as projects.
pub fn sites_above(disk: &dyn Disk, root: &Root) -> Vec<Root> {
    if root.settings.is_some() {
        return Vec::new();
    }
    let above = root.folder.ancestors().skip(1);
    let sites = above.filter(|folder| matches!(disk.kind(&folder.join(ENTRY)), Ok(Some(Kind::File { .. }))));
    let project = |folder: &Path| Root {
        folder: folder.to_path_buf(),
        libraries: Vec::new(),
        settings: None,
        main: Some(ENTRY.to_owned()),
    };
    sites.map(project).collect()
}

/// The project around a folder without links.
fn read(disk: &dyn Disk, start: &Path) -> Result<(Root, Settings), Problem> {
    let failed = |error| Problem::Disk(start.to_path_buf(), error);
    let (folder, settings, text) = match above(disk, start).map_err(failed)? {
        Some(folder) => {
            let (settings, text) = settings::read(disk, &folder)?;
            (folder, settings, Some(text))
        }
        None => (start.to_path_buf(), Settings::default(), None),
    };
    let main = match &settings.entry {
        Some(entry) => Some(entry.clone()),
        None => disk.kind(&folder.join(ENTRY)).map_err(failed)?.map(|_| ENTRY.to_owned()),
    };
    Ok((Root { folder, libraries: settings.libraries.clone(), settings: text, main }, settings))
}

/// The folder of a file that need not exist, without links as far as it exists.
fn real_folder(disk: &dyn Disk, file: &Path) -> io::Result<PathBuf> {
    let mut rest = Vec::new();
    let mut folder = file.parent().unwrap_or(file).to_path_buf();
    loop {
        match disk.canonical(&folder) {
            Ok(real) => return Ok(rest.iter().rev().fold(real, |path, part: &PathBuf| path.join(part))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => match (folder.parent(), folder.file_name()) {
                (Some(parent), Some(name)) => {
                    rest.push(PathBuf::from(name));
                    folder = parent.to_path_buf();
                }
                _ => return Err(error),
            },
            Err(error) => return Err(error),
        }
    }
}

/// The nearest folder with an `arv.toml`, from `start` upwards.
fn above(disk: &dyn Disk, start: &Path) -> io::Result<Option<PathBuf>> {
    for folder in start.ancestors() {
        if matches!(disk.kind(&folder.join(FILE))?, Some(Kind::File { .. } | Kind::Link)) {
            return Ok(Some(folder.to_path_buf()));
        }
    }
    Ok(None)
}

/// The path of a file of `folder` relative to the root.
fn below(root: &Path, folder: &Path, file: &Path) -> Option<String> {
    let path = folder.join(file.file_name()?);
    let parts = path.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_str());
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

/// The path of a file relative to the root, if it lies, or would lie, below it.
pub fn relative(disk: &dyn Disk, root: &Path, file: &Path) -> Option<String> {
    below(root, &real_folder(disk, file).ok()?, file)
}

/// A path relative to the project, as the user can open it from `cwd`: what stands before each name.
pub fn prefix(root: &Path, cwd: &Path) -> String {
    if let Ok(down) = root.strip_prefix(cwd) {
        let parts = down.components().map(|part| part.as_os_str().to_string_lossy().into_owned() + "/");
        return parts.collect();
    }
    match cwd.strip_prefix(root) {
        Ok(up) => "../".repeat(up.components().count()),
        Err(_) => format!("{}/", root.display()),
    }
}

/// A path that `arv.toml` names: relative, and not leaving the project.
fn inside(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

#[cfg(test)]
mod tests;
