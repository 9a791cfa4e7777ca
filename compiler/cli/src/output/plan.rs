//! What a build changes in the output folder, found before anything is touched.

use std::collections::BTreeMap;
use std::path::Path;

use arvc_emit::tree::{File, Tree};

use super::manifest::{self, Manifest};
use super::{Failure, LIMIT, Reason, Refusal, failed};
use crate::world::{Disk, Kind};

/// What happens to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Added,
    /// It had another content or mode; the hash of what stood there.
    Changed(String),
    /// It is as it should be, and is not touched.
    Unchanged,
    /// arvc wrote it and emits it no longer; its hash.
    Removed(String),
}

/// What happens to each path that is or was arvc's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// By path below the output folder.
    pub changes: BTreeMap<String, Change>,
}

impl Plan {
    /// Whether every file is as it should be.
    pub fn is_empty(&self) -> bool {
        self.changes.values().all(|change| *change == Change::Unchanged)
    }
}

/// Compares the tree with what stands in the folder.
pub(super) fn plan(
    disk: &dyn Disk,
    out: &Path,
    tree: &Tree,
    old: &Manifest,
    new: &Manifest,
    overwrite: bool,
) -> Result<Plan, Failure> {
    let mut planner = Planner { disk, out, old, overwrite, plan: Plan::default(), refusals: Vec::new() };
    // What goes first, so that a folder may take a file's place and a file a folder's.
    for path in old.files.keys().filter(|path| !new.files.contains_key(*path)) {
        planner.stale(path)?;
    }
    let mut ways = BTreeMap::new();
    for (path, file) in &tree.files {
        planner.wanted(path, file, &new.files[path].sha256, &mut ways)?;
    }
    if planner.refusals.is_empty() {
        return Ok(planner.plan);
    }
    planner.refusals.sort();
    planner.refusals.dedup();
    Err(Failure::Refused(planner.refusals))
}

struct Planner<'a> {
    disk: &'a dyn Disk,
    out: &'a Path,
    old: &'a Manifest,
    overwrite: bool,
    plan: Plan,
    refusals: Vec<Refusal>,
}

/// What stands on the way to a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// A folder, or nothing.
    Free,
    /// Nothing from here on: no need to ask the disk about what lies below.
    Nothing,
    /// Something that stays.
    Blocked,
}

impl Planner<'_> {
    fn kind(&self, path: &str) -> Result<Option<Kind>, Failure> {
        let path = self.out.join(path);
        self.disk.kind(&path).map_err(failed("read", &path))
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let path = self.out.join(path);
        self.disk.read(&path, LIMIT).map_err(failed("read", &path))
    }

    fn refuse(&mut self, path: &str, reason: Reason) {
        self.refusals.push(Refusal { path: path.into(), reason });
    }

    /// A file of the last run that is no longer emitted.
    fn stale(&mut self, path: &str) -> Result<(), Failure> {
        // Behind a link, or in another kind's place, stands nothing of arvc's: it is already gone.
        for folder in above(path) {
            if self.kind(folder)? != Some(Kind::Folder) {
                return Ok(());
            }
        }
        if !matches!(self.kind(path)?, Some(Kind::File { .. })) {
            return Ok(());
        }
        let hash = manifest::sha256(&self.bytes(path)?);
        if hash != self.old.files[path].sha256 && !self.overwrite {
            self.refuse(path, Reason::Edited);
        }
        self.plan.changes.insert(path.into(), Change::Removed(hash));
        Ok(())
    }

    /// A file of the new tree.
    fn wanted(&mut self, path: &str, file: &File, hash: &str, ways: &mut BTreeMap<String, Way>) -> Result<(), Failure> {
        let change = match self.way(path, ways)? {
            Way::Blocked => return Ok(()),
            Way::Nothing => Change::Added,
            Way::Free => match self.kind(path)? {
                None => Change::Added,
                Some(Kind::File { executable }) => {
                    let bytes = self.bytes(path)?;
                    if bytes == file.text.as_bytes() {
                        if executable == file.executable { Change::Unchanged } else { Change::Changed(hash.into()) }
                    } else {
                        let now = manifest::sha256(&bytes);
                        match self.old.files.get(path) {
                            None => self.refuse(path, Reason::Foreign),
                            Some(listed) if listed.sha256 != now && !self.overwrite => {
                                self.refuse(path, Reason::Edited)
                            }
                            Some(_) => {}
                        }
                        Change::Changed(now)
                    }
                }
                Some(Kind::Folder) => {
                    if !self.goes(Path::new(path))? {
                        self.refuse(path, Reason::Folder);
                    }
                    Change::Added
                }
                Some(kind) => {
                    self.refuse(path, if kind == Kind::Link { Reason::Link } else { Reason::Foreign });
                    return Ok(());
                }
            },
        };
        self.plan.changes.insert(path.into(), change);
        Ok(())
    }

    /// Looks at the folders above a file, each once a run.
    fn way(&mut self, path: &str, ways: &mut BTreeMap<String, Way>) -> Result<Way, Failure> {
        let mut way = Way::Free;
        for folder in above(path) {
            way = match ways.get(folder) {
                Some(known) => *known,
                None if way == Way::Nothing => Way::Nothing,
                None => match self.kind(folder)? {
                    None => Way::Nothing,
                    Some(Kind::Folder) => Way::Free,
                    Some(Kind::File { .. }) if matches!(self.plan.changes.get(folder), Some(Change::Removed(_))) => {
                        Way::Nothing
                    }
                    Some(Kind::Link) => {
                        self.refuse(folder, Reason::Link);
                        Way::Blocked
                    }
                    Some(_) => {
                        self.refuse(folder, Reason::NotFolder);
                        Way::Blocked
                    }
                },
            };
            ways.insert(folder.into(), way);
            if way == Way::Blocked {
                break;
            }
        }
        Ok(way)
    }

    /// Whether a folder is gone once the stale files are: all that it holds is stale.
    fn goes(&self, folder: &Path) -> Result<bool, Failure> {
        let place = self.out.join(folder);
        let names = self.disk.list(&place).map_err(failed("read", &place))?;
        for name in &names {
            let below = folder.join(name);
            let gone = match self.disk.kind(&self.out.join(&below)).map_err(failed("read", &below))? {
                Some(Kind::Folder) => self.goes(&below)?,
                _ => {
                    let path = below.to_str();
                    path.is_some_and(|path| matches!(self.plan.changes.get(path), Some(Change::Removed(_))))
                }
            };
            if !gone {
                return Ok(false);
            }
        }
        Ok(!names.is_empty())
    }
}

/// The folders above a path, outermost first.
pub(super) fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}
