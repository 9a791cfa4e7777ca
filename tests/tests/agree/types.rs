//! The types that programs are generated for, and the simplest expression of each.

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
}

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
            Self::Function(_, result) => Expr::Lambda("unused".to_owned(), Box::new(result.simplest())),
        }
    }
}
