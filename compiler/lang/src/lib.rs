//! Name resolution, evaluation, the schema of a value, the prelude and `std` (both written in the language itself).
//!
//! Evaluation is pure, lazy and bounded in steps, depth and memory. This crate knows no host, no VMID and no format:
//! what a site is stands in `prelude/`. It reads files through [`Loader`] only.

pub mod builtins;
mod compose;
pub mod data;
pub mod docs;
pub mod errors;
pub mod eval;
pub mod functions;
pub mod ir;
pub mod library;
mod lower;
pub mod members;
mod numbers;
pub mod plain;
mod print;
pub mod query;
pub mod references;
mod report;
mod run;
pub mod schema;
mod types;

use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::Sources;

use data::Data;
use functions::Functions;

pub use errors::CODES;
pub use print::{print, print_with};

/// Reads the files that `import`, `include` and `extends` name.
pub trait Loader {
    /// The text of a file. The path is relative to the project's root, normalised, and never leaves it.
    fn load(&mut self, path: &str) -> Result<String, LoadError>;

    /// The names of the files in a folder, folders and hidden files left out. The path is as that of a file; empty for
    /// the project's root.
    fn list(&mut self, path: &str) -> Result<Vec<String>, LoadError>;

    /// The names of the libraries that the project has, `std` left out. The sources of each are loaded as
    /// `vendor/NAME/default.arv`, and so on.
    fn libraries(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// It is not there.
    NotFound,
    /// It lies outside of the project, perhaps through a symbolic link.
    Outside,
    /// It is not UTF-8.
    NotText,
    /// It is larger than a source may be.
    TooLarge,
    /// Anything else, in words: `it is a directory`.
    Other(String),
}

/// What evaluation gives.
#[derive(Debug)]
pub struct Outcome {
    /// All sources, the prelude first: diagnostics point into them.
    pub sources: Sources,
    /// The value, if the file has a record (or, without a schema, any value). Parts that failed are `Failed`.
    pub data: Option<Data>,
    /// The functions of the value, if the schema asked for one and the site gives it.
    pub functions: Option<Functions>,
    /// All problems, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks the names and types of a file as it is, and of all that it reads, and evaluates nothing: there is no value.
pub fn check_plain(entry_path: &str, entry_text: String, loader: &mut dyn Loader) -> Outcome {
    run::run(entry_path, entry_text, loader, run::Until::Types)
}

/// Evaluates a site: its value is held against the type `Site` of the prelude.
pub fn evaluate_site(entry_path: &str, entry_text: String, loader: &mut dyn Loader) -> Outcome {
    run::run(entry_path, entry_text, loader, run::Until::Site)
}

/// Evaluates a file as it is, and completely.
pub fn evaluate_plain(entry_path: &str, entry_text: String, loader: &mut dyn Loader) -> Outcome {
    run::run(entry_path, entry_text, loader, run::Until::Value)
}

/// Evaluates a file of a library: as it is, and completely but for the functions in it, which are what libraries are made of.
pub fn evaluate_library(entry_path: &str, entry_text: String, loader: &mut dyn Loader) -> Outcome {
    let mut outcome = run::run(entry_path, entry_text, loader, run::Until::Value);
    outcome.diagnostics.retain(|problem| problem.code != &errors::not_data::CODE);
    outcome
}
