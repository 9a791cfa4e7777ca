//! A `;` is missing.
//!
//! ## What is wrong
//!
//! A definition, or the condition and message of an `assert`, ends without `;`.
//!
//! ## Why
//!
//! Each definition of a record or a `let` ends with `;`, the last one too, so that lines can be added and moved freely.
//!
//! ## Example
//!
//! ```arv
//! {
//!   a = 1 # error: E0003
//!   b = 2;
//! }
//! ```
//!
//! ## What to do
//!
//! Add the `;`.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0003", "a `;` is missing", include_str!("missing_semicolon.rs"));

/// A definition, or the head of an `assert`, ends at `at` without `;`.
pub(crate) fn problem(at: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a `;` is missing", at, "expected `;`").fix(
        "insert `;`",
        vec![Edit { span: at, text: ";".into() }],
        Applicability::MachineApplicable,
    )
}
