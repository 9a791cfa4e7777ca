//! Something is missing.
//!
//! ## What is wrong
//!
//! A value, a name or a type should stand at this place, and the construct ends instead.
//!
//! ## Why
//!
//! There is no empty value: a field that has none is left out, and `unset` removes one that another file defines.
//!
//! ## Example
//!
//! ```arv
//! {
//!   vmid = ; # error: E0002
//! }
//! ```
//!
//! ## What to do
//!
//! Write what is missing, or remove the construct.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0002", "something is missing", include_str!("missing_part.rs"));

/// At `span` the construct ends although `what` is missing.
pub(crate) fn problem(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("{what} is missing"), span, format!("expected {what}"))
}
