//! Operands: names, literals, brackets, and what binds more tightly than operators.

use super::expr::{begins_expr, begins_operand};
use super::{Completed, EOF, Parser};
use crate::diagnostic::{Applicability, Edit};
use crate::kind::SyntaxKind::{self, *};
use crate::problems::{reserved_word, unexpected, wrong_sign};
use crate::source::Span;

impl Parser<'_> {
    /// A function with arguments, or only an operand.
    pub(super) fn application(&mut self) -> Completed {
        let function = self.selection();
        if function.kind == Literal {
            // A literal is no function: what follows it is another item, and a comma is missing.
            return if self.at_unit() {
                self.unit_apart(function)
            } else if self.at_range_dots() {
                self.range_dots(function)
            } else {
                function
            };
        }
        if matches!(function.kind, String | IndentedString | List | Record | PathLiteral | Error | Lambda)
            || !self.at_argument()
        {
            return function;
        }
        let marker = self.precede(function);
        let mut kind = Apply;
        while self.at_argument() {
            if self.at(Ident) && self.nth(1) == Colon && !self.context.flow {
                self.function_as_argument();
            } else if self.selection().kind == Error {
                // How many arguments were meant is not known.
                kind = Error;
            }
        }
        self.complete(marker, kind)
    }

    /// `f x: e`: understood as `f (x: e)`.
    fn function_as_argument(&mut self) {
        let first = self.span(0);
        let place = Some(self.pos).filter(|_| !self.is_reported());
        self.lambda();
        let Some(token) = place else { return };
        let edits = [Span::new(first.start, first.start), self.behind()].into_iter().zip(["(", ")"]);
        let problem = unexpected::problem(self.token_span(token + 1), "`:`", "an argument").fix(
            "put parentheses around the function",
            edits.map(|(span, text)| Edit { span, text: text.into() }).collect(),
            Applicability::MachineApplicable,
        );
        self.diagnostics.push(problem);
    }

    fn at_argument(&self) -> bool {
        let kind = self.current();
        begins_operand(kind)
            && self.flow_word().is_none()
            && !self.at_comprehension()
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
                Dot if node.kind == Literal && self.at_range_dots() => break,
                Dot => self.precede(node),
                Question => {
                    let marker = self.precede(node);
                    if !self.names_a_field() {
                        node = self.choice(marker);
                        continue;
                    }
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
        if self.at(KwOr) && (node.kind == Literal || matches!(node.kind, String | IndentedString | List)) {
            // Such a value is always there: the `or` of a condition is meant.
            self.unexpected("an operator, or the end of the value");
            let marker = self.precede(node);
            self.bump();
            self.operation();
            node = self.complete(marker, Error);
        } else if self.at(KwOr) {
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
            LBrace if self.at_double_brace() => self.double_brace(),
            LBrace if self.at_spread() => self.spread(),
            LBrace if self.at_list_in_braces() => self.list_in_braces(),
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
                self.report(unexpected::problem(span, "`_`", "a value"));
                let marker = self.start();
                self.bump();
                self.complete(marker, Error)
            }
            KwThen | KwElse | KwIn | KwInherit | KwOr => self.reserved_operand(),
            DollarBrace => {
                let span = self.span(0);
                let problem = unexpected::problem(span, "`${`", "a value");
                self.report(problem.help("outside of strings and keys a value stands without `${` and `}`"));
                let marker = self.start();
                self.interpolation(false);
                self.complete(marker, Error)
            }
            _ => self.missing("a value"),
        }
    }

    /// A word that ends something around, or one that somebody took for a name.
    fn reserved_operand(&mut self) -> Completed {
        let ends = matches!(self.nth(1), Semicolon | Comma | RParen | RBracket | RBrace | Dot);
        if !ends || self.is_reported() {
            return self.missing("a value");
        }
        let (span, text) = (self.span(0), self.text(0));
        self.report(reserved_word::problem(span, text, false));
        let marker = self.start();
        self.bump();
        self.complete(marker, Error)
    }

    /// `let`, `if` or a function as an operand: understood, but it needs parentheses.
    fn unparenthesized(&mut self, what: &str) -> Completed {
        let span = self.span(0);
        let problem = unexpected::problem(span, what, "a value in parentheses")
            .help(format!("put parentheses around {what} and what belongs to it"));
        self.report(problem);
        self.expr()
    }

    /// `( name = value; }`: the record that was meant, if a `}` ends it.
    fn record_in_parens(&mut self) -> Completed {
        let span = self.span(0);
        self.report(wrong_sign::problem(span, "(", "{", "definitions stand in braces"));
        let marker = self.start();
        let open = self.pos;
        self.bump_as(LBrace);
        let closed = self.bracketed("}", |p| p.record_items(Some(open)));
        if closed {
            self.close(open, RBrace);
        }
        self.complete(marker, Record)
    }

    fn paren(&mut self) -> Completed {
        if self.at_definition(1) && !self.parenthesis_ends() {
            return self.record_in_parens();
        }
        let marker = self.start();
        let open = self.pos;
        let mut kind = Paren;
        self.bump();
        self.bracketed(")", |p| {
            p.expr();
            if p.at(Comma) && p.parenthesis_closes() {
                // `f(a, b)`, as other languages write calls.
                kind = Error;
                p.unexpected(match p.input.kind(open.wrapping_sub(1)) {
                    Eq => "`)`; a list is written `[ a, b ]`",
                    _ => "`)`; a call is written `f a b`",
                });
                p.skip_until(|kind| matches!(kind, Semicolon | KwIn));
            }
            if !matches!(p.current(), RParen | Comma | Semicolon | RBrace | RBracket | EOF | KwIn)
                && !p.at_definition(0)
            {
                p.unexpected("`)`");
                p.skip_until(|kind| matches!(kind, Comma | Semicolon | KwIn));
            }
        });
        self.close(open, RParen);
        self.complete(marker, kind)
    }

    /// Whether a `)` ends what the `(` here begins, before a `}` does.
    fn parenthesis_ends(&self) -> bool {
        let (mut token, mut inner) = (self.pos + 1, 0_u32);
        loop {
            match self.input.kind(token) {
                LParen => inner += 1,
                RParen if inner == 0 => return true,
                RParen => inner -= 1,
                LBrace | DollarBrace => match self.input.partner(token) {
                    Some(partner) => token = partner,
                    None => return false,
                },
                RBrace => return false,
                EOF => return true,
                _ => {}
            }
            token += 1;
        }
    }

    /// Whether a `)` follows before anything that ends what is around.
    fn parenthesis_closes(&self) -> bool {
        let (mut token, mut inner) = (self.pos, 0_u32);
        loop {
            match self.input.kind(token) {
                LParen | LBracket => inner += 1,
                RParen if inner == 0 => return true,
                RBracket if inner == 0 => return false,
                RParen | RBracket => inner -= 1,
                LBrace | DollarBrace => match self.input.partner(token) {
                    Some(partner) => token = partner,
                    None => return false,
                },
                Semicolon | RBrace | EOF => return false,
                _ => {}
            }
            token += 1;
        }
    }

    fn list(&mut self) -> Completed {
        let marker = self.start();
        let open = self.pos;
        self.bump();
        self.bracketed("]", Self::items_of_list);
        self.close(open, RBracket);
        self.complete(marker, List)
    }

    pub(super) fn items_of_list(&mut self) {
        loop {
            let before = self.pos;
            match self.current() {
                RBracket | EOF | Semicolon | KwIn => return,
                RBrace | RParen if self.closes_outer() => return,
                RBrace | RParen => self.stray_closer(),
                SlashSlash => self.foreign_comment(),
                Comma => {
                    self.missing("an item");
                    self.bump();
                }
                _ if self.at_definition(0) => {
                    if !self.at_named_item() {
                        return;
                    }
                    self.named_item();
                    self.separator(RBracket, "items", begins_expr);
                }
                _ if self.at_anchor() => return,
                _ => {
                    let item = self.expr();
                    if self.at_comprehension() {
                        let marker = self.precede(item);
                        self.comprehension();
                        self.complete(marker, Error);
                    } else {
                        self.whole_value(before, item, true, "");
                    }
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
        self.source_of("a path such as `./file.arv`, or the name of a library in quotes", true);
        self.complete(marker, Import)
    }

    /// The path behind `import`, `include` and `extends`; where a `library` may be named, that is a string.
    pub(super) fn source_of(&mut self, what: &str, library: bool) {
        let marker = self.start();
        match self.current() {
            Path => {
                self.bump();
                self.complete(marker, PathLiteral);
            }
            StringStart if self.at_quoted_path(library) => {
                let (span, path) = (self.span(0), self.text(1));
                let whole = span.to(self.span(2));
                let meant = if path.starts_with('.') { path.to_owned() } else { format!("./{path}") };
                let problem = unexpected::problem(whole, "a string", "a path, which has no quotes").fix(
                    format!("write `{meant}`"),
                    vec![Edit { span: whole, text: meant }],
                    Applicability::MachineApplicable,
                );
                self.report(problem);
                self.string();
                self.complete(marker, Error);
            }
            StringStart | IndentStart if library => {
                self.abandon(marker);
                self.string();
            }
            Ident | Less if !self.input.begins_line(self.pos) => {
                self.bare_source(what);
                self.complete(marker, Error);
            }
            _ => {
                self.abandon(marker);
                self.missing(what);
            }
        }
    }

    /// Whether a string stands here that is meant as a path.
    fn at_quoted_path(&self, library: bool) -> bool {
        let path = self.text(1);
        let plain = self.nth(1) == StringText && self.nth(2) == StringEnd;
        plain && (!library || path.starts_with("./") || path.starts_with("../") || path.ends_with(".arv"))
    }

    /// `std`, `<std>`, `hosts/web.arv`: a source without quotes, or without `./`.
    fn bare_source(&mut self, what: &str) {
        let first = self.pos;
        self.unexpected(what);
        let angle = self.eat(Less);
        while matches!(self.current(), Ident | Dot | Slash | Minus | Int)
            && (self.pos == first || self.input.is_adjacent(self.pos))
        {
            self.bump();
        }
        let (start, end) = (self.token_span(first), self.behind());
        if angle {
            self.eat(Greater);
        }
        let name = &self.text[(start.start - self.base) as usize + usize::from(angle)..(end.end - self.base) as usize];
        let meant = match name.contains(['.', '/']) {
            true => format!("./{name}"),
            false => format!("\"{name}\""),
        };
        let whole = Span::new(start.start, self.behind().end);
        if let Some(problem) = self.diagnostics.last_mut().filter(|problem| problem.span() == start) {
            *problem = problem.clone().fix(
                format!("write `{meant}`"),
                vec![Edit { span: whole, text: meant }],
                Applicability::MaybeIncorrect,
            );
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
}
