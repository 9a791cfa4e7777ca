//! Lists by position: `head`, `tail`, `last`, `take`, `drop`, `reverse`, `zip`, `indexed`.

use super::{Body, Builtin, Call};
use crate::errors;
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Key, Kind, Record, Reported, Value};

pub(super) const HEAD: Builtin = Builtin {
    name: "head",
    signature: "List a -> a",
    usage: "head list",
    about: "The first item. An empty list has none: E0509.",
    example: ("head [ 1.1.1.1, 9.9.9.9 ]", "1.1.1.1"),
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| Box::new(At { call, at: |_| 0 })),
};

pub(super) const LAST: Builtin = Builtin {
    name: "last",
    signature: "List a -> a",
    usage: "last list",
    about: "The last item. An empty list has none: E0509.",
    example: ("last [ 1.1.1.1, 9.9.9.9 ]", "9.9.9.9"),
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| Box::new(At { call, at: |len| len - 1 })),
};

/// The item at a position, which is computed from the length.
struct At {
    call: Call,
    at: fn(u32) -> u32,
}

impl Task for At {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        if let Some(value) = input {
            return Ok(Step::Done(value));
        }
        let call = &self.call;
        match call.run(machine, 0)? {
            (_, 0) => Err(errors::empty_list::report(machine, call.name, call.arguments[0], call.origin)),
            (start, len) => Ok(Step::Force(machine.heap.slots[(start + (self.at)(len)) as usize])),
        }
    }
}

pub(super) const TAIL: Builtin = Builtin {
    name: "tail",
    signature: "List a -> List a",
    usage: "tail list",
    about: "All items but the first. An empty list has none: E0509.",
    example: ("tail [ 1, 2, 3 ]", "[ 2, 3 ]"),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| match call.run(machine, 0)? {
        (_, 0) => Err(errors::empty_list::report(machine, "tail", call.arguments[0], call.origin)),
        (start, len) => Ok(Value::new(Kind::List { start: start + 1, len: len - 1 }, call.origin)),
    }),
};

pub(super) const TAKE: Builtin = Builtin {
    name: "take",
    signature: "Int -> List a -> List a",
    usage: "take n list",
    about: "The first `n` items, or all if there are fewer.",
    example: ("take 2 [ 1, 2, 3 ]", "[ 1, 2 ]"),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let (start, len) = call.run(machine, 1)?;
        let len = call.count(machine)?.min(len);
        Ok(Value::new(Kind::List { start, len }, call.origin))
    }),
};

pub(super) const DROP: Builtin = Builtin {
    name: "drop",
    signature: "Int -> List a -> List a",
    usage: "drop n list",
    about: "The items behind the first `n`; none if there are no more.",
    example: ("drop 2 [ 1, 2, 3 ]", "[ 3 ]"),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let (start, len) = call.run(machine, 1)?;
        let gone = call.count(machine)?.min(len);
        Ok(Value::new(Kind::List { start: start + gone, len: len - gone }, call.origin))
    }),
};

impl Call {
    /// A number of items, which is the first argument.
    fn count(&self, machine: &mut Machine<'_>) -> Result<u32, Reported> {
        match self.int(machine, 0)? {
            ..0 => Err(self.wrong(machine, 0, "an Int from 0 on")),
            number => Ok(u32::try_from(number).unwrap_or(u32::MAX)),
        }
    }
}

pub(super) const REVERSE: Builtin = Builtin {
    name: "reverse",
    signature: "List a -> List a",
    usage: "reverse list",
    about: "The items from the last to the first.",
    example: ("reverse [ 1, 2, 3 ]", "[ 3, 2, 1 ]"),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| {
        let (start, len) = call.run(machine, 0)?;
        machine.reserve(len as usize * size_of::<Value>(), call.origin)?;
        let at = machine.heap.slots.len();
        machine.heap.slots.extend_from_within(start as usize..(start + len) as usize);
        machine.heap.slots[at..].reverse();
        Ok(Value::new(Kind::List { start: at as u32, len }, call.origin))
    }),
};

pub(super) const ZIP: Builtin = Builtin {
    name: "zip",
    signature: "List a -> List b -> List { first : a; second : b; }",
    usage: "zip first second",
    about: "The items of two lists side by side. Lists that are not of one length are an error: E0514.",
    example: (
        "map ({ first, second }: \"${first}=${second}\") (zip [ \"a\", \"b\" ] [ 1, 2 ])",
        "[ \"a=1\", \"b=2\" ]",
    ),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let ((first, len), (second, other)) = (call.run(machine, 0)?, call.run(machine, 1)?);
        if len != other {
            let lists = [(call.arguments[0], len), (call.arguments[1], other)];
            return Err(errors::unequal_lists::report(machine, lists, call.origin));
        }
        pairs_of(machine, call, ["first", "second"], len, |machine, at| {
            let slots = &machine.heap.slots;
            [slots[first as usize + at], slots[second as usize + at]]
        })
    }),
};

pub(super) const INDEXED: Builtin = Builtin {
    name: "indexed",
    signature: "List a -> List { index : Int; value : a; }",
    usage: "indexed list",
    about: "Each item with its position, counted from 0.",
    example: ("map ({ index, value }: \"${value}${index + 1}\") (indexed [ \"a\", \"b\" ])", "[ \"a1\", \"b2\" ]"),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| {
        let (start, len) = call.run(machine, 0)?;
        pairs_of(machine, call, ["index", "value"], len, |machine, at| {
            [Value::int(at as i64, call.origin), machine.heap.slots[start as usize + at]]
        })
    }),
};

/// A list of so many records with two fields each, whose names are in order.
pub(super) fn pairs_of(
    machine: &mut Machine<'_>,
    call: &Call,
    names: [&str; 2],
    len: u32,
    mut pair: impl FnMut(&mut Machine<'_>, usize) -> [Value; 2],
) -> Result<Value, Reported> {
    // Each has two fields, and stands in the list twice while that is made.
    machine.reserve(len as usize * (size_of::<Record>() + 4 * size_of::<Value>()), call.origin)?;
    let keys = machine.heap.keys.len() as u32;
    let span = machine.program.span(call.origin);
    for name in names {
        let name = machine.names.intern(name);
        machine.heap.keys.push(Key { name, span });
    }
    let mut records = Vec::with_capacity(len as usize);
    for at in 0..len as usize {
        let fields = pair(machine, at);
        let slots = machine.heap.slots.len() as u32;
        machine.heap.slots.extend(fields);
        records.push(Value::new(machine.heap.record(keys, slots, 2, None), call.origin));
    }
    Ok(machine.heap.list(records, call.origin))
}
