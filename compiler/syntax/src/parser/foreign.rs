//! Constructs of other languages, each understood far enough that it is one mistake.
//!
//! They are recognised only where nothing of this language could stand. What is inside becomes an error node: nobody
//! looks for the names in it.

use super::expr::begins_expr;
use super::{Completed, EOF, Marker, Parser};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Label};
use crate::kind::SyntaxKind::*;
use crate::literal::unit_for;
use crate::problems::{foreign_comment, missing_word, unexpected, unknown_unit};
use crate::source::Span;

/// More labels than these nobody reads.
const SHOWN: usize = 5;

impl Parser<'_> {
    /// `// …` or `-- …`, where no operand stands before it.
    pub(super) fn foreign_comment(&mut self) {
        let sign = if self.at(Minus) { self.span(0).to(self.span(1)) } else { self.span(0) };
        self.report(foreign_comment::line(sign));
        let marker = self.start();
        self.bump();
        while !self.at(EOF) && !self.input.begins_line(self.pos) {
            self.bump();
        }
        self.complete(marker, Skipped);
    }

    /// Whether the items of a list stand here on lines of their own, each behind a dash.
    pub(super) fn at_dash_list(&self) -> bool {
        self.at(Minus) && self.input.begins_line(self.pos) && !self.input.is_adjacent(self.pos + 1)
    }

    /// `- a` on each line, as YAML has it.
    pub(super) fn dash_list(&mut self) -> Completed {
        let problem = unexpected::problem(self.span(0), "`-`", "a value");
        self.report(problem.help("a list is written `[ a, b ]`"));
        let marker = self.start();
        while self.at_dash_list() {
            self.bump();
            self.operation();
        }
        self.complete(marker, Error)
    }

    /// Reports a problem, or adds it to the one at this index, which is the same mistake of the record around: whoever
    /// writes one definition in the notation of another language writes all of them so. Gives the index.
    pub(super) fn report_with(&mut self, first: Option<usize>, problem: Diagnostic) -> Option<usize> {
        let known = first.and_then(|first| self.diagnostics.get_mut(first)).filter(|known| known.code == problem.code);
        let Some(known) = known else {
            let index = self.diagnostics.len();
            self.report(problem);
            return (self.diagnostics.len() > index).then_some(index);
        };
        if known.labels.len() < SHOWN {
            known.labels.push(Label { span: problem.span(), primary: false, message: "and here".into() });
        }
        for (fix, more) in known.fixes.iter_mut().zip(problem.fixes) {
            fix.edits.extend(more.edits);
        }
        self.silence();
        first
    }

    /// The end of a definition that has a `:`, as the problem at `colon` says, and no `;`; or of the last one of a record
    /// with commas. That is no mistake of its own.
    pub(super) fn foreign_end(&mut self, colon: Option<usize>) -> bool {
        let last = matches!(self.current(), RBrace | EOF);
        let next = self.input.begins_line(self.pos) && self.at_typed_definition();
        let ends = last || next || self.at(Comma) || self.at_anchor();
        let around = colon.or(self.context.commas.filter(|_| last));
        let Some(index) = around.filter(|index| ends && *index < self.diagnostics.len()) else { return false };
        let span = match self.input.kind(self.pos) {
            Comma => self.token_span(self.pos),
            _ => self.behind(),
        };
        if let Some(fix) = self.diagnostics[index].fixes.first_mut() {
            fix.edits.push(Edit { span, text: ";".into() });
        }
        self.eat(Comma);
        true
    }

    /// Whether `--` stands here.
    pub(super) fn at_dashes(&self) -> bool {
        self.at(Minus) && self.nth(1) == Minus && self.input.is_adjacent(self.pos + 1)
    }

    /// Whether `with scope;` stands here, as Nix has it, and an expression behind it.
    pub(super) fn at_with(&self) -> bool {
        if !self.at(Ident) || self.text(0) != "with" {
            return false;
        }
        let after = match self.nth(1) {
            Ident => self.after_path(1),
            KwImport => match self.nth(2) {
                StringStart => self.input.partner(self.pos + 2).map(|end| end + 1 - self.pos),
                Path => Some(3),
                _ => None,
            },
            _ => None,
        };
        after.is_some_and(|after| {
            self.nth(after) == Semicolon && begins_expr(self.nth(after + 1)) && !self.at_definition(after + 1)
        })
    }

    /// `with scope; e`
    pub(super) fn with(&mut self) -> Completed {
        let span = self.span(0);
        let help = match self.at_import_behind_with() {
            true => "there is no `with`: give the import a name in a `let`, and write the path: `std.dns`".to_owned(),
            false => {
                let after = self.after_path(1).unwrap_or(1);
                let path = self.span(1).to(self.span(after - 1));
                let path = &self.text[(path.start - self.base) as usize..(path.end - self.base) as usize];
                let name = if self.nth(after + 1) == Ident { self.text(after + 1) } else { "name" };
                format!("there is no `with`: write the path, as `{path}.{name}`")
            }
        };
        self.report(unexpected::problem(span, "`with`", "a value").help(help));
        let marker = self.start();
        while !self.at(Semicolon) && !self.at(EOF) {
            self.bump();
        }
        self.bump();
        self.expr();
        self.complete(marker, Error)
    }

    fn at_import_behind_with(&self) -> bool {
        self.nth(1) == KwImport
    }

    /// How many tokens ahead the `)` stands that ends a list of names, whose `(` stands `ahead`.
    fn after_names(&self, ahead: usize) -> Option<usize> {
        let mut at = ahead + 1;
        loop {
            if self.nth(at) != Ident {
                return None;
            }
            match self.nth(at + 1) {
                Comma => at += 2,
                RParen => return Some(at + 1),
                _ => return None,
            }
        }
    }

    /// Whether `(a, b):` or `(a, b) =>` begins here.
    pub(super) fn at_parameters(&self) -> bool {
        self.at(LParen) && self.after_names(0).is_some_and(|end| matches!(self.nth(end + 1), Colon | FatArrow))
    }

    /// `(a, b): e`, understood as `a: b: e`.
    pub(super) fn parameters(&mut self) -> Completed {
        let end = self.after_names(0).unwrap_or(1);
        self.head_of_function(end + 2, "a parameter, which has no parentheses")
    }

    /// Whether a function begins here with a word that says so: `lambda a: e`, `fun a b => e`, `function(a, b) e`.
    pub(super) fn at_announced_function(&self) -> bool {
        self.at(Ident)
            && matches!(self.text(0), "lambda" | "fun" | "func" | "fn" | "function")
            && self.after_announced().is_some()
    }

    /// How many tokens ahead the body begins of a function that a word announces.
    fn after_announced(&self) -> Option<usize> {
        if self.nth(1) == LParen {
            let end = self.after_names(1)?;
            return Some(if matches!(self.nth(end + 1), Colon | FatArrow) { end + 2 } else { end + 1 });
        }
        let mut at = 1;
        while self.nth(at) == Ident {
            at += 1;
        }
        (at > 1 && matches!(self.nth(at), Colon | FatArrow)).then_some(at + 1)
    }

    pub(super) fn announced_function(&mut self) -> Completed {
        let body = self.after_announced().unwrap_or(1);
        self.head_of_function(body, "a parameter")
    }

    /// A function whose head has names among signs that are not ours, up to the body that begins so many tokens ahead.
    fn head_of_function(&mut self, body: usize, expected: &str) -> Completed {
        let first = usize::from(self.at(Ident));
        let names: Vec<usize> = (first..body).filter(|at| self.nth(*at) == Ident).collect();
        let meant = names.iter().map(|at| format!("{}:", self.text(*at))).collect::<Vec<_>>().join(" ");
        let found = self.describe();
        let problem = unexpected::problem(self.span(0), &found, expected).fix(
            format!("write `{meant}`"),
            vec![Edit { span: self.span(0).to(self.span(body - 1)), text: meant }],
            Applicability::MaybeIncorrect,
        );
        self.report(problem);
        let (start, end) = (self.pos, self.pos + body);
        let mut functions = Vec::new();
        for name in names {
            functions.push(self.start());
            while self.pos < start + name {
                self.bump();
            }
            let pattern = self.start();
            self.bump();
            self.complete(pattern, NamePattern);
        }
        while self.pos < end {
            self.bump();
        }
        let mut body = self.expr();
        while let Some(function) = functions.pop() {
            body = self.complete(function, Lambda);
        }
        body
    }

    /// Whether the path that ends `after` tokens from here is defined as one calls a function: `mk(a) = …`.
    pub(super) fn defines_a_call(&self, after: usize) -> bool {
        self.after_names(after).is_some_and(|end| self.nth(end + 1) == Eq)
    }

    pub(super) fn at_defined_call(&self) -> bool {
        self.defines_a_call(0)
    }

    /// `(a, b) = e` behind a name.
    pub(super) fn defined_call(&mut self) {
        let end = self.after_names(0).unwrap_or(1);
        let names: Vec<&str> = (1..end).step_by(2).map(|at| self.text(at)).collect();
        let meant = format!(" = {}:", names.join(": "));
        let whole = self.span(0).to(self.span(end + 1));
        let problem = unexpected::problem(self.span(0), "`(`", "`=`: a function is a value like any other").fix(
            format!("write `{}`", meant.trim_start()),
            vec![Edit { span: whole, text: meant }],
            Applicability::MaybeIncorrect,
        );
        self.report(problem);
        let marker = self.start();
        for _ in 0..=end + 1 {
            self.bump();
        }
        self.awaiting(";", Self::expr);
        self.complete(marker, Error);
    }

    /// The path of a definition, and how many keys it has. The label of a block, `name "label" {`, is a part of it: the
    /// place in front of it.
    pub(super) fn path_with_label(&mut self) -> (Option<Span>, u32) {
        let path = Marker(self.events.len());
        let keys = self.key_path();
        let label =
            self.at(StringStart) && self.input.partner(self.pos).is_some_and(|end| self.input.kind(end + 1) == LBrace);
        if !label {
            return (None, keys);
        }
        let gap = Span::new(self.behind().end, self.span(0).start);
        self.key();
        self.complete(path, KeyPath);
        (Some(gap), keys + 1)
    }

    /// In front of the `{` of a block, whose label stands behind `gap`.
    pub(super) fn block(&mut self, gap: Option<Span>) {
        let at = gap.map_or(self.behind(), |gap| Span::new(gap.start, gap.start));
        let mut edits: Vec<Edit> = gap.map(|span| Edit { span, text: ".".into() }).into_iter().collect();
        let end = self.behind();
        edits.push(Edit { span: end, text: " =".into() });
        let close = self.input.partner(self.pos).filter(|close| self.input.kind(close + 1) != Semicolon);
        edits.extend(close.map(|close| {
            let end = self.token_span(close).end;
            Edit { span: Span::new(end, end), text: ";".into() }
        }));
        self.report(missing_word::block(at, edits));
    }

    /// `= …` behind the value of a definition.
    pub(super) fn second_definition(&mut self, value: Option<Completed>) {
        let span = self.span(0);
        let problem = unexpected::problem(span, "`=`", "`;`");
        self.report(problem.help("each name has a definition of its own; `==` compares"));
        let marker = value.map(|value| self.precede(value));
        self.bump();
        self.expr();
        if let Some(marker) = marker {
            self.complete(marker, Error);
        }
    }

    /// Whether the path of a field follows the `?` here, and not what other languages write there.
    pub(super) fn names_a_field(&self) -> bool {
        let choice = matches!(self.nth(1), LBrace | LBracket | LParen | IndentStart | Dot) || self.nth(1).is_literal();
        let colon = || self.after_path(1).is_some_and(|after| self.nth(after) == Colon);
        !choice && (self.context.flow || !colon())
    }

    /// `c ? a : b`, as other languages choose between two values.
    pub(super) fn choice(&mut self, marker: Marker) -> Completed {
        let span = self.span(0);
        let problem = unexpected::problem(span, "`?`", "an operator, or the end of the value");
        let dot = self.nth(1) == Dot;
        self.report(problem.help(match dot {
            true => "what may be absent is written `a.b or c`",
            false => "a choice is written `if condition then a else b`",
        }));
        self.bump();
        if dot {
            while self.eat(Dot) {
                self.key();
            }
            return self.complete(marker, Error);
        }
        self.operation();
        if self.at(Colon) {
            self.bump();
            self.operation();
        }
        self.complete(marker, Error)
    }

    /// Whether a unit stands here, behind a number and a blank.
    pub(super) fn at_unit(&self) -> bool {
        if !matches!(self.current(), Ident | Tag) || self.pos == 0 || self.input.kind(self.pos - 1) != Int {
            return false;
        }
        let unit = self.text(0);
        !self.input.begins_line(self.pos)
            && !self.at_definition(0)
            && (unit.len() > 1 || unit.starts_with(|first: char| first.is_ascii_uppercase()))
            && (unit_for(unit).is_some() || matches!(unit, "tcp" | "udp"))
    }

    /// `2 GiB`: a number and its unit are one word.
    pub(super) fn unit_apart(&mut self, number: Completed) -> Completed {
        let (digits, unit) = (self.token_span(self.pos - 1), self.span(0));
        let text = self.text(0);
        let protocol = format!("/{text}");
        let meant = unit_for(text).unwrap_or(&protocol);
        self.report(unknown_unit::apart(unit, text, Span::new(digits.end, unit.end), meant));
        let marker = self.precede(number);
        self.bump();
        self.complete(marker, Error)
    }

    /// Whether `{{ … }}` stands here, as templates have it.
    pub(super) fn at_double_brace(&self) -> bool {
        self.nth(1) == LBrace
            && self.input.is_adjacent(self.pos + 1)
            && self.input.partner(self.pos + 1).is_some_and(|inner| {
                self.input.partner(self.pos) == Some(inner + 1) && self.input.is_adjacent(inner + 1)
            })
    }

    /// `{{ name }}`
    pub(super) fn double_brace(&mut self) -> Completed {
        let span = self.span(0).to(self.span(1));
        let problem = unexpected::problem(span, "`{{`", "a value");
        self.report(problem.help("a name is written as it is; in a string it is put between `${` and `}`"));
        let marker = self.start();
        let end = self.input.partner(self.pos).unwrap_or(self.pos);
        while self.pos <= end {
            self.bump();
        }
        self.complete(marker, Error)
    }

    /// Whether `name = value` stands here as an item: what follows it is another item, or the end of the list.
    pub(super) fn at_named_item(&self) -> bool {
        let Some(after) = self.after_path(0).filter(|after| self.nth(*after) == Eq) else { return false };
        let (mut token, mut inner) = (self.pos + after, 0_u32);
        loop {
            match self.input.kind(token) {
                LParen | LBracket => inner += 1,
                RBracket | Comma if inner == 0 => return true,
                RParen | RBracket => inner = inner.saturating_sub(1),
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

    pub(super) fn named_item(&mut self) {
        let marker = self.start();
        self.key_path();
        self.unexpected("`,` or `]`: an item has no name");
        self.bump();
        self.expr();
        self.complete(marker, Error);
    }
}
