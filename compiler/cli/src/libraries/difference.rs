//! What differs between a library as it is locked and as it is: by file, so that somebody can look.

use std::fmt;

use super::contents::Contents;
use super::listing::{self, Hashes};
use crate::messages::visible;

/// More files than these are counted.
const SHOWN: usize = 20;

/// Files by what happened to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Not in the lock.
    pub added: Vec<String>,
    /// Not in the folder.
    pub removed: Vec<String>,
    /// With other bytes.
    pub changed: Vec<String>,
    /// Whether all that differs is how lines end: somebody's version control has rewritten them.
    pub only_line_ends: bool,
}

impl Difference {
    /// From one state of a library to another.
    pub fn between(old: &Hashes, new: &Hashes) -> Self {
        let mut difference = Self::default();
        for (path, hash) in &new.files {
            match old.files.get(path) {
                None => difference.added.push(path.clone()),
                Some(locked) if locked != hash => difference.changed.push(path.clone()),
                Some(_) => {}
            }
        }
        difference.removed.extend(old.files.keys().filter(|path| !new.files.contains_key(*path)).cloned());
        difference
    }

    /// The same, where the files themselves are there.
    pub fn from(old: &Hashes, new: &Hashes, contents: &Contents) -> Self {
        let mut difference = Self::between(old, new);
        let same = |path: &String| {
            let (locked, bytes) = (old.files.get(path), contents.get(path).map(Vec::as_slice).unwrap_or_default());
            locked.is_some_and(|locked| line_ends(bytes).iter().any(|bytes| listing::of(bytes) == *locked))
        };
        difference.only_line_ends = difference.count() > 0
            && difference.count() == difference.changed.len()
            && difference.changed.iter().all(same);
        difference
    }

    /// How many files differ.
    pub fn count(&self) -> usize {
        self.added.len() + self.removed.len() + self.changed.len()
    }

    /// A line for each file: `changed  default.arv`.
    pub fn lines(&self) -> Vec<String> {
        let kinds = [("changed", &self.changed), ("added", &self.added), ("removed", &self.removed)];
        let all = kinds.into_iter().flat_map(|(kind, paths)| paths.iter().map(move |path| (kind, path)));
        let mut lines: Vec<String> =
            all.take(SHOWN).map(|(kind, path)| format!("{kind:7}  {}", visible(path))).collect();
        if self.count() > SHOWN {
            lines.push(format!("and {} more", self.count() - SHOWN));
        }
        lines
    }
}

/// Bytes with each line ending in LF, and with each in CR LF.
fn line_ends(bytes: &[u8]) -> [Vec<u8>; 2] {
    let mut short = Vec::with_capacity(bytes.len());
    let mut long = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").map(|text| text.strip_suffix(b"\r").unwrap_or(text));
        short.extend_from_slice(text.unwrap_or(line));
        long.extend_from_slice(text.unwrap_or(line));
        if text.is_some() {
            short.extend_from_slice(b"\n");
            long.extend_from_slice(b"\r\n");
        }
    }
    [short, long]
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count() == 1 { "" } else { "s" };
        write!(f, "{} file{plural}", self.count())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::listing::hashes;
    use super::*;

    #[test]
    fn each_file_is_named_with_what_happened_to_it() {
        let of = |files: &[(&str, &str)]| {
            hashes(&BTreeMap::from_iter(
                files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())),
            ))
        };
        let (old, new) = (of(&[("a", "1"), ("b", "1"), ("c", "1")]), of(&[("a", "1"), ("b", "2"), ("d", "1")]));
        let difference = Difference::between(&old, &new);
        assert_eq!(difference.lines(), ["changed  b", "added    d", "removed  c"]);
        assert_eq!(difference.to_string(), "3 files");
        assert_eq!(Difference::between(&old, &old).count(), 0);
        let many: Vec<String> = (0..30).map(|n| format!("{n:02}")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|path| (path.as_str(), "")).collect();
        assert_eq!(Difference::between(&of(&[]), &of(&many)).lines().last().unwrap(), "and 10 more");
    }
}
