//! A result without an end.
//!
//! ## What is wrong
//!
//! A record contains itself, or the result has more values than the limit allows.
//!
//! ## Why
//!
//! A value is computed when it is needed, so a program can use a part of an endless one; but it cannot be written down.
//!
//! ## Example
//!
//! ```arv
//! let r = { n = r; }; in r # error: E0507
//! ```
//!
//! ## What to do
//!
//! Hand on a part of it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0507", "a result has no end", include_str!("endless.rs"));

/// The record at `span` contains itself as `path`.
pub fn contains_itself(path: &str, span: Span, key: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{path}` is an endless value: it contains itself"), span, "this record")
        .secondary(key, "contains it again")
}

/// A value has no end, or more levels than any reader of `format` takes.
pub fn nested(format: &str, levels: usize, span: Span, call: Span) -> Diagnostic {
    let message = format!("a value is nested in more than {levels} levels, or contains itself");
    Diagnostic::new(&CODE, message, span, "given up here").secondary(call, format!("`{format}` writes it whole"))
}

/// The result has more values than the limit: so many, when it was given up.
pub fn too_large(limit: usize, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "the result has too many values", span, "given up here")
        .note(format!("given up at {limit} values"))
}
