//! The types of the prelude: their fields as the prelude writes them.

use std::rc::Rc;

use arvc_syntax::ast::{self, AstNode, Item};
use arvc_syntax::parser;

use super::extract::one_line;
use super::{Entry, Shape};
use crate::library;

/// All types of the schema, in the order of the prelude.
pub fn types() -> Vec<Entry> {
    let parsed = parser::parse(library::PRELUDE, 0);
    let Some(ast::Expr::Let(bindings)) = ast::File::of(&parsed.tree).expr() else { return Vec::new() };
    let definition = |item| match item {
        Item::Type(definition) => entry(definition),
        _ => None,
    };
    bindings.items().filter_map(definition).collect()
}

/// The type of a field of a type, as the prelude writes it.
pub fn field_type(owner: &str, field: &str) -> Option<String> {
    let types = types();
    let fields = types.iter().find(|entry| entry.name == owner)?.shape.parts();
    let said = &fields.iter().find(|entry| entry.name == field)?.said;
    let (mark, ty) = said.split_once(" : ")?;
    let ty = ty.split_once(" = ").map_or(ty, |(ty, _)| ty);
    Some(match (mark, ty.contains(' ')) {
        ("?", true) => format!("({ty})?"),
        ("?", false) => format!("{ty}?"),
        _ => ty.to_owned(),
    })
}

fn entry(definition: ast::TypeDefinition<'_>) -> Option<Entry> {
    let ty = definition.definition()?;
    let shape = match ty {
        ast::Type::Record(record) => Shape::Type(fields(record)),
        ast::Type::Union(union) => Shape::Union(union.cases().filter_map(case).collect()),
        other => Shape::Value(one_line(other.node().text())),
    };
    let about = definition.docs().unwrap_or_default();
    Some(Entry { name: definition.name()?.text().to_owned(), said: String::new(), about, shape: Rc::new(shape) })
}

fn fields(record: ast::TypeRecord<'_>) -> Vec<Entry> {
    let field = |field: ast::TypeField<'_>| {
        let optional = if field.is_optional() { "?" } else { "" };
        let mut said = format!("{optional} : {}", one_line(field.ty()?.node().text()));
        if let Some(default) = field.default() {
            said.push_str(&format!(" = {}", one_line(default.node().text())));
        }
        // A type that is written in its place has fields of its own.
        let shape = match field.ty() {
            Some(ast::Type::Record(record)) => Shape::Type(fields(record)),
            _ => Shape::Value(String::new()),
        };
        let about = field.docs().unwrap_or_default();
        Some(Entry { name: field.name()?.text().to_owned(), said, about, shape: Rc::new(shape) })
    };
    let mut found: Vec<Entry> = record.fields().filter_map(field).collect();
    if let Some(rest) = record.rest() {
        let said = rest.ty().map_or_else(String::new, |ty| format!(" : {}", one_line(ty.node().text())));
        let about = rest.docs().unwrap_or_else(|| "every other field".to_owned());
        found.push(Entry { name: "...".to_owned(), said, about, shape: Rc::new(Shape::Value(String::new())) });
    }
    found
}

fn case(case: ast::UnionCase<'_>) -> Option<Entry> {
    let said = case.payload().map_or_else(String::new, |ty| format!(" {}", one_line(ty.node().text())));
    let about = case.docs().unwrap_or_default();
    Some(Entry { name: case.tag()?.text().to_owned(), said, about, shape: Rc::new(Shape::Value(String::new())) })
}
