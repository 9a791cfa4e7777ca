//! A construct that is not available yet.
//!
//! ## What is wrong
//!
//! The grammar knows the construct, but it has no meaning in the files of a site in this version: annotations, `type`
//! and `match`.
//!
//! ## Why
//!
//! The grammar is whole from the start, so that one source is read in the same way by every version.
//!
//! ## Example
//!
//! ```arv
//! { a : Int = 1; } # error: E0090
//! ```
//!
//! ## What to do
//!
//! Leave the construct out; write `if` instead of `match`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0090", "not available yet", include_str!("not_yet.rs"));

/// `what` is not available yet.
pub fn new(what: &str, keyword: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("{what} is not available yet"), keyword, "no meaning in this version")
}
