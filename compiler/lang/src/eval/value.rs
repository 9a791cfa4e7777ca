//! What evaluation computes with: values of 16 bytes that know the expression that made them, and the arenas that hold
//! what does not fit.
//!
//! Everything lives in vectors and dies together, so nothing is counted, freed or dropped one by one.

use std::net::IpAddr;

use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;
use ipnet::IpNet;

use crate::builtins::Builtin;
use crate::data::{Ports, SecretRef};
use crate::eval::line::Line;
use crate::eval::see::{Sight, View};
use crate::ir::{ExprId, FnId, Policy, Program};
use crate::members::Member;
use crate::schema::types::TypeId;

/// 64 bits with the alignment of 32, which keeps [`Value`] at 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Long(u32, u32);

impl From<i64> for Long {
    fn from(value: i64) -> Self {
        Self((value as u64 >> 32) as u32, value as u32)
    }
}

impl From<Long> for i64 {
    fn from(value: Long) -> Self {
        (u64::from(value.0) << 32 | u64::from(value.1)) as i64
    }
}

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into its vector.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index!(/** A text of [`Store::strings`]. */ StrId);
index!(/** An address of [`Store::addresses`]. */ AddressId);
index!(/** A prefix of [`Store::prefixes`]. */ PrefixId);
index!(/** A span of integers of [`Store::ranges`]. */ RangeId);
index!(/** A secret of [`Store::secrets`]. */ SecretId);
index!(/** A delayed value of [`Heap::thunks`]. */ ThunkId);
index!(/** A frame of [`Heap::frames`]. */ FrameId);
index!(/** A call of [`Heap::calls`]. */ CallIx);
index!(/** A flow of [`Heap::flows`]. */ FlowId);
index!(/** A builtin with its first arguments, of [`Heap::partials`]. */ PartialId);
index!(/** A delayed application of [`Heap::applications`]. */ ApplyId);
index!(/** Values for all arguments of a function, of [`Heap::lines`]. */ LineId);
index!(/** The number of a reported problem: only reporting makes one. */ Reported);

/// A record of [`Heap::records`], and what it is seen as. However it is seen, it is the same record, and compares so.
#[derive(Clone, Copy, Debug)]
pub struct RecordId {
    at: u32,
    /// What it is seen as here.
    pub view: View,
}

impl RecordId {
    /// As an index into [`Heap::records`].
    pub fn index(self) -> usize {
        self.at as usize
    }

    /// The same record, seen as something.
    pub fn seen_as(self, view: View) -> Self {
        Self { view, ..self }
    }
}

impl PartialEq for RecordId {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for RecordId {}

impl std::hash::Hash for RecordId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.at.hash(state);
    }
}

/// What a value is. Payloads are at most eight bytes; the rest is an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A slot that its frame has not filled yet.
    Unset,
    /// An optional that nobody gave.
    Absent,
    /// `true`, `false`.
    Bool(bool),
    /// A 64-bit integer.
    Int(Long),
    /// Text.
    Str(StrId),
    /// An IP address.
    Address(AddressId),
    /// An IP network.
    Prefix(PrefixId),
    /// Ports of one protocol.
    Ports(Ports),
    /// `1..9`.
    IntRange(RangeId),
    /// Bytes.
    Size(Long),
    /// Milliseconds.
    Duration(Long),
    /// A MAC address.
    Mac([u8; 6]),
    /// A reference to a secret.
    Secret(SecretId),
    /// A constructor; the payload is an index into [`Heap::slots`] or [`NO_PAYLOAD`].
    Tag(Symbol, u32),
    /// Items in [`Heap::slots`].
    List {
        /// Index of the first.
        start: u32,
        /// How many.
        len: u32,
    },
    /// A record.
    Record(RecordId),
    /// A function with the frame that it was made in.
    Closure(FnId, FrameId),
    /// A builtin, perhaps with some of its arguments.
    Builtin(PartialId),
    /// A flow.
    Flow(FlowId),
    /// Not computed yet.
    Thunk(ThunkId),
    /// The values for all arguments of the function that is tried.
    Line(LineId),
}

/// The payload index of a tag that has none.
pub const NO_PAYLOAD: u32 = u32::MAX;

/// A value and the expression that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// What made it. It survives variables, calls, selections and merges.
    pub origin: ExprId,
}

const _: () = assert!(size_of::<Value>() == 16);

impl Value {
    /// A value made by `origin`.
    pub fn new(kind: Kind, origin: ExprId) -> Self {
        Self { kind, origin }
    }

    /// An integer.
    pub fn int(value: i64, origin: ExprId) -> Self {
        Self::new(Kind::Int(value.into()), origin)
    }

    /// A truth value.
    pub fn bool(value: bool, origin: ExprId) -> Self {
        Self::new(Kind::Bool(value), origin)
    }
}

/// Constants that do not fit into a value. Lowering fills it with literals, evaluation adds to it.
#[derive(Debug, Default)]
pub struct Store {
    /// Texts.
    pub strings: Vec<Box<str>>,
    /// Addresses.
    pub addresses: Vec<IpAddr>,
    /// Prefixes.
    pub prefixes: Vec<IpNet>,
    /// Spans of integers, both ends included.
    pub ranges: Vec<(i64, i64)>,
    /// References to secrets.
    pub secrets: Vec<SecretRef>,
    /// Bytes of all texts.
    pub text_bytes: usize,
}

impl Store {
    /// Bytes in use, as far as evaluation adds to them.
    pub fn bytes(&self) -> usize {
        self.text_bytes
            + self.strings.len() * size_of::<Box<str>>()
            + self.addresses.len() * size_of::<IpAddr>()
            + self.prefixes.len() * size_of::<IpNet>()
    }

    /// Keeps a text.
    pub fn string(&mut self, text: impl Into<Box<str>>) -> Kind {
        let text = text.into();
        self.text_bytes += text.len();
        self.strings.push(text);
        Kind::Str(StrId(self.strings.len() as u32 - 1))
    }

    /// Keeps an address.
    pub fn address(&mut self, address: IpAddr) -> Kind {
        self.addresses.push(address);
        Kind::Address(AddressId(self.addresses.len() as u32 - 1))
    }

    /// Keeps a prefix.
    pub fn prefix(&mut self, prefix: IpNet) -> Kind {
        self.prefixes.push(prefix);
        Kind::Prefix(PrefixId(self.prefixes.len() as u32 - 1))
    }

    /// Keeps a span of integers.
    pub fn range(&mut self, first: i64, last: i64) -> Kind {
        self.ranges.push((first, last));
        Kind::IntRange(RangeId(self.ranges.len() as u32 - 1))
    }

    /// Keeps a reference to a secret.
    pub fn secret(&mut self, secret: SecretRef) -> Kind {
        self.secrets.push(secret);
        Kind::Secret(SecretId(self.secrets.len() as u32 - 1))
    }
}

/// A key of a record and where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The name.
    pub name: Symbol,
    /// Its definition.
    pub span: Span,
}

/// A record: a run of keys (its shape, shared by all records of one literal) and a run of slots beside it.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// First key in [`Heap::keys`]; keys are sorted by text.
    pub keys: u32,
    /// First slot in [`Heap::slots`].
    pub slots: u32,
    /// How many of both.
    pub len: u32,
    /// The call that was running when it was made.
    pub call: Option<CallIx>,
    /// Which entity it is: filled by the schema.
    pub entity: u32,
}

/// [`Record::entity`] of a record that is none.
pub const NO_ENTITY: u32 = u32::MAX;

/// The variables of one call, `let` or file.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The frame around it.
    pub parent: FrameId,
    /// First variable in [`Heap::slots`].
    pub slots: u32,
    /// The call that it belongs to.
    pub call: Option<CallIx>,
}

/// One application of a function.
#[derive(Clone, Copy, Debug)]
pub struct CallInfo {
    /// The call expression.
    pub expr: ExprId,
    /// What was called.
    pub function: FnId,
    /// The call inside which it ran.
    pub parent: Option<CallIx>,
}

/// A delayed value.
#[derive(Clone, Copy, Debug)]
pub enum Thunk {
    /// To be evaluated in a frame.
    Delayed(ExprId, FrameId),
    /// A function to be applied.
    Apply(ApplyId),
    /// Two values of one path: index into [`Heap::merges`].
    Merge(u32),
    /// A value to be seen as something: index into [`Heap::sights`].
    Seen(u32),
    /// Being evaluated: needing it now is a cycle.
    Hole,
    /// Done. Never a thunk.
    Value(Value),
    /// Failed, and reported.
    Failed(Reported),
}

/// Two values of one path that become one when somebody asks.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The left one; of two layers, the lower one.
    pub left: Value,
    /// The right one.
    pub right: Value,
    /// What joins them.
    pub origin: ExprId,
    /// How.
    pub policy: Policy,
    /// The last name of their path.
    pub name: Option<Symbol>,
}

/// A function to be applied to arguments when somebody asks.
#[derive(Clone, Copy, Debug)]
pub struct Application {
    /// The function.
    pub function: Value,
    /// The argument.
    pub argument: Value,
    /// A second argument.
    pub second: Option<Value>,
    /// Who applies.
    pub origin: ExprId,
    /// The call that it happens in.
    pub call: Option<CallIx>,
}

/// The parts of a flow.
#[derive(Clone, Copy, Debug)]
pub struct FlowParts {
    /// Left of `->`.
    pub source: Value,
    /// Right of it.
    pub target: Value,
    /// Behind `:`.
    pub ports: Option<Value>,
    /// Behind `via`.
    pub via: Option<Value>,
    /// Behind `except`.
    pub except: Option<Value>,
}

/// A function that is not written in the language.
#[derive(Clone, Copy, Debug)]
pub enum Primitive {
    /// One of the table of builtins.
    Builtin(&'static Builtin),
    /// A member of a value, which is the first argument.
    Member(&'static Member),
    /// A function of the language that is said to take and to give something: it is the first argument.
    Seen {
        /// What its argument is seen as.
        takes: TypeId,
        /// What its result is seen as.
        gives: TypeId,
    },
}

/// A builtin or a member with the arguments that it has so far.
#[derive(Clone, Copy, Debug)]
pub struct Partial {
    /// What is called.
    pub primitive: Primitive,
    /// How many arguments are there.
    pub count: u8,
    /// The arguments.
    pub arguments: [Value; 2],
}

/// All that evaluation makes.
#[derive(Debug, Default)]
pub struct Heap {
    /// Keys of all shapes.
    pub keys: Vec<Key>,
    /// Variables, fields, items.
    pub slots: Vec<Value>,
    /// Records.
    pub records: Vec<Record>,
    /// Frames.
    pub frames: Vec<Frame>,
    /// Delayed values.
    pub thunks: Vec<Thunk>,
    /// Calls.
    pub calls: Vec<CallInfo>,
    /// Delayed applications.
    pub applications: Vec<Application>,
    /// Delayed merges.
    pub merges: Vec<Pair>,
    /// Values that are to be seen as something.
    pub sights: Vec<(Value, Sight)>,
    /// Flows.
    pub flows: Vec<FlowParts>,
    /// Builtins with arguments.
    pub partials: Vec<Partial>,
    /// Values of a function that is tried.
    pub lines: Vec<Line>,
    /// Of each entity, whether fields name it (`Ref T`) instead of having it as a part.
    pub referred: Vec<bool>,
}

impl Heap {
    /// The heap of a program, with room for what is written: growing step by step would copy everything several times.
    pub fn of(program: &mut Program) -> Self {
        Self {
            slots: Vec::with_capacity(program.children.len()),
            thunks: Vec::with_capacity(program.children.len() / 2),
            records: Vec::with_capacity(program.keys.len() / 4),
            keys: std::mem::take(&mut program.keys),
            ..Self::default()
        }
    }

    /// Bytes in use.
    pub fn bytes(&self) -> usize {
        self.keys.len() * size_of::<Key>()
            + self.slots.len() * size_of::<Value>()
            + self.records.len() * size_of::<Record>()
            + self.frames.len() * size_of::<Frame>()
            + self.thunks.len() * size_of::<Thunk>()
            + self.calls.len() * size_of::<CallInfo>()
            + self.applications.len() * size_of::<Application>()
            + self.merges.len() * size_of::<Pair>()
            + self.sights.len() * size_of::<(Value, Sight)>()
            + self.flows.len() * size_of::<FlowParts>()
            + self.partials.len() * size_of::<Partial>()
    }

    /// Keeps a delayed value.
    pub fn thunk(&mut self, thunk: Thunk, origin: ExprId) -> Value {
        self.thunks.push(thunk);
        Value::new(Kind::Thunk(ThunkId(self.thunks.len() as u32 - 1)), origin)
    }

    /// Keeps items as a list.
    pub fn list(&mut self, items: impl IntoIterator<Item = Value>, origin: ExprId) -> Value {
        let start = self.slots.len() as u32;
        self.slots.extend(items);
        Value::new(Kind::List { start, len: self.slots.len() as u32 - start }, origin)
    }

    /// The items of a list.
    pub fn items(&self, start: u32, len: u32) -> &[Value] {
        &self.slots[start as usize..(start + len) as usize]
    }

    /// The keys of a record.
    pub fn keys_of(&self, record: RecordId) -> &[Key] {
        let record = self.records[record.index()];
        &self.keys[record.keys as usize..(record.keys + record.len) as usize]
    }

    /// The fields' values of a record, in the order of its keys.
    pub fn slots_of(&self, record: RecordId) -> &[Value] {
        let record = self.records[record.index()];
        &self.slots[record.slots as usize..(record.slots + record.len) as usize]
    }

    /// Whether a record is an entity of the site.
    pub fn is_entity(&self, record: RecordId) -> bool {
        self.records[record.index()].entity != NO_ENTITY
    }

    /// Whether a record is an entity that fields name: a whole like a text, where it stands in a field.
    pub fn is_referred(&self, record: RecordId) -> bool {
        self.referred.get(self.records[record.index()].entity as usize).is_some_and(|named| *named)
    }

    /// A record with keys that are already stored.
    pub fn record(&mut self, keys: u32, slots: u32, len: u32, call: Option<CallIx>) -> Kind {
        self.records.push(Record { keys, slots, len, call, entity: NO_ENTITY });
        Kind::Record(RecordId { at: self.records.len() as u32 - 1, view: View::PLAIN })
    }
}
