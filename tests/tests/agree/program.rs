//! Programs as trees, and their text: what the generator makes and a mutation changes.

use std::fmt::Write;

/// An expression.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A literal, as it is written.
    Literal(&'static str),
    /// A variable, or a builtin.
    Name(String),
    /// `[ a, b ]`
    List(Vec<Expr>),
    /// `{ a = 1; }`
    Record(Vec<Field>),
    /// `let a = 1; in a`; an annotation belongs to the name.
    Let(Vec<(String, Expr)>, Box<Expr>),
    /// `x: x`
    Lambda(String, Box<Expr>),
    /// `{ a, b ? 1, c?, ... }: a`
    Pattern(Vec<Parameter>, bool, Box<Expr>),
    /// `f a b`
    Call(Box<Expr>, Vec<Expr>),
    /// `if a then b else c`
    If(Box<[Expr; 3]>),
    /// `match a { B c => c, _ => d }`: what stands before the arrows, and behind.
    Match(Box<Expr>, Vec<(String, Expr)>),
    /// `a + b`
    Binary(&'static str, Box<[Expr; 2]>),
    /// `!a`, `-a`
    Unary(&'static str, Box<Expr>),
    /// `a.b`
    Select(Box<Expr>, String),
    /// `a or b`
    Or(Box<[Expr; 2]>),
    /// `a ? b`
    Has(Box<Expr>, String),
    /// `"${a}${b}"`
    Text(Vec<Expr>),
}

/// A definition of a record.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name, with its annotation.
    pub name: String,
    /// `default ` or nothing.
    pub mark: &'static str,
    /// Its value.
    pub value: Expr,
}

/// A field of a pattern.
#[derive(Clone, Debug)]
pub enum Parameter {
    /// `a`
    Needed(String),
    /// `a ? 1`
    Default(String, Expr),
    /// `a?`
    Optional(String),
}

impl Expr {
    /// A record without marks.
    pub fn record(fields: Vec<(String, Expr)>) -> Self {
        let field = |(name, value)| Field { name, mark: "", value };
        Self::Record(fields.into_iter().map(field).collect())
    }

    /// A call of a name.
    pub fn call(name: &str, arguments: Vec<Expr>) -> Self {
        Self::Call(Box::new(Self::Name(name.to_owned())), arguments)
    }

    /// A selection.
    pub fn select(self, name: &str) -> Self {
        Self::Select(Box::new(self), name.to_owned())
    }

    /// An operation on two operands.
    pub fn binary(self, operator: &'static str, right: Self) -> Self {
        Self::Binary(operator, Box::new([self, right]))
    }

    /// What it is made of, in the order of the text.
    pub fn parts(&mut self) -> Vec<&mut Expr> {
        match self {
            Self::Literal(_) | Self::Name(_) => Vec::new(),
            Self::List(items) | Self::Text(items) => items.iter_mut().collect(),
            Self::Record(fields) => fields.iter_mut().map(|field| &mut field.value).collect(),
            Self::Let(bindings, body) => bindings.iter_mut().map(|(_, value)| value).chain([body.as_mut()]).collect(),
            Self::Pattern(parameters, _, body) => {
                let defaults = parameters.iter_mut().filter_map(|parameter| match parameter {
                    Parameter::Default(_, value) => Some(value),
                    Parameter::Needed(_) | Parameter::Optional(_) => None,
                });
                defaults.chain([body.as_mut()]).collect()
            }
            Self::Lambda(_, part) | Self::Unary(_, part) | Self::Select(part, _) | Self::Has(part, _) => {
                vec![part.as_mut()]
            }
            Self::Call(function, arguments) => [function.as_mut()].into_iter().chain(arguments.iter_mut()).collect(),
            Self::If(parts) => parts.iter_mut().collect(),
            Self::Match(value, arms) => {
                [value.as_mut()].into_iter().chain(arms.iter_mut().map(|(_, arm)| arm)).collect()
            }
            Self::Binary(_, parts) | Self::Or(parts) => parts.iter_mut().collect(),
        }
    }

    /// Runs something on this expression and all inside of it.
    pub fn walk(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        visit(self);
        for part in self.parts() {
            part.walk(visit);
        }
    }

    /// Its text. What is not one word stands in parentheses: precedence is not what is tested here.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Literal(text) => out.push_str(text),
            Self::Name(name) => out.push_str(name),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::List(items) => {
                out.push_str("[ ");
                for item in items {
                    item.atom(out);
                    out.push_str(", ");
                }
                out.push(']');
            }
            Self::Record(fields) => {
                out.push_str("{ ");
                for Field { name, mark, value } in fields {
                    let _ = write!(out, "{name} = {mark}");
                    value.write(out);
                    out.push_str("; ");
                }
                out.push('}');
            }
            Self::Let(bindings, body) => {
                out.push_str("let ");
                for (name, value) in bindings {
                    let _ = write!(out, "{name} = ");
                    value.write(out);
                    out.push_str("; ");
                }
                out.push_str("in ");
                body.write(out);
            }
            Self::Lambda(parameter, body) => {
                let _ = write!(out, "{parameter}: ");
                body.write(out);
            }
            Self::Pattern(parameters, open, body) => {
                out.push_str("{ ");
                for parameter in parameters {
                    match parameter {
                        Parameter::Needed(name) => out.push_str(name),
                        Parameter::Optional(name) => {
                            let _ = write!(out, "{name}?");
                        }
                        Parameter::Default(name, value) => {
                            let _ = write!(out, "{name} ? ");
                            value.atom(out);
                        }
                    }
                    out.push_str(", ");
                }
                out.push_str(if *open { "... }: " } else { "}: " });
                body.write(out);
            }
            Self::Call(function, arguments) => {
                function.atom(out);
                for argument in arguments {
                    out.push(' ');
                    argument.atom(out);
                }
            }
            Self::If(parts) => {
                for (word, part) in ["if ", " then ", " else "].into_iter().zip(parts.iter()) {
                    out.push_str(word);
                    part.write(out);
                }
            }
            Self::Match(value, arms) => {
                out.push_str("match ");
                value.atom(out);
                out.push_str(" { ");
                for (pattern, arm) in arms {
                    let _ = write!(out, "{pattern} => ");
                    arm.write(out);
                    out.push_str(", ");
                }
                out.push('}');
            }
            Self::Binary(operator, parts) => {
                parts[0].atom(out);
                let _ = write!(out, " {operator} ");
                parts[1].atom(out);
            }
            Self::Unary(operator, part) => {
                out.push_str(operator);
                part.atom(out);
            }
            Self::Select(base, name) => {
                base.atom(out);
                let _ = write!(out, ".{name}");
            }
            Self::Or(parts) => {
                parts[0].atom(out);
                out.push_str(" or ");
                parts[1].atom(out);
            }
            Self::Has(base, name) => {
                base.atom(out);
                let _ = write!(out, " ? {name}");
            }
            Self::Text(parts) => {
                out.push('"');
                for part in parts {
                    out.push_str("${");
                    part.write(out);
                    out.push_str("}-");
                }
                out.push('"');
            }
        }
    }

    fn atom(&self, out: &mut String) {
        let whole = match self {
            Self::Literal(text) => !text.starts_with('-'),
            Self::Name(_) | Self::List(_) | Self::Record(_) | Self::Text(_) => true,
            // A chain of selections, one of which may be absent, is one operand of `or`.
            Self::Select(..) => true,
            _ => false,
        };
        if whole {
            self.write(out);
        } else {
            out.push('(');
            self.write(out);
            out.push(')');
        }
    }
}
