//! An operator's address that is none
//!
//! ## What is wrong
//!
//! An entry of `operators.addresses` is neither an address nor a prefix.
//!
//! ## Why
//!
//! SSH to the guests, and Proxmox itself, answer to these addresses and to nobody else.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "example";
//!   domain = "example.internal";
//!   operators.addresses = [ "192.168.10.27" ]; # error: E0368
//! }
//! ```
//!
//! ## What to do
//!
//! Write it without quotes: `192.168.10.27`, `203.0.113.0/28`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// An operator's address that is none.
pub static CODE: Code = Code::new("E0368", "an operator's address that is none", include_str!("operator_address.rs"));

/// An entry of another kind.
pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "operators connect from addresses", span, "this is neither an address nor a prefix")
        .help("write it without quotes: `192.168.10.27`, `203.0.113.0/28`")
}
