//! A function where a value is due.
//!
//! ## What is wrong
//!
//! The result contains a function that was not called.
//!
//! ## Why
//!
//! The result is data: it is written into files.
//!
//! ## Example
//!
//! ```arv
//! { a = x: x; } # error: E0213
//! ```
//!
//! ## What to do
//!
//! Call the function, or define it with `let`, which is not part of the result.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0213", "a function stands where a value is due", include_str!("not_data.rs"));

/// A function made at `span` is part of the result, as `what`.
pub fn new(what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("{what} is a function"), span, "a value is due here")
        .help("call it, or define it with `let`: the result of a file is data")
}
