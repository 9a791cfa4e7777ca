//! Text to tokens: dispatched by the first byte, each token a nom parser, total.
//!
//! Every byte ends up in exactly one token. What is wrong inside a token is reported here, once, and the token keeps the
//! kind that it was meant to have, so that the parser never stumbles over it. Keywords that depend on their place are
//! plain names here.

mod foreign;
mod number;
mod string;

use nom::Parser;
use nom::bytes::complete::take_while;

use crate::diagnostic::Diagnostic;
use crate::kind::SyntaxKind::{self, *};
use crate::literal;
use crate::problems;
use crate::problems::{control_character, foreign_comment};
use crate::source::Span;

/// The tokens of a text.
pub struct Lexed {
    /// What each token is.
    pub kinds: Vec<SyntaxKind>,
    /// Where each token begins, and at last where the text ends.
    pub starts: Vec<u32>,
    /// What is wrong inside the tokens.
    pub diagnostics: Vec<Diagnostic>,
}

/// Cuts `text` into tokens; `base` is its offset in the space of all sources.
pub fn lex(text: &str, base: u32) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        pos: 0,
        base,
        // Measured on written-out hosts: a token is 2.7 bytes long. Memory that is not written to costs nothing.
        kinds: Vec::with_capacity(text.len() / 2),
        starts: Vec::with_capacity(text.len() / 2),
        diagnostics: Vec::new(),
        modes: Vec::new(),
    };
    control_characters(text, base, &mut lexer.diagnostics);
    lexer.run();
    lexer.starts.push(text.len() as u32);
    Lexed { kinds: lexer.kinds, starts: lexer.starts, diagnostics: lexer.diagnostics }
}

/// What the lexer is inside of.
#[derive(Clone, Copy)]
enum Mode {
    /// `"…"`
    Quoted {
        /// Where it begins.
        start: usize,
        /// The character that ends it.
        close: char,
    },
    /// `''…''`, and where it begins.
    Indented(usize),
    /// `${…}`: where it begins, and the braces open inside.
    Interpolation(usize, u32),
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    pos: usize,
    base: u32,
    kinds: Vec<SyntaxKind>,
    starts: Vec<u32>,
    diagnostics: Vec<Diagnostic>,
    modes: Vec<Mode>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.push(Whitespace, 3);
        }
        while self.pos < self.bytes.len() {
            match self.modes.last() {
                Some(Mode::Quoted { start, close }) => self.quoted(*start, *close),
                Some(Mode::Indented(start)) => self.indented(*start),
                _ => self.plain(),
            }
        }
        self.end_of_text();
    }

    fn push(&mut self, kind: SyntaxKind, len: usize) {
        self.kinds.push(kind);
        self.starts.push(self.pos as u32);
        self.pos += len;
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start as u32, self.base + end as u32)
    }

    /// A token outside of strings.
    fn plain(&mut self) {
        let (first, second) = (self.byte(0), self.byte(1));
        match first {
            b' ' | b'\t' | b'\n' | b'\r' => self.blanks(),
            b'#' => self.comment(),
            b'0'..=b'9' => self.number(),
            b'a'..=b'f' | b'A'..=b'F' => match number::colon_literal(&self.bytes[self.pos..]) {
                Some((kind, len)) => self.literal(kind, len),
                None => self.word(),
            },
            b'g'..=b'z' | b'G'..=b'Z' | b'_' => self.word(),
            b'"' => {
                self.modes.push(Mode::Quoted { start: self.pos, close: '"' });
                self.push(StringStart, 1);
            }
            b'\'' if second == b'\'' => {
                self.modes.push(Mode::Indented(self.pos));
                self.push(IndentStart, 2);
            }
            b'$' if second == b'{' => {
                self.modes.push(Mode::Interpolation(self.pos, 0));
                self.push(DollarBrace, 2);
            }
            b'{' => {
                if let Some(Mode::Interpolation(_, depth)) = self.modes.last_mut() {
                    *depth += 1;
                }
                self.push(LBrace, 1);
            }
            b'}' => {
                match self.modes.last_mut() {
                    Some(Mode::Interpolation(_, 0)) => _ = self.modes.pop(),
                    Some(Mode::Interpolation(_, depth)) => *depth -= 1,
                    _ => {}
                }
                self.push(RBrace, 1);
            }
            b'.' => match (second, self.byte(2)) {
                (b'/', _) | (b'.', b'/') => self.path(),
                (b'.', b'.') => self.push(Ellipsis, 3),
                _ => self.push(Dot, 1),
            },
            b':' if second == b':' => match number::colon_literal(&self.bytes[self.pos..]) {
                Some((kind, len)) => self.literal(kind, len),
                None => self.push(Colon, 1),
            },
            b'/' if second == b'*' => self.foreign_comment(),
            _ => match operator(first, second) {
                Some((kind, len)) => self.push(kind, len),
                None => self.foreign(),
            },
        }
    }

    fn blanks(&mut self) {
        let rest = &self.bytes[self.pos..];
        let len = taken(rest, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        // An interpolation of a string on one line is on one line too: a `}` that is missing costs one line, not the file.
        if let Some(at) = self.quoted_outside(self.modes.len())
            && let Some(line) = rest[..len].iter().position(|byte| *byte == b'\n')
        {
            if line > 0 {
                self.push(Whitespace, line);
            }
            self.abandon(at);
            return;
        }
        self.push(Whitespace, len);
    }

    fn comment(&mut self) {
        let rest = &self.bytes[self.pos..];
        let mut len = taken(rest, |byte| byte != b'\n');
        if rest[..len].ends_with(b"\r") {
            len -= 1;
        }
        self.push(if rest.starts_with(b"##") && !rest.starts_with(b"###") { DocComment } else { Comment }, len);
    }

    fn foreign_comment(&mut self) {
        let len = self.text[self.pos..].find("*/").map_or(self.bytes.len() - self.pos, |at| at + 2);
        self.diagnostics.push(foreign_comment::problem(self.span(self.pos, self.pos + len)));
        self.push(Comment, len);
    }

    fn word(&mut self) {
        let rest = &self.bytes[self.pos..];
        let mut len = taken(rest, |byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-'));
        if rest.get(len).is_some_and(|byte| *byte >= 0x80) && self.is_letter(self.pos + len) {
            return self.foreign_word();
        }
        while rest[len - 1] == b'-' {
            len -= 1;
        }
        let kind = match &rest[..len] {
            b"_" => Underscore,
            [b'A'..=b'Z', ..] => Tag,
            word => keyword(word).unwrap_or(Ident),
        };
        self.push(kind, len);
    }

    fn path(&mut self) {
        let rest = &self.bytes[self.pos..];
        let len = taken(rest, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'_' | b'-' | b'+' | b'~' | b'@')
        });
        self.push(Path, len);
    }

    fn number(&mut self) {
        let (kind, len) = number::number(&self.bytes[self.pos..]);
        self.literal(kind, len);
    }

    fn literal(&mut self, kind: SyntaxKind, len: usize) {
        let text = &self.text[self.pos..self.pos + len];
        if !(kind == Int && len < 19 && text.bytes().all(|byte| byte.is_ascii_digit()))
            && let Some(Err(flaw)) = literal::decode(kind, text)
        {
            self.diagnostics.push(problems::flaw(flaw, self.span(self.pos, self.pos + len), text));
        }
        self.push(kind, len);
    }
}

/// The number of leading bytes for which `test` holds.
fn taken(bytes: &[u8], test: impl Fn(u8) -> bool) -> usize {
    let parsed: nom::IResult<&[u8], &[u8], ()> = take_while(test).parse(bytes);
    parsed.map_or(0, |(_, taken)| taken.len())
}

/// Words that are reserved everywhere but behind a dot.
pub(crate) fn keyword(word: &[u8]) -> Option<SyntaxKind> {
    Some(match word {
        b"let" => KwLet,
        b"in" => KwIn,
        b"if" => KwIf,
        b"then" => KwThen,
        b"else" => KwElse,
        b"assert" => KwAssert,
        b"inherit" => KwInherit,
        b"import" => KwImport,
        b"secret" => KwSecret,
        b"match" => KwMatch,
        b"or" => KwOr,
        b"true" => KwTrue,
        b"false" => KwFalse,
        _ => return None,
    })
}

/// Operators and brackets, by their first two bytes.
fn operator(first: u8, second: u8) -> Option<(SyntaxKind, usize)> {
    Some(match (first, second) {
        (b'[', _) => (LBracket, 1),
        (b']', _) => (RBracket, 1),
        (b'(', _) => (LParen, 1),
        (b')', _) => (RParen, 1),
        (b',', _) => (Comma, 1),
        (b';', _) => (Semicolon, 1),
        (b':', _) => (Colon, 1),
        (b'=', b'=') => (EqEq, 2),
        (b'=', b'>') => (FatArrow, 2),
        (b'=', _) => (Eq, 1),
        (b'!', b'=') => (NotEq, 2),
        (b'!', _) => (Bang, 1),
        (b'<', b'=') => (LessEq, 2),
        (b'<', _) => (Less, 1),
        (b'>', b'=') => (GreaterEq, 2),
        (b'>', _) => (Greater, 1),
        (b'+', b'+') => (PlusPlus, 2),
        (b'+', _) => (Plus, 1),
        (b'-', b'>') => (Arrow, 2),
        (b'-', _) => (Minus, 1),
        (b'*', _) => (Star, 1),
        (b'/', b'/') => (SlashSlash, 2),
        (b'/', _) => (Slash, 1),
        (b'&', b'&') => (AmpAmp, 2),
        (b'&', _) => (Amp, 1),
        (b'|', b'|') => (PipePipe, 2),
        (b'|', _) => (Pipe, 1),
        (b'?', _) => (Question, 1),
        (b'@', _) => (At, 1),
        _ => return None,
    })
}

/// Reports control and bidirectional characters wherever they stand, in strings and comments too.
fn control_characters(text: &str, base: u32, diagnostics: &mut Vec<Diagnostic>) {
    // A source without any is the rule: a pass over bytes that the compiler can vectorise, and over characters only if a
    // byte could begin one.
    let suspicious = |byte: u8| {
        (byte < 0x20 && byte != b'\n' && byte != b'\t') | (byte == 0x7f) | matches!(byte, 0xc2 | 0xd8 | 0xe2)
    };
    let any = |chunk: &[u8]| chunk.iter().fold(false, |found, byte| found | suspicious(*byte));
    if !text.as_bytes().chunks(256).any(any) {
        return;
    }
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let followed = chars.peek().map(|(_, next)| *next);
        if is_control(c) && !(c == '\r' && followed == Some('\n')) {
            let start = base + at as u32;
            diagnostics.push(control_character::problem(Span::new(start, start + c.len_utf8() as u32), c));
        }
    }
}

/// Characters that change what a reader sees without being seen.
fn is_control(c: char) -> bool {
    let bidirectional =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && !matches!(c, '\n' | '\t')) || bidirectional
}
