//! Expressions.

use super::{Completed, Context, EOF, Parser};
use crate::kind::SyntaxKind::{self, *};
use crate::problems::{missing_comma, missing_semicolon, missing_word, second_suffix, wrong_sign};

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
            // Behind any other token the name is a value.
            Ident if matches!(p.nth(1), Colon | FatArrow | Ident | LParen | KwImport) => p.headed_by_name(),
            LBrace if !p.at_spread() && p.at_pattern() => p.lambda(),
            LParen if p.at_parameters() => p.parameters(),
            Underscore if p.at_lambda() => p.lambda(),
            _ => p.flow(),
        })
    }

    /// A name that is perhaps a parameter, or a word of another language.
    fn headed_by_name(&mut self) -> Completed {
        if self.at_with() {
            self.with()
        } else if self.at_url() {
            self.url()
        } else if self.at_announced_function() {
            self.announced_function()
        } else if self.at_lambda() {
            self.lambda()
        } else {
            self.flow()
        }
    }

    /// Whether the name or `_` here is the parameter of a function.
    fn at_lambda(&self) -> bool {
        self.nth(1) == Colon || self.nth(1) == FatArrow && !self.begins_item()
    }

    /// Whether the expression here is an item of a list, where `=>` is rather meant for the `->` of a flow.
    fn begins_item(&self) -> bool {
        self.pos > 0 && matches!(self.input.kind(self.pos - 1), LBracket | Comma)
    }

    pub(super) fn lambda(&mut self) -> Completed {
        let marker = self.start();
        self.pattern();
        if self.at(FatArrow) {
            let span = self.span(0);
            self.report(wrong_sign::problem(span, "=>", ":", "between a parameter and the body of a function"));
            self.bump_as(Colon);
        } else if !self.eat(Colon) {
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
        let ends = matches!(self.current(), Semicolon | EOF | RBrace | RParen | RBracket) || self.at_anchor();
        if !begins_expr(self.current()) && !ends {
            self.unexpected("`;`");
            self.skip_until(|kind| kind == Semicolon);
        }
        if !self.eat(Semicolon) {
            let at = self.behind();
            self.report(missing_semicolon::problem(at));
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
        if self.at_braced_branches() {
            self.braced_branches();
            return self.complete(marker, Error);
        }
        self.condition();
        let stop = |kind| matches!(kind, KwThen | KwElse | Semicolon | Comma | KwIn);
        for (word, text, why) in [
            (KwThen, "then", "expected `then` and the value if the condition holds"),
            (KwElse, "else", "every `if` has a value, so it needs an `else`"),
        ] {
            if word == KwElse && self.at(Semicolon) && self.nth(1) == KwElse {
                self.unexpected("`else`: the whole of `if` is one value");
                self.skip_one();
            }
            if word == KwElse && self.at(Ident) && matches!(self.text(0), "elif" | "elsif" | "elseif") {
                let (span, found) = (self.span(0), self.text(0));
                self.report(wrong_sign::problem(span, found, "else if", "a further condition"));
                self.conditional();
                continue;
            }
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
        let meant = match self.current() {
            Arrow => false,
            // Behind a tag, it begins the value of another case.
            FatArrow if self.pos > 0 && !matches!(self.input.kind(self.pos - 1), Tag | Underscore) => true,
            _ => return source,
        };
        let marker = self.precede(source);
        if meant {
            let span = self.span(0);
            self.report(wrong_sign::problem(span, "=>", "->", "between the ends of a flow"));
        }
        self.bump_as(Arrow);
        let saved = self.context;
        self.context = Context { flow: true, ..saved };
        self.operation();
        if self.at(Colon) {
            self.flow_part(FlowPorts, Colon);
        }
        let (mut via, mut except) = (None, None);
        while let Some(word) = self.flow_word() {
            let (node, first) = if word == KwVia { (FlowVia, &mut via) } else { (FlowExcept, &mut except) };
            let span = self.span(0);
            if let Some(first) = *first {
                self.report(second_suffix::problem(self.text(0), span, first));
            }
            first.get_or_insert(span);
            self.flow_part(node, word);
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
    pub(super) fn flow_word(&self) -> Option<SyntaxKind> {
        if !self.context.flow || !self.at(Ident) {
            return None;
        }
        match self.text(0) {
            "via" => Some(KwVia),
            "except" => Some(KwExcept),
            _ => None,
        }
    }
}
