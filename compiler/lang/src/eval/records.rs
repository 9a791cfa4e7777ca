//! Records that are made at run time, with computed keys.

use crate::errors;
use crate::eval::machine::{Machine, Next};
use crate::eval::task::{Step, Task};
use crate::eval::value::{FrameId, Key, Kind, Reported, Value};
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
