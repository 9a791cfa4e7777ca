//! A prefix is too long.
//!
//! ## What is wrong
//!
//! The number behind `/` is larger than the number of bits of the address.
//!
//! ## Why
//!
//! It says how many leading bits all addresses of the network share: at most 32 of an IPv4 address, 128 of an IPv6 address.
//!
//! ## Example
//!
//! ```arv
//! {
//!   cidr = 10.10.10.0/33; # error: E0038
//! }
//! ```
//!
//! ## What to do
//!
//! Correct the length.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0038", "a prefix is too long", include_str!("prefix_length.rs"));

/// The literal at `span`, and the largest length.
pub(crate) fn problem(span: Span, most: u8) -> Diagnostic {
    Diagnostic::new(&CODE, format!("a prefix of this family has at most {most} bits"), span, "too long")
}
