//! What the language has no words for, as changes of the emitted tree: a layer that is off, a rule that is not there, one end that
//! does not let tunnels in.

use super::numbers;
use crate::edits::{Edit, Files, edits};
use crate::random::Choices;

/// Changes that a whole layer of a machine is off by.
const OFF: [&str; 8] = [
    "policy of a filter",
    "policy of a table",
    "policy of a guest, out",
    "switch of a guest",
    "flag of a device",
    "policy of a guest",
    "subjects of an overlay rule",
    "option macfilter",
];

/// The change by which Nebula stands alone before a member: without it nothing of the overlay is closed by one layer.
const ALONE: &str = "policy of a filter";

/// What cannot be built as packets find it: macros beside Ping, a member without a device, two machines at one address, and a
/// program that refuses its configuration.
pub const NOT_BUILT: [&str; 7] = [
    "macro of a rule",
    "overlay that is off",
    "address of a certificate",
    "lighthouse that is asked",
    "static map, member",
    "name of a certificate",
    "bridge of a device",
];

/// The changes of a seed: of one site out of three none, of the others some, which touch no line twice.
pub fn draw_edits(seed: u64, files: &Files) -> Vec<Edit> {
    let mut choices = Choices::new(numbers(seed ^ 0x5eed_0000_0000, 100));
    if seed.is_multiple_of(3) {
        return Vec::new();
    }
    let mut all = edits(files);
    // A lighthouse without a port does not start, and before 1.10 neither does who finds another one outside his own network.
    let early = files.iter().any(|(path, text)| {
        let says = |release: &&str| text.contains(&format!("nebula_version: \"{release}\""));
        path.starts_with("ansible/inventory/") && ["1.6.1", "1.9.3"].iter().any(says)
    });
    let starts = |edit: &Edit| match edit.kind {
        "port of the socket, random" => !files[&edit.file].contains("am_lighthouse: true"),
        "network of a certificate" => !early,
        _ => true,
    };
    all.retain(|edit| !NOT_BUILT.contains(&edit.kind) && starts(edit) && !edit.file.ends_with("templates.tf"));
    let mut kinds: Vec<&str> = all.iter().map(|edit| edit.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut found: Vec<Edit> = Vec::new();
    for number in 0..3 + choices.below(5) {
        let off = number < 3 && choices.below(3) > 0;
        let kind = match number {
            0 => ALONE,
            _ if off => OFF[choices.below(OFF.len())],
            _ => kinds[choices.below(kinds.len())],
        };
        let v4 = |edit: &&Edit| number > 0 || edit.file.ends_with(".v4") && is_member(edit, files);
        let places: Vec<&Edit> = all.iter().filter(|edit| edit.kind == kind).filter(v4).collect();
        if places.is_empty() {
            continue;
        }
        let edit = (*choices.pick(&places)).clone();
        let lines = |edit: &Edit| edit.line..edit.line + edit.before.lines().count().max(1);
        let apart =
            |other: &Edit| other.file != edit.file || lines(other).end <= edit.line || lines(&edit).end <= other.line;
        if found.iter().all(apart) {
            found.push(edit);
        }
    }
    // From the end, so that the lines of the others stay where they are.
    found.sort_by(|a, b| (&b.file, b.line).cmp(&(&a.file, a.line)));
    found
}

/// Whether the filter of a change is a member's.
fn is_member(edit: &Edit, files: &Files) -> bool {
    let name = edit.file.rsplit('/').next().and_then(|name| name.split_once('.'));
    name.is_some_and(|(name, _)| files.contains_key(&format!("nebula/{name}.yml")))
}
