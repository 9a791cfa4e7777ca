//! Reading and checking a site: what `check` does, and `build` before it writes.

use std::path::{Path, PathBuf};

use arvc_site::model::{FlowOrigin, Site};
use arvc_syntax::source::Sources;

use crate::messages::{self, Counts, Format, Texts};
use crate::pipeline::{self, Checked, Read};
use crate::project::{self, Problem, Project};
use crate::source;
use crate::world::World;
use crate::{Stop, exit, outside, reason, shown};

/// A site that was read and checked, its problems printed.
pub struct Reported {
    /// Where it lies.
    pub project: Project,
    /// Its entry, as messages name it.
    pub name: String,
    /// What was found.
    pub checked: Checked,
    /// How many problems were printed.
    pub counts: Counts,
}

/// Finds, reads and checks a site, and prints its problems.
pub fn check(
    world: &mut dyn World,
    format: Format,
    site: Option<&Path>,
    stdin_path: Option<&Path>,
) -> Result<Reported, Stop> {
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let project = find(world, format, &cwd, site.or(stdin_path))?;
    let overlay = match stdin_path {
        Some(path) => Some(unsaved(world, &cwd, &project, path)?),
        None => None,
    };
    let mut load = Reader { disk: &*world, root: &project.root, overlay, read: false };
    let mut checked = match load.text(&project.entry) {
        Ok(text) => pipeline::check(&project.entry, text, &mut load),
        Err(problem) => entry_problem(&cwd, &project, problem)?,
    };
    let unread = load.unread();
    let prefix = project::prefix(&project.root, &cwd);
    let texts = Texts { sources: &checked.sources, prefix: &prefix };
    let counts = messages::print(world, format, texts, &mut checked.diagnostics)?;
    let name = messages::visible(&format!("{prefix}{}", project.entry));
    // A site with errors may have stopped before the import; in a good one there is none.
    if let (Some(path), true) = (unread, checked.is_good()) {
        let path = messages::visible(&format!("{prefix}{path}"));
        return Err(Stop::Says(
            exit::USAGE,
            format!(
                "{name} does not import or include {path}, so nothing of it was checked\nhelp: import it, or check it as a site of its own, without naming {name}"
            ),
        ));
    }
    Ok(Reported { project, name, checked, counts })
}

/// The files of a project, one of which may be in the editor.
pub(crate) struct Reader<'a> {
    disk: &'a dyn World,
    root: &'a Path,
    overlay: Option<(String, Vec<u8>)>,
    /// Whether that one was read.
    read: bool,
}

impl<'a> Reader<'a> {
    /// The files as they are on the disk.
    pub(crate) fn of(disk: &'a dyn World, root: &'a Path) -> Self {
        Self { disk, root, overlay: None, read: false }
    }

    /// The file in the editor, if nobody asked for it.
    fn unread(self) -> Option<String> {
        self.overlay.filter(|_| !self.read).map(|(path, _)| path)
    }
}

impl Read for Reader<'_> {
    fn text(&mut self, path: &str) -> Result<String, source::Problem> {
        match &self.overlay {
            Some((over, bytes)) if over == path => {
                self.read = true;
                source::text(bytes.clone())
            }
            _ => source::read(self.disk, self.root, path),
        }
    }

    fn names(&mut self, path: &str) -> Result<Vec<String>, source::Problem> {
        source::names(self.disk, self.root, path)
    }
}

/// What a good site is told about: enough to see that all of it was read.
pub fn summary(name: &str, site: &Site, counts: Counts) -> String {
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let flows = site.allow.iter().filter(|flow| flow.origin == FlowOrigin::Author).count();
    let parts = [
        count(site.hosts.len(), "machine"),
        count(site.clusters.len(), "cluster"),
        count(site.networks.len(), "network"),
        count(flows, "flow") + " allowed",
        count(site.needs.len(), "need"),
        count(site.never.len(), "flow") + " forbidden",
    ];
    let warnings = if counts.warnings > 0 { format!(" ({counts})") } else { String::new() };
    format!("{name} is good{warnings}: {}\n", parts.join(", "))
}

/// The project of a site, or of the user's folder; what is wrong with it is printed.
pub(crate) fn find(world: &mut dyn World, format: Format, cwd: &Path, site: Option<&Path>) -> Result<Project, Stop> {
    match project::find(&*world, cwd, site) {
        Ok(project) => Ok(project),
        Err(Problem::NoSite) => Err(Stop::Says(
            exit::USAGE,
            "there is no site here: neither an arv.toml above this folder nor a site.arv in it\n\
             help: name the site's file, as in `arvc check lab/site.arv`"
                .into(),
        )),
        Err(Problem::Folder(path)) => Err(Stop::Says(
            exit::USAGE,
            format!(
                "{} is a folder\nhelp: name the site's file in it, as in `{}`",
                shown(&path, cwd),
                shown(&path.join("site.arv"), cwd)
            ),
        )),
        Err(Problem::Disk(path, error)) => {
            Err(outside(format!("cannot read {}: {}", shown(&path, cwd), reason(&error))))
        }
        Err(Problem::Settings(folder, sources, mut diagnostics)) => {
            let prefix = project::prefix(&folder, cwd);
            messages::print(world, format, Texts { sources: &sources, prefix: &prefix }, &mut diagnostics)?;
            Err(Stop::Silent(exit::USAGE))
        }
    }
}

/// The path of a text that is not saved, relative to the project, and its bytes.
fn unsaved(world: &mut dyn World, cwd: &Path, project: &Project, path: &Path) -> Result<(String, Vec<u8>), Stop> {
    let bytes = world
        .stdin(source::LIMIT)
        .map_err(|error| outside(format!("cannot read standard input: {}", reason(&error))))?;
    match project::relative(&*world, &project.root, &cwd.join(path)) {
        Some(path) => Ok((path, bytes)),
        None => Err(Stop::Says(
            exit::USAGE,
            format!("{} is not a file of the project in {}", path.display(), shown(&project.root, cwd)),
        )),
    }
}

/// An entry that is there and no text is a problem of the source; one that is not there is none.
pub(crate) fn entry_problem(cwd: &Path, project: &Project, problem: source::Problem) -> Result<Checked, Stop> {
    if let Some((text, diagnostic)) = source::unreadable(&problem) {
        let mut sources = Sources::new();
        sources.add(project.entry.clone(), text).expect("a source below the limit always fits as the first");
        return Ok(Checked { sources, diagnostics: vec![diagnostic], site: None });
    }
    let path: PathBuf = project.root.join(&project.entry);
    let why = match problem {
        source::Problem::Disk(error) => reason(&error),
        source::Problem::Outside => "a link leads out of the project".into(),
        _ => "there is no such file".into(),
    };
    Err(outside(format!("cannot read {}: {why}", shown(&path, cwd))))
}
