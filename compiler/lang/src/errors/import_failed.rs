//! A file cannot be imported.
//!
//! ## What is wrong
//!
//! The file that `import` names is not there, lies outside of the project, is not text in UTF-8, or is empty.
//!
//! ## Why
//!
//! The same sources give the same output on every machine, so nothing outside of the project is read. A library, likewise,
//! reads nothing outside of its own folder.
//!
//! ## Example
//!
//! ```arv
//! import ./no-such-file.arv # error: E0105
//! ```
//!
//! ## What to do
//!
//! Correct the path. It is relative to the file in which it stands.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::{LoadError, library};

/// The code of this problem.
pub static CODE: Code = Code::new("E0105", "a file cannot be imported", include_str!("import_failed.rs"));

/// The file at `path` could not be read.
pub fn new(path: &str, error: &LoadError, span: Span) -> Diagnostic {
    let (message, label) = match error {
        LoadError::NotFound => (format!("`{path}` does not exist"), "no such file".to_owned()),
        LoadError::Outside => (format!("`{path}` lies outside of the project"), "leaves the project".to_owned()),
        LoadError::NotText => (format!("`{path}` is not text"), "not UTF-8".to_owned()),
        LoadError::TooLarge => (format!("`{path}` is too large"), "too large for a source".to_owned()),
        LoadError::Other(why) => (format!("`{path}` cannot be read: {why}"), why.clone()),
    };
    Diagnostic::new(&CODE, message, span, label).help("a path is relative to the file in which it stands")
}

/// `path` leaves the project, or the library that the file `from` belongs to.
pub fn outside(from: &str, path: &str, span: Span) -> Diagnostic {
    match library::of(from).filter(|name| library::is_name(name)) {
        Some(name) => {
            let message = format!("`{path}` lies outside of the library `{name}`");
            Diagnostic::new(&CODE, message, span, "leaves the library")
                .help("a library reads its own files; another library it imports by its name")
        }
        None => new(path, &LoadError::Outside, span),
    }
}

/// The file at `path` has no expression.
pub fn empty(path: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{path}` is empty"), span, "has no value")
        .help("a file is one value, most often a record: `{ }`")
}
