//! What stands in front of a file's record: `let` and `assert`. They see the names of the record, as the record sees
//! theirs.
//!
//! The frame of the `let` keeps the record in a slot of its own, behind the definitions, and a name of the record is a
//! selection from it. The slot is there only if a name asks for it. Every other name wins over those of the record.

use arvc_syntax::ast::{self, AstNode, Item};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::scope::Scope;
use super::{Lowerer, OpenLet};
use crate::compose;
use crate::ir::{Expr, ExprId};
use crate::numbers::SymbolMap;
use crate::report::BY_THE_PARSER;

/// The head that is being lowered.
pub(super) struct Head<'t> {
    /// Which scope is that of its `let`.
    scope: usize,
    /// The slot of the record.
    slot: u32,
    record: ast::Record<'t>,
    /// Its names, once they were asked for.
    names: Option<SymbolMap<()>>,
    /// Whether one of them is used.
    used: bool,
}

impl Head<'_> {
    /// The names of the record, if one was asked for.
    pub(super) fn names(&self) -> impl Iterator<Item = &Symbol> {
        self.names.iter().flat_map(|names| names.keys())
    }
}

impl<'t> Lowerer<'_, '_, 't> {
    /// A `let` or an `assert` in front of the file's record, with all that stands behind it.
    pub(super) fn head(&mut self, expr: ast::Expr<'t>, record: ast::Record<'t>) -> ExprId {
        let span = expr.span();
        let (mut open, mut rest) = match expr {
            ast::Expr::Let(bindings) => (self.open_let(bindings, Some(record)), bindings.body()),
            _ => {
                self.open_scope(Scope::of_parameters([]), &[]);
                self.begin_head(record, 0);
                (OpenLet { definitions: Vec::new(), lost: Vec::new() }, Some(expr))
            }
        };
        let mut asserts = Vec::new();
        loop {
            rest = match rest {
                Some(ast::Expr::Paren(paren)) => paren.expr(),
                Some(ast::Expr::Assert(assert)) => {
                    let condition = self.maybe(assert.condition(), assert.span());
                    let message = self.maybe(assert.message(), assert.span());
                    asserts.push((condition, message, assert.span()));
                    assert.body()
                }
                _ => break,
            }
        }
        let head = self.head.take();
        let value = match rest {
            Some(rest) => self.outermost(rest),
            None => self.error(BY_THE_PARSER, span),
        };
        let mut body = value;
        if let Some(head) = head.filter(|head| head.used) {
            open.definitions.push(value);
            body = self.program.push(Expr::Local { up: 0, slot: head.slot }, self.program.span(value));
        }
        for (condition, message, span) in asserts.into_iter().rev() {
            body = self.program.push(Expr::Assert(condition, message, body), span);
        }
        self.close_let(open, body, span)
    }

    /// The innermost scope is that of a head, whose frame has its record in `slot`, if that is needed.
    pub(super) fn begin_head(&mut self, record: ast::Record<'t>, slot: usize) {
        self.head = Some(Head { scope: self.scopes.len() - 1, slot: slot as u32, record, names: None, used: false });
    }

    /// A name that nothing else defines, in a head: perhaps it is one of the record.
    pub(super) fn name_of_record(&mut self, name: Symbol, span: Span) -> Option<ExprId> {
        // The `let` of a file that is extended stands in the frame of the record itself.
        if let Some(at) = self.composed {
            let place = self.scopes[at].get(name).filter(|_| at >= self.floor)?;
            return Some(self.local(self.scopes.len() - 1 - at, place, span));
        }
        let &Head { scope, slot, record, ref names, .. } =
            self.head.as_ref().filter(|head| head.scope >= self.floor)?;
        if names.is_none() {
            let names = self.names_of_record(record);
            self.head.as_mut()?.names = Some(names);
        }
        let head = self.head.as_mut()?;
        head.names.as_ref()?.get(&name)?;
        head.used = true;
        let up = (self.scopes.len() - 1 - scope) as u16;
        let record = self.program.push(Expr::Local { up, slot }, span);
        Some(self.program.push(Expr::Select(record, name, span), span))
    }

    /// The names that the record behind the head defines, in all of its files.
    fn names_of_record(&mut self, record: ast::Record<'t>) -> SymbolMap<()> {
        let files = self.parts;
        let others = files.iter().skip(1).filter_map(|part| compose::heads(&part.tree).record);
        let mut names = SymbolMap::default();
        for item in std::iter::once(record).chain(others).flat_map(|record| record.items()) {
            match item {
                Item::Definition(definition) => {
                    let key = definition.path().and_then(|path| path.keys().next());
                    names.extend(key.and_then(|key| self.literal_key(key)).map(|key| (key.name, ())));
                }
                Item::Inherit(inherit) => {
                    names.extend(inherit.names().map(|name| (self.names.intern(name.text()), ())));
                }
                _ => {}
            }
        }
        names
    }
}

/// The record that stands behind `let` and `assert`.
pub(super) fn record_behind(expr: ast::Expr<'_>) -> Option<ast::Record<'_>> {
    let mut next = Some(expr);
    loop {
        next = match next? {
            ast::Expr::Let(bindings) => bindings.body(),
            ast::Expr::Assert(assert) => assert.body(),
            ast::Expr::Paren(paren) => paren.expr(),
            ast::Expr::Record(record) => return Some(record),
            _ => return None,
        };
    }
}
