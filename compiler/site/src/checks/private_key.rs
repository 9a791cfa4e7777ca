//! A private key
//!
//! ## What is wrong
//!
//! A text is the private half of a key.
//!
//! ## Why
//!
//! What stands in a source is read by everybody who reads the project, and is in its history for ever.
//!
//! ## Example
//!
//! ```arv part
//!   operators.keys = [ "-----BEGIN OPENSSH PRIVATE KEY-----" ]; # error: E0349
//! ```
//!
//! ## What to do
//!
//! Write the public half. Take the private one out of use: make a new key, and remove the old one where it was accepted.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// A private key.
pub static CODE: Code = Code::new("E0349", "a private key", include_str!("private_key.rs"));

/// One text.
pub(crate) fn check(text: &str, span: Span) -> Option<Diagnostic> {
    text.contains("PRIVATE KEY").then(|| {
        Diagnostic::new(&CODE, "this is a private key", span, "nobody but its owner may read it")
            .help("write the public half, which ends in `.pub`, and make a new key: this one is known now")
    })
}
