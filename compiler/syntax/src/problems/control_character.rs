//! The text has a control character.
//!
//! ## What is wrong
//!
//! The source has a character that cannot be seen and changes what is seen: a control character, or one that turns the
//! direction of the text.
//!
//! ## Why
//!
//! With bidirectional controls a line can read one way and mean another (CVE-2021-42574, "Trojan Source"). They are
//! refused in comments and strings too. Line ends may be `\n` or `\r\n`; a tab is fine.
//!
//! ## Example
//!
//! The character cannot be shown here. Any line with U+202E gives this error.
//!
//! ## What to do
//!
//! Remove it. In a string that needs one, there is no way to write it: no consumer of the emitted files needs one.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0011", "the text has a control character", include_str!("control_character.rs"));

/// The character `c` at `span`.
pub(crate) fn problem(span: Span, c: char) -> Diagnostic {
    let name = match c {
        '\0' => "a NUL byte",
        '\r' => "a carriage return without line feed",
        '\u{1b}' => "an escape character",
        '\u{7f}' => "a delete character",
        '\u{200e}' | '\u{200f}' | '\u{61c}' => "a direction mark",
        '\u{202a}' | '\u{202b}' => "a direction embedding",
        '\u{202d}' | '\u{202e}' => "a direction override",
        '\u{2066}'..='\u{2068}' => "a direction isolate",
        '\u{202c}' | '\u{2069}' => "the end of a change of direction",
        _ => "a control character",
    };
    let message = format!("the text has {name} (U+{:04X})", c as u32);
    let text = if c == '\r' { "\n" } else { "" };
    Diagnostic::new(&CODE, message, span, "it cannot be seen and is not allowed anywhere").fix(
        if text.is_empty() { "remove it" } else { "end the line with a line feed" },
        vec![Edit { span, text: text.into() }],
        Applicability::MachineApplicable,
    )
}
