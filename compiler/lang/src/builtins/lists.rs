//! Lists out of lists, item by item: `map`, `fold`, `flatMap`, `concat`, `range`, `length`.

use super::each::{Each, Visit};
use super::{Body, Builtin, Call};
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Application, ApplyId, Kind, Reported, Thunk, Value};
use crate::ir::ExprId;

pub(super) const MAP: Builtin = Builtin {
    name: "map",
    signature: "(a -> b) -> List a -> List b",
    usage: "map f list",
    about: "The results of `f` on each item. None is computed before it is needed.",
    example: ("map (x: x * 2) [ 1, 2, 3 ]", "[ 2, 4, 6 ]"),
    arity: 2,
    strict: 0b10,
    body: Body::Value(|machine, call| {
        let items = call.list(machine, 1)?;
        machine.reserve(items.len() * 8 * size_of::<Value>(), call.origin)?;
        let results: Vec<Value> =
            items.into_iter().map(|item| later(machine, call.arguments[0], item, call.origin)).collect();
        Ok(machine.heap.list(results, call.origin))
    }),
};

/// A function on an argument, when somebody asks.
pub(super) fn later(machine: &mut Machine<'_>, function: Value, argument: Value, origin: ExprId) -> Value {
    machine.heap.applications.push(Application { function, argument, second: None, origin, call: None });
    let apply = ApplyId(machine.heap.applications.len() as u32 - 1);
    machine.heap.thunk(Thunk::Apply(apply), origin)
}

pub(super) const FOLD: Builtin = Builtin {
    name: "fold",
    signature: "(b -> a -> b) -> b -> List a -> b",
    usage: "fold f start list",
    about: "`f (f start a) b` for the list `[ a, b ]`.",
    example: ("fold (total: size: total + size) 0MiB [ 1GiB, 512MiB ]", "1536MiB"),
    arity: 3,
    strict: 0b110,
    body: Body::Task(|call| Box::new(Fold { call, next: 0 })),
};

struct Fold {
    call: Call,
    next: usize,
}

impl Task for Fold {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        let (start, len) = self.call.run(machine, 2)?;
        let so_far = input.unwrap_or(self.call.arguments[1]);
        if self.next == len as usize {
            return Ok(Step::Done(so_far));
        }
        self.next += 1;
        let item = machine.heap.slots[start as usize + self.next - 1];
        Ok(Step::Apply2(self.call.arguments[0], so_far, item))
    }
}

pub(super) const FLAT_MAP: Builtin = Builtin {
    name: "flatMap",
    signature: "(a -> List b) -> List a -> List b",
    usage: "flatMap f list",
    about: "The items of the lists that `f` gives for each item, in order.",
    example: ("flatMap (port: [ port, port + 1 ]) [ 80, 8080 ]", "[ 80, 81, 8080, 8081 ]"),
    arity: 2,
    strict: 0b10,
    body: Body::Task(|call| Each::task(call, FlatMap { items: Vec::new() })),
};

struct FlatMap {
    items: Vec<Value>,
}

impl Visit for FlatMap {
    fn visit(
        &mut self,
        machine: &mut Machine<'_>,
        call: &Call,
        _: Value,
        result: Value,
    ) -> Result<Option<Value>, Reported> {
        let Kind::List { start, len } = result.kind else { return Err(call.wrong_result(machine, result, "a list")) };
        machine.reserve((self.items.len() + len as usize) * size_of::<Value>(), call.origin)?;
        self.items.extend_from_slice(machine.heap.items(start, len));
        Ok(None)
    }

    fn end(&mut self, machine: &mut Machine<'_>, call: &Call) -> Result<Value, Reported> {
        Ok(machine.heap.list(std::mem::take(&mut self.items), call.origin))
    }
}

pub(super) const CONCAT: Builtin = Builtin {
    name: "concat",
    signature: "List (List a) -> List a",
    usage: "concat lists",
    about: "The items of all lists of a list, in order.",
    example: ("concat [ [ 1 ], [], [ 2, 3 ] ]", "[ 1, 2, 3 ]"),
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| Box::new(Concat { call, next: 0, items: Vec::new() })),
};

struct Concat {
    call: Call,
    next: usize,
    items: Vec<Value>,
}

impl Task for Concat {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        let (start, len) = self.call.run(machine, 0)?;
        if let Some(value) = input {
            let Kind::List { start, len } = value.kind else {
                let what = "an item of the list given to `concat`";
                return Err(self.call.refuse(machine, value, what, "a list"));
            };
            machine.reserve((self.items.len() + len as usize) * size_of::<Value>(), self.call.origin)?;
            self.items.extend_from_slice(machine.heap.items(start, len));
        }
        if self.next == len as usize {
            let items = std::mem::take(&mut self.items);
            return Ok(Step::Done(machine.heap.list(items, self.call.origin)));
        }
        self.next += 1;
        Ok(Step::Force(machine.heap.slots[start as usize + self.next - 1]))
    }
}

pub(super) const RANGE: Builtin = Builtin {
    name: "range",
    signature: "Int -> Int -> List Int",
    usage: "range first last",
    about: "The Ints from `first` to `last`, both included; none if `last` is smaller.",
    example: ("range 1 4", "[ 1, 2, 3, 4 ]"),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let (first, last) = (call.int(machine, 0)?, call.int(machine, 1)?);
        let len = if last < first { 0 } else { last.abs_diff(first).saturating_add(1) };
        let bytes = usize::try_from(len).unwrap_or(usize::MAX).saturating_mul(size_of::<Value>());
        machine.reserve(bytes, call.origin)?;
        let items = (0..len).map(|n| Value::int(first.wrapping_add_unsigned(n), call.origin));
        Ok(machine.heap.list(items, call.origin))
    }),
};

pub(super) const LENGTH: Builtin = Builtin {
    name: "length",
    signature: "List a -> Int",
    usage: "length list",
    about: "The number of items.",
    example: ("length [ 5, 6 ]", "2"),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| {
        let (_, len) = call.run(machine, 0)?;
        Ok(Value::int(i64::from(len), call.origin))
    }),
};
