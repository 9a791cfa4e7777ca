//! Parameters of functions.

use super::expr::begins_expr;
use super::{EOF, Parser};
use crate::kind::SyntaxKind::*;
use crate::problems::{missing_part, reserved_word, unexpected};

impl Parser<'_> {
    /// Whether the `{` here begins a parameter: exactly if its `}` is followed by `:` or `@`. One that is not closed, or
    /// whose `:` was forgotten, is known by what only a parameter begins with.
    pub(super) fn at_pattern(&self) -> bool {
        if !self.at(LBrace) {
            return false;
        }
        if let Some(partner) = self.input.partner(self.pos)
            && matches!(self.input.kind(partner + 1), Colon | At)
        {
            return true;
        }
        match self.nth(1) {
            Ellipsis => true,
            Ident => matches!(self.nth(2), Comma | Question),
            _ => false,
        }
    }

    pub(super) fn pattern(&mut self) {
        let marker = self.start();
        if !self.at(LBrace) {
            self.bump();
            self.complete(marker, NamePattern);
            return;
        }
        let open = self.pos;
        self.bump();
        self.bracketed("}", Self::fields);
        self.close(open, RBrace);
        if self.eat(At) && !self.eat(Ident) {
            let at = self.behind();
            self.report(missing_part::problem(at, "a name"));
        }
        self.complete(marker, RecordPattern);
    }

    fn fields(&mut self) {
        while !matches!(self.current(), RBrace | EOF) && !self.at_anchor() {
            let before = self.pos;
            match self.current() {
                Ellipsis => {
                    self.bump();
                    if self.eat(Comma) && !self.at(RBrace) {
                        let span = self.token_span(self.pos - 2);
                        self.report(unexpected::problem(span, "`...`", "it as the last field"));
                    }
                }
                kind if kind == Ident || kind.is_keyword() => {
                    self.field();
                    self.separator(RBrace, "fields", |kind| matches!(kind, Ident | Ellipsis) || kind.is_keyword());
                }
                _ => {
                    self.unexpected("the name of a field, or `...`");
                    self.skip_until(|kind| kind == Comma);
                    self.eat(Comma);
                }
            }
            if self.pos == before {
                if matches!(self.current(), RBrace | RBracket | RParen | Semicolon | KwIn) {
                    break;
                }
                self.skip_one();
            }
        }
    }

    fn field(&mut self) {
        let marker = self.start();
        if !self.at(Ident) {
            let (span, text) = (self.span(0), self.text(0));
            self.report(reserved_word::problem(span, text, false));
        }
        self.bump_as(Ident);
        let question = self.eat(Question);
        if question && begins_expr(self.current()) && !self.at_next_field() {
            self.expr();
        } else if self.eat(Colon) {
            self.annotation();
            if self.eat(Question) {
                self.expr();
            }
        }
        self.complete(marker, PatternField);
    }

    /// `a? b`: a comma is missing, and `b` is no default. Only a line end tells the two apart.
    fn at_next_field(&self) -> bool {
        self.input.begins_line(self.pos) && matches!(self.nth(1), Comma | Question | Colon)
    }
}
