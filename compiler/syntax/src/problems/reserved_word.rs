//! A word of the language is used as a name.
//!
//! ## What is wrong
//!
//! The name of a definition, a parameter or a variable is one of the words `let in if then else assert inherit import secret
//! match or true false`.
//!
//! ## Why
//!
//! A reader, and the parser after a mistake, recognise a construct by its word. Behind a dot there is no doubt, so
//! `a.in` is fine; and `"in" = 1;` defines a key of this name anywhere.
//!
//! ## Example
//!
//! ```arv
//! {
//!   else = 1; # error: E0041
//! }
//! ```
//!
//! ## What to do
//!
//! Choose another name, or write a key in quotes.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code =
    Code::new("E0041", "a word of the language is used as a name", include_str!("reserved_word.rs"));

/// The word at `span` is reserved; `key` if quotes would make a key of it.
pub(crate) fn problem(span: Span, word: &str, key: bool) -> Diagnostic {
    let message = format!("`{word}` is a word of the language and cannot be a name");
    let problem = Diagnostic::new(&CODE, message, span, "reserved");
    if !key {
        return problem.help("choose another name");
    }
    problem.fix(
        "write the key in quotes",
        vec![Edit { span, text: format!("\"{word}\"") }],
        Applicability::MachineApplicable,
    )
}
