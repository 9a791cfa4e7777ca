//! A range of ports ends before it begins.
//!
//! ## What is wrong
//!
//! The first port of a range is larger than the last one.
//!
//! ## Why
//!
//! Both ends belong to the range, so this one would hold nothing.
//!
//! ## Example
//!
//! ```arv
//! {
//!   ports = 8010-8000/tcp; # error: E0036
//! }
//! ```
//!
//! ## What to do
//!
//! Exchange the ends.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0036", "a range of ports ends before it begins", include_str!("empty_ports.rs"));

/// The literal at `span`, and the same with its ends exchanged.
pub(crate) fn problem(span: Span, exchanged: String) -> Diagnostic {
    Diagnostic::new(&CODE, "this range of ports is empty", span, "it ends before it begins").fix(
        format!("write `{exchanged}`"),
        vec![Edit { span, text: exchanged }],
        Applicability::MaybeIncorrect,
    )
}
