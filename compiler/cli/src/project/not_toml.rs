//! `arv.toml` is not TOML.
//!
//! ## What is wrong
//! The project's settings cannot be read: the text is not valid TOML 1.0.
//!
//! ## Why
//! A guess at what was meant could read another entry, or write into another folder.
//!
//! ## Example
//! ```toml
//! entry = site.arv # error: E0710
//! ```
//!
//! ## What to do
//! Write text between quotes: `entry = "site.arv"`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code.
pub static CODE: Code = Code::new("E0710", "`arv.toml` is not TOML", include_str!("not_toml.rs"));

/// The parser's words at its place.
pub(super) fn diagnostic(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(&CODE, "`arv.toml` is not TOML", span, why.trim_end().replace('\n', "; "))
}
