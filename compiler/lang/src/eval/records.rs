//! Records that are made at run time: computed keys, and `//`, which is deep and lets the right side win.

use std::cmp::Ordering;

use crate::errors;
use crate::eval::machine::{Machine, Next};
use crate::eval::task::{Step, Task};
use crate::eval::value::{FrameId, Key, Kind, Reported, Thunk, Value};
use crate::ir::{Children, ExprId};

impl Machine<'_> {
    pub(super) fn computed(&mut self, id: ExprId, children: Children, frame: FrameId) -> Next {
        let children = self.program.children(children).to_vec();
        self.work(Box::new(Computed { id, frame, children, fields: Vec::new() }), None)
    }

    /// A record of fields in any order, no two of which have one name.
    pub fn record_of(&mut self, mut fields: Vec<(Key, Value)>, origin: ExprId) -> Value {
        fields.sort_by(|a, b| self.names.get(a.0.name).cmp(self.names.get(b.0.name)));
        let (keys, slots) = (self.heap.keys.len() as u32, self.heap.slots.len() as u32);
        let len = fields.len() as u32;
        self.heap.keys.extend(fields.iter().map(|field| field.0));
        self.heap.slots.extend(fields.iter().map(|field| field.1));
        Value::new(self.heap.record(keys, slots, len, None), origin)
    }

    /// `left // right`, both computed.
    pub(super) fn update(&mut self, left: Value, right: Value, origin: ExprId) -> Result<Value, Reported> {
        match (left.kind, right.kind) {
            (Kind::Record(_), Kind::Record(_)) => self.merge_values(left, right, origin),
            _ => Err(errors::wrong_operand::report(self, origin, crate::ir::Binary::Update, left, right)),
        }
    }

    /// What two values of one field give: records join, anything else is replaced by its own kind.
    pub(super) fn merge_values(&mut self, left: Value, right: Value, origin: ExprId) -> Result<Value, Reported> {
        let (Kind::Record(a), Kind::Record(b)) = (left.kind, right.kind) else {
            return match (left.kind, right.kind) {
                (_, Kind::Absent) => Ok(left),
                (Kind::Absent, _) => Ok(right),
                _ if self.same_kind(left, right) => Ok(right),
                _ => Err(errors::update_kind::report(self, left, right)),
            };
        };
        let (left_keys, right_keys) = (self.heap.keys_of(a).len(), self.heap.keys_of(b).len());
        self.reserve((left_keys + right_keys) * (size_of::<Key>() + 4 * size_of::<Value>()), origin)?;
        let (keys, slots) = (self.heap.keys.len() as u32, self.heap.slots.len() as u32);
        let (mut i, mut j) = (0, 0);
        while i < left_keys || j < right_keys {
            let order = match (self.heap.keys_of(a).get(i), self.heap.keys_of(b).get(j)) {
                (Some(x), Some(y)) if x.name == y.name => Ordering::Equal,
                (Some(x), Some(y)) => self.names.get(x.name).cmp(self.names.get(y.name)),
                (Some(_), None) => Ordering::Less,
                _ => Ordering::Greater,
            };
            let (key, value) = match order {
                Ordering::Less => (self.heap.keys_of(a)[i], self.heap.slots_of(a)[i]),
                Ordering::Greater => (self.heap.keys_of(b)[j], self.heap.slots_of(b)[j]),
                Ordering::Equal => {
                    let (x, y) = (self.heap.slots_of(a)[i], self.heap.slots_of(b)[j]);
                    self.heap.merges.push((x, y, origin));
                    let merge = Thunk::Merge(self.heap.merges.len() as u32 - 1);
                    (self.heap.keys_of(b)[j], self.heap.thunk(merge, origin))
                }
            };
            i += usize::from(order.is_le());
            j += usize::from(order.is_ge());
            self.heap.keys.push(key);
            self.heap.slots.push(value);
        }
        let len = self.heap.keys.len() as u32 - keys;
        let call = self.heap.records[b.index()].call.or(self.heap.records[a.index()].call);
        Ok(Value::new(self.heap.record(keys, slots, len, call), origin))
    }

    fn same_kind(&self, left: Value, right: Value) -> bool {
        let function = |kind| matches!(kind, Kind::Closure(..) | Kind::Builtin(_));
        std::mem::discriminant(&left.kind) == std::mem::discriminant(&right.kind)
            || (function(left.kind) && function(right.kind))
    }
}

/// `{ ${k} = v; }`: the keys are computed in order, the values are not.
struct Computed {
    id: ExprId,
    frame: FrameId,
    children: Vec<ExprId>,
    fields: Vec<(Key, Value)>,
}

impl Task for Computed {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        if let Some(name) = input {
            let at = self.children[2 * self.fields.len()];
            let name = match machine.text(name) {
                Some(text) => {
                    let text = text.to_owned();
                    machine.names.intern(&text)
                }
                None => return Err(errors::wrong_operand::expected(machine, at, name, "a field's name", "text")),
            };
            let key = Key { name, span: machine.program.span(at) };
            if let Some((other, _)) = self.fields.iter().find(|(key, _)| key.name == name) {
                return Err(errors::duplicate_definition::computed(machine, *other, key));
            }
            let value = machine.delay(self.children[2 * self.fields.len() + 1], self.frame);
            self.fields.push((key, value));
        }
        match self.children.get(2 * self.fields.len()) {
            Some(key) => Ok(Step::Eval(*key, self.frame)),
            None => {
                let fields = std::mem::take(&mut self.fields);
                let record = machine.record_of(fields, self.id);
                if let Kind::Record(id) = record.kind {
                    machine.heap.records[id.index()].call = machine.heap.frames[self.frame.index()].call;
                }
                Ok(Step::Done(record))
            }
        }
    }
}
