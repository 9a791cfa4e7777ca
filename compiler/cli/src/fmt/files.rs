//! The files that `arvc fmt` works on: those that are named, and those below a folder that people write.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::check;
use crate::messages::Format;
use crate::world::{Kind, World};
use crate::{Stop, exit, outside, reason, shown};

/// The end of a source's name.
const EXTENSION: &str = "arv";

/// Folders that others fill: what arvc emits, and what comes from elsewhere.
const FOREIGN: [&str; 2] = ["out", "vendor"];

/// The files to format, without links and each once, in the order of their paths.
pub(super) fn find(
    world: &mut dyn World,
    format: Format,
    cwd: &Path,
    paths: &[PathBuf],
) -> Result<BTreeSet<PathBuf>, Stop> {
    let mut found = BTreeSet::new();
    if paths.is_empty() {
        let project = check::find(world, format, cwd, None)?;
        let entry = project.root.folder.join(&project.entry);
        let folder = entry.parent().unwrap_or(&project.root.folder);
        below(world, cwd, folder, Some(&project.out), &mut found)?;
        return Ok(found);
    }
    for path in paths {
        let file = world.canonical(&cwd.join(path)).map_err(|error| unreadable(path, cwd, &error))?;
        match world.kind(&file).map_err(|error| unreadable(path, cwd, &error))? {
            Some(Kind::Folder) => below(world, cwd, &file, None, &mut found)?,
            Some(Kind::File { .. }) => _ = found.insert(file),
            _ => {
                return Err(Stop::Says(exit::USAGE, format!("{} is neither a file nor a folder", shown(path, cwd))));
            }
        }
    }
    Ok(found)
}

/// The sources below a folder that people write here. Links are not followed, and what is hidden is not looked into.
pub(crate) fn sources_below(
    world: &dyn World,
    cwd: &Path,
    folder: &Path,
    found: &mut BTreeSet<PathBuf>,
) -> Result<(), Stop> {
    below(world, cwd, folder, None, found)
}

fn below(
    world: &dyn World,
    cwd: &Path,
    folder: &Path,
    out: Option<&Path>,
    found: &mut BTreeSet<PathBuf>,
) -> Result<(), Stop> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for name in world.list(&folder).map_err(|error| unreadable(&folder, cwd, &error))? {
            let path = folder.join(&name);
            let name = name.to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            match world.kind(&path).map_err(|error| unreadable(&path, cwd, &error))? {
                Some(Kind::Folder) if !FOREIGN.contains(&name.as_ref()) && Some(path.as_path()) != out => {
                    folders.push(path);
                }
                Some(Kind::File { .. }) if path.extension().is_some_and(|extension| extension == EXTENSION) => {
                    found.insert(path);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn unreadable(path: &Path, cwd: &Path, error: &std::io::Error) -> Stop {
    outside(format!("cannot read {}: {}", shown(path, cwd), reason(error)))
}
