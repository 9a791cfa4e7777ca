//! What a broken run left: undone if it broke before its commit point, finished if after.

use std::path::Path;

use super::journal::Journal;
use super::{Failure, STAGING, apply, failed, manifest};
use crate::world::{Disk, Kind};

/// Brings the folder to exactly one tree again.
pub(super) fn recover(disk: &mut dyn Disk, out: &Path, overwrite: bool) -> Result<(), Failure> {
    let folder = out.join(STAGING);
    match disk.kind(&folder).map_err(failed("read", &folder))? {
        None => return Ok(()),
        Some(Kind::Folder) => {}
        Some(_) => return Err(Failure::Staging("it is not a folder".into())),
    }
    let staged = folder.join(manifest::NAME);
    let committed = disk.kind(&staged).map_err(failed("read", &staged))?.is_none();
    match Journal::read(disk, out)? {
        Some(journal) if committed => {
            let refusals = apply::edited(disk, out, &journal)?;
            if !refusals.is_empty() && !overwrite {
                return Err(Failure::Refused(refusals));
            }
            apply::apply(disk, out, &journal)
        }
        _ => apply::clean(disk, out),
    }
}
