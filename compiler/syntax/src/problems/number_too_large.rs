//! A number does not fit.
//!
//! ## What is wrong
//!
//! The number is larger than 9223372036854775807.
//!
//! ## Why
//!
//! Numbers, sizes in bytes and durations in milliseconds have 64 bits. They never wrap around and are never rounded.
//!
//! ## Example
//!
//! ```arv
//! {
//!   a = 9223372036854775808; # error: E0030
//! }
//! ```
//!
//! ## What to do
//!
//! Write a smaller number; a long row of digits that is no quantity is text: `"…"`.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0030", "a number does not fit", include_str!("number_too_large.rs"));

/// The literal at `span`.
pub(crate) fn problem(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{text}` is too large"), span, "more than a number can be")
        .note("the largest number is 9223372036854775807; sizes count bytes, durations milliseconds")
}
