//! Single changes of emitted trees, over each field that decides who reaches whom: what the audit has to notice, and what random
//! sites get that the language has no words for.
//!
//! Every place of every kind is listed; nothing here knows what a change does.

mod certificates;
mod filter;
mod hcl;
mod lines;
mod nebula;
mod table;
pub mod values;

use std::collections::BTreeMap;

/// Texts by their paths.
pub type Files = BTreeMap<String, String>;

/// One change of one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The kind of field.
    pub kind: &'static str,
    /// The path of the file.
    pub file: String,
    /// The first line that is replaced, from 1.
    pub line: usize,
    /// The lines that are replaced.
    pub before: String,
    /// What comes in their place.
    pub after: String,
}

impl Edit {
    /// Makes the change.
    pub fn apply(&self, files: &mut Files) {
        let text = files.get_mut(&self.file).expect("the file is there");
        let start: usize = text.split_inclusive('\n').take(self.line - 1).map(str::len).sum();
        assert!(text[start..].starts_with(&self.before), "{}:{}: {:?}", self.file, self.line, self.before);
        text.replace_range(start..start + self.before.len(), &self.after);
    }

    /// The change in words: kind, place, what becomes what.
    pub fn words(&self) -> String {
        let short = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{}, {}:{}: {} -> {}", self.kind, self.file, self.line, short(&self.before), short(&self.after))
    }
}

/// Every change of a tree, by file and line.
pub fn edits(files: &Files) -> Vec<Edit> {
    let mut found = Vec::new();
    for (path, text) in files {
        let mut list = Vec::new();
        if path.ends_with(".tf") {
            list = hcl::edits(text);
        } else if path.starts_with("nebula/") && path.ends_with(".yml") {
            list = nebula::edits(text);
        } else if path == "nebula/certificates.json" {
            list = certificates::edits(text);
        } else if path.starts_with("ansible/files/filter/") && !path.contains("fail_closed")
            || path.ends_with("/edge.rules")
        {
            list = if path.ends_with(".nft") { table::edits(text) } else { filter::edits(text) };
        } else if path.starts_with("ansible/inventory/host_vars/") {
            list = policies(text, files);
        }
        found.extend(list.into_iter().map(|mut edit| {
            edit.file.clone_from(path);
            edit
        }));
    }
    found
}

/// Another machine's filter.
fn policies(text: &str, files: &Files) -> Vec<Edit> {
    let filters = files.keys().filter_map(|path| path.strip_prefix("ansible/files/filter/")?.strip_suffix(".v4"));
    let filters: Vec<&str> = filters.filter(|name| *name != "fail_closed").collect();
    let mut found = Vec::new();
    for (number, line) in lines::numbered(text) {
        if let Some(own) = line.trim().strip_prefix("security_policy: ")
            && let Some(other) = filters.iter().find(|name| **name != own)
        {
            found.push(lines::replaced("filter of a machine", number, line, own, other));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{projects, root};

    #[test]
    fn every_edit_changes_its_lines_and_no_others() {
        for name in ["small", "networks", "dualstack", "containers", "nuc"] {
            let mut files = BTreeMap::new();
            projects::files(&root().join("golden").join(name), "", &mut files);
            let all = edits(&files);
            assert!(all.len() > 100, "{name}: {}", all.len());
            for edit in all {
                let mut changed = files.clone();
                edit.apply(&mut changed);
                assert_ne!(changed[&edit.file], files[&edit.file], "{}", edit.words());
                let others = |(path, text): (&String, &String)| path == &edit.file || files[path] == *text;
                assert!(changed.iter().all(others), "{}", edit.words());
            }
        }
    }
}
