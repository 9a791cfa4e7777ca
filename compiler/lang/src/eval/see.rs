//! Values seen as what they are said to be: where a record leaves a field out, its type may have a default.
//!
//! To see a value as something changes nothing about it. A record stays the record that it is, with the fields that are
//! written; how it is seen stands in the value that names it, so that it does not matter who looks first.

use std::sync::Arc;

use arvc_syntax::intern::Symbol;

use crate::eval::machine::{Cont, Machine, Next, PRELUDE, State};
use crate::eval::value::{Kind, Partial, PartialId, Primitive, RecordId, Reported, Thunk, Value};
use crate::ir::ExprId;
use crate::schema::shape::Shape;
use crate::schema::types::{DefId, Definition, TypeId};

/// What a record is seen as, in four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View(u32);

/// What a [`View`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: it has the fields that are written.
    Plain,
    /// A record of a type.
    Record(DefId),
    /// A map whose values are of a type.
    Map(TypeId),
}

impl View {
    /// Nothing.
    pub const PLAIN: Self = Self(0);

    /// A record of a type.
    fn record(def: DefId) -> Self {
        Self(1 + 2 * def.0)
    }

    /// A map whose values are of a type.
    fn map(item: TypeId) -> Self {
        Self(2 + 2 * item.0)
    }

    /// What it says.
    pub fn seen(self) -> Seen {
        match self.0 {
            0 => Seen::Plain,
            odd if odd % 2 == 1 => Seen::Record(DefId(odd / 2)),
            even => Seen::Map(TypeId(even / 2 - 1)),
        }
    }

    /// What the record that two others give is seen as.
    pub(super) fn joined(self, other: Self) -> Self {
        if self == Self::PLAIN { other } else { self }
    }
}

/// How a value is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// What it is seen as.
    ty: Option<TypeId>,
    /// What it is if it is absent.
    default: Option<Value>,
}

impl Sight {
    /// As it is.
    pub(super) const PLAIN: Self = Self { ty: None, default: None };

    /// As something of a type.
    pub fn of(ty: TypeId) -> Self {
        Self { ty: Some(ty), default: None }
    }
}

/// What a record has under a name.
pub(super) enum Found {
    /// A field that is written, or has a default.
    Field(Value, Sight),
    /// Its type has it, and it may be absent, and is.
    Absent,
    /// Its type has it, and it must be written, and is not.
    Missing(DefId),
    /// Its type has no such field.
    Unknown,
    /// Nothing, and no type says that there should be something.
    Nothing,
}

impl Machine<'_> {
    /// What a record has under a name.
    pub(super) fn find(&mut self, record: RecordId, name: Symbol) -> Found {
        if let Some(value) = self.field_of(record, name) {
            return Found::Field(value, self.sight(record.view, name));
        }
        let Seen::Record(def) = record.view.seen() else { return Found::Nothing };
        let schema = Arc::clone(&self.program.schema);
        let Definition::Record { fields, rest } = &schema.def(def).definition else { return Found::Nothing };
        match fields.iter().position(|field| field.name == name) {
            Some(at) => match fields[at].default {
                Some(default) => Found::Field(self.default_of(def, at, default), self.sight_of(fields[at].ty, None)),
                None if fields[at].optional => Found::Absent,
                None => Found::Missing(def),
            },
            None if rest.is_some() => Found::Nothing,
            None => Found::Unknown,
        }
    }

    /// How a field that is written is looked at.
    fn sight(&mut self, view: View, name: Symbol) -> Sight {
        let def = match view.seen() {
            Seen::Plain => return Sight::PLAIN,
            Seen::Map(item) => return Sight::of(item),
            Seen::Record(def) => def,
        };
        let schema = Arc::clone(&self.program.schema);
        let Definition::Record { fields, rest } = &schema.def(def).definition else { return Sight::PLAIN };
        match fields.iter().position(|field| field.name == name) {
            Some(at) => {
                let default = fields[at].default.map(|default| self.default_of(def, at, default));
                self.sight_of(fields[at].ty, default)
            }
            None => rest.map_or(Sight::PLAIN, |ty| self.sight_of(ty, None)),
        }
    }

    fn sight_of(&self, ty: TypeId, default: Option<Value>) -> Sight {
        let adds = self.shapes[ty.0 as usize] != Shape::Plain;
        Sight { ty: adds.then_some(ty), default }
    }

    /// What a field of a type is when nobody says: one value for all records that take it.
    pub fn default_of(&mut self, def: DefId, at: usize, default: ExprId) -> Value {
        let def = def.0 as usize;
        if self.defaults.len() <= def {
            self.defaults.resize(def + 1, Vec::new());
        }
        if self.defaults[def].len() <= at {
            self.defaults[def].resize(at + 1, None);
        }
        if let (Some(trial), None) = (&mut self.trial, self.defaults[def][at]) {
            trial.kept = true;
        }
        let heap = &mut self.heap;
        *self.defaults[def][at].get_or_insert_with(|| heap.thunk(Thunk::Delayed(default, PRELUDE), default))
    }

    /// Computes a value, and sees it as something.
    pub(super) fn look(&mut self, value: Value, sight: Sight) -> Next {
        if sight != Sight::PLAIN {
            self.stack.push(Cont::Seen(sight));
        }
        Ok(State::Force(value))
    }

    /// Sees what is computed next as something of a type.
    pub(super) fn see_result(&mut self, ty: TypeId) {
        let sight = self.sight_of(ty, None);
        if sight != Sight::PLAIN {
            self.stack.push(Cont::Seen(sight));
        }
    }

    /// A value that is to be seen as something is computed.
    pub(super) fn seen(&mut self, value: Value, sight: Sight) -> Next {
        match (value.kind, sight) {
            (Kind::Absent, Sight { ty, default: Some(default) }) => self.look(default, Sight { ty, default: None }),
            (_, Sight { ty: Some(ty), .. }) => Ok(State::Return(self.see(value, ty)?)),
            _ => Ok(State::Return(value)),
        }
    }

    /// A computed value, seen as something of a type. What is no such thing stays as it is: that is said elsewhere.
    fn see(&mut self, value: Value, ty: TypeId) -> Result<Value, Reported> {
        Ok(match (self.shapes[ty.0 as usize], value.kind) {
            (shape, Kind::Record(record)) => view(value, record, shape),
            (Shape::List(item), Kind::List { start, len }) => {
                self.reserve(len as usize * 3 * size_of::<Value>(), value.origin)?;
                let items = self.heap.items(start, len).to_vec();
                let items: Vec<Value> = items.into_iter().map(|one| self.see_later(one, Sight::of(item))).collect();
                self.heap.list(items, value.origin)
            }
            (Shape::Function(takes, gives), Kind::Closure(..) | Kind::Builtin(_)) => {
                self.see_function(value, takes, gives)
            }
            (Shape::Union(def), Kind::Tag(name, payload)) => {
                let schema = Arc::clone(&self.program.schema);
                let Definition::Union(cases) = &schema.def(def).definition else { return Ok(value) };
                let carried = cases.iter().find(|(tag, _)| *tag == name).and_then(|(_, carried)| *carried);
                let (Some(ty), Some(inner)) = (carried, self.payload(payload)) else { return Ok(value) };
                let inner = self.see_later(inner, Sight::of(ty));
                self.tag(name, inner, value.origin)
            }
            _ => value,
        })
    }

    /// A value that is seen as something as soon as it is computed.
    pub(super) fn see_later(&mut self, value: Value, sight: Sight) -> Value {
        let shape = sight.ty.map_or(Shape::Plain, |ty| self.shapes[ty.0 as usize]);
        let value = match value.kind {
            Kind::Thunk(thunk) => match self.heap.thunks[thunk.index()] {
                Thunk::Value(value) => value,
                _ => value,
            },
            _ => value,
        };
        match (value.kind, shape) {
            (Kind::Record(record), _) => view(value, record, shape),
            (Kind::Absent, _) => match sight.default {
                Some(default) => self.see_later(default, Sight { default: None, ..sight }),
                None => value,
            },
            (Kind::Closure(..) | Kind::Builtin(_), Shape::Function(takes, gives)) => {
                self.see_function(value, takes, gives)
            }
            (Kind::Thunk(_), Shape::Plain) if sight.default.is_none() => value,
            (Kind::Thunk(_), _) | (Kind::List { .. }, Shape::List(_)) | (Kind::Tag(..), Shape::Union(_)) => {
                self.heap.sights.push((value, sight));
                self.heap.thunk(Thunk::Seen(self.heap.sights.len() as u32 - 1), value.origin)
            }
            _ => value,
        }
    }

    fn see_function(&mut self, function: Value, takes: TypeId, gives: TypeId) -> Value {
        let mut arguments = [function; 2];
        arguments[1].kind = Kind::Unset;
        self.heap.partials.push(Partial { primitive: Primitive::Seen { takes, gives }, count: 1, arguments });
        Value { kind: Kind::Builtin(PartialId(self.heap.partials.len() as u32 - 1)), ..function }
    }

    /// The field of a record as it is seen, not computed yet. None if it is absent.
    pub fn seen_field(&mut self, record: RecordId, name: Symbol) -> Option<Value> {
        match self.find(record, name) {
            Found::Field(value, sight) => Some(self.see_later(value, sight)),
            _ => None,
        }
    }

    /// The values of a record's fields as they are seen, in the order of its keys: of those that are written.
    pub fn seen_slots(&mut self, record: RecordId) -> Vec<Value> {
        let mut values = self.heap.slots_of(record).to_vec();
        if record.view != View::PLAIN {
            for (at, value) in values.iter_mut().enumerate() {
                let sight = self.sight(record.view, self.heap.keys_of(record)[at].name);
                *value = self.see_later(*value, sight);
            }
        }
        values
    }
}

/// A record, seen as what a type adds to it.
fn view(value: Value, record: RecordId, shape: Shape) -> Value {
    let view = match shape {
        Shape::Record(def) => View::record(def),
        Shape::Map(item) => View::map(item),
        Shape::Plain | Shape::List(_) | Shape::Union(_) | Shape::Function(..) => return value,
    };
    Value { kind: Kind::Record(record.seen_as(view)), ..value }
}
