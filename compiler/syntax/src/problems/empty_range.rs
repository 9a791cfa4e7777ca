//! A range ends before it begins.
//!
//! ## What is wrong
//!
//! The first number of a range is larger than the last one.
//!
//! ## Why
//!
//! Both ends belong to a range, so this one would hold nothing.
//!
//! ## Example
//!
//! ```arv
//! {
//!   vmids = 1999..1000; # error: E0033
//! }
//! ```
//!
//! ## What to do
//!
//! Exchange the ends.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0033", "a range ends before it begins", include_str!("empty_range.rs"));

/// The range at `span`, and the same with its ends exchanged.
pub(crate) fn problem(span: Span, exchanged: String) -> Diagnostic {
    Diagnostic::new(&CODE, "this range is empty", span, "it ends before it begins").fix(
        format!("write `{exchanged}`"),
        vec![Edit { span, text: exchanged }],
        Applicability::MaybeIncorrect,
    )
}
