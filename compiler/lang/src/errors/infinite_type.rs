//! A value would have to be a part of itself.
//!
//! ## What is wrong
//!
//! For this to have a type, a function would have to be its own argument, or a list its own item.
//!
//! ## Why
//!
//! Such a value has no end, and in a description of an infrastructure it is always a slip: a name too many, or a list around
//! the wrong thing.
//!
//! ## Example
//!
//! ```arv
//! let
//!   twice = f: f f; # error: E0226
//! in {
//!   a = 1;
//! }
//! ```
//!
//! ## What to do
//!
//! Look at what is called, and with what. Records that refer to one another are no such case: they have names.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0226", "a value would be a part of itself", include_str!("infinite_type.rs"));

/// The expression `text`.
pub fn new(text: Option<&str>, span: Span) -> Diagnostic {
    let what = text.map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
    Diagnostic::new(&CODE, format!("{what} would be its own argument, or a part of itself"), span, "without an end")
        .help("look for a name too many, or for a list around the wrong thing")
}
