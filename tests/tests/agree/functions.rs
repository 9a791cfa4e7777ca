//! Calls of the language's functions and members, by their signatures: whichever gives the type that is wanted.

use std::sync::LazyLock;

use arvc_lang::builtins::signature::{ORDERED as ORDERED_NAME, Signature, parse};
use arvc_lang::schema::types::Scalar;
use arvc_lang::{builtins, members};

use super::generate::Generator;
use super::program::Expr;
use super::types::*;

/// A function, or a member of a kind.
struct Function {
    of: Option<Type>,
    name: &'static str,
    parameters: Vec<Signature>,
    result: Signature,
}

static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| {
    let function = |of, name, signature, arity| {
        let mut result = parse(signature);
        let mut parameters = Vec::new();
        while parameters.len() < arity {
            let Signature::Function(parameter, rest) = result else { panic!("`{signature}` takes {arity}") };
            parameters.push(*parameter);
            result = *rest;
        }
        Function { of, name, parameters, result }
    };
    // What a format can hold is more than a type tells.
    let typed = builtins::TABLE.iter().filter(|builtin| !builtin.signature.starts_with("Data"));
    let free = typed.map(|builtin| function(None, builtin.name, builtin.signature, builtin.arity));
    let members = members::TABLE.iter().map(|member| {
        let of = SCALARS.iter().position(|(name, _)| Scalar::named(name) == Some(member.of));
        function(of.map(Type::Scalar), member.name, member.signature, member.arity)
    });
    // Which lengths there are depends on the network, so that a wrong one is found by evaluation alone.
    free.chain(members).filter(|function| function.name != "subnet").collect()
});

/// What the variables of a signature stand for.
type Bindings = Vec<(String, Type)>;

/// Whether a type is what a signature says.
fn fits(signature: &Signature, ty: &Type, bindings: &mut Bindings) -> bool {
    match (signature, ty) {
        (Signature::Any, _) => true,
        (Signature::Name(name), _) => named(name).as_ref() == Some(ty),
        (Signature::Variable(name), _) => match bindings.iter().find(|(known, _)| known == name) {
            Some((_, known)) => known == ty,
            None => {
                bindings.push((name.clone(), ty.clone()));
                ty.is_data() && (name != ORDERED_NAME || ORDERED.contains(ty))
            }
        },
        (Signature::Apply(head, item), Type::List(ty)) => head == "List" && fits(item, ty, bindings),
        (Signature::Apply(head, item), Type::Map(ty)) => head == "Map" && fits(item, ty, bindings),
        (Signature::Record(fields), Type::Record(types)) => {
            fields.len() == types.len()
                && fields
                    .iter()
                    .all(|(name, field)| types.iter().any(|(other, ty)| other == name && fits(field, ty, bindings)))
        }
        // What may be absent is completed by `or`.
        (Signature::Option(inner), _) => fits(inner, ty, bindings),
        _ => false,
    }
}

impl Generator {
    /// A call that gives a type.
    pub(super) fn function(&mut self, ty: &Type, depth: usize) -> Expr {
        let fitting: Vec<(&Function, Bindings)> = FUNCTIONS
            .iter()
            .filter_map(|function| {
                let mut bindings = Bindings::new();
                fits(&function.result, ty, &mut bindings).then_some((function, bindings))
            })
            .collect();
        if fitting.is_empty() {
            return self.leaf(ty);
        }
        let (function, mut bindings) = self.choices.pick(&fitting).clone();
        let mut arguments = Vec::new();
        for (at, parameter) in function.parameters.iter().enumerate() {
            // How wide `pad` may make a text is a question to evaluation too.
            let small = (function.name, at) == ("pad", 0);
            let argument = if small { Expr::Literal("3") } else { self.argument(parameter, &mut bindings, depth) };
            arguments.push(argument);
        }
        let callee = match &function.of {
            None => Expr::Name(function.name.to_owned()),
            Some(of) => self.known(of, depth).select(function.name),
        };
        let call = if arguments.is_empty() { callee } else { Expr::Call(Box::new(callee), arguments) };
        match function.result {
            Signature::Option(_) => Expr::Or(Box::new([call, self.leaf(ty)])),
            _ => call,
        }
    }

    fn argument(&mut self, parameter: &Signature, bindings: &mut Bindings, depth: usize) -> Expr {
        let Signature::Function(first, rest) = parameter else {
            let ty = self.instance(parameter, bindings);
            return match &ty {
                // A record is a map where one is wanted.
                Type::Map(item) if self.choices.below(2) == 1 => {
                    let fields = ["a", "b"].map(|name| (name.to_owned(), (**item).clone()));
                    self.known(&Type::Record(fields.into()), depth)
                }
                _ => self.known(&ty, depth),
            };
        };
        let first = self.instance(first, bindings);
        // The arguments that are no functions tell what a function is called with.
        let known = true;
        let outside = self.scope_len();
        match &**rest {
            Signature::Function(second, result) => {
                let second = self.instance(second, bindings);
                let result = self.instance(result, bindings);
                let name = self.parameter(&first, known);
                let inner = self.lambda(&second, &result, depth, known);
                self.forget(outside);
                Expr::Lambda(name, Box::new(inner))
            }
            result => {
                let result = self.instance(result, bindings);
                match self.choices.once_in(4) {
                    true => self.expr(&Type::function(first, result), depth),
                    false => self.lambda(&first, &result, depth, known),
                }
            }
        }
    }

    /// The type that a signature says, with a type for each variable that has none yet.
    fn instance(&mut self, signature: &Signature, bindings: &mut Bindings) -> Type {
        match signature {
            Signature::Name(name) => named(name).unwrap_or_else(|| panic!("no literal is a {name}")),
            Signature::Variable(name) => match bindings.iter().find(|(known, _)| known == name) {
                Some((_, known)) => known.clone(),
                None => {
                    let ty = match name == ORDERED_NAME {
                        true => self.choices.pick(&ORDERED).clone(),
                        false => self.data(1),
                    };
                    bindings.push((name.clone(), ty.clone()));
                    ty
                }
            },
            Signature::Any => self.data(1),
            Signature::Apply(head, item) => {
                let item = self.instance(item, bindings);
                if head == "Map" { Type::Map(Box::new(item)) } else { Type::list(item) }
            }
            Signature::Function(argument, result) => {
                Type::function(self.instance(argument, bindings), self.instance(result, bindings))
            }
            Signature::Record(fields) => {
                let mut types: Vec<(String, Type)> =
                    fields.iter().map(|(name, ty)| (name.clone(), self.instance(ty, bindings))).collect();
                types.sort_by(|a, b| a.0.cmp(&b.0));
                Type::Record(types)
            }
            Signature::Option(inner) => self.instance(inner, bindings),
        }
    }
}
