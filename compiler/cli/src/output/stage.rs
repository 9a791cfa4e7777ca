//! Before and at the commit point: the new files beside the old ones, the journal, then one rename.

use std::path::Path;

use arvc_emit::tree::Tree;

use super::journal::{self, Journal, Move, Removal};
use super::manifest::{self, Manifest};
use super::plan::{Change, Plan};
use super::{Failure, STAGING, failed};
use crate::world::Disk;

/// Writes what differs into the staging folder. Until [`commit`], the tree is the old one.
pub(super) fn stage(
    disk: &mut dyn Disk,
    out: &Path,
    tree: &Tree,
    manifest: &Manifest,
    plan: &Plan,
) -> Result<Journal, Failure> {
    let folder = out.join(STAGING);
    disk.create_folder(&folder).map_err(failed("create", &folder))?;
    let mut journal = Journal::default();
    for (path, change) in &plan.changes {
        let was = match change {
            Change::Unchanged => continue,
            Change::Removed(was) => {
                journal.removals.push(Removal { path: path.clone(), was: was.clone() });
                continue;
            }
            Change::Added => None,
            Change::Changed(was) => Some(was.clone()),
        };
        let staged = journal::name(journal.moves.len());
        let file = &tree.files[path];
        create(disk, &folder.join(&staged), &file.text, file.executable)?;
        journal.moves.push(Move { staged, path: path.clone(), was });
    }
    create(disk, &folder.join(manifest::NAME), &manifest.text(), false)?;
    create(disk, &folder.join(journal::NAME), &journal.text(), false)?;
    // All are written before the first is waited for: the disk then does most of the work once.
    let names = journal.moves.iter().map(|step| step.staged.as_str()).chain([manifest::NAME, journal::NAME]);
    let paths: Vec<_> = names.map(|name| folder.join(name)).chain([folder.clone()]).collect();
    disk.sync(&paths).map_err(failed("write", &folder))?;
    Ok(journal)
}

/// Renames the manifest into place: from here on the tree is the new one.
pub(super) fn commit(disk: &mut dyn Disk, out: &Path) -> Result<(), Failure> {
    let path = out.join(manifest::NAME);
    disk.rename(&out.join(STAGING).join(manifest::NAME), &path).map_err(failed("write", &path))?;
    disk.sync(&[out.to_path_buf()]).map_err(failed("write", out))
}

fn create(disk: &mut dyn Disk, path: &Path, text: &str, executable: bool) -> Result<(), Failure> {
    disk.create(path, text.as_bytes(), executable).map_err(failed("write", path))
}
