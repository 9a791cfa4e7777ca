//! A range of ports has no protocol.
//!
//! ## What is wrong
//!
//! Two numbers with `-` between them and no blanks are neither ports nor a range.
//!
//! ## Why
//!
//! Ports are written with their protocol, `8000-8010/tcp`; a range of numbers `1000..1999`; a subtraction with blanks, `20 - 10`.
//!
//! ## Example
//!
//! ```arv
//! {
//!   ports = 8000-8010; # error: E0034
//! }
//! ```
//!
//! ## What to do
//!
//! Write which of the three is meant.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0034", "a range of ports has no protocol", include_str!("no_protocol.rs"));

/// The literal at `span`.
pub(crate) fn problem(span: Span, text: &str) -> Diagnostic {
    let range = text.replacen('-', "..", 1);
    Diagnostic::new(&CODE, format!("`{text}` is neither ports nor a range"), span, "no protocol")
        .help(format!("ports are written `{text}/tcp`, a range of numbers `{range}`"))
        .help("a subtraction is written with blanks around `-`")
}
