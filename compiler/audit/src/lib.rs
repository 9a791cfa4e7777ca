//! Reads firewalls, overlays and packet filters back from the files that configure them, and decides for concrete packets what
//! they let through: by walking the rules as the real programs do, and by no algebra of sets.
//!
//! It knows nothing of arvc but the type of a verdict: the files are all it has, as they are all that the programs have. So it
//! serves for trees that arvc wrote, and for those that it did not.

mod bounds;
mod decide;
mod filter;
mod findings;
mod matrix;
mod nebula;
mod packet;
mod place;
mod proxmox;
mod read;
mod text;
mod tree;

use std::collections::BTreeMap;

pub use decide::Manner;
pub use findings::{Finding, KINDS};
pub use matrix::{Class, Matrix, Row, Rows, Stands, pairs};
pub use place::Unread;
pub use tree::{Given, Routed, Segment, Tree, Wiring};

/// Reads a tree: the text of each file by its path.
pub fn read(files: &BTreeMap<String, String>) -> Tree {
    read_with(files, &Given::default())
}

/// Reads a tree with what is known beside it.
pub fn read_with(files: &BTreeMap<String, String>, given: &Given) -> Tree {
    read_texts(files.iter().map(|(path, text)| (path.as_str(), text.as_str())), given)
}

/// The same of files that somebody else holds: path and text, in the order of their paths.
pub fn read_texts<'t>(files: impl Iterator<Item = (&'t str, &'t str)>, given: &Given) -> Tree {
    read::tree(files, given)
}
