//! Names that are in scope everywhere: the functions of the language, and what the prelude defines.

use std::rc::Rc;

use arvc_syntax::ast::{self, AstNode, Item};
use arvc_syntax::parser;

use super::extract::one_line;
use super::{Entry, Shape};
use crate::schema::types::Scalar;
use crate::{builtins as table, library, members};

/// The functions of the language, in the order of the spec.
pub fn builtins() -> Vec<Entry> {
    let entry = |builtin: &table::Builtin| Entry {
        name: builtin.name.to_owned(),
        said: format!(" : {}", builtin.signature),
        about: with_example(builtin.about, builtin.example),
        shape: Rc::new(Shape::Call(builtin.usage.to_owned())),
    };
    table::TABLE.iter().map(entry).collect()
}

/// The kinds of values that have members, each with them: `Prefix.hosts`.
pub fn kinds() -> Vec<Entry> {
    let mut kinds: Vec<Entry> = Vec::new();
    for scalar in Scalar::all() {
        let members = members::TABLE.iter().filter(|member| member.of == scalar);
        let entry = |member: &members::Member| Entry {
            name: member.name.to_owned(),
            said: format!(" : {}", member.signature),
            about: with_example(member.about, member.example),
            shape: Rc::new(Shape::Value(String::new())),
        };
        let members: Vec<Entry> = members.map(entry).collect();
        if !members.is_empty() {
            let (name, said) = (format!("{scalar:?}"), String::new());
            let about = format!("A value as {}.", scalar.example());
            kinds.push(Entry { name, said, about, shape: Rc::new(Shape::Type(members)) });
        }
    }
    kinds
}

fn with_example(about: &str, (example, value): (&str, &str)) -> String {
    format!("{about}\n\n```arv\n{example}\n```\n```value\n{value}\n```")
}

/// What the prelude defines, in its order.
pub fn prelude() -> Vec<Entry> {
    let parsed = parser::parse(library::PRELUDE, 0);
    let Some(ast::Expr::Let(bindings)) = ast::File::of(&parsed.tree).expr() else { return Vec::new() };
    let definition = |item: Item<'_>| match item {
        Item::Definition(definition) => {
            let value = definition.value()?;
            let name = definition.path()?.node().text().to_owned();
            let shape = match value {
                ast::Expr::Lambda(lambda) => {
                    let parameter = lambda.pattern().map_or("_", |pattern| pattern.node().text());
                    Shape::Call(format!("{name} {parameter}"))
                }
                value => Shape::Value(one_line(value.node().text())),
            };
            let about = definition.docs().unwrap_or_default();
            Some(Entry { name, said: String::new(), about, shape: Rc::new(shape) })
        }
        _ => None,
    };
    bindings.items().filter_map(definition).collect()
}
