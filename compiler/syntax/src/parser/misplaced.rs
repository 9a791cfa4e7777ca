//! Values that end too early, and signs of other languages in them, each understood far enough that it is one mistake.

use super::{Completed, EOF, Parser};
use crate::diagnostic::{Applicability, Edit};
use crate::kind::SyntaxKind::*;
use crate::problems::{unexpected, wrong_sign};
use crate::source::Span;

impl Parser<'_> {
    /// A value behind which something stands that cannot follow it, or in front of or behind which the lexer passed over
    /// something, is not what was meant: it becomes an error node with what is left of it. `first` is its first token.
    pub(super) fn whole_value(&mut self, first: usize, value: Completed, ends: bool, expected: &str) {
        let passed = self.input.follows_error(first) || self.input.follows_error(self.pos);
        if ends && !passed {
            return;
        }
        let marker = self.precede(value);
        if !ends {
            self.unexpected(expected);
            self.skip_until(|kind| matches!(kind, Semicolon | Comma));
        }
        self.complete(marker, Error);
    }

    /// Whether a definition can end here.
    pub(super) fn ends_definition(&self) -> bool {
        matches!(self.current(), EOF | Semicolon | Comma | RBrace | RBracket | RParen | KwInherit | Eq)
            || self.at(KwIn) && self.context.open.lets > 0
            || self.at_anchor()
            || self.at_definition(0)
            || self.at_statement()
            || self.at_typed_definition()
    }

    /// Whether a word stands in front of a definition on its line, as `const` or `export` in other languages.
    pub(super) fn at_stray_word(&self) -> bool {
        self.at(Ident) && self.at_definition(1) && !self.input.begins_line(self.pos + 1) && !self.at_statement()
    }

    pub(super) fn stray_word(&mut self) {
        self.unexpected("a definition such as `name = value;`");
        self.skip_one();
        self.reported = None;
    }

    /// `:=`, `+=` or `=>` between a name and its value: how many tokens it has.
    pub(super) fn foreign_equals(&self, ahead: usize) -> Option<usize> {
        match self.nth(ahead) {
            FatArrow => Some(1),
            Colon | Plus | Question if self.nth(ahead + 1) == Eq && self.input.is_adjacent(self.pos + ahead + 1) => {
                Some(2)
            }
            _ => None,
        }
    }

    pub(super) fn equals_of(&mut self, tokens: usize) {
        let span = self.span(0).to(self.span(tokens - 1));
        let found: std::string::String = (0..tokens).map(|at| self.text(at)).collect();
        self.report(wrong_sign::problem(span, &found, "=", "between a name and its value"));
        for _ in 1..tokens {
            self.skip_one();
        }
        self.bump_as(Eq);
    }

    /// Whether the `)` or `]` here was meant as the `}` of the record around.
    pub(super) fn at_mistaken_brace(&self) -> bool {
        matches!(self.current(), RParen | RBracket)
            && !self.closes_outer()
            && self.input.has_unclosed_braces()
            && matches!(self.nth(1), Semicolon | Comma | EOF)
    }

    pub(super) fn mistaken_brace(&mut self) {
        let (span, text) = (self.span(0), self.text(0));
        self.report(wrong_sign::problem(span, text, "}", "the end of the record"));
        self.input.account_for_brace();
        self.bump_as(RBrace);
    }

    /// Whether `<-` or `<->` stands here.
    pub(super) fn at_backward_arrow(&self) -> bool {
        self.at(Less)
            && self.input.is_adjacent(self.pos + 1)
            && match self.nth(1) {
                Arrow => true,
                Minus => !self.input.is_adjacent(self.pos + 2),
                _ => false,
            }
    }

    /// `a <- b`, `a <-> b`
    pub(super) fn backward_arrow(&mut self, left: Completed) -> Completed {
        let span = self.span(0).to(self.span(1));
        let found = format!("`{}{}`", self.text(0), self.text(1));
        let help = match self.nth(1) {
            Arrow => "a connection has one source: write two flows, `a -> b` and `b -> a`",
            _ => "a flow is written from its source: `a -> b`",
        };
        self.report(unexpected::problem(span, &found, "`->`").help(help));
        let marker = self.precede(left);
        self.bump();
        self.bump();
        self.operation();
        self.complete(marker, Error)
    }

    /// Whether two or three dots and the end of a range stand behind the number or address here.
    pub(super) fn at_range_dots(&self) -> bool {
        match self.current() {
            Ellipsis => self.nth(1).is_literal(),
            Dot => self.nth(1) == Dot && self.nth(2).is_literal(),
            _ => false,
        }
    }

    /// `2000 .. 2999`, `2000...2999`: a range of numbers is one word.
    pub(super) fn range_dots(&mut self, first: Completed) -> Completed {
        let dots = if self.at(Dot) { 2 } else { 1 };
        let (start, end) = (self.token_span(self.pos - 1), self.span(dots));
        let span = self.span(0).to(self.span(dots - 1));
        let found: std::string::String = (0..dots).map(|at| self.text(at)).collect();
        let problem = unexpected::problem(span, &format!("`{found}`"), "an operator, or the end of the value");
        self.report(match (self.input.kind(self.pos - 1), self.nth(dots)) {
            (Int, Int) => problem.fix(
                "write the range as one word",
                vec![Edit { span: Span::new(start.end, end.start), text: "..".into() }],
                Applicability::MachineApplicable,
            ),
            _ => problem.help("a range is of whole numbers: `10..19`"),
        });
        let marker = self.precede(first);
        for _ in 0..=dots {
            self.bump();
        }
        self.complete(marker, Error)
    }

    /// Whether `for n in` stands here, as other languages make a list of each.
    pub(super) fn at_comprehension(&self) -> bool {
        self.at(Ident) && self.nth(1) == Ident && matches!(self.nth(2), KwIn | Comma) && self.text(0) == "for"
    }

    /// All that belongs to `for n in …`, up to the bracket around.
    pub(super) fn comprehension(&mut self) {
        let problem = unexpected::problem(self.span(0), "`for`", "a value");
        self.report(problem.help("a value is made of each with `map (n: …) list`, or with `mapValues` for a record"));
        self.skip_until(|_| false);
    }

    /// Whether the condition in parentheses here is followed by the braces of `if (c) { a } else { b }`.
    pub(super) fn at_braced_branches(&self) -> bool {
        let (mut token, mut inner) = (self.pos, 0_u32);
        if self.input.kind(token) != LParen {
            return false;
        }
        loop {
            match self.input.kind(token) {
                LParen => inner += 1,
                RParen if inner == 1 => break,
                RParen => inner -= 1,
                Semicolon | LBrace | RBrace | EOF => return false,
                _ => {}
            }
            token += 1;
        }
        let open = token + 1;
        self.input.kind(open) == LBrace
            && self.input.partner(open).is_some_and(|close| self.input.kind(close + 1) == KwElse)
    }

    /// `(c) { a } else { b }`
    pub(super) fn braced_branches(&mut self) {
        while !self.at(LBrace) {
            self.bump();
        }
        let problem = unexpected::problem(self.span(0), "`{`", "`then`");
        self.report(problem.help("the branches of an `if` are values: `if condition then a else b`"));
        self.braces();
        self.bump();
        match self.current() {
            LBrace => self.braces(),
            _ => _ = self.expr(),
        }
    }

    /// Everything up to the `}` that belongs to the `{` here.
    fn braces(&mut self) {
        let end = self.input.partner(self.pos).unwrap_or(self.pos);
        while self.pos <= end && !self.at(EOF) {
            self.bump();
        }
    }

    /// Whether `scheme://` stands here.
    pub(super) fn at_url(&self) -> bool {
        self.at(Ident)
            && self.nth(1) == Colon
            && self.nth(2) == SlashSlash
            && self.input.is_adjacent(self.pos + 1)
            && self.input.is_adjacent(self.pos + 2)
    }

    /// `https://example.org/a`, without quotes.
    pub(super) fn url(&mut self) -> Completed {
        let marker = self.start();
        let (first, place) = (self.pos, self.span(0));
        let name = format!("`{}://…`", self.text(0));
        self.bump();
        while !matches!(self.current(), EOF | Semicolon | Comma | RBrace | RBracket | RParen)
            && self.input.is_adjacent(self.pos)
        {
            self.bump();
        }
        let (start, end) = (Span::new(place.start, place.start), self.behind());
        let problem = unexpected::problem(self.token_span(first).to(end), &name, "a value").fix(
            "put it in quotes",
            [start, end].map(|span| Edit { span, text: "\"".into() }).to_vec(),
            Applicability::MachineApplicable,
        );
        self.diagnostics.push(problem);
        self.complete(marker, Error)
    }

    /// Whether a record that begins with the fields of another one stands here: `{ ...a, b = 1; }`.
    pub(super) fn at_spread(&self) -> bool {
        self.at(LBrace)
            && self.nth(1) == Ellipsis
            && self.nth(2) == Ident
            && self.input.is_adjacent(self.pos + 2)
            && self.input.partner(self.pos).is_some()
    }

    pub(super) fn spread(&mut self) -> Completed {
        let problem = unexpected::problem(self.span(1), "`...`", "a definition");
        self.report(problem.help("the fields of a record are changed with `//`: `a // { b = 1; }`"));
        let marker = self.start();
        self.braces();
        self.complete(marker, Error)
    }

    /// Whether the items of a list stand between braces here: `{ groups.web }`.
    pub(super) fn at_list_in_braces(&self) -> bool {
        self.at(LBrace)
            && self.after_path(1).is_some_and(|after| after > 2 && matches!(self.nth(after), RBrace | Comma))
            && self.input.partner(self.pos).is_some()
    }

    pub(super) fn list_in_braces(&mut self) -> Completed {
        let span = self.span(0);
        let close = self.input.partner(self.pos).map(|close| self.token_span(close));
        let mut problem = wrong_sign::problem(span, "{", "[", "a list stands in brackets");
        let edits = problem.fixes.iter_mut().map(|fix| &mut fix.edits);
        edits.for_each(|edits| edits.extend(close.map(|span| Edit { span, text: "]".into() })));
        self.report(problem);
        let marker = self.start();
        self.bump_as(LBracket);
        self.bracketed("]", Self::items_of_list);
        if self.at(RBrace) {
            self.bump_as(RBracket);
        }
        self.complete(marker, List)
    }
}
