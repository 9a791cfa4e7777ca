//! A port does not exist.
//!
//! ## What is wrong
//!
//! A port is 0 or larger than 65535.
//!
//! ## Why
//!
//! Ports have 16 bits (RFC 9293 and RFC 768), and 0 is reserved.
//!
//! ## Example
//!
//! ```arv
//! {
//!   ports = 70000/tcp; # error: E0035
//! }
//! ```
//!
//! ## What to do
//!
//! Correct the number.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0035", "a port does not exist", include_str!("port_out_of_range.rs"));

/// The literal at `span`, and the port in it.
pub(crate) fn problem(span: Span, port: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("there is no port {port}"), span, "ports are 1 to 65535")
}
