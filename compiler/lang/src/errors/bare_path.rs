//! A path that is no import.
//!
//! ## What is wrong
//!
//! A path stands where a value is due.
//!
//! ## Why
//!
//! A path names a source of the project; only `import` turns it into a value.
//!
//! ## Example
//!
//! ```arv
//! { groups = ./groups.arv; } # error: E0108
//! ```
//!
//! ## What to do
//!
//! Write `import ./groups.arv`, or quotes around it if text is meant.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0108", "a path is no value", include_str!("bare_path.rs"));

/// `path` stands at `span` without `import`.
pub fn new(path: &str, span: Span) -> Diagnostic {
    let insert = vec![Edit { span: Span::new(span.start, span.start), text: "import ".to_owned() }];
    Diagnostic::new(&CODE, format!("`{path}` is a path, and no value"), span, "is `import` missing?").fix(
        "import the file",
        insert,
        Applicability::MaybeIncorrect,
    )
}
