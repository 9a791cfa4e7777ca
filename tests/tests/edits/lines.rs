//! The unified diff of two trees. Hunks have the head that they stand below (a resource, a host) in the place of numbers,
//! which change with everything above them.

use std::collections::BTreeSet;

use crate::Tree;

/// Unchanged lines around what changed.
const CONTEXT: usize = 2;

/// What changed, sorted by path. A file that is gone is one line.
pub fn diff(before: &Tree, after: &Tree) -> String {
    let mut out = String::new();
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for path in paths {
        match (before.get(path), after.get(path)) {
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) => {
                out.push_str(&format!("\n=== {path}\n"));
                hunks(old, new, &mut out);
            }
            (Some(old), None) => out.push_str(&format!("\n=== {path}: gone, {} lines\n", old.lines().count())),
            (None, new) => {
                let new = new.map_or("", String::as_str);
                match twin(path, new, before, after) {
                    Some(twin) => out.push_str(&format!("\n=== {path}: new, as {twin}\n")),
                    None => {
                        out.push_str(&format!("\n=== {path}: new\n"));
                        new.lines().for_each(|line| out.push_str(&format!("+{line}\n")));
                    }
                }
            }
        }
    }
    out
}

/// A file with the same text: the first one that stays, or the first one in front of it.
fn twin<'t>(path: &str, text: &str, before: &'t Tree, after: &'t Tree) -> Option<&'t String> {
    let same = after.iter().filter(|(other, have)| *other != path && *have == text);
    let known = |other: &String| before.contains_key(other) || other.as_str() < path;
    same.map(|(other, _)| other).find(|other| known(other))
}

fn hunks(old: &str, new: &str, out: &mut String) {
    let changes = diff::lines(old, new);
    let is_change = |index: &usize| !matches!(changes[*index], diff::Result::Both(..));
    let changed: Vec<usize> = (0..changes.len()).filter(is_change).collect();
    let (mut next, mut heads) = (0, Heads::default());
    let mut at = 0;
    while at < changed.len() {
        let start = changed[at].saturating_sub(CONTEXT).max(next);
        let mut end = changed[at];
        while at < changed.len() && changed[at] <= end + 2 * CONTEXT + 1 {
            end = changed[at];
            at += 1;
        }
        let end = (end + CONTEXT + 1).min(changes.len());
        heads.pass(&changes[next..start]);
        out.push_str(format!("@@ {}", heads.text()).trim_end());
        out.push('\n');
        for change in &changes[start..end] {
            let (sign, line) = match change {
                diff::Result::Left(line) => ('-', line),
                diff::Result::Both(line, _) => (' ', line),
                diff::Result::Right(line) => ('+', line),
            };
            out.push_str(format!("{sign}{line}").trim_end());
            out.push('\n');
        }
        heads.pass(&changes[start..end]);
        next = end;
    }
}

/// The last line without an indentation that the new text has.
#[derive(Default)]
struct Heads<'t>(&'t str);

impl<'t> Heads<'t> {
    fn pass(&mut self, changes: &[diff::Result<&'t str>]) {
        for change in changes {
            if let diff::Result::Both(line, _) | diff::Result::Right(line) = change
                && line.starts_with(|c: char| c.is_ascii_alphabetic())
            {
                self.0 = line;
            }
        }
    }

    fn text(&self) -> &'t str {
        self.0
    }
}
