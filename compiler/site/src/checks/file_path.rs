//! A file that cannot be a part of the tree
//!
//! ## What is wrong
//!
//! The path of a further file is not one below the output folder: it is absolute, leaves the folder, has an empty part or a
//! sign that no file system of an operator takes, or meets another file.
//!
//! ## Why
//!
//! A build writes below its output folder only, whatever a name in the source says, and its tree has to be the same on every
//! machine: on some of them two names that differ in case are one. What lies in `.git` is run by Git.
//!
//! ## Example
//!
//! ```arv part
//!   files."../notes.txt" = "text"; # error: E0382
//! ```
//!
//! ## What to do
//!
//! Write a path of names with `/` between them: `grafana/dashboards/site.json`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::invalid_name::shown;
use crate::model::{File, Site};

/// A file that cannot be a part of the tree.
pub static CODE: Code = Code::new("E0382", "a file that cannot be a part of the tree", include_str!("file_path.rs"));

/// Every further file.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<String, &File> = BTreeMap::new();
    for file in &site.files {
        if let Some(reason) = reason(&file.path) {
            let message = format!("{} cannot be the path of a file", shown(&file.path));
            out.push(Diagnostic::new(&CODE, message, file.key, reason));
            continue;
        }
        let lower = file.path.to_lowercase();
        if let Some(before) = seen.insert(lower, file) {
            out.push(meets(file, before, "differs from the other in case alone"));
        }
    }
    // A path sorts before those below it, with others between them (`a`, `a.b`, `a/b`).
    for (path, file) in &seen {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        if let Some(before) = folders.filter_map(|folder| seen.get(folder)).next() {
            out.push(meets(file, before, "one of them is a folder of the other"));
        }
    }
}

fn meets(file: &File, other: &File, why: &str) -> Diagnostic {
    let (other, file) = if other.key <= file.key { (other, file) } else { (file, other) };
    let message = format!("the files {} and {} cannot both be there", shown(&other.path), shown(&file.path));
    Diagnostic::new(&CODE, message, file.key, why).secondary(other.key, "a file")
}

fn reason(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return Some("it is absolute".to_owned());
    }
    if path.len() > 1024 {
        return Some(format!("it has {} bytes", path.len()));
    }
    if let Some(bad) = path.chars().find(|c| c.is_control() || "\\:*?\"<>|".contains(*c)) {
        return Some(format!("it holds {}", bad.escape_debug()));
    }
    for part in path.split('/') {
        match part {
            "" => return Some("a part of it is empty".to_owned()),
            "." | ".." => return Some(format!("`{part}` is no name")),
            part if part.len() > 255 => return Some(format!("a part of it has {} bytes", part.len())),
            part if part.ends_with(['.', ' ']) || part.starts_with(' ') => {
                return Some("a part of it begins or ends with a blank, or ends with a dot".to_owned());
            }
            part if part.eq_ignore_ascii_case(".git") => return Some("`.git` is Git's".to_owned()),
            part if part.to_ascii_lowercase().starts_with(".arvc") => return Some("`.arvc` is arvc's".to_owned()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_names_with_slashes_between_them() {
        for path in ["a", "a/b.json", ".hidden/x", "grafana/ü.json"] {
            assert_eq!(reason(path), None, "{path}");
        }
        let long = "a".repeat(256);
        for path in
            ["", "/a", "a//b", "a/", ".", "a/../b", "a\\b", "c:/x", "a\n", "x/.GIT/hooks", ".arvc-staging", "a.", &long]
        {
            assert!(reason(path).is_some(), "{path}");
        }
    }
}
