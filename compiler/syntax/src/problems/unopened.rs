//! A closing bracket closes nothing.
//!
//! ## What is wrong
//!
//! A `}`, `]` or `)` stands where no bracket of its kind is open.
//!
//! ## Why
//!
//! Often the opening bracket was deleted, or there is one closing bracket too many a few lines above.
//!
//! ## Example
//!
//! ```arv
//! { a = (1 + 2)); } # error: E0006
//! ```
//!
//! ## What to do
//!
//! Remove it, or add the bracket that it should close.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0006", "a closing bracket closes nothing", include_str!("unopened.rs"));

/// The bracket at `span` closes nothing.
pub(crate) fn problem(span: Span, bracket: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("this `{bracket}` closes nothing"), span, "no bracket of this kind is open").fix(
        format!("remove `{bracket}`"),
        vec![Edit { span, text: String::new() }],
        Applicability::MaybeIncorrect,
    )
}

/// The `}` at `span` ends the file's record, and definitions follow; `all` is it, and the `;` behind it.
pub(crate) fn early(span: Span, all: Span) -> Diagnostic {
    let message = "this `}` ends the file's record too early";
    Diagnostic::new(&CODE, message, span, "definitions follow").fix(
        "remove `}`",
        vec![Edit { span: all, text: String::new() }],
        Applicability::MaybeIncorrect,
    )
}
