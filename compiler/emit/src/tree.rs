//! The emitted tree as a value: what is written where. Nobody here touches a disk.

use std::collections::BTreeMap;

/// One emitted file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its whole text: UTF-8, LF, with a final newline.
    pub text: String,
    /// Whether it is a script.
    pub executable: bool,
}

/// All files of one build by their path below the output folder, with `/` between its parts.
///
/// Paths are made from checked names only: parts are never empty, `.` or `..`, and hold no separator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The files.
    pub files: BTreeMap<String, File>,
}

impl Tree {
    /// Adds a file that is read.
    pub fn text(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.add(path.into(), File { text: text.into(), executable: false });
    }

    /// Adds a file that is run.
    pub fn script(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.add(path.into(), File { text: text.into(), executable: true });
    }

    fn add(&mut self, path: String, file: File) {
        let proper =
            path.split('/').all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains('\\'));
        assert!(proper, "an emitter made the path {path:?}, which is not below the output folder");
        assert!(self.files.insert(path.clone(), file).is_none(), "two emitters made the file {path:?}");
    }
}
