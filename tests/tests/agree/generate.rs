//! Well-typed programs from a list of decisions: a type is chosen, then an expression of it, from the outside in.
//!
//! What has no annotation is what the law lets everybody write without one. So what an operator decides by, the
//! left operand of `+` or the base of `//`, is never a parameter whose type only its calls would tell: such variables
//! are hidden there ([`Generator::known`]).

use std::sync::Arc;

use arvc_tests::random::Choices;

use super::program::{Expr, Parameter};
use super::types::*;

/// The fields of a record type.
type Shape = Vec<(String, Type, Need)>;

/// What a variable is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A value.
    Value(Type),
    /// A function with a record pattern.
    Pattern(Vec<(String, Type, Need)>, Type),
    /// An optional field of a pattern.
    Optional(Type),
    /// `x: x`, at any type.
    Identity,
    /// `x: y: x`, at any two types.
    First,
    /// `h: h.a`, of any record that has the field.
    Getter(&'static str),
}

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    kind: Kind,
    /// Whether its type is known where it stands, and not only when its calls are seen.
    known: bool,
}

/// Generates.
pub struct Generator {
    pub(super) choices: Choices,
    scope: Vec<Variable>,
    /// Variables below this index count only if their types are known.
    floor: usize,
    /// The types that the program defines.
    pub(super) types: Vec<Arc<Definition>>,
    /// How many names were given.
    named: usize,
}

impl Generator {
    /// One that decides by these numbers.
    pub fn new(numbers: Vec<u32>) -> Self {
        Self { choices: Choices::new(numbers), scope: Vec::new(), floor: 0, types: Vec::new(), named: 0 }
    }

    /// A whole file: `let` bindings, and a record whose definitions use one another in any order.
    pub fn program(&mut self) -> Expr {
        let mut bindings = self.definitions();
        for _ in 0..self.choices.below(4) {
            bindings.push(self.binding(3));
        }
        let mut fields = Vec::new();
        for number in 0..1 + self.choices.below(4) {
            let ty = self.data(2);
            let name = format!("d{number}");
            let (value, written) = match !ty.has_plain_record() && self.choices.once_in(3) {
                true => (self.expected(&ty, 4), format!("{name} : {}", ty.text())),
                false => (self.expr(&ty, 4), name.clone()),
            };
            self.scope.push(Variable { name, kind: Kind::Value(ty), known: true });
            fields.push((written, value));
        }
        self.choices.shuffle(&mut fields);
        self.choices.shuffle(&mut bindings);
        let record = Expr::record(fields);
        if bindings.is_empty() { record } else { Expr::Let(bindings, Box::new(record)) }
    }

    fn fresh(&mut self) -> String {
        self.named += 1;
        format!("v{}", self.named)
    }

    /// A type whose values can be printed.
    pub(super) fn data(&mut self, depth: usize) -> Type {
        // One that a variable has, so that variables are used.
        if self.choices.once_in(3) {
            let types = self.variables(|variable| match &variable.kind {
                Kind::Value(ty) if ty.is_data() => Some(ty.clone()),
                _ => None,
            });
            if !types.is_empty() {
                return self.choices.pick(&types).clone();
            }
        }
        if !self.types.is_empty() && self.choices.once_in(4) {
            return Type::Named(self.choices.pick(&self.types.clone()).clone());
        }
        match self.choices.below(if depth == 0 { 4 } else { 7 }) {
            0 => INT,
            1 => STRING,
            2 | 3 => Type::Scalar(self.choices.below(SCALARS.len())),
            4 => Type::list(self.data(depth - 1)),
            _ => {
                let mut names: Vec<&str> = FIELDS.into_iter().filter(|_| self.choices.below(2) == 1).collect();
                names.sort_unstable();
                Type::Record(names.into_iter().map(|name| (name.to_owned(), self.data(depth - 1))).collect())
            }
        }
    }

    /// Any type, a function's too.
    fn any(&mut self, depth: usize) -> Type {
        match self.choices.below(5) {
            4 => Type::function(self.data(1), self.data(depth.min(1))),
            _ => self.data(depth),
        }
    }

    /// A binding, which is a variable of the scope from then on.
    fn binding(&mut self, depth: usize) -> (String, Expr) {
        let name = self.fresh();
        let unknown_before = self.unknown();
        let (kind, value) = match self.choices.below(11) {
            5 => self.pattern(depth),
            6 => (Kind::Identity, Expr::Lambda("x".into(), Box::new(Expr::Name("x".into())))),
            7 if self.choices.below(2) == 0 => {
                let inner = Expr::Lambda("y".into(), Box::new(Expr::Name("x".into())));
                (Kind::First, Expr::Lambda("x".into(), Box::new(inner)))
            }
            7 => {
                let field = *self.choices.pick(&FIELDS);
                (Kind::Getter(field), Expr::Lambda("h".into(), Box::new(Expr::Name("h".into()).select(field))))
            }
            8 => {
                let (said, kind, value) = self.annotated_pattern(depth);
                self.given(name.clone(), kind);
                return (format!("{name}{said}"), value);
            }
            9 | 10 => {
                let ty = match self.choices.below(4) {
                    0 => Type::function(self.sayable(), self.sayable()),
                    _ => self.sayable(),
                };
                let value = self.expected(&ty, depth);
                let written = format!("{name} : {}", ty.text());
                self.given(name, Kind::Value(ty));
                return (written, value);
            }
            _ => {
                let ty = self.any(2);
                let value = self.expr(&ty, depth);
                (Kind::Value(ty), value)
            }
        };
        // What mentions a parameter may be of a type that only its calls tell.
        let mut text = value.clone();
        let mut known = true;
        text.walk(&mut |part| known &= !matches!(part, Expr::Name(name) if unknown_before.contains(name)));
        self.scope.push(Variable { name: name.clone(), kind, known });
        (name, value)
    }

    fn unknown(&self) -> Vec<String> {
        self.scope.iter().filter(|variable| !variable.known).map(|variable| variable.name.clone()).collect()
    }

    /// A function with a record pattern.
    fn pattern(&mut self, depth: usize) -> (Kind, Expr) {
        let outside = self.scope.len();
        let (mut parameters, mut fields) = (Vec::new(), Vec::new());
        for field in FIELDS {
            let need = match self.choices.below(4) {
                0 => continue,
                1 => Need::Needed,
                2 => Need::Default,
                _ => Need::Optional,
            };
            let ty = self.data(1);
            let kind = if need == Need::Optional { Kind::Optional(ty.clone()) } else { Kind::Value(ty.clone()) };
            parameters.push(match need {
                Need::Needed => Parameter::Needed(field.to_owned()),
                // A default may name the parameters before it.
                Need::Default => Parameter::Default(field.to_owned(), self.expr(&ty, depth.saturating_sub(2))),
                Need::Optional => Parameter::Optional(field.to_owned()),
            });
            self.scope.push(Variable { name: field.to_owned(), kind, known: false });
            fields.push((field.to_owned(), ty, need));
        }
        let result = self.data(1);
        let body = self.expr(&result, depth.saturating_sub(1));
        self.scope.truncate(outside);
        let open = self.choices.once_in(4);
        (Kind::Pattern(fields, result), Expr::Pattern(parameters, open, Box::new(body)))
    }

    /// An expression of a type that is known without looking at any call.
    pub(super) fn known(&mut self, ty: &Type, depth: usize) -> Expr {
        let floor = std::mem::replace(&mut self.floor, self.scope.len());
        let expr = self.expr(ty, depth);
        self.floor = floor;
        expr
    }

    /// The variables that may be used here, by what is made of them.
    fn variables<T>(&self, of: impl Fn(&Variable) -> Option<T>) -> Vec<T> {
        let visible = |at: usize, variable: &Variable| variable.known || at >= self.floor;
        let inner = |at: usize, name: &str| !self.scope[at + 1..].iter().any(|later| later.name == name);
        let here = self.scope.iter().enumerate();
        here.filter(|(at, variable)| visible(*at, variable) && inner(*at, &variable.name))
            .filter_map(|(_, variable)| of(variable))
            .collect()
    }

    /// An expression of a type.
    pub fn expr(&mut self, ty: &Type, depth: usize) -> Expr {
        if depth == 0 || self.choices.is_over() {
            return self.leaf(ty);
        }
        match self.choices.below(18) {
            0 => self.leaf(ty),
            1..=3 => self.variable(ty),
            4 => {
                let condition = self.expr(&BOOL, depth - 1);
                Expr::If(Box::new([condition, self.expr(ty, depth - 1), self.expr(ty, depth - 1)]))
            }
            5 => {
                let outside = self.scope.len();
                let bindings = (0..1 + self.choices.below(2)).map(|_| self.binding(depth - 1)).collect();
                let body = self.expr(ty, depth - 1);
                self.scope.truncate(outside);
                Expr::Let(bindings, Box::new(body))
            }
            6 => self.selected(ty, depth),
            7 => {
                let argument = self.data(1);
                let given = self.expr(&argument, depth - 1);
                let function = self.lambda(&argument, ty, depth - 1, false);
                Expr::Call(Box::new(function), vec![given])
            }
            8 => self.called(ty, depth),
            9..=11 => self.function(ty, depth - 1),
            12 => self.matched(ty, depth),
            13 => self.narrowed(ty, depth),
            _ => self.special(ty, depth),
        }
    }

    pub(super) fn leaf(&mut self, ty: &Type) -> Expr {
        match ty {
            Type::Scalar(kind) => Expr::Literal(self.choices.pick::<&str>(&SCALARS[*kind].1)),
            _ => ty.simplest(),
        }
    }

    fn variable(&mut self, ty: &Type) -> Expr {
        let found = self.variables(|variable| match &variable.kind {
            Kind::Value(is) if is == ty => Some(Expr::Name(variable.name.clone())),
            Kind::Value(Type::Record(fields)) => {
                let field = fields.iter().find(|(_, is)| is == ty)?;
                Some(Expr::Name(variable.name.clone()).select(&field.0))
            }
            Kind::Value(Type::Named(definition)) if let Body::Record(fields) = &definition.body => {
                let (name, _, need) = fields.iter().find(|(_, is, _)| is == ty)?;
                let field = Expr::Name(variable.name.clone()).select(name);
                match need {
                    Need::Needed | Need::Default => Some(field),
                    // `or` has to know the fields of its left side.
                    Need::Optional if variable.known => Some(Expr::Or(Box::new([field, ty.simplest()]))),
                    Need::Optional => None,
                }
            }
            Kind::Optional(is) if is == ty => {
                Some(Expr::Or(Box::new([Expr::Name(variable.name.clone()), ty.simplest()])))
            }
            _ => None,
        });
        if found.is_empty() { self.leaf(ty) } else { self.choices.pick(&found).clone() }
    }

    /// The variables that are known to be records of a type with a name, and the fields of these. The names of fields of
    /// a pattern are left out: an inner one would hide what is known of them.
    pub(super) fn known_records(&self) -> Vec<(String, Shape)> {
        self.variables(|variable| match &variable.kind {
            Kind::Value(Type::Named(definition)) if variable.known && !FIELDS.contains(&variable.name.as_str()) => {
                match &definition.body {
                    Body::Record(fields) => Some((variable.name.clone(), fields.clone())),
                    Body::Union(_) => None,
                }
            }
            _ => None,
        })
    }

    /// One more variable, whose type something says.
    pub(super) fn given(&mut self, name: String, kind: Kind) {
        self.scope.push(Variable { name, kind, known: true });
    }

    /// How many variables there are.
    pub(super) fn scope_len(&self) -> usize {
        self.scope.len()
    }

    /// Leaves the scope of the variables behind the first ones.
    pub(super) fn forget(&mut self, first: usize) {
        self.scope.truncate(first);
    }

    /// The names of optional parameters.
    pub(super) fn optional(&self) -> Vec<String> {
        self.variables(|variable| match variable.kind {
            Kind::Optional(_) => Some(variable.name.clone()),
            _ => None,
        })
    }

    /// The name of a new variable of a type.
    pub(super) fn parameter(&mut self, ty: &Type, known: bool) -> String {
        let name = self.fresh();
        self.scope.push(Variable { name: name.clone(), kind: Kind::Value(ty.clone()), known });
        name
    }

    pub(super) fn lambda(&mut self, argument: &Type, result: &Type, depth: usize, known: bool) -> Expr {
        let outside = self.scope.len();
        let name = self.parameter(argument, known);
        let body = self.expr(result, depth.saturating_sub(1));
        self.scope.truncate(outside);
        Expr::Lambda(name, Box::new(body))
    }

    /// A field of a record that has it.
    fn selected(&mut self, ty: &Type, depth: usize) -> Expr {
        let field = *self.choices.pick(&FIELDS);
        let record = self.record_with(field, ty);
        self.expr(&record, depth - 1).select(field)
    }

    fn record_with(&mut self, field: &str, ty: &Type) -> Type {
        let mut fields = vec![(field.to_owned(), ty.clone())];
        for other in FIELDS.into_iter().filter(|other| *other != field) {
            if self.choices.once_in(3) {
                fields.push((other.to_owned(), self.data(0)));
            }
        }
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        Type::Record(fields)
    }

    /// A call of a variable that is a function.
    fn called(&mut self, ty: &Type, depth: usize) -> Expr {
        let found = self.variables(|variable| match &variable.kind {
            Kind::Value(Type::Function(_, result)) if **result == *ty => Some(variable.clone()),
            Kind::Pattern(_, result) if result == ty => Some(variable.clone()),
            Kind::Identity | Kind::First | Kind::Getter(_) => Some(variable.clone()),
            _ => None,
        });
        if found.is_empty() {
            return self.special(ty, depth);
        }
        let Variable { name, kind, .. } = self.choices.pick(&found).clone();
        let arguments = match kind {
            Kind::Value(Type::Function(argument, _)) => vec![self.expr(&argument, depth - 1)],
            Kind::Pattern(fields, _) => {
                let mut given = Vec::new();
                for (field, ty, need) in fields {
                    if need == Need::Needed || self.choices.below(2) == 1 {
                        given.push((field, self.expected(&ty, depth - 1)));
                    }
                }
                self.choices.shuffle(&mut given);
                vec![Expr::record(given)]
            }
            Kind::Identity => vec![self.expr(ty, depth - 1)],
            Kind::First => {
                let other = self.any(1);
                vec![self.expr(ty, depth - 1), self.expr(&other, depth - 1)]
            }
            Kind::Getter(field) => {
                let record = self.record_with(field, ty);
                vec![self.expr(&record, depth - 1)]
            }
            Kind::Value(_) | Kind::Optional(_) => unreachable!("it is a function"),
        };
        Expr::call(&name, arguments)
    }
}
