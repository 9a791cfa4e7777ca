//! Types: what `type` defines and what annotations say, as [`Type`]s of the schema. The prelude and the files of users
//! are read by the same text.
//!
//! The name of a type is seen where the names beside it are seen, before its definition too. A name for a type that has
//! none, as `type Hosts = List Host;`, stands for it and is no type of its own. Whether a value is of a type is not
//! decided here.

use std::rc::Rc;

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::diagnostic::nearest;
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Lowerer;
use crate::errors::{duplicate_member, duplicate_type, reference_type, type_argument, type_cycle, unknown_type};
use crate::eval::value::Key;
use crate::ir::{Expr, ExprId};
use crate::numbers::SymbolMap;
use crate::schema::types::{Def, DefId, Definition, FieldType, Scalar, Schema, Type, TypeId};

/// Types that take the type of what is in them.
const APPLIED: [&str; 4] = ["List", "Set", "Map", "Ref"];

/// `type K = …;`
#[derive(Clone, Copy)]
pub(super) struct TypeItem<'t> {
    pub(super) key: Key,
    pub(super) definition: Option<ast::Type<'t>>,
    /// The file that it stands in.
    pub(super) part: usize,
}

/// What an annotation says of a definition.
#[derive(Clone, Copy)]
pub(super) struct Annotation<'t> {
    pub(super) ty: ast::Type<'t>,
    /// The file that it stands in.
    pub(super) part: usize,
}

/// The name of a type.
#[derive(Clone, Copy)]
pub(super) struct TypeName {
    meaning: Meaning,
    key: Span,
}

#[derive(Clone, Copy)]
enum Meaning {
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

/// The default of a field, which is lowered when all types beside it are known.
pub(super) struct Default<'t> {
    def: DefId,
    field: Symbol,
    value: ast::Expr<'t>,
    part: usize,
}

/// Where a type is written.
#[derive(Clone, Copy, PartialEq)]
enum Stands {
    /// Behind `type`.
    Definition,
    /// Behind a name.
    Annotation,
}

impl<'t> Lowerer<'_, '_, 't> {
    fn schema_mut(&mut self) -> &mut Schema {
        Rc::make_mut(&mut self.program.schema)
    }

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

    fn add_def(&mut self, key: Key, definition: Definition) -> DefId {
        let schema = self.schema_mut();
        schema.defs.push(Def { name: key.name, key: key.span, definition });
        DefId(schema.defs.len() as u32 - 1)
    }

    /// A union that is not known yet, if this is the name of no type.
    fn of_tag(&self, text: &str) -> Option<Definition> {
        let known = APPLIED.contains(&text)
            || Scalar::named(text).is_some()
            || self.names.lookup(text).is_some_and(|name| self.find_type(name).is_some());
        (!known).then(|| Definition::Union(Vec::new()))
    }

    /// Whether a name is that of a type which every file knows.
    fn is_of_the_language(&self, name: Symbol) -> bool {
        let text = self.names.get(name);
        APPLIED.contains(&text) || Scalar::named(text).is_some() || self.program.schema.names.contains_key(&name)
    }

    fn define_type(&mut self, def: DefId, ty: ast::Type<'t>) {
        match ty {
            ast::Type::Record(record) => self.define_record(def, record, Stands::Definition),
            ast::Type::Union(union) => self.define_union(def, union),
            ast::Type::Name(name) => {
                let tag = self.names.intern(name.text());
                self.schema_mut().defs[def.0 as usize].definition = Definition::Union(vec![(tag, None)]);
            }
            ast::Type::Apply(apply) => {
                let Some(head) = apply.head() else { return };
                let tag = self.names.intern(head.text());
                let payload = apply.argument().map(|ty| self.ty(ty, Stands::Definition));
                self.schema_mut().defs[def.0 as usize].definition = Definition::Union(vec![(tag, payload)]);
            }
            _ => {}
        }
    }

    fn define_union(&mut self, def: DefId, union: ast::TypeUnion<'t>) {
        let mut cases: Vec<(Symbol, Option<TypeId>)> = Vec::new();
        let mut places: SymbolMap<Span> = SymbolMap::default();
        for case in union.cases() {
            let Some(tag) = case.tag() else { continue };
            let name = self.names.intern(tag.text());
            if let Some(first) = places.get(&name) {
                self.reports.early(duplicate_member::tag(tag.text(), *first, tag.span()));
                continue;
            }
            places.insert(name, tag.span());
            let payload = case.payload().map(|ty| self.ty(ty, Stands::Definition));
            cases.push((name, payload));
        }
        self.schema_mut().defs[def.0 as usize].definition = Definition::Union(cases);
    }

    fn define_record(&mut self, def: DefId, record: ast::TypeRecord<'t>, stands: Stands) {
        let mut fields: Vec<FieldType> = Vec::new();
        let mut places: SymbolMap<Span> = SymbolMap::default();
        for field in record.fields() {
            let (Some(token), Some(written)) = (field.name(), field.ty()) else { continue };
            let name = self.names.intern(token.text());
            if let Some(first) = places.get(&name) {
                self.reports.early(duplicate_member::field(token.text(), *first, token.span()));
                continue;
            }
            places.insert(name, token.span());
            let set = is_set(written);
            let (ty, absent) = self.optional(written, stands);
            if let Some(value) = field.default() {
                self.pending_defaults.push(Default { def, field: name, value, part: self.part });
            }
            let optional = field.is_optional() || absent;
            fields.push(FieldType { name, key: token.span(), ty, set, optional, default: None });
        }
        fields.sort_by(|a, b| self.names.get(a.name).cmp(self.names.get(b.name)));
        let rest = record.rest().map(|rest| match rest.ty() {
            Some(ty) => self.ty(ty, stands),
            None => self.schema_mut().add(Type::Any),
        });
        self.schema_mut().defs[def.0 as usize].definition = Definition::Record { fields, rest };
    }

    /// The type of a field, and whether it may be absent: `a : T?` means the same as `a? : T`.
    fn optional(&mut self, written: ast::Type<'t>, stands: Stands) -> (TypeId, bool) {
        let ty = self.ty(written, stands);
        match self.program.schema.ty(ty) {
            Type::Option(inner) => (inner, true),
            _ => (ty, false),
        }
    }

    /// A default is one value for all records, so it sees no name of the place where its type is written.
    fn lower_defaults(&mut self) {
        for default in std::mem::take(&mut self.pending_defaults) {
            let floor = match self.prelude {
                true => 0,
                false => self.scopes.len(),
            };
            let around = std::mem::replace(&mut self.floor, floor);
            let value = self.within(default.part, |lowerer| lowerer.expr(default.value));
            self.floor = around;
            if let Definition::Record { fields, .. } = &mut self.schema_mut().defs[default.def.0 as usize].definition
                && let Some(field) = fields.iter_mut().find(|field| field.name == default.field)
            {
                field.default = Some(value);
            }
        }
    }

    /// What a name for another type stands for. The names that it is made of come first, from a list of work: a chain of
    /// them is as long as the source allows.
    fn alias(&mut self, first: u32) -> TypeId {
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

    fn find_type(&self, name: Symbol) -> Option<TypeName> {
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

    /// What a type that is not understood is.
    fn hole(&mut self, stands: Stands) -> TypeId {
        let ty = match stands == Stands::Annotation && !self.prelude {
            true => Type::Infer,
            false => Type::Any,
        };
        self.schema_mut().add(ty)
    }

    fn ty(&mut self, ty: ast::Type<'t>, stands: Stands) -> TypeId {
        let ty = match ty {
            ast::Type::Hole(_) | ast::Type::Union(_) | ast::Type::Error(_) => return self.hole(stands),
            ast::Type::Paren(paren) => match paren.ty() {
                Some(ty) => return self.ty(ty, stands),
                None => return self.hole(stands),
            },
            ast::Type::Var(variable) => return self.type_variable(variable, stands),
            ast::Type::Name(name) => return self.type_named(name.text(), name.span(), stands),
            ast::Type::Apply(apply) => return self.applied(apply, stands),
            ast::Type::Option(option) => {
                let Some(inner) = option.ty() else { return self.hole(stands) };
                let inner = self.ty(inner, stands);
                match self.program.schema.ty(inner) {
                    Type::Option(_) => return inner,
                    _ => Type::Option(inner),
                }
            }
            ast::Type::Function(function) => {
                let part = |lowerer: &mut Self, part: Option<ast::Type<'t>>| match part {
                    Some(ty) => lowerer.ty(ty, stands),
                    None => lowerer.hole(stands),
                };
                let parameter = part(self, function.parameter());
                Type::Function(parameter, part(self, function.result()))
            }
            ast::Type::Record(record) => {
                let key = Key { name: self.names.intern("a record"), span: record.span() };
                let def = self.add_def(key, Definition::Record { fields: Vec::new(), rest: None });
                self.define_record(def, record, stands);
                Type::Named(def)
            }
        };
        self.schema_mut().add(ty)
    }

    fn type_variable(&mut self, variable: ast::TypeVar<'t>, stands: Stands) -> TypeId {
        let text = variable.text();
        let meant = Scalar::names().chain(APPLIED).find(|name| name.eq_ignore_ascii_case(text));
        let variables = stands == Stands::Annotation;
        if variables && meant.is_none() {
            let name = self.names.intern(text);
            return self.schema_mut().add(Type::Var(name));
        }
        self.unknown_type(text, variable.span(), stands)
    }

    fn type_named(&mut self, text: &str, span: Span, stands: Stands) -> TypeId {
        if APPLIED.contains(&text) {
            self.reports.early(type_argument::missing(text, span));
            return self.hole(stands);
        }
        if let Some(scalar) = Scalar::named(text) {
            return self.schema_mut().add(Type::Scalar(scalar));
        }
        match self.names.lookup(text).and_then(|name| self.find_type(name)) {
            Some(TypeName { meaning: Meaning::Def(def), .. }) => self.schema_mut().add(Type::Named(def)),
            Some(TypeName { meaning: Meaning::Declared(alias), .. }) => self.alias(alias),
            None => self.unknown_type(text, span, stands),
        }
    }

    fn applied(&mut self, apply: ast::TypeApply<'t>, stands: Stands) -> TypeId {
        let Some(head) = apply.head() else { return self.hole(stands) };
        let text = head.text();
        if !APPLIED.contains(&text) {
            let known = Scalar::named(text).is_some()
                || self.names.lookup(text).is_some_and(|name| self.find_type(name).is_some());
            if !known {
                return self.unknown_type(text, head.span(), stands);
            }
            let argument = apply.argument().map_or(apply.span(), |argument| argument.span());
            self.reports.early(type_argument::unexpected(text, argument));
            return self.hole(stands);
        }
        let Some(written) = apply.argument() else { return self.hole(stands) };
        let argument = self.ty(written, stands);
        let ty = match (text, self.program.schema.ty(argument)) {
            ("Map", _) => Type::Map(argument),
            ("Ref", Type::Named(def))
                if matches!(self.program.schema.def(def).definition, Definition::Record { .. }) =>
            {
                Type::Ref(def)
            }
            // Something in it is reported.
            ("Ref", Type::Any | Type::Infer) if !matches!(outermost(written), Some(ast::Type::Hole(_))) => {
                return self.hole(stands);
            }
            ("Ref", _) => {
                self.reports.early(reference_type::new(written.span()));
                return self.hole(stands);
            }
            _ => Type::List(argument),
        };
        self.schema_mut().add(ty)
    }

    fn unknown_type(&mut self, text: &str, span: Span, stands: Stands) -> TypeId {
        let name = self.names.intern(text);
        if let Some(reported) = self.unknown_types.get(&name) {
            self.reports.also(*reported, span, "and here");
            return self.hole(stands);
        }
        let near = {
            let scopes = self.scopes.iter().flat_map(|scope| scope.types.keys());
            let private = self.private_types.iter().flat_map(|types| types.keys());
            let names = scopes.chain(private).chain(self.program.schema.names.keys());
            let mut known: Vec<&str> = Scalar::names().chain(APPLIED).collect();
            known.extend(names.map(|name| self.names.get(*name)));
            let same = known.iter().copied().find(|name| name.eq_ignore_ascii_case(text));
            same.or_else(|| nearest(text, known.iter().copied())).map(str::to_owned)
        };
        let reported = self.reports.early(unknown_type::new(text, span, near.as_deref()));
        self.unknown_types.insert(name, reported);
        self.hole(stands)
    }

    /// A value with what its annotations say.
    pub(super) fn annotated(&mut self, mut value: ExprId, types: Vec<Annotation<'t>>) -> ExprId {
        let mut said: Vec<TypeId> = Vec::new();
        for Annotation { ty: written, part } in types {
            let ty = self.within(part, |lowerer| lowerer.annotation(written));
            // The same in several files, or nothing.
            if said.contains(&ty) || matches!(self.program.schema.ty(ty), Type::Infer | Type::Any) {
                continue;
            }
            said.push(ty);
            value = self.program.push(Expr::Coerce(value, ty), self.program.span(value));
            self.program.annotations.insert(value, written.span());
        }
        value
    }

    fn annotation(&mut self, written: ast::Type<'t>) -> TypeId {
        let ty = self.ty(written, Stands::Annotation);
        self.lower_defaults();
        ty
    }

    /// What a parameter is said to be, and whether it may be absent.
    pub(super) fn parameter_type(&mut self, written: ast::Type<'t>) -> (TypeId, bool) {
        let ty = self.annotation(written);
        match self.program.schema.ty(ty) {
            Type::Option(inner) => (inner, true),
            _ => (ty, false),
        }
    }
}

/// A type without the parentheses around it.
fn outermost(mut ty: ast::Type<'_>) -> Option<ast::Type<'_>> {
    while let ast::Type::Paren(paren) = ty {
        ty = paren.ty()?;
    }
    Some(ty)
}

fn is_set(ty: ast::Type<'_>) -> bool {
    match outermost(ty) {
        Some(ast::Type::Apply(apply)) => apply.head().is_some_and(|head| head.text() == "Set"),
        Some(ast::Type::Option(option)) => option.ty().is_some_and(is_set),
        _ => false,
    }
}
