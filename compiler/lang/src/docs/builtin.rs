//! Names that are in scope everywhere: the functions of the language, and what the prelude defines.

use std::rc::Rc;

use arvc_syntax::ast::{self, AstNode, Item};
use arvc_syntax::parser;

use super::extract::one_line;
use super::{Entry, Shape};
use crate::{builtins as table, library};

/// The functions of the language, in the order of the spec.
pub fn builtins() -> Vec<Entry> {
    let entry = |builtin: &table::Builtin| Entry {
        name: builtin.name.to_owned(),
        said: String::new(),
        about: builtin.about.to_owned(),
        shape: Rc::new(Shape::Call(builtin.usage.to_owned())),
    };
    table::TABLE.iter().map(entry).collect()
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
