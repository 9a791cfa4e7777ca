//! `arvc lib lock`: what `vendor/` holds is what is meant from now on.

use arvc_lang::library;

use super::super::difference::Difference;
use super::super::{State, listing, state};
use super::{Run, files, indented};
use crate::{Stop, outside};

pub(super) fn lock(run: &mut Run<'_>, names: &[String]) -> Result<(), Stop> {
    for name in names {
        run.listed(name)?;
    }
    let mut lock = run.lock()?;
    let listed: Vec<String> = run.root.libraries.iter().map(|listed| listed.name.clone()).collect();
    let mut said = String::new();
    for name in listed.iter().filter(|name| names.is_empty() || names.contains(name)) {
        let contents = match state(&*run.world, &run.root.folder, &lock, name) {
            State::Good(contents) | State::Unlocked(contents) | State::Changed(contents, _) => contents,
            State::Missing(folder) => {
                let missing = if folder { format!("/{}", library::ENTRY) } else { String::new() };
                return Err(outside(format!(
                    "nothing was locked: there is no {}{missing}\n\
                     help: add the library with `arvc lib add {name} PATH`, or take it out with `arvc lib remove {name}`",
                    library::folder(name)
                )));
            }
            State::Unfit(unfit) => {
                return Err(outside(format!("nothing was locked: {} is no library: {unfit}", library::folder(name))));
            }
        };
        let new = listing::hashes(&contents);
        match lock.get(name) {
            Some(old) if old == new => said += &format!("unchanged {name}\n"),
            Some(old) => {
                let difference = Difference::between(&old, &new);
                let verb = if difference.count() == 1 { "differs" } else { "differ" };
                said += &format!("locked {name}: {difference} {verb}\n{}", indented(&difference.lines()));
            }
            None => said += &format!("locked {name}: {}, {}\n", files(contents.len()), &new.library[..12]),
        }
        lock.set(name, &new);
    }
    if names.is_empty() {
        let stale: Vec<String> =
            lock.names().filter(|name| !listed.iter().any(|known| known == name)).map(str::to_owned).collect();
        for name in stale {
            lock.remove(&name);
            said += &format!("dropped {}: `arv.toml` does not list it\n", crate::messages::visible(&name));
        }
    }
    run.write_lock(&lock)?;
    if said.is_empty() {
        said = "the project has no libraries\n".into();
    }
    run.tell(&said)
}
