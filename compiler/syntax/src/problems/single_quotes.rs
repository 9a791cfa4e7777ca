//! Strings are written with `"`.
//!
//! ## What is wrong
//!
//! A string stands between single quotes.
//!
//! ## Why
//!
//! There are two kinds of strings: `"…"` on one line, and `''…''` over several.
//!
//! ## Example
//!
//! ```arv
//! {
//!   name = 'dns'; # error: E0015
//! }
//! ```
//!
//! ## What to do
//!
//! Use double quotes.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0015", "strings are written with `\"`", include_str!("single_quotes.rs"));

/// The string at `span`, with the text between its quotes.
pub(crate) fn problem(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(&CODE, "strings are written with `\"`", span, "single quotes").fix(
        "use double quotes",
        vec![Edit { span, text: format!("\"{text}\"") }],
        Applicability::MachineApplicable,
    )
}
