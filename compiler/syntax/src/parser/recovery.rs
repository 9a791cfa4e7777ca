//! What is passed over after a mistake, and where the parser goes on.

use super::EOF;
use super::{Completed, Parser};
use crate::kind::SyntaxKind::{self, *};
use crate::problems::{missing_part, missing_semicolon, unclosed, unopened, wrong_sign};

/// A key path longer than this is not looked at as a whole when the parser asks whether a definition begins.
const MAX_PATH: usize = 64;

impl Parser<'_> {
    /// Whether a definition begins at the token `ahead`: a path of keys and `=`. Nothing else reads like this.
    pub(super) fn at_definition(&self, ahead: usize) -> bool {
        self.after_path(ahead).is_some_and(|after| self.nth(after) == Eq)
    }

    /// Whether a definition begins here, at the start of a line.
    pub(super) fn at_anchor(&self) -> bool {
        if !self.input.begins_line(self.pos) {
            return false;
        }
        match self.current() {
            KwInherit => true,
            Ident if self.at_statement() => true,
            _ => self.at_definition(0),
        }
    }

    /// Whether a definition with a type, or a field of a record type, begins here. Behind a complete value it can be
    /// nothing else; where a value is due it may be a function.
    pub(super) fn at_typed_definition(&self) -> bool {
        self.at(Ident)
            && self.after_path(0).is_some_and(|after| match self.nth(after) {
                Question => self.nth(after + 1) == Colon,
                kind => kind == Colon,
            })
    }

    /// Whether `include`, `extends` or `type` begins a statement here.
    pub(super) fn at_statement(&self) -> bool {
        self.at(Ident)
            && match self.nth(1) {
                Path | StringStart => matches!(self.text(0), "include" | "extends"),
                Tag => self.text(0) == "type",
                _ => false,
            }
    }

    /// How many tokens ahead the path ends that begins at the token `ahead`.
    pub(super) fn after_path(&self, mut ahead: usize) -> Option<usize> {
        for _ in 0..MAX_PATH {
            ahead = match self.nth(ahead) {
                Ident | Tag => ahead + 1,
                kind if kind.is_keyword() => ahead + 1,
                Int => ahead + 1,
                StringStart | DollarBrace => self.input.partner(self.pos + ahead)? + 1 - self.pos,
                _ => return None,
            };
            if self.nth(ahead) != Dot {
                return Some(ahead);
            }
            ahead += 1;
        }
        None
    }

    /// Consumes what stands here, up to something that a construct around could go on with. Whole braces are passed over
    /// as one.
    fn skip(&mut self, stop: impl Fn(SyntaxKind) -> bool) {
        let mut inner = 0_u32;
        loop {
            let kind = self.current();
            match kind {
                EOF => return,
                _ if inner == 0 && stop(kind) => return,
                RBrace => return,
                RParen | RBracket if inner == 0 => return,
                RParen | RBracket => inner -= 1,
                LParen | LBracket => inner += 1,
                LBrace | DollarBrace => match self.input.partner(self.pos) {
                    Some(partner) => {
                        while self.pos < partner {
                            self.bump();
                        }
                    }
                    None => {
                        self.bump();
                        return;
                    }
                },
                _ => {}
            }
            self.bump();
            if self.at_anchor() {
                return;
            }
        }
    }

    /// Passes over tokens up to one of `stop`, into a node that belongs to no part of the construct.
    pub(super) fn skip_until(&mut self, stop: impl Fn(SyntaxKind) -> bool) {
        if stop(self.current()) || matches!(self.current(), EOF | RBrace | RParen | RBracket) || self.at_anchor() {
            return;
        }
        let marker = self.start();
        self.skip(stop);
        self.complete(marker, Skipped);
        self.silence();
    }

    /// Passes over an operand that is too deep.
    pub(super) fn skip_operand(&mut self) -> Completed {
        let marker = self.start();
        self.skip(|kind| matches!(kind, Comma | Semicolon | KwIn | KwThen | KwElse));
        // What stands behind a brace that is not closed is inside of it, and no definition of a record around.
        if self.pos.checked_sub(1).is_some_and(|last| matches!(self.input.kind(last), LBrace | DollarBrace)) {
            while !self.at(EOF) && !self.at_anchor() {
                self.bump();
            }
        }
        self.silence();
        self.complete(marker, Error)
    }

    /// Consumes one token that has no place here.
    pub(super) fn skip_one(&mut self) {
        let marker = self.start();
        self.bump();
        self.complete(marker, Skipped);
    }

    /// An empty node for a part that is missing.
    pub(super) fn missing(&mut self, what: &str) -> Completed {
        // The blame is on the place where it should stand, unless something else stands there.
        let ends =
            matches!(self.current(), EOF | Semicolon | Comma | RBrace | RBracket | RParen | KwIn | KwThen | KwElse);
        if ends || self.at_anchor() {
            let span = if self.at(EOF) || self.input.begins_line(self.pos) { self.behind() } else { self.span(0) };
            self.report(missing_part::problem(span, what));
        } else {
            self.unexpected(what);
        }
        self.empty()
    }

    pub(super) fn empty(&mut self) -> Completed {
        let marker = self.start();
        self.complete(marker, Error)
    }

    /// The `;` behind a definition or statement.
    pub(super) fn semicolon(&mut self) {
        if self.eat(Semicolon) {
            return;
        }
        let fits =
            matches!(self.current(), EOF | RBrace | KwIn | KwInherit) || self.at_anchor() || self.at_definition(0);
        if fits || self.at_statement() || self.at_typed_definition() {
            let at = self.behind();
            self.report(missing_semicolon::problem(at));
            return;
        }
        if self.at(Comma) {
            let span = self.span(0);
            let label = "a definition ends with `;`";
            let problem = wrong_sign::problem(span, ",", ";", label);
            self.context.commas = self.report_with(self.context.commas, problem);
            return self.bump();
        }
        if !matches!(self.current(), RParen | RBracket) || !self.closes_outer() {
            if matches!(self.current(), RParen | RBracket) {
                self.stray_closer();
                return self.semicolon();
            }
            self.unexpected("`;`");
            self.skip_until(|kind| kind == Semicolon);
        }
        if !self.eat(Semicolon) {
            let at = self.behind();
            self.report(missing_semicolon::problem(at));
        }
    }

    /// Whether the `)` or `]` here closes a bracket around the construct.
    pub(super) fn closes_outer(&self) -> bool {
        let open = self.context.open;
        match self.current() {
            RParen => open.parens > 0,
            RBracket => open.brackets > 0,
            RBrace => open.braces > 0,
            _ => false,
        }
    }

    /// A closing bracket that closes nothing.
    pub(super) fn stray_closer(&mut self) {
        let (span, text) = (self.span(0), self.text(0));
        self.report(unopened::problem(span, text));
        self.skip_one();
    }

    /// The closing bracket for the one at token `open`.
    pub(super) fn close(&mut self, open: usize, kind: SyntaxKind) {
        if self.eat(kind) {
            return;
        }
        let (text, mut closed) = match kind {
            RBrace => ("{", "}".to_owned()),
            RBracket => ("[", "]".to_owned()),
            _ => ("(", ")".to_owned()),
        };
        let mut sure = true;
        if self.at(EOF) {
            // The brackets around are not closed either; that is one mistake.
            closed.extend(self.awaited.iter().rev().copied());
            sure = !self.awaited.contains(&"in");
        }
        let (bracket, at) = (self.token_span(open), self.behind());
        self.report(unclosed::problem(bracket, text, &closed, at, sure));
    }

    /// The `{` at token `open` is not closed before the definition here, which belongs to the braces around.
    pub(super) fn unclosed_record(&mut self, open: usize) {
        self.input.account_for_brace();
        let around = self.awaited.iter().rev().skip(1).take_while(|closer| **closer != "}");
        let closed: std::string::String = std::iter::once("}").chain(around.copied()).collect();
        let (bracket, at) = (self.token_span(open), self.behind());
        self.report(unclosed::problem(bracket, "{", &closed, at, true));
    }
}
