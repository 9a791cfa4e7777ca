//! Records as maps: `names`, `values`, `mapValues`, `fromPairs`.

use super::lists::later;
use super::{Body, Builtin, Call};
use crate::errors;
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Key, Kind, Reported, Value};

pub(super) const NAMES: Builtin = Builtin {
    name: "names",
    usage: "names record",
    about: "The names of the fields, in order.",
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| {
        let record = call.record(machine, 0)?;
        let names: Vec<String> =
            machine.heap.keys_of(record).iter().map(|key| machine.names.get(key.name).to_owned()).collect();
        let names: Vec<Value> =
            names.into_iter().map(|name| Value::new(machine.program.store.string(name), call.origin)).collect();
        Ok(machine.heap.list(names, call.origin))
    }),
};

pub(super) const VALUES: Builtin = Builtin {
    name: "values",
    usage: "values record",
    about: "The values of the fields, in the order of their names.",
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| {
        let record = call.record(machine, 0)?;
        let values = machine.seen_slots(record);
        Ok(machine.heap.list(values, call.origin))
    }),
};

pub(super) const MAP_VALUES: Builtin = Builtin {
    name: "mapValues",
    usage: "mapValues f record",
    about: "The record with `f` of each value in its place.",
    arity: 2,
    strict: 0b10,
    body: Body::Value(|machine, call| {
        let record = call.record(machine, 1)?;
        let old = machine.heap.records[record.index()];
        machine.reserve(old.len as usize * 8 * size_of::<Value>(), call.origin)?;
        let values = machine.seen_slots(record);
        let values: Vec<Value> =
            values.into_iter().map(|value| later(machine, call.arguments[0], value, call.origin)).collect();
        let slots = machine.heap.slots.len() as u32;
        machine.heap.slots.extend(values);
        Ok(Value::new(machine.heap.record(old.keys, slots, old.len, old.call), call.origin))
    }),
};

pub(super) const FROM_PAIRS: Builtin = Builtin {
    name: "fromPairs",
    usage: "fromPairs list",
    about: "A record of pairs `{ name = …; value = …; }`.",
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| Box::new(FromPairs { call, next: 0, value: None, fields: Vec::new() })),
};

struct FromPairs {
    call: Call,
    next: usize,
    /// The value of the pair whose name is being computed.
    value: Option<Value>,
    fields: Vec<(Key, Value)>,
}

impl Task for FromPairs {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        let Kind::List { start, len } = self.call.arguments[0].kind else {
            return Err(self.call.wrong(machine, 0, "a list"));
        };
        match (input, self.value.take()) {
            (Some(name), Some(value)) => {
                let Some(text) = machine.text(name).map(str::to_owned) else {
                    let what = "the name of a pair given to `fromPairs`";
                    return Err(errors::wrong_operand::expected(machine, name.origin, name, what, "text"));
                };
                let name = Key { name: machine.names.intern(&text), span: machine.span(name) };
                self.fields.push((name, value));
            }
            (Some(pair), None) => {
                let (name, value) = (machine.names.intern("name"), machine.names.intern("value"));
                let parts = match pair.kind {
                    Kind::Record(record) => machine.seen_field(record, name).zip(machine.seen_field(record, value)),
                    _ => None,
                };
                let Some((name, value)) = parts else {
                    let what = "an item of the list given to `fromPairs`";
                    let expected = "a record with `name` and `value`";
                    return Err(errors::wrong_operand::expected(machine, pair.origin, pair, what, expected));
                };
                self.value = Some(value);
                return Ok(Step::Force(name));
            }
            (None, _) => {}
        }
        if self.next < len as usize {
            self.next += 1;
            return Ok(Step::Force(machine.heap.slots[start as usize + self.next - 1]));
        }
        let mut fields = std::mem::take(&mut self.fields);
        fields.sort_by(|a, b| machine.names.get(a.0.name).cmp(machine.names.get(b.0.name)));
        if let Some(pair) = fields.windows(2).find(|pair| pair[0].0.name == pair[1].0.name) {
            return Err(errors::duplicate_definition::computed(machine, pair[0].0, pair[1].0));
        }
        Ok(Step::Done(machine.record_of(fields, self.call.origin)))
    }
}
