//! The schema as data: what a field may hold, what it is when nobody says, where its type is written.

use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use crate::ir::ExprId;

/// Index of a type in [`Schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// Index of a named type in [`Schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefId(pub u32);

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `_`: the site itself says what it means.
    Any,
    /// `Data`: any plain data, which no part of a site gives meaning to.
    Data,
    /// One of the kinds that have no parts.
    Scalar(Scalar),
    /// `List T` and `Set T`.
    List(TypeId),
    /// `Map T`.
    Map(TypeId),
    /// `Ref T`: an entity whose home is a map of `T`.
    Ref(DefId),
    /// A record or union with a name.
    Named(DefId),
}

/// Kinds that have no parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `Bool`
    Bool,
    /// `Int`
    Int,
    /// `String`
    String,
    /// `Name`: text that names something; what it may consist of is decided by whoever reads it.
    Name,
    /// `Address`
    Address,
    /// `Prefix`
    Prefix,
    /// `Ports`
    Ports,
    /// `IntRange`
    IntRange,
    /// `Size`
    Size,
    /// `Duration`
    Duration,
    /// `Mac`
    Mac,
    /// `Secret`
    Secret,
    /// `Flow`
    Flow,
}

impl Scalar {
    /// The kind with this name in types.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Bool" => Self::Bool,
            "Int" => Self::Int,
            "String" => Self::String,
            "Name" => Self::Name,
            "Address" => Self::Address,
            "Prefix" => Self::Prefix,
            "Ports" => Self::Ports,
            "IntRange" => Self::IntRange,
            "Size" => Self::Size,
            "Duration" => Self::Duration,
            "Mac" => Self::Mac,
            "Secret" => Self::Secret,
            "Flow" => Self::Flow,
            _ => return None,
        })
    }

    /// In words, with an example.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Bool => "a Bool",
            Self::Int => "an Int",
            Self::String | Self::Name => "text",
            Self::Address => "an Address",
            Self::Prefix => "a Prefix",
            Self::Ports => "Ports",
            Self::IntRange => "a range of Ints",
            Self::Size => "a Size",
            Self::Duration => "a Duration",
            Self::Mac => "a MAC address",
            Self::Secret => "a secret",
            Self::Flow => "a flow",
        }
    }

    /// How a value of that kind is written.
    pub fn example(self) -> &'static str {
        match self {
            Self::Bool => "`true`",
            Self::Int => "`1001`",
            Self::String | Self::Name => "`\"text\"`",
            Self::Address => "`10.10.10.11`",
            Self::Prefix => "`10.10.10.0/24`",
            Self::Ports => "`443/tcp`",
            Self::IntRange => "`1000..1999`",
            Self::Size => "`8GiB`",
            Self::Duration => "`12h`",
            Self::Mac => "`bc:24:11:00:00:01`",
            Self::Secret => "`secret \"kv/data/app#key\"`",
            Self::Flow => "`groups.web -> groups.data : 5432/tcp`",
        }
    }
}

/// A field of a record type.
#[derive(Clone, Copy, Debug)]
pub struct FieldType {
    /// Its name.
    pub name: Symbol,
    /// Where it is declared.
    pub key: Span,
    /// What it holds.
    pub ty: TypeId,
    /// Whether its values are sets, of which several definitions unite.
    pub set: bool,
    /// Whether it may be absent.
    pub optional: bool,
    /// What it is when nobody says.
    pub default: Option<ExprId>,
}

/// What a named type means.
#[derive(Clone, Debug)]
pub enum Definition {
    /// A record: its fields sorted by name, and the type of every other field if there may be others.
    Record {
        /// The fields.
        fields: Vec<FieldType>,
        /// The others.
        rest: Option<TypeId>,
    },
    /// Tags, each with the type of what it carries.
    Union(Vec<(Symbol, Option<TypeId>)>),
}

/// A named type.
#[derive(Clone, Debug)]
pub struct Def {
    /// Its name.
    pub name: Symbol,
    /// What it means.
    pub definition: Definition,
}

/// All types of the prelude.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Types.
    pub types: Vec<Type>,
    /// Named types.
    pub defs: Vec<Def>,
    /// The type of a site.
    pub site: Option<DefId>,
}

impl Schema {
    /// The type behind an index.
    pub fn ty(&self, id: TypeId) -> Type {
        self.types[id.0 as usize]
    }

    /// The tags of all unions.
    pub fn tags(&self) -> Vec<Symbol> {
        let cases = self.defs.iter().filter_map(|def| match &def.definition {
            Definition::Union(cases) => Some(cases),
            Definition::Record { .. } => None,
        });
        cases.flatten().map(|(tag, _)| *tag).collect()
    }

    /// The named type behind an index.
    pub fn def(&self, id: DefId) -> &Def {
        &self.defs[id.0 as usize]
    }
}
