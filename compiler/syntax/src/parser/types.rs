//! Types.

use super::{Completed, EOF, Parser};
use crate::kind::SyntaxKind::{self, *};
use crate::problems::{missing_part, missing_semicolon, missing_word, wrong_sign};

/// Whether a type can begin with this token.
pub(super) fn begins_type(kind: SyntaxKind) -> bool {
    matches!(kind, Tag | Ident | Underscore | LBrace | LParen)
}

impl Parser<'_> {
    /// The type of a parameter's field, in front of `?` and a default: `T?` only if no default follows.
    pub(super) fn annotation(&mut self) -> Completed {
        self.ty()
    }

    /// `A -> B`, or an atom.
    pub(super) fn ty(&mut self) -> Completed {
        self.deeper(|p| {
            let left = p.type_atom(true);
            if !p.at(Arrow) {
                return left;
            }
            let marker = p.precede(left);
            p.bump();
            p.ty();
            p.complete(marker, TypeFunction)
        })
    }

    /// Right of `=` in a type definition: a type, or the cases of a union.
    pub(super) fn type_definition(&mut self) {
        if self.at(Pipe) {
            let marker = self.start();
            return self.cases(marker);
        }
        let first = self.ty();
        if self.at(Pipe) {
            if matches!(first.kind, TypeName | TypeApply) {
                let first = self.rename(first, UnionCase);
                let marker = self.precede(first);
                return self.cases(marker);
            }
            self.unexpected("`;`: the cases of a union are tags");
        }
    }

    fn cases(&mut self, marker: super::Marker) {
        while self.eat(Pipe) {
            if !self.at(Tag) {
                self.missing("a tag");
                continue;
            }
            let case = self.start();
            self.bump();
            if begins_type(self.current()) && !self.at_anchor() {
                self.type_atom(false);
            }
            self.complete(case, UnionCase);
        }
        self.complete(marker, TypeUnion);
    }

    /// `apply`: whether a tag may take an argument here, as in `List Host`; the argument itself may not.
    fn type_atom(&mut self, apply: bool) -> Completed {
        let marker = self.start();
        let mut node = match self.current() {
            Tag => {
                self.bump();
                if apply && begins_type(self.current()) && !self.at_field() && !self.at_anchor() {
                    self.deeper(|p| p.type_atom(false));
                    self.complete(marker, TypeApply)
                } else {
                    self.complete(marker, TypeName)
                }
            }
            Ident => {
                self.bump();
                self.complete(marker, TypeVar)
            }
            Underscore => {
                self.bump();
                self.complete(marker, TypeHole)
            }
            LParen => {
                let open = self.pos;
                self.bump();
                self.bracketed(")", |p| p.ty());
                self.close(open, RParen);
                self.complete(marker, TypeParen)
            }
            LBrace => {
                let open = self.pos;
                self.bump();
                self.bracketed("}", Self::type_fields);
                self.close(open, RBrace);
                self.complete(marker, TypeRecord)
            }
            _ => {
                self.abandon(marker);
                return self.missing("a type");
            }
        };
        while self.at(Question) && !super::expr::begins_expr(self.nth(1)) {
            let marker = self.precede(node);
            self.bump();
            node = self.complete(marker, TypeOption);
        }
        node
    }

    fn type_fields(&mut self) {
        while !matches!(self.current(), RBrace | EOF) {
            let before = self.pos;
            match self.current() {
                Ellipsis => {
                    let marker = self.start();
                    self.bump();
                    if self.eat(Colon) {
                        self.ty();
                    }
                    self.semicolon();
                    self.complete(marker, TypeRest);
                }
                kind if kind == Ident || kind.is_keyword() => self.type_field(),
                _ => {
                    self.unexpected("a field such as `name : Type;`");
                    self.skip_until(|kind| kind == Semicolon);
                    self.eat(Semicolon);
                }
            }
            if self.pos == before {
                if self.closes_outer() {
                    break;
                }
                self.skip_one();
            }
        }
    }

    fn type_field(&mut self) {
        let marker = self.start();
        self.bump_as(Ident);
        self.eat(Question);
        if self.at(Eq) {
            let span = self.span(0);
            self.report(wrong_sign::problem(span, "=", ":", "a field's type stands behind `:`"));
            self.bump_as(Colon);
            self.ty();
        } else if self.eat(Colon) {
            self.ty();
        } else {
            let at = self.behind();
            self.report(missing_word::problem(at, ":", "expected `:` and the type of the field"));
            self.empty();
        }
        if self.eat(Eq) {
            self.expr();
        }
        self.field_end();
        self.complete(marker, TypeField);
    }

    /// Whether a name and the `:` of a field stand here.
    fn at_field(&self) -> bool {
        self.at(Ident) && matches!((self.nth(1), self.nth(2)), (Colon, _) | (Question, Colon))
    }

    /// The `;` of a field; another field shows that it is missing.
    fn field_end(&mut self) {
        if self.at(Ellipsis) || self.at_field() {
            let at = self.behind();
            return self.report(missing_semicolon::problem(at));
        }
        self.semicolon();
    }

    /// `type K = …;`
    pub(super) fn type_item(&mut self) {
        let marker = self.start();
        self.bump_as(KwType);
        self.bump();
        if self.eat(Eq) {
            self.type_definition();
        } else {
            let at = self.behind();
            self.report(missing_part::problem(at, "`=` and what the type means"));
        }
        self.semicolon();
        self.complete(marker, TypeDefinition);
    }
}
