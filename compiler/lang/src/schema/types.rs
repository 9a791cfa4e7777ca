//! Types as data: what a field may hold, what it is when nobody says, where its type is written. The prelude's are the
//! schema of a site; those that files define and write as annotations stand behind them.

use std::collections::{BTreeMap, HashMap};

use arvc_syntax::intern::{Interner, Symbol};
use arvc_syntax::source::Span;

use crate::ir::ExprId;

/// Index of a type in [`Schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// Index of a named type in [`Schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefId(pub u32);

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `_` in a `type`: anything. In the prelude, the site itself says what it means.
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
    /// A record or union with a name, or a record type that is written where it is used.
    Named(DefId),
    /// `A -> B`
    Function(TypeId, TypeId),
    /// `T?`: a value that may be absent. The `T` is no such type itself.
    Option(TypeId),
    /// `_` in an annotation: left to inference, each for itself.
    Infer,
    /// `a`: the same unknown type wherever one annotation writes it.
    Var(Symbol),
}

/// Kinds that have no parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// Kinds that have no parts, by the names that they have in types.
const SCALARS: [(&str, Scalar); 13] = [
    ("Bool", Scalar::Bool),
    ("Int", Scalar::Int),
    ("String", Scalar::String),
    ("Name", Scalar::Name),
    ("Address", Scalar::Address),
    ("Prefix", Scalar::Prefix),
    ("Ports", Scalar::Ports),
    ("IntRange", Scalar::IntRange),
    ("Size", Scalar::Size),
    ("Duration", Scalar::Duration),
    ("Mac", Scalar::Mac),
    ("Secret", Scalar::Secret),
    ("Flow", Scalar::Flow),
];

impl Scalar {
    /// The names of all kinds.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SCALARS.iter().map(|(name, _)| *name)
    }

    /// All of them, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        SCALARS.iter().map(|(_, scalar)| *scalar)
    }

    /// Whether it is text.
    pub fn is_text(self) -> bool {
        matches!(self, Self::String | Self::Name)
    }

    /// The kind with this name in types.
    pub fn named(name: &str) -> Option<Self> {
        SCALARS.iter().find(|(known, _)| *known == name).map(|(_, scalar)| *scalar)
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

    /// The kind that `describe` says in these words.
    pub fn described(words: &str) -> Option<Self> {
        Self::all().find(|scalar| scalar.describe() == words)
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
    /// Where it is defined.
    pub key: Span,
    /// What it means.
    pub definition: Definition,
}

/// All types of a run.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Types.
    pub types: Vec<Type>,
    /// Named types: those of the prelude first, then those of the files.
    pub defs: Vec<Def>,
    /// The names that every file knows: the prelude's.
    pub names: BTreeMap<Symbol, DefId>,
    /// The type of a site.
    pub site: Option<DefId>,
    known: HashMap<Type, TypeId>,
}

impl Schema {
    /// The index of a type, which is added if it is new.
    pub fn add(&mut self, ty: Type) -> TypeId {
        let next = TypeId(self.types.len() as u32);
        let id = *self.known.entry(ty).or_insert(next);
        if id == next {
            self.types.push(ty);
        }
        id
    }

    /// The index of a type, if something is of it.
    pub fn find(&self, ty: Type) -> Option<TypeId> {
        self.known.get(&ty).copied()
    }

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

    /// Where a field `name` that a record of `fields` does not have itself is found below one of them, and below no other:
    /// `on.NAME.address`, with `NAME` for any key of a map.
    pub fn below(&self, fields: &[FieldType], name: &str, names: &Interner) -> Option<String> {
        let mut found = fields.iter().filter_map(|field| {
            let (ty, any) = match self.ty(field.ty) {
                Type::Map(item) => (self.ty(item), ".NAME"),
                ty => (ty, ""),
            };
            let Type::Named(def) = ty else { return None };
            let Definition::Record { fields, .. } = &self.def(def).definition else { return None };
            let has = fields.iter().any(|field| names.get(field.name) == name);
            has.then(|| format!("{}{any}.{name}", names.get(field.name)))
        });
        found.next().filter(|_| found.next().is_none())
    }

    /// The field of a named record that has to be given, if it is the only one.
    pub fn only_required(&self, id: DefId) -> Option<&FieldType> {
        let (fields, _) = self.record(id)?;
        let mut required = fields.iter().filter(|field| !field.optional && field.default.is_none());
        required.next().filter(|_| required.next().is_none())
    }

    /// The fields of a named record, and the type of every other one.
    pub fn record(&self, id: DefId) -> Option<(&[FieldType], Option<TypeId>)> {
        match &self.def(id).definition {
            Definition::Record { fields, rest } => Some((fields, *rest)),
            Definition::Union(_) => None,
        }
    }

    /// The named type behind an index.
    pub fn def(&self, id: DefId) -> &Def {
        &self.defs[id.0 as usize]
    }
}

/// Names of fields, for messages.
pub fn field_names<'n>(fields: &[FieldType], names: &'n Interner) -> Vec<&'n str> {
    fields.iter().map(|field| names.get(field.name)).collect()
}
