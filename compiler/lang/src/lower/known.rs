//! What can be said before evaluation: fields of a record, and arguments of a function, that stand in the source as
//! literals. A misspelt one is found in code that nobody calls, too.

use arvc_syntax::ast::{self, AstNode, Item, Key as AstKey};
use arvc_syntax::source::Span;

use super::Lowerer;
use crate::errors::{no_such_field, unknown_argument};

/// The first keys of a record literal, or `None` if one of them is computed or not understood.
fn keys<'t>(record: ast::Record<'t>) -> Option<Vec<(String, Span, Option<ast::Expr<'t>>)>> {
    let mut found = Vec::new();
    for item in record.items() {
        match item {
            Item::Definition(definition) => {
                let mut path = definition.path()?.keys();
                let first = path.next()?;
                let text = match first {
                    AstKey::Name(name) => name.text().to_owned(),
                    AstKey::String(string) => string.string()?.plain()?,
                    AstKey::Dynamic(_) | AstKey::Error(_) => return None,
                };
                let whole = path.next().is_none() && definition.mark().is_none();
                found.push((text, first.span(), definition.value().filter(|_| whole)));
            }
            Item::Inherit(inherit) => {
                found.extend(inherit.names().map(|name| (name.text().to_owned(), name.span(), None)));
            }
            Item::Type(_) => {}
            Item::Include(_) | Item::Extends(_) | Item::Error(_) => return None,
        }
    }
    (!record.is_damaged()).then_some(found)
}

impl<'t> Lowerer<'_, '_, 't> {
    /// `name.a.b` where a `let` defines `name` as a record literal. With `or`, a field that is not there is dead weight:
    /// no schema can add it.
    pub(super) fn check_fields(&mut self, name: ast::NameRef<'t>, select: ast::Select<'t>, or: bool) {
        let Some((ast::Expr::Record(mut record), true)) = self.definition(name.text()) else { return };
        let mut path = select.keys().peekable();
        while let Some(key) = path.next() {
            let (Some(known), AstKey::Name(wanted)) = (keys(record), key) else { return };
            match known.iter().find(|(name, ..)| name == wanted.text()) {
                Some((_, _, Some(ast::Expr::Record(inner)))) => record = *inner,
                Some(_) => return,
                None if or && path.peek().is_some() => return,
                None => {
                    let fields: Vec<&str> = known.iter().map(|(name, ..)| name.as_str()).collect();
                    let diagnostic = no_such_field::new(wanted.text(), key.span(), &fields);
                    self.reports.early(diagnostic.secondary(record.span(), "this record"));
                    return;
                }
            }
        }
    }

    /// `f { … }` where `f` is defined as a function with a closed pattern.
    pub(super) fn check_arguments(&mut self, function: ast::NameRef<'t>, argument: ast::Record<'t>) {
        let Some((ast::Expr::Lambda(lambda), _)) = self.definition(function.text()) else { return };
        let Some(ast::Pattern::Record(pattern)) = lambda.pattern() else { return };
        let Some(given) = keys(argument) else { return };
        if pattern.rest().is_some() || pattern.node().has_error_child() {
            return;
        }
        let fields: Vec<&str> = pattern.fields().filter_map(|field| Some(field.name()?.text())).collect();
        for (name, span, _) in given {
            if !fields.contains(&name.as_str()) {
                let function = format!("`{}`", function.text());
                self.reports.early(unknown_argument::new(&function, &name, span, &fields));
            }
        }
    }
}
