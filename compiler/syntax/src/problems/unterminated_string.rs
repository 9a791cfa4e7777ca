//! A string has no end.
//!
//! ## What is wrong
//!
//! A `"…"` is not closed on its line, or a `''…''` is not closed at all.
//!
//! ## Why
//!
//! A `"…"` ends on its line, so that a forgotten quote costs one line and not the rest of the file. Text over several lines is
//! written `''…''`.
//!
//! ## Example
//!
//! ```arv
//! {
//!   name = "dns; # error: E0020
//!   vmid = 1001;
//! }
//! ```
//!
//! ## What to do
//!
//! Add the closing quote, or use `''…''` for text over several lines.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0020", "a string has no end", include_str!("unterminated_string.rs"));

/// The string at `span` is not closed on its line, which ends at `end`.
pub(crate) fn problem(span: Span, end: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "this string is not closed on its line", span, "`\"` is missing").fix(
        "close the string on its line",
        vec![Edit { span: end, text: "\"".into() }],
        Applicability::MaybeIncorrect,
    )
}

/// The string `whole` goes over several lines; `first` is what stands on its first one.
pub(crate) fn over_lines(first: Span, whole: Span, text: &str) -> Diagnostic {
    let problem = Diagnostic::new(&CODE, "a string with `\"` ends on its line", first, "goes on in the next line");
    if text.contains("''") || text.contains('\\') || text.contains('$') {
        return problem.help("write text over several lines as `''…''`");
    }
    let inner = text.trim_matches('"');
    problem.fix(
        "write it as an indented string",
        vec![Edit { span: whole, text: format!("''{inner}''") }],
        Applicability::MaybeIncorrect,
    )
}

/// The indented string that begins at `open` is not closed; the text ends at `end`.
pub(crate) fn indented(open: Span, end: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "this string is never closed", open, "`''` is missing")
        .secondary(end, "the file ends inside of the string")
}
