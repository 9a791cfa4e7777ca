//! An address is not valid.
//!
//! ## What is wrong
//!
//! Numbers with dots or colons between them have nearly the form of an address.
//!
//! ## Why
//!
//! An IPv4 address has four parts from 0 to 255, without leading zeros, which some programs read as octal. An IPv6 address is
//! written as in RFC 4291 §2.2, a MAC address as six pairs of hexadecimal digits.
//!
//! ## Example
//!
//! ```arv
//! {
//!   address = 10.10.10.256; # error: E0037
//! }
//! ```
//!
//! ## What to do
//!
//! Correct the part that the message names.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0037", "an address is not valid", include_str!("bad_address.rs"));

/// The literal at `span`, and what is wrong with it.
pub(crate) fn problem(span: Span, text: &str, why: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{text}` is no valid address"), span, why)
}
