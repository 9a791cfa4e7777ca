//! The types that programs are generated for, and the simplest expression of each.

use std::fmt::Write;
use std::sync::Arc;

use super::program::Expr;

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A literal's: an index into [`SCALARS`].
    Scalar(usize),
    /// `List T`
    List(Box<Type>),
    /// `Map T`
    Map(Box<Type>),
    /// A record with exactly these fields, in the order of their names.
    Record(Vec<(String, Type)>),
    /// A function of one argument.
    Function(Box<Type>, Box<Type>),
    /// What the program defines.
    Named(Arc<Definition>),
}

/// A `type` of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What it is.
    pub body: Body,
}

/// What a `type` is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A record with these fields.
    Record(Vec<(String, Type, Need)>),
    /// One of these tags, with what it carries.
    Union(Vec<(String, Option<Type>)>),
}

/// Whether a field of a pattern or of a type must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Needed,
    Default,
    Optional,
}

/// Names of fields.
pub const FIELDS: [&str; 4] = ["a", "b", "name", "size"];

/// The kinds of literals: a name, and some of its values.
pub const SCALARS: [(&str, [&str; 4]); 10] = [
    ("Int", ["1", "0", "7", "-3"]),
    ("Bool", ["true", "false", "true", "false"]),
    ("String", ["\"a\"", "\"\"", "\"b\\nc\"", "''ind''"]),
    ("Size", ["1GiB", "2MiB", "64KiB", "3GiB"]),
    ("Duration", ["30s", "12m", "8760h", "1s"]),
    ("Address", ["10.0.0.1", "192.168.1.9", "fd00::1", "10.0.0.1"]),
    ("Prefix", ["10.0.0.0/24", "192.168.0.0/16", "fd00::/64", "10.1.0.0/30"]),
    ("Ports", ["53/udp", "5432/tcp", "8000-8010/tcp", "1/udp"]),
    ("IntRange", ["1..3", "1000..1999", "0..0", "5..9"]),
    ("Mac", ["bc:24:11:00:00:01", "bc:24:11:00:00:02", "02:00:00:00:00:01", "bc:24:11:00:00:01"]),
];

pub const INT: Type = Type::Scalar(0);
pub const BOOL: Type = Type::Scalar(1);
pub const STRING: Type = Type::Scalar(2);
pub const SIZE: Type = Type::Scalar(3);
pub const DURATION: Type = Type::Scalar(4);
pub const ADDRESS: Type = Type::Scalar(5);
pub const PREFIX: Type = Type::Scalar(6);

/// What `<` compares.
pub const ORDERED: [Type; 5] = [INT, STRING, SIZE, DURATION, ADDRESS];

/// What becomes text.
pub const TEXTUAL: [Type; 4] = [STRING, INT, ADDRESS, PREFIX];

/// The type of literals with this name.
pub fn named(name: &str) -> Option<Type> {
    SCALARS.iter().position(|(known, _)| *known == name).map(Type::Scalar)
}

impl Type {
    /// `List T`.
    pub fn list(item: Type) -> Self {
        Self::List(Box::new(item))
    }

    /// `T -> U`.
    pub fn function(argument: Type, result: Type) -> Self {
        Self::Function(Box::new(argument), Box::new(result))
    }

    /// Whether its values can be printed and compared.
    pub fn is_data(&self) -> bool {
        match self {
            Self::Scalar(_) => true,
            Self::List(item) | Self::Map(item) => item.is_data(),
            Self::Record(fields) => fields.iter().all(|(_, ty)| ty.is_data()),
            Self::Function(..) => false,
            // They are defined of such types.
            Self::Named(_) => true,
        }
    }

    /// The simplest expression of the type.
    pub fn simplest(&self) -> Expr {
        match self {
            Self::Scalar(kind) => Expr::Literal(SCALARS[*kind].1[0]),
            Self::List(item) => Expr::List(vec![item.simplest()]),
            Self::Map(item) => {
                let pair = vec![("name".to_owned(), Expr::Literal("\"k\"")), ("value".to_owned(), item.simplest())];
                Expr::call("fromPairs", vec![Expr::List(vec![Expr::record(pair)])])
            }
            Self::Record(fields) => {
                Expr::record(fields.iter().map(|(name, ty)| (name.clone(), ty.simplest())).collect())
            }
            Self::Named(definition) => definition.simplest(),
            Self::Function(_, result) => Expr::Lambda("unused".to_owned(), Box::new(result.simplest())),
        }
    }

    /// Whether a record without a name is in it.
    pub fn has_plain_record(&self) -> bool {
        match self {
            Self::Record(_) => true,
            Self::Scalar(_) | Self::Named(_) => false,
            Self::List(item) | Self::Map(item) => item.has_plain_record(),
            Self::Function(argument, result) => argument.has_plain_record() || result.has_plain_record(),
        }
    }

    /// How an annotation writes it.
    pub fn text(&self) -> String {
        match self {
            Self::Scalar(kind) => SCALARS[*kind].0.to_owned(),
            Self::List(item) => format!("List {}", item.atom()),
            Self::Map(item) => format!("Map {}", item.atom()),
            Self::Record(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{name} : {}; ", ty.text())).collect();
                format!("{{ {}}}", fields.concat())
            }
            Self::Function(argument, result) => format!("{} -> {}", argument.atom(), result.text()),
            Self::Named(definition) => definition.name.clone(),
        }
    }

    /// The same where one word is needed.
    pub fn atom(&self) -> String {
        match self {
            Self::List(_) | Self::Map(_) | Self::Function(..) => format!("({})", self.text()),
            Self::Scalar(_) | Self::Record(_) | Self::Named(_) => self.text(),
        }
    }
}

impl Definition {
    /// The name of the function that says of a record that it is one of this type.
    pub fn maker(&self) -> String {
        self.name.to_lowercase()
    }

    /// What stands behind its name.
    pub fn text(&self) -> String {
        let mut out = String::new();
        match &self.body {
            Body::Record(fields) => {
                out.push_str("{ ");
                for (name, ty, need) in fields {
                    let mark = if *need == Need::Optional { "?" } else { "" };
                    let _ = write!(out, "{name}{mark} : {}", ty.text());
                    if *need == Need::Default {
                        let _ = write!(out, " = {}", ty.simplest().text());
                    }
                    out.push_str("; ");
                }
                out.push('}');
            }
            Body::Union(tags) => {
                for (at, (tag, carried)) in tags.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { " | " });
                    out.push_str(tag);
                    if let Some(ty) = carried {
                        let _ = write!(out, " {}", ty.atom());
                    }
                }
            }
        }
        out
    }

    /// The simplest expression of the type, wherever it stands.
    pub fn simplest(&self) -> Expr {
        match &self.body {
            Body::Record(fields) => {
                let needed = fields.iter().filter(|(_, _, need)| *need == Need::Needed);
                let fields = needed.map(|(name, ty, _)| (name.clone(), ty.simplest())).collect();
                Expr::call(&self.maker(), vec![Expr::record(fields)])
            }
            Body::Union(tags) => match &tags[0] {
                (tag, None) => Expr::Name(tag.clone()),
                (tag, Some(ty)) => Expr::call(tag, vec![ty.simplest()]),
            },
        }
    }
}
