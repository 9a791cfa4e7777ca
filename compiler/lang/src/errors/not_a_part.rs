//! A file that is included or extended is no record.
//!
//! ## What is wrong
//!
//! `include` and `extends` take the definitions of a file, and this one is a function or another value.
//!
//! ## Why
//!
//! Definitions are put together before anything is evaluated, so they have to stand in the text: a record, behind `let`
//! and `assert` if need be.
//!
//! ## Example
//!
//! ```arv file:mk.arv
//! { n }: { vmid = n; }
//! ```
//! ```arv
//! { include ./mk.arv; } # error: E0605
//! ```
//!
//! ## What to do
//!
//! Use the value: `import ./mk.arv` gives it, in a scope of its own.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0605", "a part is no record", include_str!("not_a_part.rs"));

/// The file at `path`, named at `span`, holds this expression.
pub fn new(path: &str, span: Span, expr: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{path}` is no record"), span, "its definitions are asked for")
        .secondary(expr, "it is this")
        .help(format!("write `import` to use its value: `name = import ./{path};`"))
}
