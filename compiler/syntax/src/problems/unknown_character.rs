//! A character is not of the language.
//!
//! ## What is wrong
//!
//! The character begins no token.
//!
//! ## Why
//!
//! It is passed over, and what stands around it is read as if it were not there.
//!
//! ## Example
//!
//! ```arv
//! {
//!   a = %1; # error: E0013
//! }
//! ```
//!
//! ## What to do
//!
//! Remove it, or put it into a string.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0013", "a character is not of the language", include_str!("unknown_character.rs"));

/// The character `c` at `span`.
pub(crate) fn problem(span: Span, c: char) -> Diagnostic {
    let problem = Diagnostic::new(&CODE, format!("`{c}` is not a sign of the language"), span, "passed over");
    match c {
        '\'' => problem.help("a string is written `\"…\"`, or `\'\'…\'\'` over several lines"),
        '`' => problem.help("a string is written `\"…\"`"),
        '$' => problem.help("a value is put into a string or a key with `${…}`"),
        '\\' => problem.help("a function is written `x: …`"),
        _ => problem,
    }
}
