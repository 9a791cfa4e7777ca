//! What the test suites share: where the sources of the workspace lie, and the generator of synthetic sites.
//!
//! No test lives here, and nothing of the compiler may depend on it.

use std::path::PathBuf;

pub mod synthetic;

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
