//! What the test suites share: where the sources of the workspace lie, the examples as projects in memory, how random
//! tests are run, and the generator of synthetic sites.
//!
//! No test lives here, and nothing of the compiler may depend on it.

use std::path::PathBuf;

pub mod edits;
pub mod mutants;
pub mod projects;
pub mod random;
pub mod sites;
pub mod synthetic;

/// The only words about an example: what the one node of Arvandor carries.
pub const ARVANDOR_LINT: &str =
    "L0850: the loss of `nodes.pve` stops `clusters.postgres`, `clusters.valkey` and `clusters.vault`";

/// The root of the workspace.
pub fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}

/// The entry of an example.
pub fn example(name: &str) -> PathBuf {
    root().join("examples").join(name).join("site.arv")
}

/// The names of the files of a project in memory that lie in one of its folders; `""` is its root.
pub fn list<'p>(paths: impl Iterator<Item = &'p String>, folder: &str) -> Vec<String> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let inside = paths.filter_map(|path| path.strip_prefix(prefix.as_str()));
    inside.filter(|name| !name.contains('/')).map(str::to_owned).collect()
}

/// The names of the libraries of a project in memory.
pub fn libraries<'p>(paths: impl Iterator<Item = &'p String>) -> Vec<String> {
    let entries = paths.filter_map(|path| path.strip_prefix("vendor/")?.strip_suffix("/default.arv"));
    entries.filter(|name| !name.contains('/')).map(str::to_owned).collect()
}
