//! Types as they are written, behind `type` and in annotations, as [`Type`]s of the schema. The prelude and the files of
//! users are read by the same text. Whether a value is of a type is not decided here.

use std::sync::Arc;

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::diagnostic::nearest;
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Lowerer;
use super::declare::{Meaning, TypeName};
use crate::errors::{duplicate_member, reference_type, type_argument, unknown_type};
use crate::eval::value::Key;
use crate::ir::{Expr, ExprId};
use crate::numbers::SymbolMap;
use crate::schema::types::{Def, DefId, Definition, FieldType, Scalar, Schema, Type, TypeId};

/// Types that take the type of what is in them.
pub(super) const APPLIED: [&str; 4] = ["List", "Set", "Map", "Ref"];

/// The type of a name that no file gives.
pub(super) fn of_the_language(name: &str) -> Option<Type> {
    match name {
        "Data" => Some(Type::Data),
        name => Scalar::named(name).map(Type::Scalar),
    }
}

/// What an annotation says of a definition.
#[derive(Clone, Copy)]
pub(super) struct Annotation<'t> {
    pub(super) ty: ast::Type<'t>,
    /// The file that it stands in.
    pub(super) part: usize,
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
pub(super) enum Stands {
    /// Behind `type`.
    Definition,
    /// Behind a name.
    Annotation,
}

/// The fields of a record type, whether each is a set and may be absent, and the type of every other field.
pub(super) type Written = (Vec<(Symbol, TypeId, bool, bool)>, Option<TypeId>);

impl<'t> Lowerer<'_, '_, 't> {
    pub(super) fn schema_mut(&mut self) -> &mut Schema {
        Arc::make_mut(&mut self.program.schema)
    }

    pub(super) fn add_def(&mut self, key: Key, definition: Definition) -> DefId {
        let schema = self.schema_mut();
        schema.defs.push(Def { name: key.name, key: key.span, definition });
        DefId(schema.defs.len() as u32 - 1)
    }

    pub(super) fn define_type(&mut self, def: DefId, ty: ast::Type<'t>) {
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
    pub(super) fn lower_defaults(&mut self) {
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

    /// What a type that is not understood is.
    pub(super) fn hole(&mut self, stands: Stands) -> TypeId {
        let ty = match stands == Stands::Annotation && !self.prelude {
            true => Type::Infer,
            false => Type::Any,
        };
        self.schema_mut().add(ty)
    }

    pub(super) fn ty(&mut self, ty: ast::Type<'t>, stands: Stands) -> TypeId {
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
                Type::Named(self.known_record(def))
            }
        };
        self.schema_mut().add(ty)
    }

    /// The first record type without a name that is written as this one is. A default belongs to its place, so that one with
    /// defaults is like no other.
    fn known_record(&mut self, def: DefId) -> DefId {
        let Some((fields, rest)) = self.program.schema.record(def) else { return def };
        if self.pending_defaults.iter().any(|default| default.def == def) {
            return def;
        }
        let fields = fields.iter().map(|field| (field.name, field.ty, field.set, field.optional)).collect();
        *self.written_records.entry((fields, rest)).or_insert(def)
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
        if let Some(ty) = of_the_language(text) {
            return self.schema_mut().add(ty);
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
            let known = of_the_language(text).is_some()
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
pub(super) fn outermost(mut ty: ast::Type<'_>) -> Option<ast::Type<'_>> {
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
