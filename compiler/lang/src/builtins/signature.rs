//! The type of a builtin or a member, read from its text, which is written as types are in sources.
//!
//! It is a tree of its own and refers to no source. What its names mean is said by whoever checks types. The texts are
//! ours: one that is no type is an assertion, and a test reads them all.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use arvc_syntax::ast::{self, Item};
use arvc_syntax::parser;

use super::TABLE;
use crate::members;

/// A type as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// `Int`
    Name(String),
    /// `a`: any type, the same wherever the name stands. `ordered` is one whose values have an order.
    Variable(String),
    /// `_`: any type, and another one at each place.
    Any,
    /// `List a`
    Apply(String, Box<Signature>),
    /// `a -> b`
    Function(Box<Signature>, Box<Signature>),
    /// `{ name : String; value : a; }`, in the order in which it is written.
    Record(Vec<(String, Signature)>),
    /// `a?`
    Option(Box<Signature>),
}

/// The variable of types whose values have an order: Int, Size, Duration, String, Address.
pub const ORDERED: &str = "ordered";

/// Reads a signature.
pub fn parse(text: &str) -> Signature {
    let source = format!("let x : {text} = 0; in x");
    let parsed = parser::parse(&source, 0);
    assert!(parsed.diagnostics.is_empty(), "`{text}` is no type: {:?}", parsed.diagnostics);
    let annotation = match ast::File::of(&parsed.tree).expr() {
        Some(ast::Expr::Let(bindings)) => bindings.items().find_map(|item| match item {
            Item::Definition(definition) => definition.annotation(),
            _ => None,
        }),
        _ => None,
    };
    match annotation.and_then(signature) {
        Some(signature) => signature,
        None => panic!("`{text}` is no type of a signature"),
    }
}

/// The names of fields that signatures write. They have a meaning in every program, also in one that writes none of them.
pub fn fields() -> &'static BTreeSet<String> {
    static FIELDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let builtins = TABLE.iter().map(|builtin| builtin.signature);
        let members = members::TABLE.iter().map(|member| member.signature);
        let mut fields = BTreeSet::new();
        let mut work: Vec<Signature> = builtins.chain(members).map(parse).collect();
        while let Some(signature) = work.pop() {
            match signature {
                Signature::Name(_) | Signature::Variable(_) | Signature::Any => {}
                Signature::Apply(_, inner) | Signature::Option(inner) => work.push(*inner),
                Signature::Function(parameter, result) => work.extend([*parameter, *result]),
                Signature::Record(all) => {
                    for (name, ty) in all {
                        fields.insert(name);
                        work.push(ty);
                    }
                }
            }
        }
        fields
    });
    &FIELDS
}

fn signature(ty: ast::Type<'_>) -> Option<Signature> {
    let inner = |ty: Option<ast::Type<'_>>| ty.and_then(signature).map(Box::new);
    Some(match ty {
        ast::Type::Name(name) => Signature::Name(name.text().to_owned()),
        ast::Type::Var(name) => Signature::Variable(name.text().to_owned()),
        ast::Type::Hole(_) => Signature::Any,
        ast::Type::Paren(paren) => signature(paren.ty()?)?,
        ast::Type::Apply(apply) => Signature::Apply(apply.head()?.text().to_owned(), inner(apply.argument())?),
        ast::Type::Option(option) => Signature::Option(inner(option.ty())?),
        ast::Type::Function(function) => Signature::Function(inner(function.parameter())?, inner(function.result())?),
        ast::Type::Record(record) => {
            let field = |field: ast::TypeField<'_>| Some((field.name()?.text().to_owned(), signature(field.ty()?)?));
            Signature::Record(record.fields().map(field).collect::<Option<_>>()?)
        }
        ast::Type::Union(_) | ast::Type::Error(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{builtins, members};

    fn arity(signature: &Signature) -> usize {
        match signature {
            Signature::Function(_, result) => 1 + arity(result),
            _ => 0,
        }
    }

    #[test]
    fn every_builtin_has_a_type_with_as_many_arguments_as_it_takes() {
        for builtin in builtins::TABLE {
            assert_eq!(arity(&parse(builtin.signature)), builtin.arity, "{}", builtin.name);
        }
    }

    #[test]
    fn every_member_has_a_type_with_as_many_arguments_as_it_takes() {
        for member in members::TABLE {
            assert_eq!(arity(&parse(member.signature)), member.arity, "{:?}.{}", member.of, member.name);
        }
    }

    #[test]
    fn a_signature_is_a_tree_of_its_own() {
        let variable = |name: &str| Box::new(Signature::Variable(name.to_owned()));
        let list = |item| Box::new(Signature::Apply("List".to_owned(), item));
        let test = Box::new(Signature::Function(variable("a"), Box::new(Signature::Name("Bool".to_owned()))));
        let found = Box::new(Signature::Function(list(variable("a")), Box::new(Signature::Option(variable("a")))));
        assert_eq!(parse("(a -> Bool) -> List a -> a?"), Signature::Function(test, found));
        let fields = vec![
            ("name".to_owned(), Signature::Name("String".to_owned())),
            ("value".to_owned(), Signature::Variable("a".to_owned())),
        ];
        assert_eq!(parse("List { name : String; value : a; }"), *list(Box::new(Signature::Record(fields))));
    }

    #[test]
    #[should_panic(expected = "is no type")]
    fn a_text_that_is_no_type_is_refused() {
        parse("List (");
    }
}
