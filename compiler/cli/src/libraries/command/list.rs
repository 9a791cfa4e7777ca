//! `arvc lib list`: each library, whether it is what was locked, and where it came from.

use serde_json::json;

use super::super::{State, state};
use super::{Run, files};
use crate::Stop;
use crate::messages::{Format, visible};

pub(super) fn list(run: &mut Run<'_>) -> Result<(), Stop> {
    let lock = run.lock()?;
    let mut rows = Vec::new();
    for listed in &run.root.libraries {
        let (state, count) = match state(&*run.world, &run.root.folder, &lock, &listed.name) {
            State::Good(contents) => ("locked", contents.len()),
            State::Unlocked(contents) => ("not locked", contents.len()),
            State::Changed(contents, _) => ("changed", contents.len()),
            State::Missing(_) => ("missing", 0),
            State::Unfit(_) => ("unreadable", 0),
        };
        rows.push((listed.clone(), state, count));
    }
    let width = rows.iter().map(|(listed, ..)| listed.name.len()).max().unwrap_or(0);
    let line = |(listed, state, count): &(crate::project::Library, &str, usize)| match run.format {
        Format::Json => {
            let sha256 = lock.get(&listed.name).map(|hashes| hashes.library);
            let object = json!({
                "version": 1, "name": listed.name, "state": state, "files": count, "sha256": sha256, "source": listed.source,
            });
            format!("{object}\n")
        }
        Format::Short => format!("{}\n", listed.name),
        Format::Human => {
            let source = listed.source.as_deref().map(visible).unwrap_or_default();
            let line = format!("{:width$}  {state:10}  {:9}  {source}", listed.name, files(*count));
            format!("{}\n", line.trim_end())
        }
    };
    let text: String = rows.iter().map(line).collect();
    if rows.is_empty() {
        return run.tell("the project has no libraries\n");
    }
    run.say(&text)
}
