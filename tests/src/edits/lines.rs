//! Changes of single lines, and of blocks of them.

use super::Edit;

/// Lines with their numbers, from 1, each with its end.
pub fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').enumerate().map(|(index, line)| (index + 1, line))
}

/// A line with another text in the place of one that it has; the last of those.
pub fn replaced(kind: &'static str, line: usize, text: &str, from: &str, to: &str) -> Edit {
    let at = text.rfind(from).unwrap_or_else(|| panic!("{text:?} has {from:?}"));
    let after = format!("{}{to}{}", &text[..at], &text[at + from.len()..]);
    Edit { kind, file: String::new(), line, before: text.to_owned(), after }
}

/// Lines that go.
pub fn removed(kind: &'static str, line: usize, text: &str) -> Edit {
    Edit { kind, file: String::new(), line, before: text.to_owned(), after: String::new() }
}

/// Two neighbours that change places.
pub fn swapped(kind: &'static str, line: usize, first: &str, second: &str) -> Edit {
    let (before, after) = (format!("{first}{second}"), format!("{second}{first}"));
    Edit { kind, file: String::new(), line, before, after }
}
