//! The folder of a library, replaced or removed as a whole.

use std::path::{Path, PathBuf};

use arvc_lang::library;

use super::super::contents::Contents;
use super::Run;
use crate::world::Kind;
use crate::{Stop, outside};

/// Where new files are written, and where old ones go, below `vendor/`; one run at a time has the project.
const NEW: &str = ".arvc-new";
const OLD: &str = ".arvc-old";

/// Makes `vendor/NAME` hold exactly these files.
pub(super) fn install(run: &mut Run<'_>, name: &str, contents: &Contents) -> Result<(), Stop> {
    let (vendor, folder) = (run.root.folder.join(library::FOLDER), run.folder(name));
    match run.world.kind(&vendor).map_err(|error| run.cannot("read", &vendor, &error))? {
        None => run.world.create_folder(&vendor).map_err(|error| run.cannot("create", &vendor, &error))?,
        Some(Kind::Folder) => {}
        Some(_) => return Err(outside(format!("{} is no folder, and libraries are kept in one", run.shown(&vendor)))),
    }
    clean(run)?;
    let new = vendor.join(NEW);
    run.world.create_folder(&new).map_err(|error| run.cannot("create", &new, &error))?;
    let mut written = vec![new.clone()];
    for (path, bytes) in contents {
        let file = new.join(path);
        folders(run, &new, file.parent().unwrap_or(&new), &mut written)?;
        run.world.create(&file, bytes, false).map_err(|error| run.cannot("write", &file, &error))?;
        written.push(file);
    }
    run.world.sync(&written).map_err(|error| run.cannot("write", &new, &error))?;
    move_away(run, &folder)?;
    run.world.rename(&new, &folder).map_err(|error| run.cannot("write", &folder, &error))?;
    run.world.sync(&[vendor]).map_err(|error| run.cannot("write", &folder, &error))
}

/// Takes `vendor/NAME` away, and `vendor/` with the last one.
pub(super) fn uninstall(run: &mut Run<'_>, name: &str) -> Result<(), Stop> {
    let (vendor, folder) = (run.root.folder.join(library::FOLDER), run.folder(name));
    clean(run)?;
    move_away(run, &folder)?;
    clean(run)?;
    if run.world.list(&vendor).is_ok_and(|names| names.is_empty()) {
        run.world.remove_folder(&vendor).map_err(|error| run.cannot("remove", &vendor, &error))?;
    }
    Ok(())
}

/// Removes what this run, or one that broke, has left.
pub(super) fn clean(run: &mut Run<'_>) -> Result<(), Stop> {
    let vendor = run.root.folder.join(library::FOLDER);
    if run.world.kind(&vendor).map_err(|error| run.cannot("read", &vendor, &error))? != Some(Kind::Folder) {
        return Ok(());
    }
    remove(run, &vendor.join(NEW))?;
    remove(run, &vendor.join(OLD))
}

fn move_away(run: &mut Run<'_>, folder: &Path) -> Result<(), Stop> {
    if run.world.kind(folder).map_err(|error| run.cannot("read", folder, &error))?.is_none() {
        return Ok(());
    }
    let hidden = first_hidden(run, folder)?;
    if let Some(hidden) = hidden {
        return Err(outside(format!(
            "nothing was changed: {} is no part of the library\nhelp: move it away",
            run.shown(&hidden)
        )));
    }
    let old = folder.with_file_name(OLD);
    run.world.rename(folder, &old).map_err(|error| run.cannot("move", folder, &error))
}

/// What somebody keeps in the folder and arvc does not know: a repository, an editor's file.
fn first_hidden(run: &Run<'_>, folder: &Path) -> Result<Option<PathBuf>, Stop> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if run.world.kind(&folder).map_err(|error| run.cannot("read", &folder, &error))? != Some(Kind::Folder) {
            continue;
        }
        for name in run.world.list(&folder).map_err(|error| run.cannot("read", &folder, &error))? {
            if name.to_string_lossy().starts_with('.') {
                return Ok(Some(folder.join(name)));
            }
            folders.push(folder.join(name));
        }
    }
    Ok(None)
}

fn folders(run: &mut Run<'_>, top: &Path, folder: &Path, written: &mut Vec<PathBuf>) -> Result<(), Stop> {
    let mut missing: Vec<&Path> = folder.ancestors().take_while(|above| *above != top).collect();
    missing.reverse();
    for folder in missing {
        if run.world.kind(folder).map_err(|error| run.cannot("read", folder, &error))?.is_none() {
            run.world.create_folder(folder).map_err(|error| run.cannot("create", folder, &error))?;
            written.push(folder.to_path_buf());
        }
    }
    Ok(())
}

/// Removes a folder with all that is in it, following no link; or a link, or a file, that stands there.
fn remove(run: &mut Run<'_>, path: &Path) -> Result<(), Stop> {
    let mut found = vec![path.to_path_buf()];
    let mut folders = Vec::new();
    while let Some(path) = found.pop() {
        match run.world.kind(&path).map_err(|error| run.cannot("read", &path, &error))? {
            None => {}
            Some(Kind::Folder) => {
                let names = run.world.list(&path).map_err(|error| run.cannot("read", &path, &error))?;
                found.extend(names.into_iter().map(|name| path.join(name)));
                folders.push(path);
            }
            Some(_) => run.world.remove_file(&path).map_err(|error| run.cannot("remove", &path, &error))?,
        }
    }
    for folder in folders.into_iter().rev() {
        run.world.remove_folder(&folder).map_err(|error| run.cannot("remove", &folder, &error))?;
    }
    Ok(())
}
