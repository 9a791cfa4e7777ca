//! The text is nested too deeply.
//!
//! ## What is wrong
//!
//! Expressions or types stand inside one another more than 256 levels deep, or a chain of operators is longer than 500.
//! Each key of a path is a level: `a.b = 1;` is a record in a record.
//!
//! ## Why
//!
//! Every later phase walks the tree, and a bound keeps each of them safe on any input. Sources that people write need a
//! tenth of it; one that needs more is usually generated, and can say the same with names of its own or a list.
//!
//! ## Example
//!
//! A text with 257 opening brackets gives this error at the last of them. Smaller ones do not, so there is no short example.
//!
//! ## What to do
//!
//! Give inner parts names in a `let`, or put the operands of a chain into a list.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0007", "the text is nested too deeply", include_str!("too_deep.rs"));

/// The first part that is too deep.
pub(crate) fn problem(span: Span, limit: u32) -> Diagnostic {
    let message = format!("this is nested more than {limit} levels deep");
    Diagnostic::new(&CODE, message, span, "what is inside is not read").help("give inner parts names in a `let`")
}
