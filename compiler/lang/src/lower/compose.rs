//! The outermost record of a file and of those that it includes or extends: one record, one frame.
//!
//! What a part binds in a `let` of its own stands in the same frame behind the fields, where only that part sees it. So
//! a definition costs no more in a part than in the file itself, and a name means what it means at its place: an included
//! file stands in the scope of its owner's record, and a file that is extended in its own.

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::intern::Symbol;

use super::Lowerer;
use super::declare::TypeName;
use super::fields::{Fields, Given};
use super::scope::{Name, Scope};
use super::settle::Place;
use crate::compose::{self, Head, Strength};
use crate::eval::value::Key;
use crate::ir::{Composed, Expr, ExprId, Overridden};
use crate::numbers::SymbolMap;
use crate::report::BY_THE_PARSER;
use crate::schema::shape::{self, Shape};
use crate::schema::types::{Definition, Type, TypeId};

/// What the text of a part sees of the names around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    /// Bindings inside of the record's scope, the nearest first.
    pub(super) inner: Vec<usize>,
    /// Whether the record's fields are seen.
    pub(super) record: bool,
    /// Bindings outside of it.
    pub(super) outer: Vec<usize>,
    /// Whether nothing else is seen, but the prelude.
    pub(super) sealed: bool,
    /// Bindings that are being lowered: what they inherit comes from outside of them.
    pub(super) own: Option<usize>,
}

/// A `let` of a part.
struct Private<'t> {
    part: usize,
    fields: Fields<'t>,
    overridden: Vec<Given<'t>>,
    context: Context,
}

impl<'t> Lowerer<'_, '_, 't> {
    /// Lowers in the file that a definition stands in.
    pub(super) fn within<T>(&mut self, part: usize, lower: impl FnOnce(&mut Self) -> T) -> T {
        if part == self.part || self.contexts.is_empty() {
            return lower(self);
        }
        let around = (self.part, std::mem::replace(&mut self.context, self.contexts[part].clone()));
        self.part = part;
        let result = lower(self);
        (self.part, self.context) = around;
        result
    }

    /// The file whose text is being lowered.
    pub(super) fn file_path(&self) -> &str {
        self.parts.get(self.part).map_or(self.path, |part| &part.path)
    }

    /// Looks at what lost: a mistake in it is a mistake all the same.
    pub(super) fn check_overridden(&mut self, overridden: Vec<Given<'t>>, scope: bool) -> Lost {
        let look = |given: Given<'t>| {
            let value = self.given_expr(given, scope);
            (self.annotated(value, given.annotation.into_iter().collect()), given.key, given.ty)
        };
        overridden.into_iter().map(look).collect()
    }

    /// Keeps what lost with the expression that it stands in.
    pub(super) fn keep_overridden(&mut self, within: ExprId, lost: Lost) {
        self.program.overridden.extend(lost.into_iter().map(|(expr, key, ty)| Overridden { within, expr, key, ty }));
    }

    /// The outermost record of the file, which is a scope.
    pub(super) fn scope_record(&mut self, record: ast::Record<'t>) -> ExprId {
        self.file_record = true;
        let mut fields = self.collect(record.items(), true);
        let mut damaged = self.lost.is_some() || fields.damaged || record.is_damaged();
        for at in 1..self.parts.len() {
            self.part = at;
            self.strength = Strength::plain(self.parts[at].layer);
            if let Some(record) = compose::heads(&self.parts[at].tree).record {
                let more = self.collect(record.items(), true);
                damaged |= more.damaged || record.is_damaged();
                self.join(&mut fields, more);
            }
        }
        self.file_record = false;
        (self.part, self.strength) = (0, Strength::plain(0));
        let ty = self.site_schema().and_then(|schema| schema.find(Type::Named(schema.site?)));
        self.note_definitions(&fields);
        let overridden = self.settle(&mut fields, Place { ty, set: false });
        self.sort(&mut fields);
        self.note_outcomes(&fields);
        for entry in &fields.entries {
            if self.is_name(entry.key.name) {
                self.program.hiding.push(entry.key.span);
            }
        }
        let id = match self.parts.len() {
            0 | 1 => self.one_scope(record, fields, overridden),
            _ => self.composed_scope(record, fields, overridden),
        };
        if damaged {
            self.program.damaged.push(id);
        }
        id
    }

    fn one_scope(&mut self, record: ast::Record<'t>, mut fields: Fields<'t>, overridden: Vec<Given<'t>>) -> ExprId {
        let types = std::mem::take(&mut fields.types);
        let scope = Scope::of_fields(&fields);
        self.open_scope(scope, &types);
        let (keys, mut definitions) = self.definitions(fields);
        let lost = self.check_overridden(overridden, true);
        let asked = self.ask();
        self.scopes.pop();
        let len = keys.len() as u32;
        if let Some(asked) = asked {
            definitions.push(asked);
            return self.composed_of(keys, &definitions, None, record, lost);
        }
        let start = self.program.keys.len() as u32;
        self.program.keys.extend(keys);
        let children = self.program.add_children(&definitions);
        let id = self.program.push(Expr::Scope { keys: start, fields: children.start, len }, record.span());
        self.keep_overridden(id, lost);
        id
    }

    fn definitions(&mut self, fields: Fields<'t>) -> (Vec<Key>, Vec<ExprId>) {
        let keys: Vec<Key> = fields.entries.iter().map(|entry| entry.key).collect();
        let types = self.field_types(&keys);
        let mut definitions = Vec::with_capacity(keys.len());
        for (entry, ty) in fields.entries.into_iter().zip(types) {
            let definition = self.entry(entry, true);
            let definition = match ty {
                Some(ty) => self.program.push(Expr::Coerce(definition, ty), self.program.span(definition)),
                None => definition,
            };
            self.program.named[definition.0 as usize] = true;
            definitions.push(definition);
        }
        (keys, definitions)
    }

    /// What the fields of a site are said to be, where that adds something to what is written.
    fn field_types(&self, keys: &[Key]) -> Vec<Option<TypeId>> {
        let Some(schema) = self.site_schema() else { return vec![None; keys.len()] };
        let shapes = shape::of(schema);
        let site = schema.site.map(|site| &schema.def(site).definition);
        let Some(Definition::Record { fields, .. }) = site else { return vec![None; keys.len()] };
        let ty = |key: &Key| {
            let field = fields.iter().find(|field| field.name == key.name)?;
            (shapes[field.ty.0 as usize] != Shape::Plain).then_some(field.ty)
        };
        keys.iter().map(ty).collect()
    }

    fn composed_scope(
        &mut self,
        record: ast::Record<'t>,
        mut fields: Fields<'t>,
        overridden: Vec<Given<'t>>,
    ) -> ExprId {
        let (privates, asserts) = self.heads_of_parts(fields.entries.len());
        let types = std::mem::take(&mut fields.types);
        let mut scope = Scope::of_fields(&fields);
        scope.types = self.declare_types(&types);
        self.scopes.push(scope);
        let around = self.composed.replace(self.scopes.len() - 1);
        for step in [Self::tell_types_apart, Self::define_types] {
            for private in &privates {
                (self.part, self.context) = (private.part, private.context.clone());
                step(self, &private.fields.types);
            }
            (self.part, self.context) = (0, self.contexts[0].clone());
            step(self, &types);
        }
        let (keys, mut definitions) = self.definitions(fields);
        let mut lost = self.check_overridden(overridden, true);
        let asked = self.ask();
        for private in privates {
            self.part = private.part;
            self.context = private.context;
            for entry in private.fields.entries {
                let key = entry.key;
                // Its context already is that of the file: `within` changes nothing.
                let definition = self.entry(entry, true);
                self.program.named[definition.0 as usize] = true;
                self.program.bindings.push((definition, key));
                definitions.push(definition);
            }
            lost.extend(self.check_overridden(private.overridden, true));
        }
        definitions.extend(asked);
        let asserted = self.asserted(asserts, definitions.len(), record);
        if asserted.is_some() {
            definitions.push(self.error(BY_THE_PARSER, record.span()));
        }
        (self.part, self.context, self.contexts) = (0, Context::default(), Vec::new());
        self.private.clear();
        self.private_types.clear();
        self.composed = around;
        self.scopes.pop();
        self.composed_of(keys, &definitions, asserted, record, lost)
    }

    /// A record with further definitions behind its fields.
    fn composed_of(
        &mut self,
        keys: Vec<Key>,
        definitions: &[ExprId],
        asserted: Option<ExprId>,
        record: ast::Record<'t>,
        lost: Lost,
    ) -> ExprId {
        let len = keys.len() as u32;
        let start = self.program.keys.len() as u32;
        self.program.keys.extend(keys);
        let children = self.program.add_children(definitions);
        let hidden = children.len - len;
        self.program.composed.push(Composed { keys: start, fields: children.start, len, hidden, asserted });
        let id = self.program.push(Expr::Composed(self.program.composed.len() as u32 - 1), record.span());
        self.keep_overridden(id, lost);
        id
    }

    /// Finds what the parts bind and assert, and with that what each of them sees.
    fn heads_of_parts(&mut self, mut slot: usize) -> (Vec<Private<'t>>, Vec<(usize, Context, ast::Assert<'t>)>) {
        let mut privates: Vec<Private<'t>> = Vec::new();
        let mut asserts = Vec::new();
        let mut contexts = vec![Context { record: true, ..Context::default() }];
        for at in 1..self.parts.len() {
            self.part = at;
            let owner = self.parts[at].owner;
            let mut context = match owner {
                Some(owner) => contexts[owner].clone(),
                None => Context { sealed: true, ..Context::default() },
            };
            for head in compose::heads(&self.parts[at].tree).heads {
                let bindings = match head {
                    Head::Assert(assert) => {
                        asserts.push((at, context.clone(), assert));
                        continue;
                    }
                    Head::Let(bindings) => bindings,
                };
                let mut fields = self.collect(bindings.items(), true);
                let overridden = self.settle(&mut fields, Place::default());
                let names = Scope::of_fields(&fields).moved(slot);
                let types = self.declare_types(&fields.types);
                self.private.push(names);
                self.private_types.push(types);
                let own = self.private.len() - 1;
                match owner {
                    Some(_) => context.inner.insert(0, own),
                    None => context.outer.insert(0, own),
                }
                slot += fields.entries.len();
                let mut inside = context.clone();
                inside.own = Some(own);
                privates.push(Private { part: at, fields, overridden, context: inside });
            }
            context.record = true;
            contexts.push(context);
        }
        self.part = 0;
        self.contexts = contexts;
        (privates, asserts)
    }

    /// What the parts assert, in the order of the parts, ending in the record itself.
    fn asserted(
        &mut self,
        asserts: Vec<(usize, Context, ast::Assert<'t>)>,
        slot: usize,
        record: ast::Record<'t>,
    ) -> Option<ExprId> {
        if asserts.is_empty() {
            return None;
        }
        let mut body = self.program.push(Expr::Local { up: 0, slot: slot as u32 }, record.span());
        for (part, context, assert) in asserts.into_iter().rev() {
            (self.part, self.context) = (part, context);
            let span = assert.span();
            let condition = self.maybe(assert.condition(), span);
            let message = self.maybe(assert.message(), span);
            body = self.program.push(Expr::Assert(condition, message, body), span);
        }
        Some(body)
    }

    /// The slot of a name that the text of a part sees at the composed record.
    pub(super) fn find_composed(&self, scope: &Scope, name: Symbol, skipped: bool) -> Option<Name> {
        let context = &self.context;
        let private = |at: &usize| match skipped && Some(*at) == context.own {
            true => None,
            false => self.private[*at].get(&name).copied(),
        };
        let record = context.record && !(skipped && context.own.is_none());
        context
            .inner
            .iter()
            .find_map(private)
            .or_else(|| if record { scope.get(name) } else { None })
            .or_else(|| context.outer.iter().find_map(private))
    }

    /// As [`Self::find_composed`], of a type's name.
    pub(super) fn find_composed_type(&self, scope: &Scope, name: Symbol) -> Option<TypeName> {
        let context = &self.context;
        let private = |at: &usize| self.private_types[*at].get(&name).copied();
        let record = || if context.record { scope.types.get(&name).copied() } else { None };
        context.inner.iter().find_map(private).or_else(record).or_else(|| context.outer.iter().find_map(private))
    }
}

/// What lost, and what the schema says that it should be.
pub(super) type Lost = Vec<(ExprId, Key, Option<TypeId>)>;

/// The names of a part's bindings.
pub(super) type Names = SymbolMap<Name>;
