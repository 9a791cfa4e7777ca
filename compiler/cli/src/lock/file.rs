//! The file on the disk: read for one environment, and written before the tree that was made with it.
//!
//! It is replaced in one step. After a crash between the lock and the tree the lock is the newer one, and the next build
//! makes from it the tree that was meant: nothing is allocated a second time.

use std::io;
use std::path::Path;

use arvc_site::lock::Environment;
use arvc_syntax::source::Sources;

use super::{FILE, LIMIT, Lock, Marks, Unreadable, report};
use crate::messages::{self, Format, Texts};
use crate::world::World;
use crate::{Stop, exit, outside, project, reason};

/// The first lock while it is written. A run that broke leaves it, and the next one takes it away.
const STAGED: &str = ".arv.lock.new";

/// The lock of a project; what is wrong with it is printed.
pub fn read(world: &mut dyn World, format: Format, cwd: &Path, root: &Path, marks: Marks) -> Result<Lock, Stop> {
    Lock::read(&*world, root, marks).or_else(|Unreadable { text, diagnostic }| {
        let mut sources = Sources::new();
        sources.add(FILE, text).expect("the first source is small");
        let prefix = project::prefix(root, cwd);
        messages::print(world, format, Texts { sources: &sources, prefix: &prefix }, &mut vec![*diagnostic])?;
        Err(Stop::Silent(exit::SOURCE))
    })
}

/// Keeps others from changing the lock of a project for the rest of this run.
pub fn hold(world: &mut dyn World, cwd: &Path, root: &Path) -> Result<(), Stop> {
    let name = crate::shown(root, cwd);
    match world.lock(root) {
        Ok(true) => Ok(()),
        Ok(false) => Err(outside(format!("another arvc changes {name} right now"))),
        Err(error) => Err(outside(format!("cannot lock {name}: {}", reason(&error)))),
    }
}

/// Writes the lock if its text is another one; an empty one is no file. Whether it was written.
pub fn write(world: &mut dyn World, cwd: &Path, root: &Path, lock: &Lock) -> Result<bool, Stop> {
    let path = root.join(FILE);
    let cannot = |action: &str, error: &io::Error| {
        outside(format!("cannot {action} {}: {}", crate::shown(&path, cwd), reason(error)))
    };
    let text = (!lock.is_empty()).then(|| lock.text());
    let there = world.kind(&path).map_err(|error| cannot("read", &error))?.is_some();
    match (&text, there) {
        (Some(text), true) if world.read(&path, LIMIT).is_ok_and(|old| old == text.as_bytes()) => return Ok(false),
        (Some(text), true) => world.replace(&path, text.as_bytes()),
        (Some(text), false) => begin(world, root, &path, text),
        (None, true) => world.remove_file(&path),
        (None, false) => return Ok(false),
    }
    .and_then(|()| world.sync(&[root.to_path_buf()]))
    .map_err(|error| cannot("write", &error))?;
    Ok(true)
}

/// Writes the first lock of a project beside its place and moves it there.
fn begin(world: &mut dyn World, root: &Path, path: &Path, text: &str) -> io::Result<()> {
    let staged = root.join(STAGED);
    if world.kind(&staged)?.is_some() {
        world.remove_file(&staged)?;
    }
    world.create(&staged, text.as_bytes(), false)?;
    world.sync(std::slice::from_ref(&staged))?;
    world.rename(&staged, path)
}

/// Makes the lock hold this of an environment, unless it does already or somebody changed the file since it was read as
/// `before`. Whether it was written.
pub fn update(
    world: &mut dyn World,
    cwd: &Path,
    root: &Path,
    before: &Lock,
    name: &str,
    environment: Environment,
) -> Result<bool, Stop> {
    let mut lock = before.clone();
    lock.set_environment(name, environment);
    if lock == *before {
        return Ok(false);
    }
    hold(world, cwd, root)?;
    match Lock::read(&*world, root, Marks::Settled) {
        Ok(now) if now == *before => write(world, cwd, root, &lock),
        _ => Err(report::changed_meanwhile()),
    }
}
