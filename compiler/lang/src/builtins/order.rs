//! Lists in order and without doubles: `sort`, `sortBy`, `unique`.

use std::collections::HashSet;
use std::net::IpAddr;

use arvc_syntax::intern::Symbol;

use super::each::{Each, Visit};
use super::{Body, Builtin, Call};
use crate::errors;
use crate::eval::Equal;
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Kind, RecordId, Reported, Value};
use crate::ir::Binary;

pub(super) const SORT: Builtin = Builtin {
    name: "sort",
    signature: "List ordered -> List ordered",
    usage: "sort list",
    about: "The items from the smallest to the largest. They have an order if `<` compares them.",
    example: ("sort [ 10.0.0.9, 10.0.0.10, 9.9.9.9 ]", "[ 9.9.9.9, 10.0.0.9, 10.0.0.10 ]"),
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| Box::new(Sort { call, keyed: Vec::new() })),
};

struct Sort {
    call: Call,
    /// The items so far, each computed and with itself as its key.
    keyed: Vec<(Value, Value)>,
}

impl Task for Sort {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        let (start, len) = self.call.run(machine, 0)?;
        match input {
            Some(value) => self.keyed.push((value, value)),
            // The pairs, half of them once more while they are sorted, and the result.
            None => machine.reserve(len as usize * 4 * size_of::<Value>(), self.call.origin)?,
        }
        match self.keyed.len() {
            all if all == len as usize => sorted(machine, &self.call, std::mem::take(&mut self.keyed)).map(Step::Done),
            next => Ok(Step::Force(machine.heap.slots[start as usize + next])),
        }
    }
}

pub(super) const SORT_BY: Builtin = Builtin {
    name: "sortBy",
    signature: "(a -> ordered) -> List a -> List a",
    usage: "sortBy f list",
    about: "The items in the order of what `f` gives for each; those with equal results stay in their order.",
    example: (
        "map (h: h.name) (sortBy (h: h.vmid) [ { name = \"a\"; vmid = 7; }, { name = \"b\"; vmid = 2; } ])",
        "[ \"b\", \"a\" ]",
    ),
    arity: 2,
    strict: 0b10,
    body: Body::Task(|call| Each::task(call, SortBy { keyed: Vec::new() })),
};

struct SortBy {
    keyed: Vec<(Value, Value)>,
}

impl Visit for SortBy {
    fn visit(&mut self, _: &mut Machine<'_>, _: &Call, item: Value, result: Value) -> Result<Option<Value>, Reported> {
        self.keyed.push((result, item));
        Ok(None)
    }

    fn end(&mut self, machine: &mut Machine<'_>, call: &Call) -> Result<Value, Reported> {
        sorted(machine, call, std::mem::take(&mut self.keyed))
    }
}

/// The second of each pair, in the order of the first ones, which are computed.
fn sorted(machine: &mut Machine<'_>, call: &Call, mut keyed: Vec<(Value, Value)>) -> Result<Value, Reported> {
    if let Some((first, _)) = keyed.first().copied() {
        for (key, _) in &keyed {
            if machine.order(first, *key).is_none() {
                return Err(errors::wrong_operand::report(machine, call.origin, Binary::Less, first, *key));
            }
        }
    }
    let compared: usize = keyed.iter().map(|(key, _)| 1 + machine.text(*key).map_or(0, str::len) / 64).sum();
    machine.spend(compared.saturating_mul(keyed.len().max(1).ilog2() as usize), call.origin)?;
    machine.reserve(keyed.len() * size_of::<Value>(), call.origin)?;
    keyed.sort_by(|(a, _), (b, _)| machine.order(*a, *b).unwrap_or(std::cmp::Ordering::Equal));
    Ok(machine.heap.list(keyed.into_iter().map(|(_, item)| item), call.origin))
}

pub(super) const UNIQUE: Builtin = Builtin {
    name: "unique",
    signature: "List a -> List a",
    usage: "unique list",
    about: "The items without those that equal an earlier one, in their order.",
    example: ("unique [ 443/tcp, 80/tcp, 443/tcp ]", "[ 443/tcp, 80/tcp ]"),
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| {
        Box::new(Unique {
            call,
            next: 0,
            kept: Vec::new(),
            seen: HashSet::new(),
            others: Vec::new(),
            item: None,
            compared: 0,
            comparison: None,
        })
    }),
};

/// Items whose kind says at once whether two are equal are looked up; others are compared with one another.
struct Unique {
    call: Call,
    next: usize,
    kept: Vec<Value>,
    seen: HashSet<Whole>,
    others: Vec<Value>,
    /// The item that is being compared with others.
    item: Option<Value>,
    compared: usize,
    comparison: Option<Equal>,
}

/// A value without parts, or one that is what its path says.
#[derive(PartialEq, Eq, Hash)]
enum Whole {
    Bool(bool),
    Number(i64),
    Text(Symbol),
    Address(IpAddr),
    Prefix(ipnet::IpNet),
    Range(i64, i64),
    Ports(crate::data::Ports),
    Mac([u8; 6]),
    Entity(RecordId),
}

impl Whole {
    fn of(machine: &mut Machine<'_>, value: Value) -> Option<Self> {
        let store = &machine.program.store;
        Some(match value.kind {
            Kind::Bool(value) => Self::Bool(value),
            Kind::Int(value) | Kind::Size(value) | Kind::Duration(value) => Self::Number(value.into()),
            Kind::Str(id) => Self::Text(machine.names.intern(&store.strings[id.index()])),
            Kind::Address(id) => Self::Address(store.addresses[id.index()]),
            Kind::Prefix(id) => Self::Prefix(store.prefixes[id.index()]),
            Kind::IntRange(id) => {
                let (first, last) = store.ranges[id.index()];
                Self::Range(first, last)
            }
            Kind::Ports(ports) => Self::Ports(ports),
            Kind::Mac(mac) => Self::Mac(mac),
            Kind::Record(record) if machine.heap.is_entity(record) => Self::Entity(record),
            _ => return None,
        })
    }
}

impl Task for Unique {
    fn resume(&mut self, machine: &mut Machine<'_>, mut input: Option<Value>) -> Result<Step, Reported> {
        let (start, len) = self.call.run(machine, 0)?;
        if input.is_none() {
            // What is kept, what is looked up, and the result.
            let each = 2 * size_of::<Value>() + 2 * size_of::<Whole>();
            machine.reserve(len as usize * each, self.call.origin)?;
        }
        loop {
            if let Some(comparison) = &mut self.comparison {
                match comparison.resume(machine, input.take())? {
                    Step::Done(Value { kind: Kind::Bool(true), .. }) => (self.comparison, self.item) = (None, None),
                    Step::Done(_) => self.comparison = None,
                    step => return Ok(step),
                }
            }
            if let Some(value) = input.take() {
                self.item = self.look_up(machine, value)?;
                self.compared = 0;
            }
            if let Some(item) = self.item {
                if let Some(other) = self.others.get(self.compared).copied() {
                    self.compared += 1;
                    self.comparison = Some(Equal::new(other, item, true, self.call.origin));
                    continue;
                }
                self.others.push(item);
                self.kept.push(item);
                self.item = None;
            }
            if self.next == len as usize {
                let kept = std::mem::take(&mut self.kept);
                return Ok(Step::Done(machine.heap.list(kept, self.call.origin)));
            }
            self.next += 1;
            return Ok(Step::Force(machine.heap.slots[start as usize + self.next - 1]));
        }
    }
}

impl Unique {
    /// Keeps a value that is new, if one sees that at once; else it is still to be compared.
    fn look_up(&mut self, machine: &mut Machine<'_>, value: Value) -> Result<Option<Value>, Reported> {
        if let Some(first) = self.kept.first().copied()
            && std::mem::discriminant(&first.kind) != std::mem::discriminant(&value.kind)
        {
            return Err(errors::wrong_operand::report(machine, self.call.origin, Binary::Equal, first, value));
        }
        let length = machine.text(value).map_or(0, str::len);
        machine.spend(length / 64, self.call.origin)?;
        let Some(whole) = Whole::of(machine, value) else { return Ok(Some(value)) };
        if self.seen.insert(whole) {
            self.kept.push(value);
        }
        Ok(None)
    }
}
