//! The journal: the steps between the commit point and the finished tree, so that any later run can take them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Failure, LIMIT, STAGING, failed, proper};
use crate::world::{Disk, Kind};

/// Its name in the staging folder.
pub(super) const NAME: &str = "journal.json";

/// A file that goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Removal {
    /// Its path below the output folder.
    pub(super) path: String,
    /// Its hash; if it has another one when its turn comes, it stays.
    pub(super) was: String,
}

/// A staged file that goes to its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Move {
    /// Its name in the staging folder.
    pub(super) staged: String,
    /// Its path below the output folder.
    pub(super) path: String,
    /// The hash of what stood there; nothing if nothing did.
    pub(super) was: Option<String>,
}

/// What follows the commit point.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    /// Taken first.
    pub(super) removals: Vec<Removal>,
    /// Taken second.
    pub(super) moves: Vec<Move>,
}

impl Journal {
    /// Its text.
    pub(super) fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("strings are always JSON");
        text.push('\n');
        text
    }

    /// The journal of a broken run, if that run came so far as to have one whole.
    pub(super) fn read(disk: &dyn Disk, out: &Path) -> Result<Option<Self>, Failure> {
        let path = out.join(STAGING).join(NAME);
        if !matches!(disk.kind(&path).map_err(failed("read", &path))?, Some(Kind::File { .. })) {
            return Ok(None);
        }
        let bytes = disk.read(&path, LIMIT).map_err(failed("read", &path))?;
        // Half a journal is that of a run that died while it staged.
        let Ok(journal) = serde_json::from_slice::<Self>(&bytes) else { return Ok(None) };
        let paths = journal.removals.iter().map(|removal| &removal.path).chain(journal.moves.iter().map(|m| &m.path));
        let bad =
            paths.filter(|path| !proper(path)).chain(journal.moves.iter().map(|m| &m.staged).filter(|n| !staged(n)));
        match { bad }.next() {
            Some(path) => Err(Failure::Staging(format!("its journal names {path:?}"))),
            None => Ok(Some(journal)),
        }
    }
}

/// The name of the staged file with this number.
pub(super) fn name(number: usize) -> String {
    format!("f{number}")
}

/// Whether a name in the staging folder is that of a staged file.
pub(super) fn staged(name: &str) -> bool {
    name.strip_prefix('f').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether arvc gives this name to anything in the staging folder.
pub(super) fn ours(name: &str) -> bool {
    staged(name) || name == NAME || name == super::manifest::NAME
}
