//! A description with a control character
//!
//! ## What is wrong
//!
//! A text that people read holds a character that is not shown: a control character, or one that turns the direction of
//! writing.
//!
//! ## Why
//!
//! Such a text looks different from what it is: in a review, on a terminal, in an emitted comment. A line feed and a tab are
//! fine.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     description = "two\rone"; # error: E0317
//!   };
//! ```
//!
//! ## What to do
//!
//! Remove the character.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// A description with a control character.
pub static CODE: Code =
    Code::new("E0317", "a description with a control character", include_str!("control_character.rs"));

/// A text of the author.
pub(crate) fn check(text: &str, span: Span) -> Option<Diagnostic> {
    let bad = text.chars().find(|character| hidden(*character))?;
    let label = format!("it holds U+{:04X}", u32::from(bad));
    Some(Diagnostic::new(&CODE, "a description holds a character that is not shown", span, label))
}

/// Control characters but line feed and tab, line and paragraph separators, and the controls of direction (UAX 9).
fn hidden(character: char) -> bool {
    let bidi = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || bidi
        || matches!(character, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_any_language_and_of_several_lines_is_fine() {
        let span = Span::new(0, 1);
        for text in ["", "two\nlines\tand a tab", "Grüße, 世界, 👋🏽", "${x} %{y} {{z}} \"' # ;"] {
            assert_eq!(check(text, span), None, "{text}");
        }
        for text in ["\0", "a\r\nb", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{202e}txt"] {
            assert!(check(text, span).is_some(), "{text:?}");
        }
    }
}
