//! A field that the schema demands is missing.
//!
//! ## What is wrong
//!
//! The record lacks a field that has no default and may not be left out.
//!
//! ## Why
//!
//! Nothing sensible could be put in its place.
//!
//! ## Example
//!
//! ```arv site
//! { name = "example"; } # error: E0204
//! ```
//!
//! ## What to do
//!
//! Add the field. The note says what the schema tells about it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0204", "a field is missing", include_str!("missing_field.rs"));

/// The record at `span`, which is `what` (`hosts.dns`) and should be an `owner`, lacks these fields.
pub fn new(what: &str, owner: &str, span: Span, fields: &[(&str, &str)]) -> Diagnostic {
    let names: Vec<String> = fields.iter().map(|(name, _)| format!("`{name}`")).collect();
    let (plural, list) = match names.split_last() {
        Some((last, [])) => ("", last.clone()),
        Some((last, others)) => ("s", format!("{} and {last}", others.join(", "))),
        None => ("", String::new()),
    };
    let verb = if fields.len() == 1 { "is" } else { "are" };
    let mut diagnostic = Diagnostic::new(
        &CODE,
        format!("{what} has no {list}"),
        span,
        format!("the field{plural} {list} of {owner} {verb} missing"),
    );
    for (name, kind) in fields {
        diagnostic = diagnostic.note(format!("`{name}` is {kind}"));
    }
    diagnostic
}
