//! A type is defined twice.
//!
//! ## What is wrong
//!
//! Two `type` definitions beside one another have one name, or one has the name of a type of the language, as `Host`.
//!
//! ## Why
//!
//! The types of the language are what every message speaks of: if `Host` meant something else in one file, nobody could
//! read a message about it. A type of an outer `let` may be defined anew in an inner one.
//!
//! ## Example
//!
//! ```arv
//! let
//!   type Size = Small | Large; # error: E0112
//! in Small
//! ```
//!
//! ## What to do
//!
//! Give one of them another name, or delete it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0112", "a type is defined twice", include_str!("duplicate_type.rs"));

/// `name` is defined at `first`, or in the language, and again at `second`.
pub fn new(name: &str, first: Option<Span>, second: Span) -> Diagnostic {
    match first {
        Some(first) => {
            Diagnostic::new(&CODE, format!("the type `{name}` is defined twice"), second, "defined again here")
                .primary(first, "defined here first")
        }
        None => Diagnostic::new(&CODE, format!("`{name}` is a type of the language"), second, "defined again here")
            .help("give it another name"),
    }
}
