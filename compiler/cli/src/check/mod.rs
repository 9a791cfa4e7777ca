//! Reading and checking a site, or a folder of sources that is none: what `check` does, and `build` before it writes.

use std::path::{Path, PathBuf};

use arvc_site::lock::Change;
use arvc_site::model::{FlowOrigin, Site};
use arvc_syntax::diagnostic::Severity;
use arvc_syntax::source::Sources;

use crate::libraries::{self, Libraries};
use crate::lock::{self, Lock, Marks};
use crate::messages::{self, Counts, Format, Texts};
use crate::pipeline::{self, Checked, Read};
use crate::project::{self, Problem, Project, Root};
use crate::source;
use crate::world::{Kind, Stream, World};
use crate::{Stop, exit, outside, reason, shown};

mod folder;
mod owner;
mod reader;

use owner::{Search, Wanted};
pub(crate) use reader::Reader;

/// `arvc check`: a folder without a `site.arv` is a library; everything else is a site, or a part of one.
pub(crate) fn run(
    world: &mut dyn World,
    format: Format,
    site: Option<&Path>,
    stdin_path: Option<&Path>,
    locked: bool,
) -> Result<(), Stop> {
    if let Some(path) = site {
        let cwd =
            world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
        let path = cwd.join(path);
        let is_folder = matches!(world.canonical(&path).and_then(|real| world.kind(&real)), Ok(Some(Kind::Folder)));
        if is_folder && matches!(world.kind(&path.join(project::ENTRY)), Ok(None)) {
            return folder::check(world, format, &cwd, &path, stdin_path);
        }
    }
    let ask = Ask { lock: locked, ..Ask::default() };
    let reported = read(world, format, site, stdin_path, ask)?;
    if !reported.checked.is_good() {
        return Err(Stop::Silent(exit::SOURCE));
    }
    if locked {
        reported.refuse_changes(world, format)?;
    }
    if let (Format::Human, Some(site)) = (format, &reported.checked.site) {
        let summary = summary(&reported, site);
        world.print(Stream::Out, &summary)?;
    }
    Ok(())
}

/// A site that was read and checked, its problems printed.
pub struct Reported {
    /// Where it lies.
    pub project: Project,
    /// Its entry, as messages name it.
    pub name: String,
    /// The file that was named, if it is a part of the site.
    pub part: Option<String>,
    /// What was found.
    pub checked: Checked,
    /// The project's lock as it was read.
    pub lock: Lock,
    /// How many problems were printed.
    pub counts: Counts,
}

/// What is checked when a file is named that is a part of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The site: what is written in a part means something there only.
    WithItsSite,
    /// The file by itself, which is no site; then it is said which one it belongs to.
    Alone,
}

/// What is wanted of a site.
#[derive(Clone, Copy)]
struct Ask {
    part: Part,
    marks: Marks,
    /// What is printed.
    least: Severity,
    /// What the lock has to hold of it, without which nothing can be emitted.
    lock: bool,
}

/// All that is said of a site, and no lock.
impl Default for Ask {
    fn default() -> Self {
        Self { part: Part::WithItsSite, marks: Marks::Refused, least: Severity::Warning, lock: false }
    }
}

/// Finds, reads and checks a site, and prints its problems.
pub fn check(
    world: &mut dyn World,
    format: Format,
    site: Option<&Path>,
    stdin_path: Option<&Path>,
    part: Part,
) -> Result<Reported, Stop> {
    check_marked(world, format, site, stdin_path, part, Marks::Refused)
}

/// The same for a question about a site: what is no error is told by `check`.
pub(crate) fn check_quietly(world: &mut dyn World, format: Format, site: Option<&Path>) -> Result<Reported, Stop> {
    read(world, format, site, None, Ask { least: Severity::Error, lock: true, ..Ask::default() })
}

/// The same for a question that nothing is emitted for.
pub(crate) fn judge_quietly(world: &mut dyn World, format: Format, site: Option<&Path>) -> Result<Reported, Stop> {
    read(world, format, site, None, Ask { least: Severity::Error, ..Ask::default() })
}

/// The same, where the lock may have the marks of a merge in it.
pub(crate) fn check_marked(
    world: &mut dyn World,
    format: Format,
    site: Option<&Path>,
    stdin_path: Option<&Path>,
    part: Part,
    marks: Marks,
) -> Result<Reported, Stop> {
    read(world, format, site, stdin_path, Ask { part, marks, lock: true, ..Ask::default() })
}

fn read(
    world: &mut dyn World,
    format: Format,
    site: Option<&Path>,
    stdin_path: Option<&Path>,
    ask: Ask,
) -> Result<Reported, Stop> {
    let Ask { part, marks, least, .. } = ask;
    let cwd = world.cwd().map_err(|error| outside(format!("cannot tell the current folder: {}", reason(&error))))?;
    let mut project = find(world, format, &cwd, site.or(stdin_path))?;
    let overlay = match stdin_path {
        Some(path) => Some(unsaved(world, &cwd, &project.root.folder, path)?),
        None => None,
    };
    let libraries = verified_marked(world, format, &cwd, &project.root, marks)?;
    let root = &project.root;
    let mut load = Reader::of(&*world, &root.folder, &libraries).with(overlay);
    let mut owner = Search::new(&mut load, root.main.as_deref(), Wanted::Using).owner(&project.entry);
    let Reader { mut overlay, .. } = load;
    if let (None, Some((wider, site))) = (&owner, wider(&*world, &project)) {
        let inside = |path: &str| below(&wider.folder, &project.root.folder.join(path));
        overlay = overlay.and_then(|(path, bytes)| Some((inside(&path)?, bytes)));
        project.entry = inside(&project.entry).unwrap_or(project.entry);
        (project.root, owner) = (wider, Some(site));
    }
    let root = &project.root;
    let lock = lock::file::read(world, format, &cwd, &root.folder, marks)?;
    let mut load = Reader::of(&*world, &root.folder, &libraries).with(overlay);
    let named = match (owner.clone(), part) {
        (Some(owner), Part::WithItsSite) => Some(std::mem::replace(&mut project.entry, owner)),
        _ => None,
    };
    let mut checked = match load.text(&project.entry) {
        Ok(text) => {
            let held = lock.held(lock::environment(&project.entry));
            let check = if ask.lock { pipeline::check_held } else { pipeline::judge_held };
            check(&project.entry, text, &mut load, &held)
        }
        Err(problem) => entry_problem(&cwd, &project, problem)?,
    };
    let unread = load.unread();
    let prefix = project::prefix(&project.root.folder, &cwd);
    let texts = Texts { sources: &checked.sources, prefix: &prefix };
    checked.diagnostics.retain(|problem| least == Severity::Warning || problem.severity == Severity::Error);
    let counts = messages::print(world, format, texts, &mut checked.diagnostics)?;
    let visible = |path: &str| messages::visible(&format!("{prefix}{path}"));
    let (name, part) = (visible(&project.entry), named.as_deref().map(visible));
    let note = match (&part, &owner) {
        _ if checked.is_good() => None,
        (Some(part), _) => Some(format!("note: {part} was checked as a part of {name}\n")),
        (None, Some(owner)) => Some(format!("note: {name} is a part of {}, which is the site\n", visible(owner))),
        (None, None) => None,
    };
    if let (Some(note), Format::Human) = (note, format) {
        world.print(Stream::Err, &note)?;
    }
    // A site with errors may have stopped before the import; in a good one there is none.
    if let (Some(path), true) = (unread, checked.is_good()) {
        return Err(Stop::Says(
            exit::USAGE,
            format!(
                "{name} does not import or include {path}, so nothing of it was checked\nhelp: import it, or check it as a site of its own, without naming {name}",
                path = visible(&path)
            ),
        ));
    }
    Ok(Reported { project, name, part, checked, lock, counts })
}

impl Reported {
    /// What the lock would hold of the site from now on differs from what it holds in this; of one that was only judged nothing is known.
    pub fn changes(&self) -> Vec<Change> {
        let held = self.lock.held(lock::environment(&self.project.entry));
        arvc_site::lock::changes(&held.own, &self.checked.lock, &self.checked.renamed)
    }

    /// With `--locked` a lock that would change is a problem.
    pub fn refuse_changes(&self, world: &mut dyn World, format: Format) -> Result<(), Stop> {
        let changes = self.changes();
        if changes.is_empty() {
            return Ok(());
        }
        lock::report::refused(world, format, &self.name, &changes)?;
        Err(Stop::Silent(exit::SOURCE))
    }
}

/// The site that a file is a part of, if it is one.
pub(crate) fn owner(load: &mut Reader<'_>, project: &Project) -> Option<String> {
    Search::new(load, project.root.main.as_deref(), Wanted::Using).owner(&project.entry)
}

/// What a good site is told about: enough to see that all of it was read.
pub fn summary(reported: &Reported, site: &Site) -> String {
    let Reported { name, part, counts, .. } = reported;
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
    let subject = match part {
        Some(part) => format!("{part}, a part of {name},"),
        None => name.clone(),
    };
    format!("{subject} is good{warnings}: {}\n", parts.join(", "))
}

/// The project of a site, or of the user's folder; what is wrong with it is printed.
pub(crate) fn find(world: &mut dyn World, format: Format, cwd: &Path, site: Option<&Path>) -> Result<Project, Stop> {
    project::find(&*world, cwd, site).or_else(|problem| Err(no_project(world, format, cwd, problem)?))
}

/// Why there is no project; what is wrong with `arv.toml` is printed.
pub(crate) fn no_project(world: &mut dyn World, format: Format, cwd: &Path, problem: Problem) -> Result<Stop, Stop> {
    Ok(match problem {
        Problem::NoSite => Stop::Says(
            exit::USAGE,
            "there is no site here: neither an arv.toml above this folder nor a site.arv in it\n\
             help: name the site's file, as in `arvc check lab/site.arv`"
                .into(),
        ),
        Problem::Folder(path) => Stop::Says(
            exit::USAGE,
            format!(
                "{} is a folder\nhelp: name the site's file in it, as in `{}`",
                shown(&path, cwd),
                shown(&path.join("site.arv"), cwd)
            ),
        ),
        Problem::Disk(path, error) => outside(format!("cannot read {}: {}", shown(&path, cwd), reason(&error))),
        Problem::Settings(folder, sources, mut diagnostics) => {
            let prefix = project::prefix(&folder, cwd);
            messages::print(world, format, Texts { sources: &sources, prefix: &prefix }, &mut diagnostics)?;
            Stop::Silent(exit::USAGE)
        }
    })
}

/// Without an `arv.toml`, the folder of a file is its project; unless that is a part of a `site.arv` above. That one, and the
/// folder which is the project then.
pub(crate) fn wider(world: &dyn World, project: &Project) -> Option<(Root, String)> {
    if project.root.main.as_deref() == Some(project.entry.as_str()) {
        return None;
    }
    let libraries = Libraries::default();
    let file = project.root.folder.join(&project.entry);
    project::sites_above(world, &project.root).into_iter().find_map(|root| {
        let mut load = Reader::of(world, &root.folder, &libraries);
        let owner = Search::new(&mut load, root.main.as_deref(), Wanted::Using).owner(&below(&root.folder, &file)?)?;
        Some((root, owner))
    })
}

/// The path of a file below a folder, with `/` between its parts.
fn below(folder: &Path, file: &Path) -> Option<String> {
    let parts = file.strip_prefix(folder).ok()?.components().map(|part| part.as_os_str().to_str());
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

/// The libraries of a project; what is wrong with them is printed.
pub(crate) fn verified(world: &mut dyn World, format: Format, cwd: &Path, root: &Root) -> Result<Libraries, Stop> {
    verified_marked(world, format, cwd, root, Marks::Refused)
}

fn verified_marked(
    world: &mut dyn World,
    format: Format,
    cwd: &Path,
    root: &Root,
    marks: Marks,
) -> Result<Libraries, Stop> {
    libraries::verify(&*world, root, marks).or_else(|mut problems| {
        let prefix = project::prefix(&root.folder, cwd);
        let texts = Texts { sources: &problems.sources, prefix: &prefix };
        messages::print(world, format, texts, &mut problems.diagnostics)?;
        Err(Stop::Silent(exit::SOURCE))
    })
}

/// The path of a text that is not saved, relative to the project, and its bytes.
fn unsaved(world: &mut dyn World, cwd: &Path, root: &Path, path: &Path) -> Result<(String, Vec<u8>), Stop> {
    let bytes = world
        .stdin(source::LIMIT)
        .map_err(|error| outside(format!("cannot read standard input: {}", reason(&error))))?;
    match project::relative(&*world, root, &cwd.join(path)) {
        Some(path) => Ok((path, bytes)),
        None => Err(Stop::Says(
            exit::USAGE,
            format!("{} is not a file of the project in {}", path.display(), shown(root, cwd)),
        )),
    }
}

/// An entry that is there and no text is a problem of the source; one that is not there is none.
pub(crate) fn entry_problem(cwd: &Path, project: &Project, problem: source::Problem) -> Result<Checked, Stop> {
    if let Some((text, diagnostic)) = source::unreadable(&problem) {
        let mut sources = Sources::new();
        sources.add(project.entry.clone(), text).expect("a source below the limit always fits as the first");
        return Ok(Checked::unread(sources, vec![diagnostic]));
    }
    let path: PathBuf = project.root.folder.join(&project.entry);
    let why = match problem {
        source::Problem::Disk(error) => reason(&error),
        source::Problem::Outside => "a link leads out of the project".into(),
        _ => "there is no such file".into(),
    };
    Err(outside(format!("cannot read {}: {why}", shown(&path, cwd))))
}

#[cfg(test)]
mod tests;
