//! An expression is asked of a file that is a function.
//!
//! ## What is wrong
//!
//! `arvc eval --file FILE EXPR` evaluates an expression in the scope of the file's record. This file is a function: its
//! names have values only when somebody calls it.
//!
//! ## Why
//!
//! Any value that arvc chose for the parameters would be an answer about a call that nobody makes.
//!
//! ## Example
//!
//! ```console
//! $ cat lib/vm.arv
//! { vmid }: { memory = 2GiB; inherit vmid; }
//! $ arvc eval --file lib/vm.arv memory
//! ```
//!
//! ## What to do
//!
//! Call it from a file that is none, a site or an empty record: `arvc eval --expr '(import ./lib/vm.arv { vmid = 1; }).memory'`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0120", "a function is asked for a value", include_str!("function_asked.rs"));

/// The expression at `span` is asked of a file whose parameter stands at `pattern`.
pub fn new(span: Span, pattern: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "the file is a function, so its names have no values", span, "what is asked for")
        .secondary(pattern, "a call gives these their values")
        .help("ask for what a call of it gives, from a file that imports it")
}
