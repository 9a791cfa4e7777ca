//! There are no fractions.
//!
//! ## What is wrong
//!
//! A number has a decimal point.
//!
//! ## Why
//!
//! All quantities of a site are whole numbers of some unit, and whole numbers are exact.
//!
//! ## Example
//!
//! ```arv
//! {
//!   memory = 1.5GiB; # error: E0032
//! }
//! ```
//!
//! ## What to do
//!
//! Use a smaller unit: `1536MiB`. A version number is text: `"1.9"`.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0032", "there are no fractions", include_str!("fraction.rs"));

/// The literal at `span`.
pub(crate) fn problem(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{text}` is no whole number"), span, "there are no fractions")
        .help("use a smaller unit, or quotes if it is text such as a version")
}
