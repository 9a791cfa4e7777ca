//! Something stands where it has no meaning.
//!
//! ## What is wrong
//!
//! The parser met a word or a sign that cannot continue what stands before it. The rest of the file was read all the same.
//!
//! ## Why
//!
//! Each place of the grammar can be followed by a few things only. Guessing what was meant would give a value that nobody wrote.
//!
//! ## Example
//!
//! ```arv
//! {
//!   a = 1 + * 2; # error: E0001
//! }
//! ```
//!
//! ## What to do
//!
//! Look at the place and at what stands directly before it; the message names what could follow.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0001", "something stands where it has no meaning", include_str!("unexpected.rs"));

/// `found` stands at `span`, where `expected` could.
pub(crate) fn problem(span: Span, found: &str, expected: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("{found} has no meaning here"), span, format!("expected {expected}"))
}
