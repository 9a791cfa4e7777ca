//! Where something stands, and what could not be read.

use std::sync::Arc;

use arvc_verdict::Source;

/// A line of a file of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// An index into [`Notes::files`].
    pub file: u32,
    /// Counted from 1.
    pub line: u32,
}

/// What would have to be known: words that many packets share.
pub type Why = Arc<str>;

/// Something that was not understood. What it may decide is unknown, and never guessed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// Where.
    pub source: Source,
    /// What, in words.
    pub words: String,
}

/// What the readers tell beside what they return.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// The path of each file.
    pub files: Vec<String>,
    /// What was not understood.
    pub unread: Vec<Unread>,
}

impl Notes {
    /// A new file; its index.
    pub fn file(&mut self, path: &str) -> u32 {
        self.files.push(path.to_owned());
        self.files.len() as u32 - 1
    }

    /// A place as people read it.
    pub fn source(&self, place: Place) -> Source {
        source(&self.files, place)
    }

    /// Something that was not understood; the reason that goes with what it may decide.
    pub fn unread(&mut self, place: Place, words: impl Into<String>) -> Why {
        let (source, words) = (self.source(place), words.into());
        let why = format!("{source}: {words}");
        self.unread.push(Unread { source, words });
        why.into()
    }
}

/// A place as people read it.
pub(crate) fn source(files: &[String], place: Place) -> Source {
    Source { file: files[place.file as usize].clone(), line: place.line }
}
