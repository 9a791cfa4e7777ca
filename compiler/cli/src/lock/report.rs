//! What a lock's change is told as: what destroys a machine or cuts it off whole, the rest in short.

use arvc_site::lock::Change;
use serde_json::json;

use super::FILE;
use crate::messages::Format;
use crate::world::{Stream, World};
use crate::{Stop, outside};

/// New machines that are listed one by one.
const FEW: usize = 12;

/// The changes as lines.
pub fn lines(changes: &[Change]) -> Vec<String> {
    let new = |change: &&Change| matches!(change, Change::Added(..));
    let (mut lines, count) = (Vec::new(), changes.iter().filter(new).count());
    if count > FEW {
        lines.push(format!("new: {count} machines"));
    }
    lines.extend(
        changes
            .iter()
            .filter(|change| count <= FEW || !new(change))
            .map(|it| crate::messages::visible(&it.to_string())),
    );
    lines
}

/// What a build or `arvc lock` wrote, for people.
pub fn written(changes: &[Change]) -> String {
    let lines: String = lines(changes).iter().map(|line| format!("  {line}\n")).collect();
    format!("{FILE}\n{lines}")
}

/// The changes for other programs.
pub fn plain(format: Format, changes: &[Change]) -> String {
    let line = |line: String| match format {
        Format::Json => format!("{}\n", json!({ "version": 1, "lock": line })),
        _ => format!("{FILE}: {line}\n"),
    };
    lines(changes).into_iter().map(line).collect()
}

/// Says what would change under `--locked`.
pub fn refused(world: &mut dyn World, format: Format, site: &str, changes: &[Change]) -> Result<(), Stop> {
    match format {
        Format::Json => Ok(world.print(Stream::Out, &plain(format, changes))?),
        Format::Short => Ok(world.print(Stream::Err, &plain(format, changes))?),
        Format::Human => {
            let lines: String = lines(changes).iter().map(|line| format!("  {line}\n")).collect();
            let text = format!(
                "error: {FILE} does not hold what {site} needs, and --locked forbids to change it\n{lines}\
                 help: run `arvc lock` where it may change, look at what it says, and commit {FILE}\n"
            );
            Ok(world.print(Stream::Err, &text)?)
        }
    }
}

/// Somebody wrote the lock since it was read.
pub fn changed_meanwhile() -> Stop {
    outside(format!("{FILE} was changed while this ran, so nothing was written\nhelp: run it again"))
}
