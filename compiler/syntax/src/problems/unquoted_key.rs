//! A key that is no name needs quotes.
//!
//! ## What is wrong
//!
//! A key begins with a digit or an upper-case letter, or is another literal.
//!
//! ## Why
//!
//! `01` and `1` are one number and two keys, so a key of this form is text and is written like text.
//!
//! ## Example
//!
//! ```arv
//! {
//!   members.01 = {}; # error: E0044
//! }
//! ```
//!
//! ## What to do
//!
//! Write it in quotes: `members."01"`; or begin a name with a lower-case letter. What is written with an upper-case one
//! is read as if it were lower-case, so that nothing else is said about it.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0044", "a key that is no name needs quotes", include_str!("unquoted_key.rs"));

/// The literal at `span` is used as a key.
pub(crate) fn problem(span: Span, text: &str) -> Diagnostic {
    if text.starts_with(|first: char| first.is_ascii_uppercase()) {
        let lower = text.to_ascii_lowercase();
        return Diagnostic::new(
            &CODE,
            format!("the key `{text}` begins in upper case"),
            span,
            "a name begins in lower case",
        )
        .fix(format!("write `{lower}`"), vec![Edit { span, text: lower }], Applicability::MaybeIncorrect)
        .fix(
            "write the key in quotes",
            vec![Edit { span, text: format!("\"{text}\"") }],
            Applicability::MaybeIncorrect,
        );
    }
    Diagnostic::new(&CODE, format!("the key `{text}` needs quotes"), span, "a name begins with a letter").fix(
        "write the key in quotes",
        vec![Edit { span, text: format!("\"{text}\"") }],
        Applicability::MachineApplicable,
    )
}
