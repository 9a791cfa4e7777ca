//! What a change does, told from two sides of it: who reaches whom, what Terraform has to do to machines, certificates, names, files.
//!
//! A side is a site that was compiled, or a tree of files whoever wrote it. Nothing here reads a file or prints.

pub mod certificates;
pub mod connections;
pub mod files;
pub mod machines;
pub mod names;
pub mod terraform;

use std::collections::BTreeMap;

/// The texts of a tree by their paths.
pub type Texts = BTreeMap<String, String>;
