//! What evaluation hands on: a file's value, forced as far as its schema asks, as plain data with provenance.
//!
//! Nothing here is lazy and nothing can fail any more: a value whose evaluation failed is [`Datum::Failed`], its
//! diagnostic is already reported, and whoever needs it stays silent.

use std::net::IpAddr;

use arvc_syntax::intern::{Interner, Symbol};
pub use arvc_syntax::literal::{Ports, Transport};
use arvc_syntax::source::Span;
use ipnet::IpNet;

/// Index of a value in [`Data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataId(pub u32);

/// Index of an entity in [`Data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub u32);

/// Index of a call in [`Data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u32);

/// Index of a function of a value: [`Calls`](crate::functions::Calls) applies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// A reference to a secret: never its value. `secret "kv/data/forge#admin_password"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretRef {
    /// Path as the secret store's API has it.
    pub path: String,
    /// Key inside the secret.
    pub key: String,
}

/// A flow as written: its parts are values that the site gives meaning to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowData {
    /// Left of `->`.
    pub source: DataId,
    /// Right of `->`.
    pub target: DataId,
    /// Behind `:`; absent means every protocol.
    pub ports: Option<DataId>,
    /// Behind `via`.
    pub via: Option<DataId>,
    /// Behind `except`.
    pub except: Option<DataId>,
}

/// One field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Symbol,
    /// Where the name is written: the definition. For a default of the schema, the prelude's line.
    pub key: Span,
    /// Its value.
    pub value: DataId,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// Evaluation failed and the diagnostic is reported: whoever reads this stays silent.
    Failed,
    /// `true`, `false`.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// Text.
    Str(Box<str>),
    /// `10.10.10.11`, `fd00::1`.
    Address(IpAddr),
    /// `10.10.10.0/24`, without host bits.
    Prefix(IpNet),
    /// `5432/tcp`.
    Ports(Ports),
    /// `1000..1999`, both ends included.
    IntRange(i64, i64),
    /// A size in bytes.
    Size(u64),
    /// A duration in milliseconds.
    Duration(u64),
    /// A MAC address.
    Mac([u8; 6]),
    /// A reference to a secret.
    Secret(Box<SecretRef>),
    /// A constructor of a declared union, with its payload: `Container`, `All [ … ]`.
    Tag(Symbol, Option<DataId>),
    /// A list or set, in order.
    List(Vec<DataId>),
    /// A record or map: fields sorted by the text of their names.
    Record(Vec<Field>),
    /// `a -> b : p`.
    Flow(Box<FlowData>),
    /// An entity mentioned elsewhere than where it is defined.
    Entity(EntityId),
    /// A function, which is applied where it belongs. Where the schema asks for none, only the answer to a question has
    /// one: in a file's value it is a mistake.
    Function(FunctionId),
}

/// A value with where it came from.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Datum,
    /// The expression that made it, through variables, calls and selections: for `mk 1001` the literal at the call.
    pub span: Span,
    /// The call that was running when the value's record was made, if any.
    pub call: Option<CallId>,
}

/// One function call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The call expression.
    pub span: Span,
    /// The call inside which it ran.
    pub parent: Option<CallId>,
}

/// An entity: a value with its path as identity, `groups.web`.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its path from the root.
    pub path: Vec<Symbol>,
    /// Where the path's last name is defined.
    pub key: Span,
    /// Its fields.
    pub value: DataId,
}

/// A whole evaluated file.
#[derive(Debug)]
pub struct Data {
    /// All values.
    pub nodes: Vec<Node>,
    /// All calls that made a record which is still seen.
    pub calls: Vec<Call>,
    /// All entities, in the order of their paths' text.
    pub entities: Vec<Entity>,
    /// The names.
    pub names: Interner,
    /// The file's value.
    pub root: DataId,
}

impl Data {
    /// The node behind an index.
    pub fn node(&self, id: DataId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The value behind an index.
    pub fn value(&self, id: DataId) -> &Datum {
        &self.node(id).value
    }

    /// The expression that made a value.
    pub fn span(&self, id: DataId) -> Span {
        self.node(id).span
    }

    /// The calls through which a value's record was made, innermost first.
    pub fn calls_of(&self, id: DataId) -> impl Iterator<Item = Span> {
        let mut next = self.node(id).call;
        std::iter::from_fn(move || {
            let call = self.calls[next?.0 as usize];
            next = call.parent;
            Some(call.span)
        })
    }

    /// The field of a record, if the value is a record and has it.
    pub fn field(&self, id: DataId, name: Symbol) -> Option<&Field> {
        match self.value(id) {
            Datum::Record(fields) if fields.len() <= 8 => fields.iter().find(|field| field.name == name),
            Datum::Record(fields) => {
                let text = self.names.get(name);
                fields.binary_search_by(|field| self.names.get(field.name).cmp(text)).ok().map(|at| &fields[at])
            }
            _ => None,
        }
    }

    /// A path as it is written: `hosts.dns.vmid`.
    pub fn path(&self, path: &[Symbol]) -> String {
        path.iter().map(|name| self.names.get(*name)).collect::<Vec<_>>().join(".")
    }
}
