//! The names of types: which of them are seen where, and what each stands for.
//!
//! A name is seen where the names beside it are seen, before its definition too. A name for a type that has one already,
//! as in `type Hosts = List Host;`, stands for it and is no type of its own.

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Lowerer;
use super::types::{APPLIED, Stands, of_the_language, outermost};
use crate::errors::{duplicate_type, type_cycle};
use crate::eval::value::Key;
use crate::numbers::SymbolMap;
use crate::schema::types::{DefId, Definition, Type, TypeId};

/// `type K = …;`
#[derive(Clone, Copy)]
pub(super) struct TypeItem<'t> {
    pub(super) key: Key,
    pub(super) definition: Option<ast::Type<'t>>,
    /// The file that it stands in.
    pub(super) part: usize,
}

/// The name of a type.
#[derive(Clone, Copy)]
pub(super) struct TypeName {
    pub(super) meaning: Meaning,
    key: Span,
}

#[derive(Clone, Copy)]
pub(super) enum Meaning {
    /// A type of its own.
    Def(DefId),
    /// Index into [`Lowerer::declared`]: another name for one.
    Declared(u32),
}

/// The names of types of one scope.
pub(super) type TypeNames = SymbolMap<TypeName>;

/// A type that is defined in this file.
pub(super) struct Declared<'t> {
    item: TypeItem<'t>,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Waiting,
    /// It is another name, and what that is made of is being looked at.
    Busy,
    /// It is another name for this.
    Known(TypeId),
    /// It is a type of its own.
    Def(DefId),
}

impl<'t> Lowerer<'_, '_, 't> {
    /// The names that these definitions give to types.
    pub(super) fn declare_types(&mut self, items: &[TypeItem<'t>]) -> TypeNames {
        let mut names = TypeNames::default();
        for item in items {
            let first = names.get(&item.key.name).map(|known: &TypeName| known.key);
            if first.is_some() || self.is_of_the_language(item.key.name) {
                let text = self.names.get(item.key.name);
                self.reports.early(duplicate_type::new(text, first, item.key.span));
                continue;
            }
            self.declared.push(Declared { item: *item, state: State::Waiting });
            let meaning = Meaning::Declared(self.declared.len() as u32 - 1);
            names.insert(item.key.name, TypeName { meaning, key: item.key.span });
        }
        names
    }

    /// Says which of the types that were declared are types of their own, now that the scopes around are open.
    pub(super) fn tell_types_apart(&mut self, items: &[TypeItem<'t>]) {
        for item in items {
            let Some(Meaning::Declared(at)) = self.declaration(item) else { continue };
            let definition = self.within(item.part, |lowerer| match item.definition.and_then(outermost) {
                Some(ast::Type::Record(_)) => Some(Definition::Record { fields: Vec::new(), rest: None }),
                Some(ast::Type::Union(_)) => Some(Definition::Union(Vec::new())),
                // A tag, and no type: a union of one.
                Some(ast::Type::Name(name)) => lowerer.of_tag(name.text()),
                Some(ast::Type::Apply(apply)) => apply.head().and_then(|head| lowerer.of_tag(head.text())),
                _ => None,
            });
            if let Some(definition) = definition {
                let def = self.add_def(item.key, definition);
                self.declared[at as usize].state = State::Def(def);
            }
        }
    }

    /// Says what the types mean that were declared.
    pub(super) fn define_types(&mut self, items: &[TypeItem<'t>]) {
        for item in items {
            match (self.declaration(item), item.definition.and_then(outermost)) {
                (Some(Meaning::Declared(alias)), _) => {
                    self.alias(alias);
                }
                (Some(Meaning::Def(def)), Some(ty)) => self.within(item.part, |lowerer| lowerer.define_type(def, ty)),
                (Some(Meaning::Def(_)) | None, _) => {}
            }
        }
        self.lower_defaults();
    }

    /// What the name of a definition means at its place; none if another definition has it.
    fn declaration(&mut self, item: &TypeItem<'t>) -> Option<Meaning> {
        let name = self.within(item.part, |lowerer| lowerer.find_type(item.key.name))?;
        (name.key == item.key.span).then_some(name.meaning)
    }

    /// Makes the types of the scope that is open known to every file.
    pub(super) fn publish_types(&mut self) {
        let Some(scope) = self.scopes.last() else { return };
        let names: Vec<Symbol> = scope.types.keys().copied().collect();
        let defs = names.into_iter().filter_map(|name| match self.find_type(name)?.meaning {
            Meaning::Def(def) => Some((name, def)),
            Meaning::Declared(_) => None,
        });
        let defs = defs.collect();
        let site = self.names.intern("Site");
        let schema = self.schema_mut();
        schema.names = defs;
        schema.site = schema.names.get(&site).copied();
        if let Some(site) = schema.site {
            schema.add(Type::Named(site));
        }
    }

    /// A union that is not known yet, if this is the name of no type.
    fn of_tag(&self, text: &str) -> Option<Definition> {
        let known = APPLIED.contains(&text)
            || of_the_language(text).is_some()
            || self.names.lookup(text).is_some_and(|name| self.find_type(name).is_some());
        (!known).then(|| Definition::Union(Vec::new()))
    }

    /// Whether a name is that of a type which every file knows.
    fn is_of_the_language(&self, name: Symbol) -> bool {
        let text = self.names.get(name);
        APPLIED.contains(&text) || of_the_language(text).is_some() || self.program.schema.names.contains_key(&name)
    }

    /// What a name for another type stands for. The names that it is made of come first, from a list of work: a chain of
    /// them is as long as the source allows.
    pub(super) fn alias(&mut self, first: u32) -> TypeId {
        let mut work = vec![first];
        loop {
            let Some(at) = work.last().copied() else { unreachable!("the first one is left when it is known") };
            let Declared { item, state } = &self.declared[at as usize];
            let (item, state) = (*item, *state);
            let known = match (state, item.definition) {
                (State::Known(ty), _) => ty,
                (State::Waiting, Some(ty)) => {
                    self.declared[at as usize].state = State::Busy;
                    let mut mentioned = Vec::new();
                    self.within(item.part, |lowerer| lowerer.mentioned(ty, &mut mentioned));
                    for (other, span) in mentioned {
                        match self.declared[other as usize].state {
                            State::Waiting => work.push(other),
                            State::Known(_) | State::Def(_) => {}
                            State::Busy => {
                                let key = self.declared[other as usize].item.key;
                                self.reports.early(type_cycle::new(self.names.get(key.name), key.span, span));
                                let hole = self.hole(Stands::Definition);
                                self.declared[other as usize].state = State::Known(hole);
                            }
                        }
                    }
                    continue;
                }
                (State::Busy, Some(ty)) => self.within(item.part, |lowerer| lowerer.ty(ty, Stands::Definition)),
                (State::Def(def), Some(_)) => self.schema_mut().add(Type::Named(def)),
                (_, None) => self.hole(Stands::Definition),
            };
            self.declared[at as usize].state = State::Known(known);
            work.pop();
            if work.is_empty() {
                return known;
            }
        }
    }

    /// The names for other types that a type names, and where.
    fn mentioned(&self, ty: ast::Type<'t>, found: &mut Vec<(u32, Span)>) {
        match ty {
            ast::Type::Name(name) => {
                let known = self.names.lookup(name.text()).and_then(|name| self.find_type(name));
                if let Some(TypeName { meaning: Meaning::Declared(alias), .. }) = known {
                    found.push((alias, name.span()));
                }
            }
            ast::Type::Apply(apply) => apply.argument().into_iter().for_each(|ty| self.mentioned(ty, found)),
            ast::Type::Paren(paren) => paren.ty().into_iter().for_each(|ty| self.mentioned(ty, found)),
            ast::Type::Option(option) => option.ty().into_iter().for_each(|ty| self.mentioned(ty, found)),
            ast::Type::Function(function) => {
                let parts = function.parameter().into_iter().chain(function.result());
                parts.for_each(|ty| self.mentioned(ty, found));
            }
            ast::Type::Record(record) => {
                let rest = record.rest().and_then(|rest| rest.ty());
                let parts = record.fields().filter_map(|field| field.ty()).chain(rest);
                parts.for_each(|ty| self.mentioned(ty, found));
            }
            ast::Type::Var(_) | ast::Type::Hole(_) | ast::Type::Union(_) | ast::Type::Error(_) => {}
        }
    }

    pub(super) fn find_type(&self, name: Symbol) -> Option<TypeName> {
        for (up, scope) in self.scopes.iter().rev().enumerate() {
            let found = match self.composed == Some(self.scopes.len() - 1 - up) {
                true => match self.find_composed_type(scope, name) {
                    None if self.context.sealed => break,
                    found => found,
                },
                false => scope.types.get(&name).copied(),
            };
            if let Some(mut found) = found {
                if let Meaning::Declared(at) = found.meaning
                    && let State::Def(def) = self.declared[at as usize].state
                {
                    found.meaning = Meaning::Def(def);
                }
                return Some(found);
            }
        }
        let def = *self.program.schema.names.get(&name)?;
        Some(TypeName { meaning: Meaning::Def(def), key: self.program.schema.def(def).key })
    }
}
