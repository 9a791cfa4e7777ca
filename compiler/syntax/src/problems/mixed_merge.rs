//! `//` and `&` are mixed.
//!
//! ## What is wrong
//!
//! `//` and `&` stand in one chain without parentheses.
//!
//! ## Why
//!
//! `a // b & c` would mean one of two things: with `//` the right side wins, with `&` both sides must agree.
//!
//! ## Example
//!
//! ```arv
//! { a = {}; } // { b = 1; } & { c = 2; } # error: E0042
//! ```
//!
//! ## What to do
//!
//! Put parentheses around the part that is joined first.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0042", "`//` and `&` are mixed", include_str!("mixed_merge.rs"));

/// The operator at `span` follows the other one at `first`.
pub(crate) fn problem(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "`//` and `&` in one chain need parentheses", span, "which one is joined first?")
        .secondary(first, "the other operator")
}
