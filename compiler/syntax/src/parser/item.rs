//! Files, records, and what stands in them.

use std::cell::OnceCell;

use super::expr::begins_expr;
use super::types::begins_type;
use super::{Completed, EOF, Parser};
use crate::diagnostic::{Applicability, Diagnostic, Edit};
use crate::kind::SyntaxKind::{self, *};
use crate::problems::{
    missing_part, missing_semicolon, missing_word, reserved_word, trailing_text, unexpected, unopened, wrong_sign,
};
use crate::source::Span;

/// A whole source.
pub(super) fn file(p: &mut Parser<'_>) {
    let marker = p.start();
    while p.at(SlashSlash) {
        p.foreign_comment();
    }
    if p.at(EOF) {
        let place = p.behind();
        p.report(missing_part::problem(place, "a value").help("a file is one value, most often a record: `{ }`"));
        p.empty();
    } else if p.at_definition(0) || p.at_statement() {
        p.bare_definitions();
    } else {
        p.expr();
    }
    p.trailing();
    p.complete(marker, File);
}

impl Parser<'_> {
    /// Definitions without braces around them: read as if they were there.
    fn bare_definitions(&mut self) {
        let end = self.text.trim_end().len() as u32 + self.base;
        let span = self.span(0);
        self.report(trailing_text::no_record(span, Span::new(end, end)));
        let marker = self.start();
        // The braces are reported; the first definition has its own problems.
        self.reported = None;
        self.record_items(None);
        self.complete(marker, Record);
    }

    pub(super) fn record(&mut self) -> Completed {
        let marker = self.start();
        let open = self.pos;
        self.bump();
        let closed = self.bracketed("}", |p| p.record_items(Some(open)));
        if closed {
            self.close(open, RBrace);
        }
        self.complete(marker, Record)
    }

    /// Definitions up to the `}` that belongs to the `{` at token `open`. False if it is missing and reported.
    pub(super) fn record_items(&mut self, open: Option<usize>) -> bool {
        // Where the line of the `{` begins: looked for once, and only if braces are missing.
        let indent = OnceCell::new();
        loop {
            let before = self.pos;
            match self.current() {
                RBrace if open.is_some() => return true,
                EOF => return true,
                KwIn if self.context.open.lets > 0 => return true,
                RParen | RBracket if self.closes_outer() => return true,
                RParen | RBracket if open.is_some() && self.at_mistaken_brace() => {
                    self.mistaken_brace();
                    return false;
                }
                RBrace | RParen | RBracket => self.stray_closer(),
                Semicolon | Comma => self.stray_separator(),
                SlashSlash => self.foreign_comment(),
                Minus if self.at_dashes() => self.foreign_comment(),
                Ident if self.at_comprehension() => self.comprehension(),
                Ident if self.at_stray_word() => self.stray_word(),
                _ if open.is_some_and(|open| self.belongs_outside(open, &indent)) => {
                    if let Some(open) = open {
                        self.unclosed_record(open);
                    }
                    return false;
                }
                _ if self.at_item() => self.item(),
                _ => {
                    if self.at(StringStart) && self.input.partner(self.pos).is_none() {
                        // A key whose quote is not closed: the lexer has said so.
                        self.silence();
                    }
                    self.unexpected("a definition such as `name = value;`");
                    self.skip_until(|kind| kind == Semicolon);
                    self.eat(Semicolon);
                }
            }
            if self.pos == before {
                self.skip_one();
            }
        }
    }

    /// Some `{` is not closed, and the definition here begins no further right than the line of this `{` does.
    fn belongs_outside(&self, open: usize, indent: &OnceCell<usize>) -> bool {
        self.input.has_unclosed_braces()
            && self.context.open.braces > 1
            && self.at_anchor()
            && self.column(self.pos) <= *indent.get_or_init(|| self.column(self.line_of(open)))
    }

    /// The first token of the line that a token stands on.
    fn line_of(&self, mut token: usize) -> usize {
        while token > 0 && !self.input.begins_line(token) {
            token -= 1;
        }
        token
    }

    fn column(&self, token: usize) -> usize {
        let start = (self.token_span(token).start - self.base) as usize;
        start - self.text[..start].rfind('\n').map_or(0, |at| at + 1)
    }

    fn stray_separator(&mut self) {
        let (span, text) = (self.span(0), self.text(0));
        let found = format!("`{text}`");
        let problem = unexpected::problem(span, &found, "a definition or `}`").fix(
            format!("remove `{text}`"),
            vec![Edit { span, text: std::string::String::new() }],
            Applicability::MachineApplicable,
        );
        self.report(problem);
        self.skip_one();
    }

    /// The definitions of a `let`. They end at `in`, or where something stands that can only be the value.
    pub(super) fn let_items(&mut self) {
        loop {
            let before = self.pos;
            match self.current() {
                KwIn | EOF => return,
                RBrace | RParen | RBracket if self.closes_outer() => return,
                RBrace | RParen | RBracket => self.stray_closer(),
                Semicolon | Comma => self.stray_separator(),
                SlashSlash => self.foreign_comment(),
                Minus if self.at_dashes() => self.foreign_comment(),
                _ if self.at_item() => self.item(),
                kind if begins_expr(kind) => return,
                _ => {
                    self.unexpected("a definition, or `in`");
                    self.skip_until(|kind| matches!(kind, Semicolon | KwIn));
                    self.eat(Semicolon);
                }
            }
            if self.pos == before {
                self.skip_one();
            }
        }
    }

    /// Whether something begins here that is meant as a definition or statement.
    pub(super) fn at_item(&self) -> bool {
        if self.at(KwInherit) || self.at_statement() {
            return true;
        }
        let Some(after) = self.after_path(0) else {
            // A key with a value in it, or a path that is broken off: `a. = 1`.
            return matches!(self.current(), Ident | StringStart) && self.nth(1) == Dot || self.at(DollarBrace);
        };
        match self.nth(after) {
            EqEq => self.context.open.lets == 0,
            Eq => true,
            FatArrow | Plus => self.foreign_equals(after).is_some() && self.context.open.lets == 0,
            Colon | Semicolon | Comma | RBrace | EOF => !matches!(self.current(), KwTrue | KwFalse),
            LBrace | LBracket => matches!(self.current(), Ident) && self.context.open.lets == 0,
            LParen => self.defines_a_call(after),
            kind => {
                // `vmid 1001;`: `=` is missing. In a `let` it may be its value, without `in`.
                self.at(Ident)
                    && kind.is_literal() | matches!(kind, StringStart | IndentStart | Ident)
                    && self.context.open.lets == 0
            }
        }
    }

    pub(super) fn item(&mut self) {
        if self.at(KwInherit) && !matches!(self.nth(1), Eq | Dot) {
            return self.inherit();
        }
        if self.at_statement() {
            return match self.text(0) {
                "include" => self.file_statement(Include, KwInclude),
                "extends" => self.file_statement(Extends, KwExtends),
                _ => self.type_item(),
            };
        }
        self.definition();
    }

    fn file_statement(&mut self, node: SyntaxKind, word: SyntaxKind) {
        let marker = self.start();
        self.bump_as(word);
        self.source_of("a path such as `./file.arv`", false);
        self.semicolon();
        self.complete(marker, node);
    }

    fn inherit(&mut self) {
        let marker = self.start();
        self.bump();
        if self.at(LParen) {
            let open = self.pos;
            self.bump();
            self.bracketed(")", |p| p.expr());
            self.close(open, RParen);
        }
        let next = |p: &Self| p.at_definition(0) || p.at_typed_definition() || p.at_statement();
        let mut commas = Vec::new();
        while self.at(Ident) && !next(self) || self.current().is_keyword() && !self.at(KwIn) {
            if !self.at(Ident) {
                let (span, text) = (self.span(0), self.text(0));
                self.report(reserved_word::problem(span, text, false));
            }
            let name = self.start();
            self.bump_as(Ident);
            self.complete(name, NameKey);
            if self.at(Comma) && self.nth(1) == Ident {
                commas.push(self.span(0));
                self.skip_one();
            }
        }
        if let Some(first) = commas.first() {
            let problem = unexpected::problem(*first, "`,`", "a blank between the names").fix(
                "put blanks between the names",
                commas.iter().map(|span| Edit { span: *span, text: std::string::String::new() }).collect(),
                Applicability::MachineApplicable,
            );
            self.diagnostics.push(problem);
        }
        self.semicolon();
        self.complete(marker, Inherit);
    }

    fn definition(&mut self) {
        let marker = self.start();
        if self.current().is_keyword() && !self.is_free_word() {
            let (span, text) = (self.span(0), self.text(0));
            self.report(reserved_word::problem(span, text, true));
        }
        let mut colon = None;
        let (label, keys) = self.path_with_label();
        let (block, inside) = (self.at(LBrace), keys - 1);
        match self.current() {
            LParen if self.at_defined_call() => {
                self.defined_call();
                self.semicolon();
                self.complete(marker, Definition);
                return;
            }
            LBrace => self.block(label),
            Ident if self.nth(1) == Eq && !self.input.begins_line(self.pos) => {
                let problem = unexpected::problem(self.span(0), &self.describe(), "`=`");
                self.report(problem.help("a key with a blank in it stands in quotes"));
                self.skip_one();
                self.bump();
            }
            Colon | Plus | FatArrow | Question if self.foreign_equals(0).is_some() => {
                let tokens = self.foreign_equals(0).unwrap_or(1);
                self.equals_of(tokens);
            }
            Colon if self.at_annotation() => {
                self.bump();
                self.ty();
                if self.at(Semicolon) {
                    // A type and no value.
                    self.missing("`=` and a value");
                    self.bump();
                    self.complete(marker, Definition);
                    return;
                }
                self.equals();
            }
            Colon => {
                let span = self.span(0);
                let mut problem = wrong_sign::problem(span, ":", "=", "between a name and its value");
                if self.input.is_adjacent(self.pos) {
                    let edits = problem.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
                    edits.for_each(|edit| edit.text.insert(0, ' '));
                }
                self.context.colons = self.report_with(self.context.colons, problem);
                colon = self.context.colons;
                self.bump_as(Eq);
            }
            EqEq => {
                let span = self.span(0);
                self.report(wrong_sign::problem(span, "==", "=", "between a name and its value"));
                self.bump_as(Eq);
            }
            _ => self.equals(),
        }
        let first = self.pos;
        self.depth += inside;
        let value = self.awaiting(";", Self::value);
        if self.at(Eq) {
            self.second_definition(value);
        } else if let Some(value) = value.filter(|_| !block) {
            let ends = self.ends_definition();
            self.whole_value(first, value, ends, "`;`");
        }
        self.depth -= inside;
        if block && !self.at(Semicolon) {
            self.complete(marker, Definition);
            return;
        }
        if !self.foreign_end(colon) {
            self.semicolon();
        }
        self.complete(marker, Definition);
    }

    /// Words that begin no construct which could stand at the start of a definition.
    fn is_free_word(&self) -> bool {
        matches!(self.current(), KwImport | KwSecret | KwMatch | KwOr)
    }

    fn equals(&mut self) {
        if !self.eat(Eq) {
            let at = self.behind();
            self.report(missing_word::equals(at));
        }
    }

    /// Whether what follows the `:` here is a type and `=`, rather than a value.
    fn at_annotation(&self) -> bool {
        let first = self.nth(1);
        if !begins_type(first) {
            return false;
        }
        let mut token = self.pos + 1;
        let mut inner = 0_i32;
        loop {
            match self.input.kind(token) {
                LBrace => match self.input.partner(token) {
                    Some(partner) => token = partner,
                    None => return true,
                },
                LParen => inner += 1,
                RParen if inner > 0 => inner -= 1,
                Tag | Ident | Underscore | Question | Arrow => {}
                Colon | Comma | Semicolon if inner > 0 => return true,
                Eq => return true,
                // `a : T;` is a type without a value, `a: name;` a value.
                _ => return first == Tag && self.input.kind(token) == Semicolon && !self.input.is_adjacent(self.pos),
            }
            token += 1;
        }
    }

    /// Right of `=`: a value, perhaps with a mark.
    fn value(&mut self) -> Option<Completed> {
        let next = self.nth(1);
        // The first of several names is none of these words.
        if self.at(Ident) && next != Dot {
            match self.text(0) {
                "unset" if matches!(next, Semicolon | RBrace | EOF | Comma) => {
                    self.bump_as(KwUnset);
                    return None;
                }
                "default" if self.marks_a_value() => self.bump_as(KwDefault),
                "force" if self.marks_a_value() => self.bump_as(KwForce),
                _ => {}
            }
        }
        if self.at_dash_list() {
            return Some(self.dash_list());
        }
        let ends = matches!(self.current(), EOF | Semicolon | Comma | RBrace | RBracket | RParen | KwIn);
        Some(if ends || self.at_anchor() { self.missing("a value") } else { self.expr() })
    }

    /// Whether the word here is followed by the value that it marks, rather than being a name.
    fn marks_a_value(&self) -> bool {
        match self.nth(1) {
            Minus => self.input.is_adjacent(self.pos + 2) && !self.input.is_adjacent(self.pos + 1),
            next => begins_expr(next) && !self.at_definition(1),
        }
    }

    /// The `}` before this place ended the file's record, and definitions follow: it is one too many.
    fn closed_early(&mut self) {
        let brace = self.token_span(self.pos - 1);
        // Its `;` was missed because of the same brace.
        let echo = |problem: &Diagnostic| problem.code == &missing_semicolon::CODE && problem.span().end == brace.start;
        if self.diagnostics.last().is_some_and(echo) {
            self.diagnostics.pop();
        }
        let end = if self.at(Semicolon) { self.span(0).end } else { brace.end };
        self.report(unopened::early(brace, Span::new(brace.start, end)));
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
