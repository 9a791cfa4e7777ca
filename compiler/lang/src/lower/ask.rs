//! Questions to a file: an expression in the scope of its outermost record, and who says what a path is.
//!
//! A run without a question pays for none of it.

use std::collections::HashMap;

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Lowerer;
use super::fields::{Entry, Fields, Given, Source};
use super::scope::Scope;
use crate::compose::Strength;
use crate::errors::function_asked;
use crate::eval::value::Key;
use crate::ir::{Expr, ExprId};

/// What is asked for, and what was found.
#[derive(Default)]
pub(crate) struct Asked<'t> {
    /// As if it were a further field of the file's record.
    pub(crate) expr: Option<ast::Expr<'t>>,
    /// The expression once it is lowered.
    pub(crate) lowered: Option<ExprId>,
    /// All definitions of the record, if they are asked for.
    pub(crate) rows: Option<Rows>,
}

/// All definitions of a record, in the order of the files.
pub(crate) type Rows = Vec<Row>;

/// One definition.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its path; no name for a computed key.
    pub(crate) path: Vec<Option<Symbol>>,
    /// The last key of it.
    pub(crate) key: Span,
    /// What it says.
    pub(crate) value: Span,
    pub(crate) strength: Strength,
    /// Whether it is a record literal, whose fields are definitions of their own.
    pub(crate) opened: bool,
    /// Whether it is `unset`.
    pub(crate) unset: bool,
    pub(crate) standing: Standing,
}

/// What becomes of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A stronger one takes its place.
    Lost,
    /// It alone says what its path is.
    Alone,
    /// It is joined with others when they are evaluated.
    Joined,
    /// It is a part of a set.
    United,
}

impl<'t> Lowerer<'_, '_, 't> {
    /// The expression that is asked for, in the scope that is open. It stands in a `let` without definitions, so that it
    /// is delayed whatever it is, and can be found.
    pub(super) fn ask(&mut self) -> Option<ExprId> {
        let expr = self.asked.expr.take()?;
        self.scopes.push(Scope::of_parameters([]));
        let body = self.expr(expr);
        self.scopes.pop();
        let children = self.program.add_children(&[body]);
        let asked = self.program.push(Expr::Let(children), expr.span());
        self.asked.lowered = Some(asked);
        Some(asked)
    }

    /// The names of a path, if that is what an expression is.
    pub(crate) fn path_of(&mut self, expr: ast::Expr<'t>) -> Option<Vec<Key>> {
        match expr {
            ast::Expr::Name(name) => Some(vec![Key { name: self.names.intern(name.text()), span: name.span() }]),
            ast::Expr::Select(select) => {
                let mut path = self.path_of(select.base()?)?;
                for key in select.keys() {
                    path.push(self.literal_key(key)?);
                }
                Some(path)
            }
            ast::Expr::Paren(paren) => self.path_of(paren.expr()?),
            _ => None,
        }
    }

    /// The names of a function's body have values only in a call.
    pub(super) fn ask_of_function(&mut self, lambda: ast::Lambda<'t>) {
        if let Some(expr) = self.asked.expr.take() {
            let pattern = lambda.pattern().map_or(lambda.span(), |pattern| pattern.span());
            self.reports.early(function_asked::new(expr.span(), pattern));
        }
    }

    /// Notes every definition of the file's record before anything is decided.
    pub(super) fn note_definitions(&mut self, fields: &Fields<'t>) {
        if let Some(rows) = &mut self.asked.rows {
            let mut path = Vec::new();
            gather(fields, &mut path, false, rows);
        }
    }

    /// Notes which definitions are left.
    pub(super) fn note_outcomes(&mut self, fields: &Fields<'t>) {
        let Some(rows) = &mut self.asked.rows else { return };
        let mut left = Vec::new();
        gather(fields, &mut Vec::new(), false, &mut left);
        let left: HashMap<(Span, Span), Standing> =
            left.into_iter().map(|row| ((row.key, row.value), row.standing)).collect();
        for row in rows {
            row.standing = left.get(&(row.key, row.value)).copied().unwrap_or(Standing::Lost);
        }
    }
}

fn gather(fields: &Fields<'_>, path: &mut Vec<Option<Symbol>>, joined: bool, rows: &mut Rows) {
    for opened in &fields.literals {
        let Some(key) = opened.key else { continue };
        rows.push(Row {
            path: path.clone(),
            key: key.span,
            value: opened.record.span(),
            strength: opened.strength,
            opened: true,
            unset: false,
            standing: if joined { Standing::Joined } else { Standing::Alone },
        });
    }
    for entry in &fields.entries {
        path.push(Some(entry.key.name));
        gather_entry(entry, path, joined, rows);
        path.pop();
    }
    for one in &fields.computed {
        path.push(None);
        gather_entry(&one.entry, path, true, rows);
        path.pop();
    }
}

fn gather_entry(entry: &Entry<'_>, path: &mut Vec<Option<Symbol>>, joined: bool, rows: &mut Rows) {
    let count = entry.wholes().count() + usize::from(entry.parts.is_some());
    let standing = match () {
        () if entry.place.set && count > 1 => Standing::United,
        () if joined || count > 1 => Standing::Joined,
        () => Standing::Alone,
    };
    rows.extend(entry.wholes().map(|given| row(given, path, standing)));
    if let Some(parts) = &entry.parts {
        gather(parts, path, joined || count > 1, rows);
    }
}

fn row(given: &Given<'_>, path: &[Option<Symbol>], standing: Standing) -> Row {
    Row {
        path: path.to_vec(),
        key: given.key.span,
        value: given.span,
        strength: given.strength,
        opened: false,
        unset: matches!(given.source, Source::Unset),
        standing,
    }
}
