//! An escape has no meaning.
//!
//! ## What is wrong
//!
//! A `\` in a string is followed by a character that it has no meaning with.
//!
//! ## Why
//!
//! The escapes are `\n`, `\r`, `\t`, `\\`, `\"` and `\$`; in `''…''` they are `''$`, `'''` and `''\n`, `''\r`, `''\t`. To take an
//! unknown one for its character would hide a mistake in patterns and Windows paths.
//!
//! ## Example
//!
//! ```arv
//! {
//!   path = "C:\data"; # error: E0021
//! }
//! ```
//!
//! ## What to do
//!
//! Write `\\` for a backslash.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0021", "an escape has no meaning", include_str!("bad_escape.rs"));

/// The escape at `span`, with the character behind the backslash.
pub(crate) fn problem(span: Span, c: char) -> Diagnostic {
    let after = Span::new(span.end - c.len_utf8() as u32, span.end - c.len_utf8() as u32);
    Diagnostic::new(&CODE, format!("`\\{c}` is no escape"), span, "no meaning")
        .note("the escapes are `\\n`, `\\r`, `\\t`, `\\\\`, `\\\"` and `\\$`")
        .fix("write a backslash", vec![Edit { span: after, text: "\\".into() }], Applicability::MaybeIncorrect)
}
