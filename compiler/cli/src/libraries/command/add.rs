//! `arvc lib add`: what is copied, and in which order.
//!
//! The new files are written beside the old ones, the folder takes its place by one rename, then the lock is written, then
//! `arv.toml`. Wherever a run breaks, the next build finds a library that is whole and the lock's, or says that it is not; the
//! same command again puts it right.

use std::path::Path;

use arvc_lang::library;

use super::super::contents::{Gathered, Unfit};
use super::super::difference::Difference;
use super::super::{State, archive, folder, listing, state};
use super::{Run, files, indented, install, settings};
use crate::lock::Lock;
use crate::messages::visible;
use crate::project;
use crate::world::Kind;
use crate::{Stop, exit, outside};

pub(super) fn add(
    run: &mut Run<'_>,
    name: &str,
    path: &Path,
    source: Option<&str>,
    overwrite: bool,
) -> Result<(), Stop> {
    if !library::is_name(name) {
        let why = match name {
            library::STANDARD => "`std` is the compiler's own library",
            _ => "a name is a small letter, then small letters, digits, `-` and `_`",
        };
        return Err(Stop::Says(exit::USAGE, format!("a library cannot be called {}: {why}", visible(name))));
    }
    let mut lock = run.lock()?;
    let Gathered { contents, left_out } = gathered(run, path)?;
    let text = settings::with(run.root.settings.as_deref().unwrap_or_default(), name, source)
        .map_err(|why| outside(format!("cannot write {}: {why}", project::FILE)))?;
    let there = replaceable(run, &lock, name, overwrite)?;
    install::install(run, name, &contents)?;
    let (old, new) = (lock.get(name).unwrap_or_default(), listing::hashes(&contents));
    lock.set(name, &new);
    run.write_lock(&lock)?;
    run.write(project::FILE, Some(&text))?;
    install::clean(run)?;
    let difference = Difference::between(&old, &new);
    let verb = match (there, difference.count()) {
        (false, _) => "added",
        (true, 0) => "already there:",
        (true, _) => "replaced",
    };
    let place = library::folder(name);
    run.tell(&format!("{verb} {name}: {} in {place}, {}\n", files(contents.len()), &new.library[..12]))?;
    if there {
        run.tell(&indented(&difference.lines()))?;
    }
    if left_out > 0 {
        run.tell(&format!("left out: {}, neither sources nor licences nor readmes\n", files(left_out)))?;
    }
    Ok(())
}

/// The library at a path that the user names.
fn gathered(run: &Run<'_>, path: &Path) -> Result<Gathered, Stop> {
    let place = run.cwd.join(path);
    let real = run.world.canonical(&place).map_err(|error| run.cannot("read", &place, &error))?;
    let vendor = run.root.folder.join(library::FOLDER);
    if real.starts_with(&vendor) || vendor.starts_with(&real) {
        return Err(Stop::Says(
            exit::USAGE,
            format!(
                "{} is the project's own\nhelp: what is in {}/ already is locked with `arvc lib lock`",
                run.shown(&place),
                library::FOLDER
            ),
        ));
    }
    let found = match run.world.kind(&real).map_err(|error| run.cannot("read", &place, &error))? {
        Some(Kind::Folder) => folder::library(&*run.world, &real),
        Some(Kind::File { .. }) => match run.world.read(&real, archive::LIMIT) {
            Ok(bytes) => archive::library(&bytes),
            Err(error) => return Err(run.cannot("read", &place, &error)),
        },
        _ => Err(Unfit::Unreadable("it is neither a folder nor an archive".into())),
    };
    found.map_err(|unfit| outside(format!("{} is not added: {unfit}", run.shown(&place))))
}

/// Whether there is a library of this name, which may be replaced.
pub(super) fn replaceable(run: &Run<'_>, lock: &Lock, name: &str, overwrite: bool) -> Result<bool, Stop> {
    let why = match state(&*run.world, &run.root.folder, lock, name) {
        State::Missing(false) => return Ok(false),
        State::Good(_) => return Ok(true),
        _ if overwrite => return Ok(true),
        State::Missing(true) => format!("has no {}", library::ENTRY),
        State::Unlocked(_) => "is not locked".into(),
        State::Changed(_, difference) => {
            format!("is not what was locked:\n{}", indented(&difference.lines()).trim_end())
        }
        State::Unfit(unfit) => format!("is no library: {unfit}"),
    };
    Err(outside(format!(
        "nothing was changed: {} {why}\nhelp: keep it with `arvc lib lock {name}`, or lose it with --overwrite",
        library::folder(name)
    )))
}
