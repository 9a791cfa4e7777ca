//! A name for a type that stands for itself.
//!
//! ## What is wrong
//!
//! `type A = …;` gives another type a name, and that type is made of `A`.
//!
//! ## Why
//!
//! Such a name is only short for what stands behind it, and this would be endless. A record type or a union is a type of
//! its own: those may contain themselves.
//!
//! ## Example
//!
//! ```arv
//! let
//!   type Tree = List Tree; # error: E0113
//! in 1
//! ```
//!
//! ## What to do
//!
//! Put a record or a union in between: `type Tree = { below : List Tree; };`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0113", "a type stands for itself", include_str!("type_cycle.rs"));

/// `name` is made of itself at `mention`.
pub fn new(name: &str, key: Span, mention: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("the type `{name}` stands for itself"), key, "it is only a name for another type")
        .secondary(mention, "which is made of it here")
        .help(format!("put a record in between: `type {name} = {{ … }};`"))
}
