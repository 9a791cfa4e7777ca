//! After the commit point: stale files go, staged files come. Each step may be taken again.

use std::collections::BTreeSet;
use std::path::Path;

use super::journal::{self, Journal};
use super::manifest;
use super::plan::above;
use super::{Failure, LIMIT, Reason, Refusal, STAGING, failed};
use crate::world::{Disk, Kind};

/// Takes every step of the journal that is not taken yet, and removes the staging folder.
pub(super) fn apply(disk: &mut dyn Disk, out: &Path, journal: &Journal) -> Result<(), Failure> {
    for removal in &journal.removals {
        remove(disk, out, &removal.path, &removal.was)?;
    }
    let folder = out.join(STAGING);
    let mut touched = BTreeSet::new();
    for step in &journal.moves {
        let staged = folder.join(&step.staged);
        // A step that an earlier run took: its file is where it belongs.
        if disk.kind(&staged).map_err(failed("read", &staged))?.is_none() {
            continue;
        }
        for parent in above(&step.path) {
            make_folder(disk, out, parent, &mut touched)?;
        }
        let path = out.join(&step.path);
        disk.rename(&staged, &path).map_err(failed("write", &path))?;
    }
    let folders: Vec<_> = touched.iter().map(|folder| out.join(folder)).chain([out.to_path_buf()]).collect();
    disk.sync(&folders).map_err(failed("write", out))?;
    clean(disk, out)
}

/// Removes the staging folder with what arvc put there, the journal first: without it a run counts as undone.
pub(super) fn clean(disk: &mut dyn Disk, out: &Path) -> Result<(), Failure> {
    let folder = out.join(STAGING);
    let mut names = Vec::new();
    for name in disk.list(&folder).map_err(failed("read", &folder))? {
        match name.to_str() {
            Some(name) if journal::ours(name) => names.push(name.to_owned()),
            _ => return Err(Failure::Staging(format!("{} is none of arvc's", name.display()))),
        }
    }
    names.sort_by_key(|name| name != journal::NAME);
    for name in names {
        let path = folder.join(name);
        disk.remove_file(&path).map_err(failed("remove", &path))?;
    }
    disk.remove_folder(&folder).map_err(failed("remove", &folder))
}

/// Whether the operator changed, since a run broke, a file that finishing it would overwrite.
pub(super) fn edited(disk: &dyn Disk, out: &Path, journal: &Journal) -> Result<Vec<Refusal>, Failure> {
    let mut refusals = Vec::new();
    for step in &journal.moves {
        let (staged, path) = (out.join(STAGING).join(&step.staged), out.join(&step.path));
        if disk.kind(&staged).map_err(failed("read", &staged))?.is_none() {
            continue;
        }
        let refuse = |reason| Refusal { path: step.path.clone(), reason };
        match disk.kind(&path).map_err(failed("read", &path))? {
            None | Some(Kind::Folder) => {}
            Some(Kind::File { .. }) => {
                let bytes = disk.read(&path, LIMIT).map_err(failed("read", &path))?;
                if step.was.as_ref() != Some(&manifest::sha256(&bytes)) {
                    refusals.push(refuse(Reason::Edited));
                }
            }
            Some(_) => refusals.push(refuse(Reason::Link)),
        }
    }
    Ok(refusals)
}

/// Removes a stale file, and the folders above it that are empty then.
fn remove(disk: &mut dyn Disk, out: &Path, path: &str, was: &str) -> Result<(), Failure> {
    let folders: Vec<&str> = above(path).collect();
    let mut there = 0;
    for folder in &folders {
        let place = out.join(folder);
        if disk.kind(&place).map_err(failed("read", &place))? != Some(Kind::Folder) {
            break;
        }
        there += 1;
    }
    let place = out.join(path);
    if there == folders.len() && matches!(disk.kind(&place).map_err(failed("read", &place))?, Some(Kind::File { .. })) {
        let bytes = disk.read(&place, LIMIT).map_err(failed("read", &place))?;
        if manifest::sha256(&bytes) != was {
            return Ok(());
        }
        disk.remove_file(&place).map_err(failed("remove", &place))?;
    }
    for folder in folders[..there].iter().rev() {
        let place = out.join(folder);
        if !disk.list(&place).map_err(failed("read", &place))?.is_empty() {
            break;
        }
        disk.remove_folder(&place).map_err(failed("remove", &place))?;
    }
    Ok(())
}

/// Makes a folder below the output folder, if need be. A link in its place is not followed.
fn make_folder(disk: &mut dyn Disk, out: &Path, folder: &str, touched: &mut BTreeSet<String>) -> Result<(), Failure> {
    if touched.contains(folder) {
        return Ok(());
    }
    let path = out.join(folder);
    match disk.kind(&path).map_err(failed("read", &path))? {
        Some(Kind::Folder) => {}
        None => disk.create_folder(&path).map_err(failed("create", &path))?,
        Some(Kind::Link) => {
            return Err(Failure::Refused(vec![Refusal { path: folder.into(), reason: Reason::Link }]));
        }
        Some(_) => {
            return Err(Failure::Refused(vec![Refusal { path: folder.into(), reason: Reason::NotFolder }]));
        }
    }
    touched.insert(folder.into());
    Ok(())
}
