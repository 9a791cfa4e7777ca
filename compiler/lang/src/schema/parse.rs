//! The schema out of the prelude's text. The prelude is ours: what it does not say correctly is an assertion, and the
//! tests of this crate read it.

use std::collections::HashMap;

use arvc_syntax::ast::{self, AstNode, Item};
use arvc_syntax::intern::Interner;

use super::types::{Def, DefId, Definition, FieldType, Scalar, Schema, Type, TypeId};
use crate::lower::Lowerer;

/// Reads the types of a `let`. The lowerer gives the expressions of defaults.
pub fn parse<'t>(items: ast::Let<'t>, lowerer: &mut Lowerer<'_, '_, 't>) -> Schema {
    let mut parser = Parser { schema: Schema::default(), names: HashMap::new(), lowerer };
    let definitions: Vec<(ast::TypeDefinition<'t>, &'t str)> = items
        .items()
        .filter_map(|item| match item {
            Item::Type(definition) => Some((definition, definition.name()?.text())),
            _ => None,
        })
        .collect();
    for (at, (_, name)) in definitions.iter().enumerate() {
        parser.names.insert(name, DefId(at as u32));
        let definition = Definition::Union(Vec::new());
        parser.schema.defs.push(Def { name: parser.lowerer.intern(name), definition });
    }
    for (at, (definition, _)) in definitions.iter().enumerate() {
        if let Some(ty) = definition.definition() {
            let meaning = parser.definition(ty);
            parser.schema.defs[at].definition = meaning;
        }
    }
    parser.schema.site = parser.names.get("Site").copied();
    parser.schema
}

struct Parser<'p, 'a, 'l, 't> {
    schema: Schema,
    names: HashMap<&'t str, DefId>,
    lowerer: &'p mut Lowerer<'a, 'l, 't>,
}

impl<'t> Parser<'_, '_, '_, 't> {
    fn definition(&mut self, ty: ast::Type<'t>) -> Definition {
        match ty {
            ast::Type::Union(union) => {
                let cases = union.cases().filter_map(|case| {
                    let payload = case.payload().map(|ty| self.ty(ty));
                    Some((self.lowerer.intern(case.tag()?.text()), payload))
                });
                Definition::Union(cases.collect())
            }
            ast::Type::Record(record) => {
                let mut fields: Vec<(&'t str, FieldType)> = Vec::new();
                for field in record.fields() {
                    let (Some(name), Some(ty)) = (field.name(), field.ty()) else { continue };
                    let set = is_set(ty);
                    let ty = self.ty(ty);
                    let default = field.default().map(|default| self.lowerer.expr(default));
                    let symbol = self.lowerer.intern(name.text());
                    let optional = field.is_optional();
                    fields
                        .push((name.text(), FieldType { name: symbol, key: name.span(), ty, set, optional, default }));
                }
                fields.sort_by_key(|(name, _)| *name);
                let rest = record.rest().map(|rest| match rest.ty() {
                    Some(ty) => self.ty(ty),
                    None => self.add(Type::Any),
                });
                Definition::Record { fields: fields.into_iter().map(|(_, field)| field).collect(), rest }
            }
            // `type A = B;` where B is a tag: a union of one.
            ast::Type::Name(name) => Definition::Union(vec![(self.lowerer.intern(name.text()), None)]),
            other => panic!("the prelude defines a type as {:?}", other.node()),
        }
    }

    fn add(&mut self, ty: Type) -> TypeId {
        if let Some(at) = self.schema.types.iter().position(|known| *known == ty) {
            return TypeId(at as u32);
        }
        self.schema.types.push(ty);
        TypeId(self.schema.types.len() as u32 - 1)
    }

    fn ty(&mut self, ty: ast::Type<'t>) -> TypeId {
        let ty = match ty {
            ast::Type::Hole(_) => Type::Any,
            ast::Type::Paren(paren) => match paren.ty() {
                Some(ty) => return self.ty(ty),
                None => Type::Any,
            },
            ast::Type::Name(name) if name.text() == "Data" => Type::Data,
            ast::Type::Name(name) => match (Scalar::named(name.text()), self.names.get(name.text())) {
                (Some(scalar), _) => Type::Scalar(scalar),
                (None, Some(def)) => Type::Named(*def),
                (None, None) => panic!("the prelude names an unknown type {}", name.text()),
            },
            ast::Type::Apply(apply) => {
                let head = apply.head().map_or("", |head| head.text());
                let argument = apply.argument().map(|ty| self.ty(ty));
                match (head, argument) {
                    ("List" | "Set", Some(argument)) => Type::List(argument),
                    ("Map", Some(argument)) => Type::Map(argument),
                    ("Ref", Some(argument)) => match self.schema.ty(argument) {
                        Type::Named(def) => Type::Ref(def),
                        other => panic!("the prelude has a Ref to {other:?}"),
                    },
                    _ => panic!("the prelude applies a type that takes nothing: {head}"),
                }
            }
            ast::Type::Record(_) => {
                let definition = self.definition(ty);
                self.schema.defs.push(Def { name: self.lowerer.intern("a record"), definition });
                Type::Named(DefId(self.schema.defs.len() as u32 - 1))
            }
            other => panic!("the prelude has a type {:?}", other.node()),
        };
        self.add(ty)
    }
}

fn is_set(ty: ast::Type<'_>) -> bool {
    match ty {
        ast::Type::Apply(apply) => apply.head().is_some_and(|head| head.text() == "Set"),
        _ => false,
    }
}

/// Names of fields, for messages.
pub fn field_names<'n>(fields: &[FieldType], names: &'n Interner) -> Vec<&'n str> {
    fields.iter().map(|field| names.get(field.name)).collect()
}
