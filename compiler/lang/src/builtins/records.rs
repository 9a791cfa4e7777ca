//! Records as maps: `names`, `values`, `pairs`, `fromPairs`, `mapValues`, `filterValues`, `groupBy`.

use super::each::{Each, Visit};
use super::lists::later;
use super::parts::pairs_of;
use super::{Body, Builtin, Call};
use crate::errors;
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Key, Kind, Record, Reported, Value};
use crate::numbers::SymbolMap;

pub(super) const NAMES: Builtin = Builtin {
    name: "names",
    signature: "Map _ -> List String",
    usage: "names record",
    about: "The names of the fields, in order.",
    example: (r#"names { b = 1; a = true; }"#, r#"[ "a", "b" ]"#),
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
    signature: "Map a -> List a",
    usage: "values record",
    about: "The values of the fields, in the order of their names.",
    example: (r#"values { b = 1; a = 2; }"#, r#"[ 2, 1 ]"#),
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
    signature: "(a -> b) -> Map a -> Map b",
    usage: "mapValues f record",
    about: "The record with `f` of each value in its place.",
    example: (r#"mapValues (memory: memory * 2) { db = 4GiB; web = 512MiB; }"#, r#"{ db = 8GiB; web = 1GiB; }"#),
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
    signature: "List { name : String; value : a; } -> Map a",
    usage: "fromPairs list",
    about: "A record of pairs `{ name = …; value = …; }`. A name that stands twice is an error: E0103.",
    example: (
        r#"fromPairs (map (i: { name = "h${i}"; value = 10.0.0.0/24.host i; }) [ 1, 2 ])"#,
        r#"{ h1 = 10.0.0.1; h2 = 10.0.0.2; }"#,
    ),
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
        let (start, len) = self.call.run(machine, 0)?;
        match (input, self.value.take()) {
            (Some(name), Some(value)) => {
                let Some(text) = machine.text(name).map(str::to_owned) else {
                    let what = "the name of a pair given to `fromPairs`";
                    return Err(self.call.refuse(machine, name, what, "text"));
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
                    return Err(self.call.refuse(machine, pair, what, expected));
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

pub(super) const PAIRS: Builtin = Builtin {
    name: "pairs",
    signature: "Map a -> List { name : String; value : a; }",
    usage: "pairs record",
    about: "The fields as records of a name and a value, in the order of names; `fromPairs` makes the record again.",
    example: (r#"map ({ name, value }: "${name}=${value}") (pairs { b = 1; a = 2; })"#, r#"[ "a=2", "b=1" ]"#),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| {
        let record = call.record(machine, 0)?;
        let Record { keys, slots, len, .. } = machine.heap.records[record.index()];
        pairs_of(machine, call, ["name", "value"], len, |machine, at| {
            let name = machine.names.get(machine.heap.keys[keys as usize + at].name).to_owned();
            [call.string(machine, name), machine.heap.slots[slots as usize + at]]
        })
    }),
};

pub(super) const FILTER_VALUES: Builtin = Builtin {
    name: "filterValues",
    signature: "(a -> Bool) -> Map a -> Map a",
    usage: "filterValues f record",
    about: "The record of the fields for whose values `f` gives true.",
    example: ("filterValues (memory: memory > 1GiB) { db = 4GiB; web = 512MiB; }", "{ db = 4GiB; }"),
    arity: 2,
    strict: 0b10,
    body: Body::Task(|call| Box::new(FilterValues { call, next: 0, kept: Vec::new() })),
};

struct FilterValues {
    call: Call,
    next: usize,
    kept: Vec<(Key, Value)>,
}

impl Task for FilterValues {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        let record = self.call.record(machine, 1)?;
        if let Some(result) = input
            && self.call.truth(machine, result)?
        {
            let at = self.next - 1;
            self.kept.push((machine.heap.keys_of(record)[at], machine.heap.slots_of(record)[at]));
        }
        match machine.heap.slots_of(record).get(self.next).copied() {
            Some(value) => {
                self.next += 1;
                Ok(Step::Apply(self.call.arguments[0], value))
            }
            None => Ok(Step::Done(machine.record_of(std::mem::take(&mut self.kept), self.call.origin))),
        }
    }
}

pub(super) const GROUP_BY: Builtin = Builtin {
    name: "groupBy",
    signature: "(a -> String) -> List a -> Map (List a)",
    usage: "groupBy f list",
    about: "A record of lists: under each name the items for which `f` gives it, in their order.",
    example: (
        r#"groupBy (h: h.kind) [ { n = 1; kind = "db"; }, { n = 2; kind = "web"; }, { n = 3; kind = "db"; } ]"#,
        r#"{ db = [ { kind = "db"; n = 1; }, { kind = "db"; n = 3; } ]; web = [ { kind = "web"; n = 2; } ]; }"#,
    ),
    arity: 2,
    strict: 0b10,
    body: Body::Task(|call| Each::task(call, GroupBy { groups: Vec::new(), named: SymbolMap::default() })),
};

/// The groups, each with the key of its first item, and which of them a name has.
struct GroupBy {
    groups: Vec<(Key, Vec<Value>)>,
    named: SymbolMap<usize>,
}

impl Visit for GroupBy {
    fn visit(
        &mut self,
        machine: &mut Machine<'_>,
        call: &Call,
        item: Value,
        result: Value,
    ) -> Result<Option<Value>, Reported> {
        let Kind::Str(text) = result.kind else { return Err(call.wrong_result(machine, result, "text")) };
        let text = &machine.program.store.strings[text.index()];
        let (name, length) = (machine.names.intern(text), text.len());
        machine.spend(length / 64, call.origin)?;
        machine.reserve(0, call.origin)?;
        let at = *self.named.entry(name).or_insert(self.groups.len());
        if at == self.groups.len() {
            self.groups.push((Key { name, span: machine.span(result) }, Vec::new()));
        }
        self.groups[at].1.push(item);
        Ok(None)
    }

    fn end(&mut self, machine: &mut Machine<'_>, call: &Call) -> Result<Value, Reported> {
        let groups = std::mem::take(&mut self.groups).into_iter();
        let fields = groups.map(|(key, items)| (key, machine.heap.list(items, call.origin))).collect();
        Ok(machine.record_of(fields, call.origin))
    }
}
