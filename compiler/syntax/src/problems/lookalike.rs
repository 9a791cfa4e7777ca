//! A character only looks like one of the language.
//!
//! ## What is wrong
//!
//! The source has a character that a word processor, a chat or an input method put in the place of a plain one: curly
//! quotes, a no-break space, full-width digits or letters, a long dash, an arrow.
//!
//! ## Why
//!
//! It looks right and is another character. Taking it for the plain one in silence would hide the difference from the next
//! tool that reads the file.
//!
//! ## Example
//!
//! ```arv
//! {
//!   name = “dns”; # error: E0010
//! }
//! ```
//!
//! ## What to do
//!
//! Replace it.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code =
    Code::new("E0010", "a character only looks like one of the language", include_str!("lookalike.rs"));

fn replace(problem: Diagnostic, edits: Vec<Edit>, with: &str) -> Diagnostic {
    problem.fix(format!("replace with {with}"), edits, Applicability::MachineApplicable)
}

fn code(c: char) -> String {
    format!("U+{:04X}", c as u32)
}

/// Quotes as word processors set them; `close` is the one that ends the string, if there is one.
pub(crate) fn quotes(open: Span, close: Option<Span>, c: char) -> Diagnostic {
    let message = format!("`{c}` ({}) is a typographic quote", code(c));
    let spans = std::iter::once(open).chain(close);
    let edits = spans.map(|span| Edit { span, text: "\"".into() }).collect();
    let problem = Diagnostic::new(&CODE, message, open, "strings are written with `\"`");
    replace(problem, edits, "plain quotes")
}

/// Blanks that are not plain spaces.
pub(crate) fn blank(span: Span, c: char) -> Diagnostic {
    let (name, text) = match c {
        '\u{a0}' => ("a no-break space", " "),
        '\u{202f}' => ("a narrow no-break space", " "),
        '\u{3000}' => ("an ideographic space", " "),
        '\u{200b}' => ("a zero-width space", ""),
        '\u{2060}' => ("a word joiner", ""),
        '\u{feff}' => ("a byte order mark inside the text", ""),
        '\u{2028}' | '\u{2029}' | '\u{85}' => ("a line end that is not `\\n`", "\n"),
        _ => ("a space that is not plain", " "),
    };
    let message = format!("this is {name} ({})", code(c));
    let problem = Diagnostic::new(&CODE, message, span, "it cannot be seen");
    replace(problem, vec![Edit { span, text: text.into() }], if text.is_empty() { "nothing" } else { "a plain one" })
}

/// Letters, digits and signs of full width.
pub(crate) fn fullwidth(span: Span, plain: &str) -> Diagnostic {
    let what = match plain.as_bytes() {
        [first, ..] if first.is_ascii_digit() => "these digits are full-width",
        [first, ..] if first.is_ascii_alphabetic() => "these letters are full-width",
        _ => "this sign is full-width",
    };
    let message = format!("{what} characters, not ASCII");
    let problem = Diagnostic::new(&CODE, message, span, format!("`{plain}` is written in ASCII"));
    replace(problem, vec![Edit { span, text: plain.into() }], &format!("`{plain}`"))
}

/// A sign that was set in the place of `plain`.
pub(crate) fn symbol(span: Span, c: char, plain: &str) -> Diagnostic {
    let message = format!("`{c}` ({}) is not the sign `{plain}`", code(c));
    let problem = Diagnostic::new(&CODE, message, span, format!("`{plain}` is written in ASCII"));
    replace(problem, vec![Edit { span, text: plain.into() }], &format!("`{plain}`"))
}
