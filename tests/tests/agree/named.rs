//! What a program says of its types: `type` definitions, annotations, `match`, and conditions that tell what is there.
//!
//! Nothing tells that a record which stands by itself is one of a type with a name. So each of these has a function that
//! says it, which is called wherever no annotation does ([`Definition::maker`]).

use std::sync::Arc;

use super::generate::{Generator, Kind};
use super::program::{Expr, Parameter};
use super::types::*;

impl Generator {
    /// The definitions of some types, with their makers.
    pub(super) fn definitions(&mut self) -> Vec<(String, Expr)> {
        let mut bindings = Vec::new();
        for number in 0..self.choices.below(4) {
            let body = match self.choices.below(2) {
                0 => {
                    let mut fields = Vec::new();
                    for field in FIELDS {
                        let need = match self.choices.below(4) {
                            0 => continue,
                            1 => Need::Needed,
                            2 => Need::Default,
                            _ => Need::Optional,
                        };
                        // A default names nothing of the file, and a maker would be.
                        let ty =
                            if need == Need::Default { self.choices.pick(&ORDERED).clone() } else { self.sayable() };
                        fields.push((field.to_owned(), ty, need));
                    }
                    Body::Record(fields)
                }
                _ => {
                    let tag = |tag: usize| format!("Tag{number}{}", ["A", "B", "C"][tag]);
                    let count = 1 + self.choices.below(3);
                    Body::Union((0..count).map(|at| (tag(at), self.carried())).collect())
                }
            };
            let definition = Arc::new(Definition { name: format!("T{number}"), body });
            bindings.push((format!("type {}", definition.name), Expr::Name(definition.text())));
            if matches!(definition.body, Body::Record(_)) {
                let identity = Expr::Lambda("x".to_owned(), Box::new(Expr::Name("x".to_owned())));
                let ty = Type::Named(definition.clone());
                bindings
                    .push((format!("{} : {}", definition.maker(), Type::function(ty.clone(), ty).text()), identity));
            }
            self.types.push(definition);
        }
        bindings
    }

    /// A type that an annotation may say. Each record type that is written is one of its own where a call is solved before
    /// what it gives is held against the annotation, so that only those with names are said.
    pub(super) fn sayable(&mut self) -> Type {
        let ty = self.data(1);
        if ty.has_plain_record() { INT } else { ty }
    }

    fn carried(&mut self) -> Option<Type> {
        (self.choices.below(2) == 1).then(|| self.sayable())
    }

    /// An expression that stands where its type is expected.
    pub(super) fn expected(&mut self, ty: &Type, depth: usize) -> Expr {
        if depth == 0 || self.choices.is_over() || self.choices.below(2) == 0 {
            return self.expr(ty, depth);
        }
        let depth = depth - 1;
        match ty {
            Type::Named(definition) if let Body::Record(fields) = &definition.body => self.written(fields, depth),
            Type::List(item) => Expr::List((0..self.choices.below(3)).map(|_| self.expected(item, depth)).collect()),
            Type::Record(fields) => {
                let fields = fields.iter().map(|(name, ty)| (name.clone(), self.expected(ty, depth)));
                Expr::record(fields.collect())
            }
            Type::Function(argument, result) => {
                let outside = self.scope_len();
                let name = self.parameter(argument, true);
                let body = self.expected(result, depth);
                self.forget(outside);
                Expr::Lambda(name, Box::new(body))
            }
            _ => {
                let condition = self.expr(&BOOL, depth);
                Expr::If(Box::new([condition, self.expected(ty, depth), self.expected(ty, depth)]))
            }
        }
    }

    /// The fields of a record of a type with a name.
    fn written(&mut self, fields: &[(String, Type, Need)], depth: usize) -> Expr {
        let mut written = Vec::new();
        for (name, ty, need) in fields {
            if *need == Need::Needed || self.choices.below(2) == 1 {
                written.push((name.clone(), self.expected(ty, depth)));
            }
        }
        self.choices.shuffle(&mut written);
        Expr::record(written)
    }

    /// A value of a type with a name, of which nothing around it says that.
    pub(super) fn made(&mut self, definition: &Definition, depth: usize) -> Expr {
        match &definition.body {
            Body::Record(fields) if self.choices.below(3) > 0 => {
                Expr::call(&definition.maker(), vec![self.written(fields, depth)])
            }
            Body::Record(fields) => {
                let mut replaced = Vec::new();
                for (name, ty, _) in fields {
                    if self.choices.below(2) == 1 {
                        replaced.push((name.clone(), self.expected(ty, depth)));
                    }
                }
                let left = definition.simplest();
                left.binary("//", Expr::record(replaced))
            }
            Body::Union(tags) => match self.choices.pick(tags).clone() {
                (tag, None) => Expr::Name(tag),
                (tag, Some(ty)) => Expr::call(&tag, vec![self.expected(&ty, depth)]),
            },
        }
    }

    /// A `match` of a type.
    pub(super) fn matched(&mut self, ty: &Type, depth: usize) -> Expr {
        let mut unions = self.types.clone();
        unions.retain(|definition| matches!(definition.body, Body::Union(_)));
        if unions.is_empty() {
            return self.special(ty, depth);
        }
        let union = self.choices.pick(&unions).clone();
        let Body::Union(tags) = &union.body else { unreachable!("only unions are kept") };
        let value = self.known(&Type::Named(union.clone()), depth - 1);
        let mut tags = tags.clone();
        self.choices.shuffle(&mut tags);
        let mut arms = Vec::new();
        for (at, (tag, carried)) in tags.iter().enumerate() {
            if at > 0 && self.choices.once_in(4) {
                arms.push(("_".to_owned(), self.expr(ty, depth - 1)));
                break;
            }
            let outside = self.scope_len();
            let pattern = match carried {
                None => tag.clone(),
                Some(_) if self.choices.once_in(4) => format!("{tag} _"),
                Some(carried) => format!("{tag} {}", self.parameter(carried, true)),
            };
            arms.push((pattern, self.expr(ty, depth - 1)));
            self.forget(outside);
        }
        Expr::Match(Box::new(value), arms)
    }

    /// An `if` that asks for an optional field of a variable, and uses it.
    pub(super) fn narrowed(&mut self, ty: &Type, depth: usize) -> Expr {
        let Some((name, field, of)) = self.asked() else { return self.special(ty, depth) };
        let has = Expr::Has(Box::new(Expr::Name(name.clone())), field.clone());
        let there = |generator: &mut Self, ty: &Type| {
            let outside = generator.scope_len();
            generator.given(format!("{name}.{field}"), Kind::Value(of.clone()));
            let inside = generator.expr(ty, depth - 1);
            generator.forget(outside);
            inside
        };
        let parts = match self.choices.below(4) {
            0 | 1 => [has, there(self, ty), self.expr(ty, depth - 1)],
            2 => [has.binary("&&", there(self, &BOOL)), there(self, ty), self.expr(ty, depth - 1)],
            _ => {
                let not = Expr::Unary("!", Box::new(has));
                [not.binary("||", there(self, &BOOL)), self.expr(ty, depth - 1), there(self, ty)]
            }
        };
        Expr::If(Box::new(parts))
    }

    /// A variable with an optional field, and what that is.
    fn asked(&mut self) -> Option<(String, String, Type)> {
        let found: Vec<_> = self
            .known_records()
            .into_iter()
            .flat_map(|(name, fields)| {
                let optional = fields.into_iter().filter(|(_, _, need)| *need == Need::Optional);
                optional.map(move |(field, ty, _)| (name.clone(), field, ty)).collect::<Vec<_>>()
            })
            .collect();
        (!found.is_empty()).then(|| self.choices.pick(&found).clone())
    }

    /// A function whose pattern says what its fields are, and perhaps a whole one that is said again.
    pub(super) fn annotated_pattern(&mut self, depth: usize) -> (String, Kind, Expr) {
        let outside = self.scope_len();
        let whole = self.choices.below(2) == 1;
        let (mut parameters, mut fields) = (Vec::new(), Vec::new());
        for field in FIELDS {
            let need = match self.choices.below(4) {
                0 => continue,
                1 => Need::Needed,
                2 => Need::Default,
                _ => Need::Optional,
            };
            let ty = self.sayable();
            let said = if whole { String::new() } else { format!(" : {}", ty.atom()) };
            parameters.push(match need {
                Need::Needed => Parameter::Needed(format!("{field}{said}")),
                Need::Default => {
                    let value = self.expected(&ty, depth.saturating_sub(2));
                    Parameter::Default(format!("{field}{said}"), value)
                }
                Need::Optional => Parameter::Optional(format!("{field}{said}")),
            });
            let kind = if need == Need::Optional { Kind::Optional(ty.clone()) } else { Kind::Value(ty.clone()) };
            self.given(field.to_owned(), kind);
            fields.push((field.to_owned(), ty, need));
        }
        let result = self.sayable();
        let body = match whole {
            true => self.expected(&result, depth.saturating_sub(1)),
            false => self.expr(&result, depth.saturating_sub(1)),
        };
        self.forget(outside);
        let mut said = String::new();
        if whole {
            said.push_str(" : { ");
            for (name, ty, need) in &fields {
                said.push_str(&format!("{name}{} : {}; ", if *need == Need::Needed { "" } else { "?" }, ty.text()));
            }
            said.push_str(&format!("}} -> {}", result.text()));
        }
        (said, Kind::Pattern(fields, result), Expr::Pattern(parameters, false, Box::new(body)))
    }
}
