//! Another sign is used here.
//!
//! ## What is wrong
//!
//! The sign at this place is the one that other languages use, or that this language uses elsewhere: `,` behind a
//! definition, `;` between items of a list, `:` or `==` between a name and its value, `=` for a comparison.
//!
//! ## Why
//!
//! Definitions are written `name = value;`, lists `[ a, b ]`, comparisons `a == b`; a `:` stands before a type or behind a
//! parameter.
//!
//! ## Example
//!
//! ```arv
//! {
//!   vmid: 1001; # error: E0009
//! }
//! ```
//!
//! ## What to do
//!
//! Replace the sign.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0009", "another sign is used here", include_str!("wrong_sign.rs"));

/// At `span` stands `found`, where `wanted` is written; `label` says for what.
pub(crate) fn problem(span: Span, found: &str, wanted: &str, label: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{wanted}` is written here, not `{found}`"), span, label).fix(
        format!("replace `{found}` with `{wanted}`"),
        vec![Edit { span, text: wanted.into() }],
        Applicability::MachineApplicable,
    )
}
