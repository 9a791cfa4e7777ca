//! A part of a flow is there twice.
//!
//! ## What is wrong
//!
//! A flow has two `via`, or two `except`.
//!
//! ## Why
//!
//! A flow goes over one network. What it spares is one list, so that a reader sees all of it at one place.
//!
//! ## Example
//!
//! ```arv
//! let a = 1; b = 2;
//! in a -> b except a except b # error: E0045
//! ```
//!
//! ## What to do
//!
//! Write one `except` with a list: `except [ essentials, hosts.shop -> hosts.dns : 22/tcp ]`. Write a flow for each network.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0045", "a part of a flow is there twice", include_str!("second_suffix.rs"));

/// The `via` or `except` at `span` follows the one at `first`.
pub(crate) fn problem(word: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("a second `{word}` in one flow"), span, format!("second `{word}`"))
        .secondary(first, format!("first `{word}`"))
        .help(match word {
            "except" => "spare several things by one list: `except [ …, … ]`",
            _ => "write a flow for each network",
        })
}
