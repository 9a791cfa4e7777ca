//! Which files of a tree come, change and go.

use std::collections::{BTreeMap, BTreeSet};

/// A file: its text, and whether it is a script.
pub type File = (String, bool);

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is new.
    Added,
    /// It has another text or mode.
    Changed,
    /// It is gone.
    Removed,
}

/// Compares two trees; files that stay are left out.
pub fn files(before: &BTreeMap<String, File>, after: &BTreeMap<String, File>) -> BTreeMap<String, Fate> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let fate = |path: &String| match (before.get(path), after.get(path)) {
        (None, _) => Some(Fate::Added),
        (_, None) => Some(Fate::Removed),
        (old, new) => (old != new).then_some(Fate::Changed),
    };
    paths.into_iter().filter_map(|path| Some((path.clone(), fate(path)?))).collect()
}
