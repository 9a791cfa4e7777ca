//! Strings, what is interpolated in them, and keys.

use super::{Completed, EOF, MAX_DEPTH, Parser};
use crate::kind::SyntaxKind::*;
use crate::problems::{too_deep, unquoted_key};

impl Parser<'_> {
    /// A string of either kind. Where it is not closed, the lexer has said so.
    pub(super) fn string(&mut self) -> Completed {
        let marker = self.start();
        let kind = if self.at(IndentStart) { IndentedString } else { String };
        self.bump();
        loop {
            match self.current() {
                StringText | StringEscape => self.bump(),
                DollarBrace => self.interpolation(kind == String),
                StringEnd => {
                    self.bump();
                    break;
                }
                _ => {
                    self.silence();
                    break;
                }
            }
        }
        self.complete(marker, kind)
    }

    /// `${e}`. In a `"…"` it is on one line, and the lexer reports one that is not closed there.
    pub(super) fn interpolation(&mut self, one_line: bool) {
        let marker = self.start();
        let open = self.pos;
        self.bump();
        self.bracketed("}", |p| {
            let expr = p.expr();
            if one_line && !p.at_end_of_interpolation() {
                // Where the text goes on is anybody's guess, so the expression has no value.
                let error = p.precede(expr);
                p.complete(error, Error);
            }
            let inside = |p: &Self| !one_line || !p.input.begins_line(p.pos);
            if !matches!(p.current(), RBrace | EOF | StringText | StringEnd) && inside(p) {
                p.unexpected("`}`");
                let skipped = p.start();
                while !matches!(p.current(), RBrace | EOF | StringText | StringEnd) && inside(p) && !p.at_anchor() {
                    match p.input.partner(p.pos) {
                        Some(partner) if matches!(p.current(), LBrace | DollarBrace) => {
                            while p.pos <= partner {
                                p.bump();
                            }
                        }
                        _ => p.bump(),
                    }
                }
                p.complete(skipped, Skipped);
            }
        });
        if one_line && !self.at_end_of_interpolation() {
            self.silence();
        } else {
            self.close(open, RBrace);
        }
        self.complete(marker, Interpolation);
    }

    /// Whether the `}` here ends an interpolation that is on one line.
    fn at_end_of_interpolation(&self) -> bool {
        self.at(RBrace) && !self.input.begins_line(self.pos)
    }

    /// One key, or an empty error node.
    pub(super) fn key(&mut self) {
        let marker = self.start();
        match self.current() {
            kind if kind == Ident || kind.is_keyword() => {
                self.bump_as(Ident);
                self.complete(marker, NameKey);
            }
            kind if kind == Tag || kind.is_literal() => {
                let (span, text) = (self.span(0), self.text(0));
                self.report(unquoted_key::problem(span, text));
                self.bump();
                self.complete(marker, NameKey);
            }
            StringStart => {
                self.string();
                self.complete(marker, StringKey);
            }
            DollarBrace => {
                self.interpolation(false);
                self.complete(marker, DynamicKey);
            }
            _ => {
                self.abandon(marker);
                self.missing("a key");
            }
        }
    }

    /// Keys with dots between them; gives their number. Each but the first is a record around the next, and those are
    /// nested as others are.
    pub(super) fn key_path(&mut self) -> u32 {
        let marker = self.start();
        self.key();
        let mut keys = 1;
        while self.eat(Dot) {
            if self.depth + keys >= MAX_DEPTH {
                self.report(too_deep::problem(self.span(0), MAX_DEPTH));
                self.too_deep_reported = true;
                let skipped = self.start();
                self.key();
                while self.eat(Dot) {
                    self.key();
                }
                self.complete(skipped, Skipped);
                break;
            }
            self.key();
            keys += 1;
        }
        self.complete(marker, KeyPath);
        keys
    }
}
