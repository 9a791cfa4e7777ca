//! Names: each scope is a frame at run time, and a name is so many frames up and a slot there.

use std::collections::HashMap;

use arvc_syntax::diagnostic::nearest;
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Lowerer;
use super::declare::TypeNames;
use super::fields::Fields;
use crate::builtins;
use crate::errors::{closed_default, unknown_name};
use crate::eval::value::{Kind, Value};
use crate::ir::{Expr, ExprId};
use crate::numbers::SymbolMap;

/// The names of one frame.
pub(super) struct Scope {
    names: SymbolMap<Name>,
    /// Names that are no names here, each with the one that it is a field of. In the order of the source.
    below: Vec<(Symbol, Symbol)>,
    /// Types that are defined here.
    pub(super) types: TypeNames,
}

/// One name.
#[derive(Clone, Copy)]
pub(super) struct Name {
    slot: u32,
}

impl Scope {
    /// The names of parameters, in the order of their slots.
    pub(super) fn of_parameters(parameters: impl IntoIterator<Item = Option<Symbol>>) -> Self {
        let parameters = parameters.into_iter().enumerate();
        let names = parameters.filter_map(|(slot, name)| Some((name?, Name { slot: slot as u32 })));
        Self { names: names.collect(), below: Vec::new(), types: TypeNames::default() }
    }

    /// The names that definitions of a `let` or of a file's record give.
    pub(super) fn of_fields(fields: &Fields<'_>) -> Self {
        let names = fields.entries.iter().enumerate().map(|(slot, entry)| (entry.key.name, Name { slot: slot as u32 }));
        let below = fields.entries.iter().flat_map(|entry| {
            let parts = entry.parts.iter().flat_map(|parts| &parts.entries);
            parts.map(|part| (entry.key.name, part.key.name))
        });
        Self { names: names.collect(), below: below.collect(), types: TypeNames::default() }
    }

    /// The names, in slots from `first` on.
    pub(super) fn moved(self, first: usize) -> SymbolMap<Name> {
        let moved = |place: Name| Name { slot: place.slot + first as u32 };
        self.names.into_iter().map(|(name, place)| (name, moved(place))).collect()
    }

    /// One name.
    pub(super) fn get(&self, name: Symbol) -> Option<Name> {
        self.names.get(&name).copied()
    }

    pub(super) fn slots(&self) -> HashMap<Symbol, u32> {
        self.names.iter().map(|(name, place)| (*name, place.slot)).collect()
    }
}

impl<'t> Lowerer<'_, '_, 't> {
    /// The expression that a name stands for; `skip` scopes are not looked at.
    pub(super) fn name(&mut self, text: &str, span: Span, skip: usize) -> ExprId {
        let name = self.names.intern(text);
        if let Some((up, place)) = self.find(name, skip) {
            return self.local(up, place, span);
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
        let behind = if skip == 0 { self.name_of_record(name, span) } else { None };
        behind.unwrap_or_else(|| self.unknown(name, text, span))
    }

    /// A name of a scope, so many scopes up.
    pub(super) fn local(&mut self, up: usize, place: Name, span: Span) -> ExprId {
        self.program.push(Expr::Local { up: up as u16, slot: place.slot }, span)
    }

    /// The scope, counted from the innermost, and the slot of a name; `skip` scopes are not looked at.
    fn find(&self, name: Symbol, skip: usize) -> Option<(usize, Name)> {
        for (up, scope) in self.scopes[self.floor..].iter().rev().enumerate() {
            let place = if self.composed == Some(self.scopes.len() - 1 - up) {
                match self.find_composed(scope, name, up < skip) {
                    None if self.context.sealed => return None,
                    place => place,
                }
            } else if up < skip {
                None
            } else {
                scope.get(name)
            };
            if let Some(place) = place {
                return Some((up, place));
            }
        }
        None
    }

    fn unknown(&mut self, name: Symbol, text: &str, span: Span) -> ExprId {
        if let Some(lost) = self.lost {
            return self.error(lost, span);
        }
        if let Some(reported) = self.unknown.get(&name).copied() {
            self.reports.also(reported, span, "and here");
            return self.error(reported, span);
        }
        let floor = std::mem::take(&mut self.floor);
        let outside = floor > 0 && self.is_name(name);
        self.floor = floor;
        if outside {
            let reported = self.reports.early(closed_default::new(text, span));
            return self.error(reported, span);
        }
        if self.is_private_elsewhere(name) {
            let reported = self.reports.early(unknown_name::private(text, span));
            self.unknown.insert(name, reported);
            return self.error(reported, span);
        }
        let path = self.path_to(name);
        if let (Some(rec), Some(_)) = (self.rec, &path) {
            return self.error(rec, span);
        }
        let mut candidates: Vec<&str> = self
            .scopes
            .iter()
            .flat_map(|scope| scope.names.keys())
            .chain(self.globals.keys())
            .chain(self.head.iter().flat_map(|head| head.names()))
            .map(|name| self.names.get(*name))
            .collect();
        candidates.extend(builtins::TABLE.iter().map(|builtin| builtin.name));
        // A tag in lower case.
        let tags = self.program.schema.tags();
        let tag = || tags.iter().map(|tag| self.names.get(*tag)).find(|tag| tag.eq_ignore_ascii_case(text));
        let near = if path.is_some() { None } else { nearest(text, candidates).or_else(tag) };
        let mut diagnostic = unknown_name::new(text, span, path, near);
        if let Some(unset) = self.unset.get(&name) {
            diagnostic = diagnostic.secondary(*unset, "it is unset here");
        }
        let reported = self.reports.early(diagnostic);
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
        // `storage`, where the file's record has `groups.storage`. What is being defined is not offered for itself.
        let here = self.nested.get(1).and_then(|inner| Some((self.nested[0].name?, inner.name?)));
        let found = self.scopes.iter().flat_map(|scope| scope.below.iter());
        let found = found.filter(|path| path.1 == name && Some(**path) != here);
        let paths: Vec<String> =
            found.map(|(above, _)| format!("{}.{}", self.names.get(*above), self.names.get(name))).collect();
        matches!(paths.len(), 1..=3).then(|| paths.join("` or `"))
    }

    /// Whether another file of the composed record binds the name in a `let`.
    fn is_private_elsewhere(&self, name: Symbol) -> bool {
        let Some(composed) = self.composed else { return false };
        let bound = || self.private.iter().any(|names| names.contains_key(&name));
        // What extends the file, and is not seen by it.
        let outside = || self.scopes[..composed].iter().any(|scope| scope.get(name).is_some());
        bound() || (self.context.sealed && outside())
    }

    /// Whether a scope that is open has the name.
    pub(super) fn is_name(&self, name: Symbol) -> bool {
        self.find(name, 0).is_some()
    }
}
