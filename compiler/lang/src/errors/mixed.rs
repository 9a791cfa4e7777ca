//! Items of a list, or branches, are of different kinds.
//!
//! ## What is wrong
//!
//! All items of a list are of one kind, and so are the branches of an `if`, the arms of a `match`, and both sides of `or`.
//!
//! ## Why
//!
//! Whoever reads the list treats each item alike. A record with other fields, or text between numbers, is a slip that would
//! show up far away.
//!
//! ## Example
//!
//! ```arv
//! {
//!   vmids = [ 1001, 1002, "1003" ]; # error: E0228
//! }
//! ```
//!
//! ## What to do
//!
//! Write all of them as one kind. Where they really are of several, a record with a field for each says which is which, or a
//! `type` with a tag for each.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0228", "values of different kinds stand side by side", include_str!("mixed.rs"));

/// An item of a list that is `found`, after one that is `expected`.
pub fn items(expected: &str, first: Span, found: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        format!("an item of the list is {found}, and others are {expected}"),
        span,
        format!("expected {expected}, found {found}"),
    )
    .secondary(first, format!("this is {expected}"))
}

/// A branch that is `found`, beside one that is `expected`.
pub fn branches(expected: &str, first: Span, found: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        format!("this is {found}, where it is {expected} otherwise"),
        span,
        format!("expected {expected}, found {found}"),
    )
    .secondary(first, format!("this is {expected}"))
}
