//! A key of `arv.toml` means nothing.
//!
//! ## What is wrong
//! `arv.toml` has a key that arvc does not know.
//!
//! ## Why
//! A misspelled key would be ignored, and the project built with a default that nobody chose.
//!
//! ## Example
//! ```toml
//! entri = "site.arv" # error: E0711
//! ```
//!
//! ## What to do
//! Use the nearest key, or remove the line. The keys are `entry` and `out`, and the table `[libs]`.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit, nearest};
use arvc_syntax::source::Span;

use super::settings::KEYS;

/// The code.
pub static CODE: Code = Code::new("E0711", "a key of `arv.toml` means nothing", include_str!("unknown_key.rs"));

/// At the key, with the nearest one that exists.
pub(super) fn diagnostic(span: Span, name: &str) -> Diagnostic {
    let message = format!("`arv.toml` has no key `{name}`");
    match nearest(name, KEYS) {
        Some(near) => Diagnostic::new(&CODE, message, span, format!("did you mean `{near}`?")).fix(
            format!("{name} -> {near}"),
            vec![Edit { span, text: near.into() }],
            Applicability::MaybeIncorrect,
        ),
        None => Diagnostic::new(&CODE, message, span, "means nothing").note("the keys are `entry`, `out` and `libs`"),
    }
}
