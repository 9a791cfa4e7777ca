//! The tree that a build wrote, as its operator reads it: folders with counts, files, what changed.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::plan::{Change, Plan};

/// A folder with more entries than this shows those that changed; if they are still more, the first of them.
const FEW: usize = 12;

/// In a first build, deeper folders show only their counts; later, those in which nothing changed do.
const DEPTH: usize = 3;

/// How many the first are.
const FIRST: usize = 3;

/// The listing and a last line with the counts.
pub fn listing(out: &str, plan: &Plan) -> String {
    let mut root = Folder::default();
    for (path, change) in &plan.changes {
        root.add(path, change);
    }
    // In a first build every line would carry the same mark.
    let marks = plan.changes.values().any(|change| *change != Change::Added);
    let mut text = format!("{}\n", out.trim_end_matches('/').to_owned() + "/");
    root.draw(&mut text, "", 1, marks);
    let count = |wanted: fn(&Change) -> bool| plan.changes.values().filter(|change| wanted(change)).count();
    let _ = writeln!(
        text,
        "\n{} added, {} changed, {} removed, {} unchanged",
        count(|change| matches!(change, Change::Added)),
        count(|change| matches!(change, Change::Changed(_))),
        count(|change| matches!(change, Change::Removed(_))),
        count(|change| matches!(change, Change::Unchanged)),
    );
    text
}

#[derive(Default)]
struct Folder<'a> {
    folders: BTreeMap<&'a str, Folder<'a>>,
    files: BTreeMap<&'a str, &'a Change>,
}

impl<'a> Folder<'a> {
    fn add(&mut self, path: &'a str, change: &'a Change) {
        match path.split_once('/') {
            Some((folder, rest)) => self.folders.entry(folder).or_default().add(rest, change),
            None => {
                self.files.insert(path, change);
            }
        }
    }

    /// Files that are there afterwards, in it and below.
    fn count(&self) -> usize {
        let here = self.files.values().filter(|change| !matches!(change, Change::Removed(_))).count();
        here + self.folders.values().map(Folder::count).sum::<usize>()
    }

    /// Whether anything in it or below changes.
    fn changes(&self) -> bool {
        self.files.values().any(|change| **change != Change::Unchanged) || self.folders.values().any(Folder::changes)
    }

    fn draw(&self, text: &mut String, indent: &str, depth: usize, marks: bool) {
        let folders = few(&self.folders, |folder| !marks || folder.changes());
        let files = few(&self.files, |change| !marks || **change != Change::Unchanged);
        let mut lines: Vec<Line<'_, 'a>> =
            folders.0.into_iter().map(|(name, folder)| Line::Folder(name, folder)).collect();
        lines.extend((folders.1 > 0).then_some(Line::More(folders.1, "folder")));
        lines.extend(files.0.into_iter().map(|(name, change)| Line::File(name, change)));
        lines.extend((files.1 > 0).then_some(Line::More(files.1, "file")));
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.into_iter().enumerate() {
            let (twig, deeper) = if index == last { ("└── ", "    ") } else { ("├── ", "│   ") };
            match line {
                Line::Folder(name, folder) => {
                    let head = format!("{indent}{twig}{name}/");
                    let gap = 36_usize.saturating_sub(head.chars().count()).max(1);
                    let _ = writeln!(text, "{head}{:gap$}{}", "", counted(folder.count(), "file"));
                    let open = if marks { folder.changes() } else { depth < DEPTH };
                    if open {
                        folder.draw(text, &format!("{indent}{deeper}"), depth + 1, marks);
                    }
                }
                Line::File(name, change) => {
                    let _ = writeln!(text, "{indent}{twig}{name}{}", if marks { mark(change) } else { "" });
                }
                Line::More(count, kind) => {
                    let _ = writeln!(text, "{indent}{twig}… {count} more {kind}{}", if count == 1 { "" } else { "s" });
                }
            }
        }
    }
}

/// One line below a folder.
enum Line<'f, 'a> {
    Folder(&'a str, &'f Folder<'a>),
    File(&'a str, &'f Change),
    More(usize, &'static str),
}

/// All entries if they are few; else those that matter, or the first of them, and how many are left out.
fn few<'f, 'a, T>(entries: &'f BTreeMap<&'a str, T>, matters: impl Fn(&T) -> bool) -> (Vec<(&'a str, &'f T)>, usize) {
    let mut shown: Vec<_> = entries.iter().map(|(name, entry)| (*name, entry)).collect();
    if shown.len() > FEW {
        shown.retain(|(_, entry)| matters(entry));
        if shown.len() > FEW {
            shown.truncate(FIRST);
        }
    }
    let left = entries.len() - shown.len();
    (shown, left)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn mark(change: &Change) -> &'static str {
    match change {
        Change::Added => "  (added)",
        Change::Changed(_) => "  (changed)",
        Change::Removed(_) => "  (removed)",
        Change::Unchanged => "",
    }
}
