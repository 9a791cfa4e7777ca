//! `arvc check DIR`: the sources of a library, which are no site. Each is read and evaluated as it is, but for the functions in
//! it; one that a site outside of the folder includes is checked with that site.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arvc_lang::evaluate_library;
use arvc_syntax::diagnostic::{Diagnostic, Severity};
use arvc_syntax::source::{Sources, Span};

use super::owner::{Search, Wanted};
use super::reader::Reader;
use super::{below, no_project, unsaved, verified};
use crate::lock::{self, Lock, Marks};
use crate::messages::{self, Format, Texts};
use crate::pipeline::{self, Files, Read};
use crate::project;
use crate::world::{Stream, World};
use crate::{Stop, exit, fmt, outside, reason, shown};

/// Checks every source below a folder, and says so to people.
pub(crate) fn check(
    world: &mut dyn World,
    format: Format,
    cwd: &Path,
    folder: &Path,
    stdin_path: Option<&Path>,
) -> Result<(), Stop> {
    let name = shown(folder, cwd);
    let folder = world.canonical(folder).map_err(|error| outside(format!("cannot read {name}: {}", reason(&error))))?;
    let mut root = match project::around(&*world, &folder) {
        Ok(root) => root,
        Err(problem) => return Err(no_project(world, format, cwd, problem)?),
    };
    // A folder of a site without an `arv.toml` is one of its project.
    if let Some(wider) = project::sites_above(&*world, &root).into_iter().next() {
        root = wider;
    }
    let overlay = match stdin_path {
        Some(path) => Some(unsaved(world, cwd, &root.folder, path)?),
        None => None,
    };
    let libraries = verified(world, format, cwd, &root)?;
    let mut found = BTreeSet::new();
    fmt::sources_below(&*world, cwd, &folder, &mut found)?;
    let relative = |path: &Path| below(&root.folder, path);
    let mut paths: BTreeSet<String> = found.iter().filter_map(|path| relative(path)).collect();
    let prefix = relative(&folder).filter(|prefix| !prefix.is_empty()).map_or(String::new(), |prefix| prefix + "/");
    paths.extend(overlay.iter().map(|(path, _)| path.clone()).filter(|path| path.starts_with(&prefix)));
    if paths.is_empty() {
        return Err(Stop::Says(
            exit::USAGE,
            format!("{name} has no *.arv\nhelp: name a site's file, or the folder of a library"),
        ));
    }
    let lock = lock::file::read(world, format, cwd, &root.folder, Marks::Refused)?;
    let mut load = Reader::of(&*world, &root.folder, &libraries).with(overlay);
    let mut joined = everything(&mut load, root.main.as_deref(), &paths, &lock);
    let unread = load.unread();
    let prefix = project::prefix(&root.folder, cwd);
    let texts = Texts { sources: &joined.sources, prefix: &prefix };
    let counts = messages::print(world, format, texts, &mut joined.diagnostics)?;
    if format == Format::Human {
        let owners: BTreeSet<&String> = joined.parts.values().collect();
        for owner in owners {
            let mut parts = joined.parts.iter().filter(|(_, of)| *of == owner).map(|(part, _)| part);
            let subject = match (parts.next(), parts.count()) {
                (Some(only), 0) => format!("{prefix}{} was checked as a part", messages::visible(only)),
                (_, more) => format!("{} of these files were checked as parts", more + 1),
            };
            world.print(Stream::Err, &format!("note: {subject} of {prefix}{}\n", messages::visible(owner)))?;
        }
    }
    if joined.diagnostics.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Stop::Silent(exit::SOURCE));
    }
    if let Some(path) = unread {
        let path = messages::visible(&path);
        return Err(Stop::Says(
            exit::USAGE,
            format!("{prefix}{path} is no source in {name}, so nothing of it was checked"),
        ));
    }
    if format == Format::Human {
        let warnings = if counts.warnings > 0 { format!(" ({counts})") } else { String::new() };
        let files = if paths.len() == 1 { "1 file".into() } else { format!("{} files", paths.len()) };
        world.print(Stream::Out, &format!("{name} is good{warnings}: {files}\n"))?;
    }
    Ok(())
}

/// What several runs have found, in one space of sources.
#[derive(Default)]
struct Joined {
    sources: Sources,
    bases: BTreeMap<String, u32>,
    diagnostics: Vec<Diagnostic>,
    /// Files that belong to a site elsewhere, and the site.
    parts: BTreeMap<String, String>,
}

/// Checks files: first those that no other one names, since what they lead to is checked with them.
fn everything(load: &mut Reader<'_>, main: Option<&str>, paths: &BTreeSet<String>, lock: &Lock) -> Joined {
    let mut joined = Joined::default();
    let mut search = Search::new(load, main, Wanted::Including);
    let named = search.named_among(paths);
    let mut owners = BTreeMap::new();
    for path in paths.difference(&named) {
        if let Some(owner) = search.owner(path).filter(|owner| !paths.contains(owner)) {
            owners.insert(path.clone(), owner);
        }
    }
    load.read = false;
    for site in owners.values().collect::<BTreeSet<_>>() {
        if let Ok(text) = load.text(site) {
            let checked = pipeline::judge_held(site, text, load, &lock.held(lock::environment(site)));
            joined.add(checked.sources, checked.diagnostics);
        }
    }
    joined.parts = owners;
    for path in paths.difference(&named).chain(&named) {
        if joined.bases.contains_key(path) {
            continue;
        }
        match load.text(path) {
            Ok(text) => {
                let outcome = evaluate_library(path, text, &mut Files { load });
                joined.add(outcome.sources, outcome.diagnostics);
            }
            Err(problem) => {
                if let Some((text, diagnostic)) = crate::source::unreadable(&problem) {
                    let mut sources = Sources::new();
                    if sources.add(path.clone(), text).is_ok() {
                        joined.add(sources, vec![diagnostic]);
                    }
                }
            }
        }
    }
    joined
}

impl Joined {
    /// Lays the sources of a run behind those that are known, and its problems with them.
    fn add(&mut self, sources: Sources, mut diagnostics: Vec<Diagnostic>) {
        let mut moved = BTreeMap::new();
        for (id, source) in sources.iter() {
            let base = match self.bases.get(&source.name) {
                Some(base) => *base,
                None => match self.sources.add(source.name.clone(), source.text.clone()) {
                    Ok(new) => *self.bases.entry(source.name.clone()).or_insert(self.sources.get(new).base),
                    // Four gigabytes of sources: what was found so far is enough.
                    Err(_) => return,
                },
            };
            moved.insert(id, (source.base, base));
        }
        for problem in &mut diagnostics {
            let edits = problem.fixes.iter_mut().flat_map(|fix| fix.edits.iter_mut().map(|edit| &mut edit.span));
            for span in problem.labels.iter_mut().map(|label| &mut label.span).chain(edits) {
                let (old, new) = moved[&sources.file_of(*span)];
                *span = Span::new(span.start - old + new, span.end - old + new);
            }
        }
        self.diagnostics.extend(diagnostics);
    }
}
