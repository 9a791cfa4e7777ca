//! Comparisons are chained.
//!
//! ## What is wrong
//!
//! The result of a comparison is compared again: `a < b < c`.
//!
//! ## Why
//!
//! It would compare a truth value with a number, which is not what a reader sees in it.
//!
//! ## Example
//!
//! ```arv
//! 1 < 2 < 3 # error: E0043
//! ```
//!
//! ## What to do
//!
//! Write `a < b && b < c`, or parentheses if truth values are compared.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0043", "comparisons are chained", include_str!("chained_comparison.rs"));

/// The comparison at `span` follows the one at `first`.
pub(crate) fn problem(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a comparison is compared again", span, "second comparison")
        .secondary(first, "first comparison")
        .help("join two comparisons with `&&`: `a < b && b < c`")
}
