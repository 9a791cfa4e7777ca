//! One side of a comparison: a site that is compiled, as it is or as it once was, or a tree that stands in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arvc_diff::files::File;

use super::revision;
use crate::check::{self, Reported};
use crate::messages::{Format, visible};
use crate::output::manifest::{self, Manifest};
use crate::pipeline::{self, Checked};
use crate::world::{Kind, World};
use crate::{Stop, audit, exit, lock, outside, reason, shown};

/// One side.
pub(super) struct Side {
    /// As it was named.
    pub name: String,
    /// Its tree, without the manifest.
    pub files: BTreeMap<String, File>,
    /// The site, if it was compiled.
    pub checked: Option<Checked>,
    /// The entry that its files name as where they came from.
    pub entry: String,
    /// What a build of it would change in the lock, where that is asked.
    pub lock: Vec<String>,
    /// What is not as it seems.
    pub notes: Vec<String>,
}

/// Where sides are looked for.
pub(super) struct Sides<'w> {
    world: &'w mut dyn World,
    format: Format,
    cwd: &'w Path,
    site: Option<&'w Path>,
}

impl<'w> Sides<'w> {
    pub fn new(world: &'w mut dyn World, format: Format, cwd: &'w Path, site: Option<&'w Path>) -> Self {
        Self { world, format, cwd, site }
    }

    /// The tree in the output folder, and the site as it is: what a build would change.
    pub fn built(&mut self) -> Result<(Side, Side), Stop> {
        let reported = check::check_quietly(self.world, self.format, self.site)?;
        let (out, entry) = (reported.project.out.clone(), reported.project.entry.clone());
        let lock = lock::report::lines(&reported.changes());
        let after = Side { lock, ..compiled(reported)? };
        let name = format!("{}/", shown(&out, self.cwd).trim_end_matches('/'));
        if self.world.kind(&out).ok().flatten().is_none() {
            let notes = vec![format!("{name} is not there yet: everything is new")];
            let before =
                Side { name, files: BTreeMap::new(), checked: None, entry: String::new(), lock: Vec::new(), notes };
            return Ok((before, after));
        }
        let mut before = self.tree(&out)?;
        if let Ok(Some(manifest)) = Manifest::read(&*self.world, &out)
            && manifest.entry != entry
        {
            let other = visible(&manifest.entry);
            before.notes.push(format!("{name} holds the tree of another site, {other}: a build would refuse"));
        }
        Ok((before, after))
    }

    /// The site as it is.
    pub fn present(&mut self) -> Result<Side, Stop> {
        compiled(check::check_quietly(self.world, self.format, self.site)?)
    }

    /// What a word of the command line means: a site's file, a folder, else a revision.
    pub fn named(&mut self, word: &str) -> Result<Side, Stop> {
        let path = self.cwd.join(word);
        let real = self.world.canonical(&path).and_then(|real| self.world.kind(&real));
        match real {
            Ok(Some(Kind::Folder)) => self.tree(&path),
            _ if word.ends_with(".arv") => {
                compiled(check::check_quietly(self.world, self.format, Some(Path::new(word)))?)
            }
            Ok(Some(_)) => Err(Stop::Says(
                exit::USAGE,
                format!(
                    "{} is a file\nhelp: compare with a folder, with a site (*.arv), or with a revision of git",
                    visible(word)
                ),
            )),
            _ => self.revision(word),
        }
    }

    fn revision(&mut self, word: &str) -> Result<Side, Stop> {
        let project = check::find(self.world, self.format, self.cwd, self.site)?;
        let reported = revision::reported(self.world, self.format, &project, self.site.is_some(), word)?;
        Ok(Side { name: visible(word), ..compiled(reported)? })
    }

    /// The tree in a folder: what its manifest lists, or without one everything that is text.
    fn tree(&mut self, folder: &Path) -> Result<Side, Stop> {
        let name = format!("{}/", shown(folder, self.cwd).trim_end_matches('/'));
        let cannot = |path: &Path, why: String| outside(format!("cannot read {}: {why}", shown(path, self.cwd)));
        let mut side = Side {
            name,
            files: BTreeMap::new(),
            checked: None,
            entry: String::new(),
            lock: Vec::new(),
            notes: Vec::new(),
        };
        // A manifest that is not arvc's is a file like any other.
        let Ok(Some(manifest)) = Manifest::read(&*self.world, folder) else {
            let name = side.name.clone();
            audit::read(&*self.world, folder, "", 0, &mut side.files).map_err(|(path, why)| cannot(&path, why))?;
            side.notes.push(format!("{name} has no manifest of arvc: all of its text is compared"));
            return Ok(side);
        };
        let (mut edited, mut missing) = (Vec::new(), Vec::new());
        for (path, listed) in &manifest.files {
            let place: PathBuf = folder.join(path);
            let kind = self.world.kind(&place).map_err(|error| cannot(&place, reason(&error)))?;
            let Some(Kind::File { executable }) = kind else {
                missing.push(path.clone());
                continue;
            };
            let bytes = self.world.read(&place, 1 << 28).map_err(|error| cannot(&place, reason(&error)))?;
            if manifest::sha256(&bytes) != listed.sha256 {
                edited.push(path.clone());
            }
            side.files.insert(path.clone(), (String::from_utf8_lossy(&bytes).into_owned(), executable));
        }
        for (what, paths) in [("edited since arvc wrote it", edited), ("gone since arvc wrote it", missing)] {
            if let Some((first, rest)) = paths.split_first() {
                let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
                side.notes.push(format!("{}{}{more}: {what}", side.name, visible(first)));
            }
        }
        Ok(side)
    }
}

/// The tree of a site that is good; what is wrong with one that is not was printed.
fn compiled(reported: Reported) -> Result<Side, Stop> {
    if !reported.checked.is_good() {
        return Err(Stop::Silent(exit::SOURCE));
    }
    let Reported { project, name, checked, .. } = reported;
    let mut side = Side {
        name,
        files: BTreeMap::new(),
        checked: Some(checked),
        entry: project.entry,
        lock: Vec::new(),
        notes: Vec::new(),
    };
    side.emit();
    Ok(side)
}

impl Side {
    /// Emits the tree of a site.
    fn emit(&mut self) {
        let Some(checked) = &self.checked else { return };
        let site = checked.site.as_ref().expect("a source without an error gives a site");
        let tree = pipeline::emit(site, &self.entry);
        let files = tree.files.into_iter().map(|(path, file)| (path, (file.text, file.executable)));
        self.files = files.collect();
    }

    /// Emits a site as if its files came from where those of the other one come from, so that this is no difference.
    pub fn as_from(&mut self, other: &Side) {
        if self.checked.is_some() && other.checked.is_some() && self.entry != other.entry {
            self.entry.clone_from(&other.entry);
            self.emit();
        }
    }
}
