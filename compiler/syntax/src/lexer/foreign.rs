//! Characters that are not of the language: each keeps the kind of the token that it was meant to be.

use super::{Lexer, Mode, is_control, keyword, operator};
use crate::kind::SyntaxKind::{self, *};
use crate::problems::{lookalike, non_ascii_name, single_quotes, unknown_character};

impl Lexer<'_> {
    fn char_at(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    /// Whether a name goes on with the character at this offset.
    pub(super) fn is_letter(&self, at: usize) -> bool {
        self.char_at(at).is_some_and(is_letter)
    }

    /// A token that begins with a character outside of the language.
    pub(super) fn foreign(&mut self) {
        let Some(c) = self.char_at(self.pos) else { return };
        let len = c.len_utf8();
        match c {
            '\'' => self.single_quoted(),
            '“' | '”' | '„' | '«' | '‘' | '’' | '‚' => self.curly(c),
            _ if is_control(c) => self.push(ErrorToken, len),
            _ if blank(c) => {
                let run = self.run_of(blank);
                let span = self.span(self.pos, self.pos + run);
                self.diagnostics.push(lookalike::blank(span, c));
                self.push(Whitespace, run);
            }
            _ if fullwidth(c).is_some() => self.fullwidth(),
            _ if is_letter(c) => self.foreign_word(),
            _ => match symbol(c) {
                Some((Minus, _)) if self.bytes.get(self.pos + len) == Some(&b'>') => {
                    self.diagnostics.push(lookalike::symbol(self.span(self.pos, self.pos + len), c, "-"));
                    self.push(Arrow, len + 1);
                }
                Some((kind, text)) => {
                    self.diagnostics.push(lookalike::symbol(self.span(self.pos, self.pos + len), c, text));
                    self.push(kind, len);
                }
                None => {
                    let run = self.run_of(|other| other == c);
                    self.diagnostics.push(unknown_character::problem(self.span(self.pos, self.pos + run), c));
                    self.push(ErrorToken, run);
                }
            },
        }
    }

    fn run_of(&self, test: impl Fn(char) -> bool) -> usize {
        let rest = &self.text[self.pos..];
        rest.find(|c| !test(c)).unwrap_or(rest.len())
    }

    /// `'text'`, as other languages write strings.
    fn single_quoted(&mut self) {
        let rest = &self.text[self.pos + 1..];
        let line = rest.lines().next().unwrap_or_default();
        match line.find('\'').filter(|end| !line[..*end].contains(['"', '$', '\\'])) {
            Some(end) => {
                let whole = self.span(self.pos, self.pos + end + 2);
                self.diagnostics.push(single_quotes::problem(whole, &line[..end]));
                self.push(StringStart, 1);
                if end > 0 {
                    self.push(StringText, end);
                }
                self.push(StringEnd, 1);
            }
            None => {
                self.diagnostics.push(unknown_character::problem(self.span(self.pos, self.pos + 1), '\''));
                self.push(ErrorToken, 1);
            }
        }
    }

    /// Quotes as word processors set them. The string ends at the next quote of any kind on its line.
    fn curly(&mut self, open: char) {
        let (start, len) = (self.pos, open.len_utf8());
        let rest = &self.text[start + len..];
        let line = rest.lines().next().unwrap_or_default();
        let close = line.char_indices().find(|(_, c)| matches!(c, '“' | '”' | '»' | '‘' | '’' | '"'));
        let close = close.filter(|(at, _)| !line[..*at].contains(['\\', '$']));
        let (kind, close) = match close {
            Some(close) => (StringStart, Some(close)),
            None => (ErrorToken, None),
        };
        let end = close.map(|(at, c)| self.span(start + len + at, start + len + at + c.len_utf8()));
        self.diagnostics.push(lookalike::quotes(self.span(start, start + len), end, open));
        self.push(kind, len);
        if let Some((at, c)) = close {
            if at > 0 {
                self.push(StringText, at);
            }
            self.push(StringEnd, c.len_utf8());
        }
    }

    /// Letters, digits and signs of the width of a Chinese character.
    fn fullwidth(&mut self) {
        let class = |c: char| fullwidth(c).map(|plain| plain.is_ascii_alphanumeric() || plain == '_');
        let first = self.char_at(self.pos).and_then(class);
        let run = match first {
            Some(true) => self.run_of(|c| class(c) == Some(true)),
            _ => self.char_at(self.pos).map_or(1, char::len_utf8),
        };
        let plain: std::string::String = self.text[self.pos..self.pos + run].chars().filter_map(fullwidth).collect();
        let kind = match plain.as_bytes() {
            [b'0'..=b'9', ..] => Int,
            [b'A'..=b'Z', ..] => Tag,
            [b'a'..=b'z' | b'_', ..] => keyword(plain.as_bytes()).unwrap_or(Ident),
            b"." => Dot,
            b"{" => LBrace,
            b"}" => RBrace,
            [first, ..] => operator(*first, 0).map_or(ErrorToken, |(kind, _)| kind),
            [] => ErrorToken,
        };
        match (kind, self.modes.last_mut()) {
            (LBrace, Some(Mode::Interpolation(_, depth))) => *depth += 1,
            (RBrace, Some(Mode::Interpolation(_, 0))) => _ = self.modes.pop(),
            (RBrace, Some(Mode::Interpolation(_, depth))) => *depth -= 1,
            _ => {}
        }
        self.diagnostics.push(lookalike::fullwidth(self.span(self.pos, self.pos + run), &plain));
        self.push(kind, run);
    }

    /// A name with letters that are not ASCII.
    pub(super) fn foreign_word(&mut self) {
        let mut len = self.run_of(|c| is_letter(c) || matches!(c, '_' | '-' | '0'..='9' | 'a'..='z' | 'A'..='Z'));
        while self.bytes[self.pos + len - 1] == b'-' {
            len -= 1;
        }
        let name = &self.text[self.pos..self.pos + len];
        let kind = if name.starts_with(char::is_uppercase) { Tag } else { Ident };
        self.diagnostics.push(non_ascii_name::problem(self.span(self.pos, self.pos + len), name));
        self.push(kind, len);
    }
}

/// Letters and digits of other scripts, and marks that combine with the letter before.
fn is_letter(c: char) -> bool {
    !c.is_ascii() && (c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')) && fullwidth(c).is_none()
}

/// The ASCII character of a full-width one.
fn fullwidth(c: char) -> Option<char> {
    matches!(c, '\u{ff01}'..='\u{ff5e}').then(|| char::from_u32(c as u32 - 0xfee0)).flatten()
}

/// Blanks that are not a plain space.
fn blank(c: char) -> bool {
    (c.is_whitespace() && !c.is_ascii()) || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Signs that word processors put in the place of ours.
fn symbol(c: char) -> Option<(SyntaxKind, &'static str)> {
    Some(match c {
        '‐' | '‑' | '‒' | '–' | '—' | '−' => (Minus, "-"),
        '→' => (Arrow, "->"),
        '⇒' => (FatArrow, "=>"),
        '≠' => (NotEq, "!="),
        '≤' => (LessEq, "<="),
        '≥' => (GreaterEq, ">="),
        '…' => (Ellipsis, "..."),
        '×' | '∗' => (Star, "*"),
        '÷' | '⁄' | '∕' => (Slash, "/"),
        '；' | '\u{37e}' => (Semicolon, ";"),
        '，' | '、' => (Comma, ","),
        '：' | '∶' => (Colon, ":"),
        '。' => (Dot, "."),
        _ => return None,
    })
}
