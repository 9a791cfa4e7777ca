//! Names: each scope is a frame at run time, and a name is so many frames up and a slot there.

use std::collections::HashMap;

use arvc_syntax::ast;
use arvc_syntax::diagnostic::nearest;
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Lowerer;
use super::record::{Content, Fields, Source};
use crate::builtins;
use crate::errors::unknown_name;
use crate::eval::value::{Kind, Value};
use crate::ir::{Expr, ExprId};
use crate::numbers::SymbolMap;

/// The names of one frame.
pub(super) struct Scope<'t> {
    names: SymbolMap<Name<'t>>,
}

/// One name.
#[derive(Clone, Copy)]
struct Name<'t> {
    slot: u32,
    /// What it is defined as, where that is one expression.
    definition: Option<ast::Expr<'t>>,
    /// Whether a `let` defines it, so that no schema adds to it.
    local: bool,
}

impl<'t> Scope<'t> {
    /// The names of parameters, in the order of their slots.
    pub(super) fn of_parameters(parameters: impl IntoIterator<Item = Option<Symbol>>) -> Self {
        let parameters = parameters.into_iter().enumerate();
        let names = parameters
            .filter_map(|(slot, name)| Some((name?, Name { slot: slot as u32, definition: None, local: false })));
        Self { names: names.collect() }
    }

    pub(super) fn of_let(fields: &Fields<'t>) -> Self {
        Self::of_fields(fields, true)
    }

    pub(super) fn of_record(fields: &Fields<'t>) -> Self {
        Self::of_fields(fields, false)
    }

    fn of_fields(fields: &Fields<'t>, local: bool) -> Self {
        let names = fields.entries.iter().enumerate().map(|(slot, entry)| {
            let definition = match &entry.content {
                Content::Value(Source::Expr(expr)) => Some(*expr),
                Content::Parts(fields) => fields.literal.map(ast::Expr::Record),
                _ => None,
            };
            (entry.key.name, Name { slot: slot as u32, definition, local })
        });
        Self { names: names.collect() }
    }

    pub(super) fn slots(&self) -> HashMap<Symbol, u32> {
        self.names.iter().map(|(name, place)| (*name, place.slot)).collect()
    }
}

impl<'t> Lowerer<'_, '_, 't> {
    /// The expression that a name stands for; `skip` scopes are not looked at.
    pub(super) fn name(&mut self, text: &str, span: Span, skip: usize) -> ExprId {
        let name = self.names.intern(text);
        for (up, scope) in self.scopes.iter().rev().enumerate().skip(skip) {
            if let Some(place) = scope.names.get(&name) {
                return self.program.push(Expr::Local { up: up as u16, slot: place.slot }, span);
            }
        }
        if let Some(slot) = self.globals.get(&name) {
            return self.program.push(Expr::Global(*slot), span);
        }
        if let Some(builtin) = builtins::TABLE.iter().position(|builtin| builtin.name == text) {
            return self.program.push(Expr::Builtin(builtin as u16), span);
        }
        if text == "none" {
            let id = ExprId(self.program.exprs.len() as u32);
            return self.program.push(Expr::Const(Value::new(Kind::Absent, id)), span);
        }
        self.unknown(name, text, span)
    }

    fn unknown(&mut self, name: Symbol, text: &str, span: Span) -> ExprId {
        if let Some(reported) = self.unknown.get(&name).copied() {
            self.reports.also(reported, span, "and here");
            return self.error(reported, span);
        }
        let path = self.path_to(name);
        let mut candidates: Vec<&str> = self
            .scopes
            .iter()
            .flat_map(|scope| scope.names.keys())
            .chain(self.globals.keys())
            .map(|name| self.names.get(*name))
            .collect();
        candidates.extend(builtins::TABLE.iter().map(|builtin| builtin.name));
        let near = if path.is_some() { None } else { nearest(text, candidates) };
        let reported = self.reports.early(unknown_name::new(text, span, path, near));
        self.unknown.insert(name, reported);
        self.error(reported, span)
    }

    /// The path to a field of that name in a record around, which is no scope; a field is not offered for itself. Empty
    /// if no path can be written.
    fn path_to(&self, name: Symbol) -> Option<String> {
        let mut end = self.nested_keys.len();
        for (depth, nested) in self.nested.iter().enumerate().rev() {
            if nested.current != Some(name) && self.nested_keys[nested.start..end].contains(&name) {
                let path: Option<Vec<&str>> =
                    self.nested[..=depth].iter().map(|nested| nested.name.map(|name| self.names.get(name))).collect();
                return Some(
                    path.map_or_else(String::new, |path| format!("{}.{}", path.join("."), self.names.get(name))),
                );
            }
            end = nested.start;
        }
        None
    }

    /// Whether a scope that is open has the name.
    pub(super) fn is_name(&self, name: Symbol) -> bool {
        self.scopes.iter().any(|scope| scope.names.contains_key(&name))
    }

    /// What a name is defined as, and whether by a `let`.
    pub(super) fn definition(&self, text: &str) -> Option<(ast::Expr<'t>, bool)> {
        let name = self.names.lookup(text)?;
        let place = self.scopes.iter().rev().find_map(|scope| scope.names.get(&name))?;
        Some((place.definition?, place.local))
    }
}
