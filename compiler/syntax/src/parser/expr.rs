//! Expressions.

use super::{Completed, Context, EOF, Parser};
use crate::diagnostic::{Applicability, Diagnostic, Edit};
use crate::kind::SyntaxKind::{self, *};
use crate::problems::{
    missing_comma, missing_semicolon, missing_word, trailing_text, unexpected, unopened, unquoted_key, wrong_sign,
};
use crate::source::Span;

/// Whether an operand can begin with this token.
pub(super) fn begins_operand(kind: SyntaxKind) -> bool {
    kind.is_literal()
        || matches!(
            kind,
            Ident | Tag | Path | StringStart | IndentStart | LBrace | LBracket | LParen | KwImport | KwSecret
        )
}

/// Whether an expression can begin with this token.
pub(super) fn begins_expr(kind: SyntaxKind) -> bool {
    begins_operand(kind) || matches!(kind, KwLet | KwAssert | KwIf | KwMatch | Bang | Minus | Underscore)
}

impl Parser<'_> {
    /// Any expression. If there is none, an empty error node.
    pub(super) fn expr(&mut self) -> Completed {
        self.deeper(|p| match p.current() {
            KwLet => p.let_in(),
            KwAssert => p.assert(),
            KwIf => p.conditional(),
            KwMatch => p.match_of(),
            _ if p.at_lambda() => p.lambda(),
            _ => p.flow(),
        })
    }

    /// Whether a function begins here.
    fn at_lambda(&self) -> bool {
        match self.current() {
            Ident | Underscore => self.nth(1) == Colon,
            LBrace => self.at_pattern(),
            _ => false,
        }
    }

    fn lambda(&mut self) -> Completed {
        let marker = self.start();
        self.pattern();
        if !self.eat(Colon) {
            let at = self.behind();
            self.report(missing_word::problem(at, ":", "expected `:` between the parameter and the body"));
        }
        self.expr();
        self.complete(marker, Lambda)
    }

    fn let_in(&mut self) -> Completed {
        let marker = self.start();
        self.bump();
        self.bracketed("in", Self::let_items);
        if !self.eat(KwIn) {
            let at = self.behind();
            self.report(missing_word::problem(at, "in", "expected `in` and the value of the whole `let`"));
            if !begins_expr(self.current()) || self.at_anchor() {
                self.empty();
                return self.complete(marker, Let);
            }
        }
        self.expr();
        self.complete(marker, Let)
    }

    fn assert(&mut self) -> Completed {
        let marker = self.start();
        self.bump();
        self.condition();
        let message = matches!(self.current(), StringStart | IndentStart);
        if message {
            let at = self.behind();
            self.report(missing_word::comma(at));
        }
        if message || self.eat(Comma) {
            if matches!(self.current(), StringStart | IndentStart) {
                self.string();
            } else {
                self.missing("a message in quotes");
            }
        } else {
            let at = self.behind();
            self.report(missing_word::problem(at, ",", "expected `,` and what is said when it does not hold"));
            self.empty();
        }
        if !begins_expr(self.current()) {
            self.skip_until(|kind| kind == Semicolon);
        }
        if !self.eat(Semicolon) {
            let at = self.behind();
            self.report(crate::problems::missing_semicolon::problem(at));
        }
        self.expr();
        self.complete(marker, Assert)
    }

    /// An expression where `=` can only be meant as `==`.
    fn condition(&mut self) {
        let left = self.expr();
        if self.at(Eq) {
            let span = self.span(0);
            self.report(wrong_sign::problem(span, "=", "==", "a comparison"));
            let marker = self.precede(left);
            self.bump_as(EqEq);
            self.operation();
            self.complete(marker, Binary);
        }
    }

    fn conditional(&mut self) -> Completed {
        let marker = self.start();
        self.bump();
        self.condition();
        let stop = |kind| matches!(kind, KwThen | KwElse | Semicolon | Comma | KwIn);
        for (word, text, why) in [
            (KwThen, "then", "expected `then` and the value if the condition holds"),
            (KwElse, "else", "every `if` has a value, so it needs an `else`"),
        ] {
            if !self.at(word) {
                let at = self.behind();
                self.report(missing_word::problem(at, text, why));
                self.skip_until(stop);
            }
            if self.eat(word) {
                self.expr();
            } else {
                self.empty();
            }
        }
        self.complete(marker, If)
    }

    fn match_of(&mut self) -> Completed {
        let marker = self.start();
        self.bump();
        let saved = self.context;
        self.context.scrutinee = true;
        self.expr();
        self.context = saved;
        let open = self.pos;
        if self.eat(LBrace) {
            self.bracketed("}", |p| p.arms());
            self.close(open, RBrace);
        } else {
            let at = self.behind();
            self.report(missing_word::problem(at, "{", "expected the cases in braces"));
        }
        self.complete(marker, Match)
    }

    fn arms(&mut self) {
        while !matches!(self.current(), RBrace | EOF) && !self.at_anchor() {
            let before = self.pos;
            if matches!(self.current(), Tag | Underscore) {
                self.arm();
                self.separator(RBrace, "cases", |kind| matches!(kind, Tag | Underscore));
            } else {
                self.unexpected("a tag or `_`");
                self.skip_until(|kind| kind == Comma);
                self.eat(Comma);
            }
            if self.pos == before {
                if self.closes_outer() {
                    break;
                }
                self.skip_one();
            }
        }
    }

    fn arm(&mut self) {
        let marker = self.start();
        let tag = self.at(Tag);
        self.bump();
        if tag && matches!(self.current(), Ident | Underscore) {
            self.bump();
        }
        if matches!(self.current(), Arrow | Colon | Eq) {
            let (span, found) = (self.span(0), self.text(0));
            self.report(wrong_sign::problem(span, found, "=>", "between a case and its value"));
            self.bump_as(FatArrow);
        } else if !self.eat(FatArrow) {
            let at = self.behind();
            self.report(missing_word::problem(at, "=>", "expected `=>` between a case and its value"));
        }
        self.expr();
        self.complete(marker, MatchArm);
    }

    /// The `,` between two parts of a list-like construct.
    pub(super) fn separator(&mut self, close: SyntaxKind, what: &str, begins: impl Fn(SyntaxKind) -> bool) {
        let kind = self.current();
        if self.eat(Comma) || kind == close || kind == EOF || self.at_anchor() {
            return;
        }
        if kind == Semicolon {
            let next = self.nth(1);
            if next == close || begins(next) && !self.at_definition(1) {
                let span = self.span(0);
                self.report(wrong_sign::problem(span, ";", ",", &format!("{what} are separated by `,`")));
                self.bump();
            }
            return;
        }
        if begins(kind) && !self.at_definition(0) {
            let at = self.behind();
            return self.report(missing_comma::problem(at, what));
        }
        if matches!(kind, RBrace | RBracket | RParen | KwIn) || self.at_definition(0) {
            return;
        }
        self.unexpected(if close == RBracket { "`,` or `]`" } else { "`,` or `}`" });
        self.skip_until(|kind| matches!(kind, Comma | Semicolon | KwIn));
        self.eat(Comma);
    }

    /// `a -> b : p via n except f`, or only an operation.
    fn flow(&mut self) -> Completed {
        let source = self.operation();
        if !self.at(Arrow) {
            return source;
        }
        let marker = self.precede(source);
        self.bump();
        let saved = self.context;
        self.context = Context { flow: true, ..saved };
        self.operation();
        if self.at(Colon) {
            self.flow_part(FlowPorts, Colon);
        }
        loop {
            match self.flow_word() {
                Some(KwVia) => self.flow_part(FlowVia, KwVia),
                Some(_) => self.flow_part(FlowExcept, KwExcept),
                None => break,
            }
        }
        self.context = saved;
        self.complete(marker, Flow)
    }

    fn flow_part(&mut self, node: SyntaxKind, word: SyntaxKind) {
        let marker = self.start();
        self.bump_as(word);
        self.operation();
        self.complete(marker, node);
    }

    /// `via` or `except`, which are words in a flow only.
    fn flow_word(&self) -> Option<SyntaxKind> {
        if !self.context.flow || !self.at(Ident) {
            return None;
        }
        match self.text(0) {
            "via" => Some(KwVia),
            "except" => Some(KwExcept),
            _ => None,
        }
    }

    /// A function with arguments, or only an operand.
    pub(super) fn application(&mut self) -> Completed {
        let function = self.selection();
        // A literal is no function: what follows it is another item, and a comma is missing.
        if function.kind == Literal
            || matches!(function.kind, String | IndentedString | List | Record | PathLiteral | Error | Lambda)
            || !self.at_argument()
        {
            return function;
        }
        let marker = self.precede(function);
        while self.at_argument() {
            if self.at(Ident) && self.nth(1) == Colon && !self.context.flow {
                self.function_as_argument();
            } else {
                self.selection();
            }
        }
        self.complete(marker, Apply)
    }

    /// `f x: e`: understood as `f (x: e)`.
    fn function_as_argument(&mut self) {
        let first = self.span(0);
        let place = Some((self.pos, self.diagnostics.len())).filter(|_| !self.is_reported());
        self.lambda();
        let Some((token, index)) = place else { return };
        let edits = [Span::new(first.start, first.start), self.behind()].into_iter().zip(["(", ")"]);
        let problem = unexpected::problem(self.token_span(token + 1), "`:`", "an argument").fix(
            "put parentheses around the function",
            edits.map(|(span, text)| Edit { span, text: text.into() }).collect(),
            Applicability::MachineApplicable,
        );
        self.diagnostics.insert(index, problem);
    }

    fn at_argument(&self) -> bool {
        let kind = self.current();
        begins_operand(kind)
            && self.flow_word().is_none()
            && !(self.context.flow && self.at_source())
            && !(self.input.begins_line(self.pos) && self.at_typed_definition())
            && !(kind == LBrace && self.context.scrutinee)
            && !(matches!(kind, Ident | StringStart | KwTrue | KwFalse | Tag) && self.at_definition(0))
            && !(self.input.begins_line(self.pos) && self.at_statement())
    }

    /// Whether the path here is the source of another flow, in front of which a comma is missing.
    fn at_source(&self) -> bool {
        self.at(Ident) && self.after_path(0).is_some_and(|after| self.nth(after) == Arrow)
    }

    /// `a.b.c`, `a ? b.c`, `a.b or c`.
    fn selection(&mut self) -> Completed {
        let mut node = self.operand();
        loop {
            let marker = match self.current() {
                Dot => self.precede(node),
                Question => {
                    let marker = self.precede(node);
                    self.bump();
                    self.key_path();
                    node = self.complete(marker, Has);
                    continue;
                }
                _ => break,
            };
            while self.eat(Dot) {
                self.key();
            }
            node = self.complete(marker, Select);
        }
        if self.at(KwOr) {
            let marker = self.precede(node);
            self.bump();
            self.deeper(|p| p.selection());
            node = self.complete(marker, SelectOr);
        }
        node
    }

    fn operand(&mut self) -> Completed {
        let marker = self.start();
        match self.current() {
            Ident => {
                self.bump();
                self.complete(marker, NameRef)
            }
            Tag => {
                self.bump();
                self.complete(marker, TagRef)
            }
            kind if kind.is_literal() => {
                self.bump();
                self.complete(marker, Literal)
            }
            Path => {
                self.bump();
                self.complete(marker, PathLiteral)
            }
            kind => {
                self.abandon(marker);
                self.compound(kind)
            }
        }
    }

    fn compound(&mut self, kind: SyntaxKind) -> Completed {
        match kind {
            StringStart | IndentStart => self.string(),
            LParen => self.paren(),
            LBracket => self.list(),
            LBrace if self.at_pattern() => self.unparenthesized("a function"),
            LBrace => self.record(),
            KwImport => self.import(),
            KwSecret => self.secret(),
            KwLet | KwIf | KwAssert | KwMatch => {
                let word = format!("`{}`", self.text(0));
                self.unparenthesized(&word)
            }
            Underscore => {
                let span = self.span(0);
                self.report(unexpected::problem(span, "`_`", "an expression"));
                let marker = self.start();
                self.bump();
                self.complete(marker, Error)
            }
            KwThen | KwElse | KwIn | KwInherit | KwOr => self.reserved_operand(),
            DollarBrace => {
                self.unexpected("an expression; `${…}` stands in strings and keys");
                let marker = self.start();
                self.interpolation(false);
                self.complete(marker, Error)
            }
            _ => self.missing("an expression"),
        }
    }

    /// A word that ends something around, or one that somebody took for a name.
    fn reserved_operand(&mut self) -> Completed {
        let ends = matches!(self.nth(1), Semicolon | Comma | RParen | RBracket | RBrace | Dot);
        if !ends || self.is_reported() {
            return self.missing("an expression");
        }
        let (span, text) = (self.span(0), self.text(0));
        self.report(crate::problems::reserved_word::problem(span, text, false));
        let marker = self.start();
        self.bump();
        self.complete(marker, Error)
    }

    /// `let`, `if` or a function as an operand: understood, but it needs parentheses.
    fn unparenthesized(&mut self, what: &str) -> Completed {
        let span = self.span(0);
        let problem = unexpected::problem(span, what, "an operand without a head")
            .help(format!("put parentheses around {what} and what belongs to it"));
        self.report(problem);
        self.expr()
    }

    fn paren(&mut self) -> Completed {
        let marker = self.start();
        let open = self.pos;
        self.bump();
        self.bracketed(")", |p| {
            p.expr();
            if !matches!(p.current(), RParen | Comma | Semicolon | RBrace | RBracket | EOF | KwIn)
                && !p.at_definition(0)
            {
                p.unexpected("`)`");
                p.skip_until(|kind| matches!(kind, Comma | Semicolon | KwIn));
            }
        });
        self.close(open, RParen);
        self.complete(marker, Paren)
    }

    fn list(&mut self) -> Completed {
        let marker = self.start();
        let open = self.pos;
        self.bump();
        self.bracketed("]", Self::items_of_list);
        self.close(open, RBracket);
        self.complete(marker, List)
    }

    fn items_of_list(&mut self) {
        loop {
            let before = self.pos;
            match self.current() {
                RBracket | EOF | Semicolon | KwIn => return,
                RBrace | RParen if self.closes_outer() => return,
                RBrace | RParen => self.stray_closer(),
                Comma => {
                    self.missing("an item");
                    self.bump();
                }
                _ if self.at_definition(0) || self.at_anchor() => return,
                _ => {
                    self.expr();
                    self.separator(RBracket, "items", begins_expr);
                }
            }
            if self.pos == before {
                // An expression that could not begin here, and whose first token stops every skipping.
                if self.closes_outer() {
                    return;
                }
                self.skip_one();
            }
        }
    }

    fn import(&mut self) -> Completed {
        let marker = self.start();
        self.bump();
        self.source_of("a path such as `./file.arv`, or the name of a library in quotes");
        self.complete(marker, Import)
    }

    /// The path or string behind `import`, `include` and `extends`.
    pub(super) fn source_of(&mut self, what: &str) {
        let marker = self.start();
        match self.current() {
            Path => {
                self.bump();
                self.complete(marker, PathLiteral);
            }
            StringStart | IndentStart => {
                self.abandon(marker);
                self.string();
            }
            _ => {
                self.abandon(marker);
                self.missing(what);
            }
        }
    }

    fn secret(&mut self) -> Completed {
        let marker = self.start();
        self.bump();
        if matches!(self.current(), StringStart | IndentStart) {
            self.string();
        } else {
            self.missing("a reference in quotes such as `\"kv/path#key\"`");
        }
        self.complete(marker, Secret)
    }

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
            p.expr();
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
        if one_line && !self.at(RBrace) {
            self.silence();
        } else {
            self.close(open, RBrace);
        }
        self.complete(marker, Interpolation);
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

    /// Keys with dots between them.
    pub(super) fn key_path(&mut self) -> Completed {
        let marker = self.start();
        self.key();
        while self.eat(Dot) {
            self.key();
        }
        self.complete(marker, KeyPath)
    }

    /// The `}` before this place ended the file's record, and definitions follow: it is one too many.
    fn closed_early(&mut self) {
        let brace = self.token_span(self.pos - 1);
        // Its `;` was missed because of the same brace.
        let echo = |problem: &Diagnostic| problem.code == &missing_semicolon::CODE && problem.span().end == brace.start;
        if self.diagnostics.last().is_some_and(echo) {
            self.diagnostics.pop();
        }
        self.report(unopened::early(brace));
    }

    /// What stands behind the file's expression.
    pub(super) fn trailing(&mut self) {
        if self.at(EOF) {
            return;
        }
        let span = self.span(0);
        if self.at(Semicolon) && self.nth(1) == EOF {
            self.report(trailing_text::semicolon(span));
            return self.skip_one();
        }
        if self.pos > 0 && self.input.kind(self.pos - 1) == RBrace && (self.at(Semicolon) || self.at_definition(0)) {
            self.closed_early();
        } else if matches!(self.current(), RBrace | RBracket | RParen) {
            self.stray_closer();
        } else {
            self.report(trailing_text::problem(span));
        }
        // The rest is read as definitions, so that what is wrong in it is found too.
        while !self.at(EOF) {
            let before = self.pos;
            match self.current() {
                Semicolon | Comma | RBrace | RBracket | RParen | KwIn => self.skip_one(),
                LBrace => {
                    self.record();
                }
                _ if self.at_definition(0) || self.at_statement() => self.item(),
                _ => {
                    self.silence();
                    let marker = self.start();
                    self.expr();
                    self.complete(marker, Skipped);
                    self.silence();
                }
            }
            if self.pos == before {
                self.skip_one();
            }
        }
    }
}
