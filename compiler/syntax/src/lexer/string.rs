//! Inside strings: text, escapes, and where one ends that was never closed.
//!
//! A `"…"` ends with its line: text over several lines is `''…''`. So a quote that is forgotten costs a line and not the
//! rest of the file.

use super::{Lexer, Mode, taken};
use crate::kind::SyntaxKind::*;
use crate::problems::{bad_escape, unclosed_interpolation, unterminated_string};

impl Lexer<'_> {
    /// One token inside `"…"`.
    pub(super) fn quoted(&mut self, start: usize, close: char) {
        let rest = &self.bytes[self.pos..];
        match (rest[0], self.byte(1)) {
            (b'\n', _) | (b'\r', b'\n') => match self.quoted_outside(self.modes.len() - 1) {
                Some(at) => self.abandon(at),
                None => self.line_ends(start, close),
            },
            (b'$', b'{') => {
                self.modes.push(Mode::Interpolation(self.pos, 0));
                self.push(DollarBrace, 2);
            }
            (b'\\', _) => self.escape(),
            _ if self.text[self.pos..].starts_with(close) => {
                self.modes.pop();
                self.push(StringEnd, close.len_utf8());
            }
            _ => {
                let len = self.text_length(close);
                self.push(StringText, len);
            }
        }
    }

    /// The bytes up to the next one that could mean something.
    fn text_length(&self, close: char) -> usize {
        let rest = &self.bytes[self.pos..];
        let mut len = 0;
        loop {
            let quote = close == '"';
            len += taken(&rest[len..], |byte| {
                !matches!(byte, b'\\' | b'$' | b'\n' | b'\r') && (if quote { byte != b'"' } else { byte < 0x80 })
            });
            match (rest.get(len), rest.get(len + 1)) {
                (Some(b'$'), Some(b'{')) | (Some(b'\r'), Some(b'\n')) | (Some(b'\\' | b'\n' | b'"'), _) | (None, _) => {
                    if !quote && rest.get(len) == Some(&b'"') {
                        len += 1;
                        continue;
                    }
                    return len;
                }
                // `$$` stands for itself, so that `$${` interpolates nothing, as in Nix.
                (Some(b'$'), Some(b'$')) => len += 2,
                (Some(b'$' | b'\r'), _) => len += 1,
                (Some(_), _) => match self.text[self.pos + len..].chars().next() {
                    Some(c) if c == close && len > 0 => return len,
                    Some(c) => len += c.len_utf8(),
                    None => return len,
                },
            }
        }
    }

    fn escape(&mut self) {
        let Some(c) = self.text[self.pos + 1..].chars().next().filter(|c| !matches!(c, '\n' | '\r')) else {
            return self.push(StringText, 1);
        };
        let len = 1 + c.len_utf8();
        if !matches!(c, 'n' | 'r' | 't' | '\\' | '"' | '$') {
            self.diagnostics.push(bad_escape::problem(self.span(self.pos, self.pos + len), c));
        }
        self.push(StringEscape, len);
    }

    /// A line ends in `"…"`: the string ends here, unless a closing quote soon shows that several lines were meant.
    fn line_ends(&mut self, start: usize, close: char) {
        let rest = &self.text[self.pos..];
        if let Some(end) = rest.find(close).filter(|end| is_end_of_value(rest, *end, close)) {
            let whole = self.span(start, self.pos + end + close.len_utf8());
            let first = self.span(start, self.pos);
            self.diagnostics.push(unterminated_string::over_lines(first, whole, &self.text[start..self.pos + end + 1]));
            self.push(StringText, end);
            self.modes.pop();
            self.push(StringEnd, close.len_utf8());
        } else {
            // What ends a definition at the end of the line is rather not a part of the text.
            let line = &self.text[start..self.pos];
            let end = start + line.trim_end_matches([' ', '\t', ';', ',', '}', ']', ')']).len().max(1);
            self.diagnostics.push(unterminated_string::problem(self.span(start, self.pos), self.span(end, end)));
            self.modes.pop();
        }
    }

    /// Position among the first `count` modes of the outermost `"…"`, if the last of them is an interpolation in it.
    pub(super) fn quoted_outside(&self, count: usize) -> Option<usize> {
        let modes = &self.modes[..count];
        let Some(Mode::Interpolation(..)) = modes.last() else { return None };
        // An indented string inside may have lines again.
        let inner = modes.iter().rposition(|mode| matches!(mode, Mode::Indented(_))).map_or(0, |at| at + 1);
        let at = modes[inner..].iter().position(|mode| matches!(mode, Mode::Quoted { .. }))?;
        Some(inner + at)
    }

    /// Gives up the string at this position of the modes, whose interpolation is not closed.
    pub(super) fn abandon(&mut self, at: usize) {
        if let Some(Mode::Interpolation(start, _)) = self.modes.get(at + 1) {
            let open = self.span(*start, *start + 2);
            self.diagnostics.push(unclosed_interpolation::problem(open, self.span(self.pos, self.pos)));
        }
        self.modes.truncate(at);
    }

    /// One token inside `''…''`.
    pub(super) fn indented(&mut self, _start: usize) {
        let rest = &self.bytes[self.pos..];
        match rest {
            [b'\'', b'\'', b'\'', ..] | [b'\'', b'\'', b'$', ..] => self.push(StringEscape, 3),
            [b'\'', b'\'', b'\\', ..] => {
                let c = self.text[self.pos + 3..].chars().next();
                let len = 3 + c.map_or(0, char::len_utf8);
                if let Some(c) = c.filter(|c| !matches!(c, 'n' | 'r' | 't' | '\\' | '"' | '$' | '\'')) {
                    self.diagnostics.push(bad_escape::problem(self.span(self.pos, self.pos + len), c));
                }
                self.push(StringEscape, len);
            }
            [b'\'', b'\'', ..] => {
                self.modes.pop();
                self.push(StringEnd, 2);
            }
            [b'$', b'{', ..] => {
                self.modes.push(Mode::Interpolation(self.pos, 0));
                self.push(DollarBrace, 2);
            }
            _ => {
                let mut len = 0;
                loop {
                    len += taken(&rest[len..], |byte| !matches!(byte, b'\'' | b'$'));
                    match &rest[len..] {
                        [b'$', b'$', ..] => len += 2,
                        [] | [b'$', b'{', ..] | [b'\'', b'\'', ..] => break,
                        _ => len += 1,
                    }
                }
                self.push(StringText, len);
            }
        }
    }

    /// Reports the outermost string that the end of the text interrupts.
    pub(super) fn end_of_text(&mut self) {
        let end = self.span(self.pos, self.pos);
        match self.modes.iter().position(|mode| !matches!(mode, Mode::Interpolation(..))) {
            Some(at) if self.modes.len() > at + 1 => self.abandon(at),
            Some(at) => match self.modes[at] {
                Mode::Quoted { start, .. } => {
                    self.diagnostics.push(unterminated_string::problem(self.span(start, self.pos), end));
                }
                Mode::Indented(start) => {
                    self.diagnostics.push(unterminated_string::indented(self.span(start, start + 2), end));
                }
                Mode::Interpolation(..) => {}
            },
            None => {}
        }
    }
}

/// Whether the quote at `end` looks like the end of a string over several lines: nothing that begins a string or a
/// definition stands before it on its line, and what ends a value stands behind it.
fn is_end_of_value(rest: &str, end: usize, close: char) -> bool {
    let line_start = rest[..end].rfind('\n').map_or(0, |at| at + 1);
    let before = &rest[line_start..end];
    let after = rest[end + close.len_utf8()..].trim_start_matches([' ', '\t']);
    let ends = after.is_empty() || after.starts_with([';', ',', ')', ']', '}', '\n', '\r', '#']);
    ends && !before.contains(['=', '[', '{', '(', '#']) && !rest[..end].contains("${")
}
