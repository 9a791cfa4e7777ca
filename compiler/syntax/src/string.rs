//! The values of strings: escapes, and the indentation of `''…''`, by Nix's rules.
//!
//! In an indented string the blanks that all lines with something on them begin with are taken away, a first line of
//! blanks only is dropped with its line end, and the blanks of a last line are dropped. `''$` is `$`, `'''` is `''`,
//! `''\n` is a line end. Line ends are `\n` whatever the source has.

use std::borrow::Cow;

use crate::ast::{AstNode, Expr, Interpolation, StringExpr};
use crate::kind::SyntaxKind;
use crate::tree::Element;

/// A part of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StringPart<'t> {
    /// Text, with escapes resolved; never empty.
    Text(String),
    /// `${e}`.
    Expr(Expr<'t>),
}

impl<'t> StringExpr<'t> {
    /// What it consists of.
    pub fn parts(self) -> Vec<StringPart<'t>> {
        if self.is_indented() { indented(self) } else { quoted(self) }
    }

    /// Its text, if nothing is interpolated.
    pub fn plain(self) -> Option<String> {
        let mut parts = self.parts();
        match parts.pop() {
            None => Some(String::new()),
            Some(StringPart::Text(text)) if parts.is_empty() => Some(text),
            Some(_) => None,
        }
    }
}

/// Text that an escape stands for; what is no escape stands for its last character, and is reported.
pub fn unescape(escape: &str) -> &str {
    let escape = escape.strip_prefix("''").unwrap_or(escape);
    match escape {
        "'" => "''",
        "\\n" => "\n",
        "\\r" => "\r",
        "\\t" => "\t",
        _ => escape.strip_prefix('\\').unwrap_or(escape),
    }
}

fn push(parts: &mut Vec<StringPart<'_>>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(StringPart::Text(last)) => last.push_str(text),
        _ => parts.push(StringPart::Text(text.into())),
    }
}

fn normal(text: &str) -> Cow<'_, str> {
    match text.as_bytes().contains(&b'\r') {
        true => Cow::Owned(text.replace("\r\n", "\n")),
        false => Cow::Borrowed(text),
    }
}

fn interpolated<'t>(element: Element<'t>) -> Option<Expr<'t>> {
    match element {
        Element::Node(node) => Interpolation::cast(node)?.expr(),
        Element::Token(_) => None,
    }
}

fn quoted(string: StringExpr<'_>) -> Vec<StringPart<'_>> {
    let mut parts = Vec::new();
    for element in string.node().elements() {
        match element {
            Element::Token(token) if token.kind() == SyntaxKind::StringText => push(&mut parts, &normal(token.text())),
            Element::Token(token) if token.kind() == SyntaxKind::StringEscape => {
                push(&mut parts, unescape(token.text()))
            }
            Element::Token(_) => {}
            Element::Node(_) => parts.extend(interpolated(element).map(StringPart::Expr)),
        }
    }
    parts
}

/// A piece of an indented string before its indentation is taken away.
enum Piece<'t> {
    Source(String),
    Escape(&'t str),
    Expr(Option<Expr<'t>>),
}

fn indented(string: StringExpr<'_>) -> Vec<StringPart<'_>> {
    let mut pieces = Vec::new();
    for element in string.node().elements() {
        match element {
            Element::Token(token) if token.kind() == SyntaxKind::StringText => {
                // Two texts meet where the lexer cut at a `$`.
                match pieces.last_mut() {
                    Some(Piece::Source(last)) => last.push_str(&normal(token.text())),
                    _ => pieces.push(Piece::Source(normal(token.text()).into_owned())),
                }
            }
            Element::Token(token) if token.kind() == SyntaxKind::StringEscape => {
                pieces.push(Piece::Escape(unescape(token.text())));
            }
            Element::Token(_) => {}
            Element::Node(_) => pieces.push(Piece::Expr(interpolated(element))),
        }
    }
    drop_first_blank_line(&mut pieces);
    let indent = common_indent(&pieces);
    let mut parts = Vec::new();
    let count = pieces.len();
    let mut at_line_start = true;
    for (index, piece) in pieces.into_iter().enumerate() {
        match piece {
            Piece::Source(text) => {
                let last = index + 1 == count;
                push(&mut parts, &without_indent(&text, indent, at_line_start, last));
                at_line_start = text.ends_with('\n') || (at_line_start && text.is_empty());
            }
            Piece::Escape(text) => {
                push(&mut parts, text);
                at_line_start = false;
            }
            Piece::Expr(expr) => {
                parts.extend(expr.map(StringPart::Expr));
                at_line_start = false;
            }
        }
    }
    parts
}

fn drop_first_blank_line(pieces: &mut [Piece<'_>]) {
    if let Some(Piece::Source(text)) = pieces.first_mut()
        && let Some((line, rest)) = text.split_once('\n')
        && line.bytes().all(|byte| byte == b' ')
    {
        *text = rest.to_owned();
    }
}

/// The number of blanks that every line with something on it begins with.
fn common_indent(pieces: &[Piece<'_>]) -> usize {
    let mut least = usize::MAX;
    let mut blanks = Some(0);
    for piece in pieces {
        match piece {
            Piece::Source(text) => {
                for byte in text.bytes() {
                    match (byte, &mut blanks) {
                        (b'\n', _) => blanks = Some(0),
                        (b' ', Some(count)) => *count += 1,
                        (_, Some(count)) => {
                            least = least.min(*count);
                            blanks = None;
                        }
                        (_, None) => {}
                    }
                }
            }
            Piece::Escape(_) | Piece::Expr(_) => least = least.min(blanks.take().unwrap_or(usize::MAX)),
        }
    }
    if least == usize::MAX { 0 } else { least }
}

fn without_indent(text: &str, indent: usize, mut at_line_start: bool, last: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        if !at_line_start {
            out.push_str(line);
        } else if last && lines.peek().is_none() && blanks == line.len() {
            // The line of the closing quotes.
        } else {
            out.push_str(&line[blanks.min(indent)..]);
        }
        at_line_start = true;
    }
    out
}
