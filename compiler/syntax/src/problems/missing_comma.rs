//! A `,` is missing.
//!
//! ## What is wrong
//!
//! Two items of a list, two fields of a parameter or two cases of a `match` stand side by side without `,`.
//!
//! ## Why
//!
//! Items are separated by commas, so that an item may be a call or a flow without parentheses: `[ f x, a -> b : p ]`.
//!
//! ## Example
//!
//! ```arv
//! [
//!   1 # error: E0004
//!   2,
//! ]
//! ```
//!
//! ## What to do
//!
//! Add the `,`.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0004", "a `,` is missing", include_str!("missing_comma.rs"));

/// Two `what` meet at `at` without `,`.
pub(crate) fn problem(at: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("a `,` is missing between two {what}"), at, "expected `,`").fix(
        "insert `,`",
        vec![Edit { span: at, text: ",".into() }],
        Applicability::MachineApplicable,
    )
}
