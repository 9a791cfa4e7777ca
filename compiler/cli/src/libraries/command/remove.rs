//! `arvc lib remove`: the list first, so that a build never misses a library that is still listed; then the folder and the lock.

use arvc_lang::library;

use super::add::replaceable;
use super::{Run, install, settings};
use crate::project;
use crate::{Stop, outside};

pub(super) fn remove(run: &mut Run<'_>, name: &str, overwrite: bool) -> Result<(), Stop> {
    let mut lock = run.lock()?;
    let locked = lock.get(name).is_some();
    // What a broken run has left behind is removed too.
    if !locked {
        run.listed(name)?;
    }
    replaceable(run, &lock, name, overwrite)?;
    if let Some(settings) = run.root.settings.clone() {
        let text = settings::without(&settings, name)
            .map_err(|why| outside(format!("cannot write {}: {why}", project::FILE)))?;
        run.write(project::FILE, Some(&text))?;
    }
    if library::is_name(name) {
        install::uninstall(run, name)?;
    }
    lock.remove(name);
    run.write_lock(&lock)?;
    run.tell(&format!("removed {name}\n"))
}
