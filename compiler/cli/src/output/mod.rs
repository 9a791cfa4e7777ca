//! Writing a tree so that after any crash the folder is, or becomes with the next run, exactly the old tree or the new.
//!
//! 1. A broken run is finished or undone (`recover`).
//! 2. The plan compares the new tree with the folder and with the manifest of the last run (`plan`). Anything that
//!    arvc did not write stays; if it stands where a file must go, nothing is written at all.
//! 3. What differs is staged in a folder of its own inside the output folder, so that every later step is a rename on
//!    one file system, together with a journal of those steps (`stage`).
//! 4. The new manifest is renamed into place. That is the commit point: before it a broken run is undone, after it
//!    finished.
//! 5. Stale files go, staged ones are renamed into place, the staging folder goes (`apply`).
//!
//! Every path is made from the output folder and the checked parts of a name, and no link below it is followed.

use std::io;
use std::path::{Path, PathBuf};

use arvc_emit::tree::Tree;

use crate::world::{Disk, Kind};

pub mod listing;
pub mod manifest;

mod apply;
mod journal;
mod plan;
mod recover;
mod stage;

use manifest::Manifest;
pub use plan::{Change, Plan};

/// Below the output folder, only while a run writes or after one broke.
const STAGING: &str = ".arvc-staging";

/// No emitted file and no file that stands in one's place is larger; a larger one is not arvc's.
const LIMIT: u64 = 1 << 28;

/// Why nothing, or not everything, was written.
#[derive(Debug)]
pub enum Failure {
    /// The disk refused a step.
    Disk {
        /// What was done, as `cannot <action>`.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Another run writes into the folder.
    Locked,
    /// Something stands in the way; nothing was written.
    Refused(Vec<Refusal>),
    /// `manifest.json` is not one that this arvc wrote and reads.
    Manifest(String),
    /// The tree in the folder was built from another entry.
    OtherEntry(String),
    /// In the staging folder is something that arvc did not put there.
    Staging(String),
}

/// One path that a build does not touch, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// The path below the output folder.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// Why a path is not touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// arvc wrote it, and somebody changed it since.
    Edited,
    /// It was there before arvc.
    Foreign,
    /// A folder with other files in it stands where a file must go.
    Folder,
    /// A link stands on the way to it.
    Link,
    /// A file stands where a folder must go.
    NotFolder,
}

/// What the author asked for beside the tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The entry of the site, as the manifest names it.
    pub entry: &'a str,
    /// The hash of what the lock holds of the site.
    pub lock: Option<&'a str>,
    /// Whether edited files and another site's tree are overwritten. Files that arvc never wrote are not, either way.
    pub overwrite: bool,
}

/// Makes the folder hold exactly `tree` and its manifest, beside what others put there.
pub fn write(disk: &mut dyn Disk, out: &Path, tree: &Tree, options: Options<'_>) -> Result<Plan, Failure> {
    folders(disk, out)?;
    let out = &disk.canonical(out).map_err(failed("open", out))?;
    if !disk.lock(out).map_err(failed("lock", out))? {
        return Err(Failure::Locked);
    }
    recover::recover(disk, out, options.overwrite)?;
    let old = Manifest::read(disk, out)?;
    if let Some(old) = &old
        && old.entry != options.entry
        && !options.overwrite
    {
        return Err(Failure::OtherEntry(old.entry.clone()));
    }
    let new = Manifest::of(tree, options.entry, options.lock);
    let plan = plan::plan(disk, out, tree, old.as_ref().unwrap_or(&Manifest::default()), &new, options.overwrite)?;
    if !plan.is_empty() || old.as_ref() != Some(&new) {
        let journal = stage::stage(disk, out, tree, &new, &plan)?;
        stage::commit(disk, out)?;
        apply::apply(disk, out, &journal)?;
    }
    Ok(plan)
}

/// Makes the output folder, and those above it.
fn folders(disk: &mut dyn Disk, out: &Path) -> Result<(), Failure> {
    let mut missing = Vec::new();
    let mut folder = out;
    while disk.kind(folder).map_err(failed("open", folder))?.is_none() {
        missing.push(folder);
        match folder.parent() {
            Some(parent) => folder = parent,
            None => break,
        }
    }
    for folder in missing.into_iter().rev() {
        disk.create_folder(folder).map_err(failed("create", folder))?;
    }
    let real = disk.canonical(out).map_err(failed("open", out))?;
    match disk.kind(&real).map_err(failed("open", out))? {
        Some(Kind::Folder) => Ok(()),
        _ => Err(failed("write into", out)(io::ErrorKind::NotADirectory.into())),
    }
}

/// Names the step and the path of an error.
fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.to_path_buf();
    move |error| Failure::Disk { action, path, error }
}

/// A path below the output folder that a manifest or journal names: its parts are proper, so joining it stays below.
fn proper(path: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0', ':']);
    path.split('/').all(part) && path != manifest::NAME && path.split('/').next() != Some(STAGING)
}

#[cfg(test)]
mod tests;
