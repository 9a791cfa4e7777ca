//! Lists: `map`, `filter`, `fold`, `head`, `tail`, `length`, `elem`, `concat`, `range`.

use super::{Body, Builtin, Call};
use crate::errors;
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Application, ApplyId, Kind, Reported, Thunk, Value};
use crate::ir::ExprId;

pub(super) const MAP: Builtin = Builtin {
    name: "map",
    usage: "map f list",
    about: "The results of `f` on each item. None is computed before it is needed.",
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

pub(super) const FILTER: Builtin = Builtin {
    name: "filter",
    usage: "filter f list",
    about: "The items for which `f` gives true.",
    arity: 2,
    strict: 0b10,
    body: Body::Task(|call| Box::new(Filter { call, items: None, next: 0, kept: Vec::new() })),
};

struct Filter {
    call: Call,
    items: Option<Vec<Value>>,
    next: usize,
    kept: Vec<Value>,
}

impl Task for Filter {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        let items = match self.items.take() {
            Some(items) => items,
            None => self.call.list(machine, 1)?,
        };
        match input.map(|value| (value, value.kind)) {
            Some((_, Kind::Bool(true))) => self.kept.push(items[self.next - 1]),
            None | Some((_, Kind::Bool(false))) => {}
            Some((value, _)) => {
                let what = "the result of the function given to `filter`";
                return Err(errors::wrong_operand::expected(machine, value.origin, value, what, "a Bool"));
            }
        }
        let Some(item) = items.get(self.next).copied() else {
            let kept = std::mem::take(&mut self.kept);
            return Ok(Step::Done(machine.heap.list(kept, self.call.origin)));
        };
        self.next += 1;
        self.items = Some(items);
        Ok(Step::Apply(self.call.arguments[0], item))
    }
}

pub(super) const FOLD: Builtin = Builtin {
    name: "fold",
    usage: "fold f start list",
    about: "`f (f start a) b` for the list `[ a, b ]`.",
    arity: 3,
    strict: 0b110,
    body: Body::Task(|call| Box::new(Fold { call, items: None, next: 0 })),
};

struct Fold {
    call: Call,
    items: Option<Vec<Value>>,
    next: usize,
}

impl Task for Fold {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        let items = match self.items.take() {
            Some(items) => items,
            None => self.call.list(machine, 2)?,
        };
        let so_far = input.unwrap_or(self.call.arguments[1]);
        let Some(item) = items.get(self.next).copied() else { return Ok(Step::Done(so_far)) };
        self.next += 1;
        self.items = Some(items);
        Ok(Step::Apply2(self.call.arguments[0], so_far, item))
    }
}

pub(super) const HEAD: Builtin = Builtin {
    name: "head",
    usage: "head list",
    about: "The first item.",
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| Box::new(Head(call))),
};

struct Head(Call);

impl Task for Head {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        if let Some(value) = input {
            return Ok(Step::Done(value));
        }
        match self.0.list(machine, 0)?.first() {
            Some(item) => Ok(Step::Force(*item)),
            None => Err(errors::empty_list::report(machine, "head", self.0.arguments[0], self.0.origin)),
        }
    }
}

pub(super) const TAIL: Builtin = Builtin {
    name: "tail",
    usage: "tail list",
    about: "All items but the first.",
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| match call.arguments[0].kind {
        Kind::List { len: 0, .. } => Err(errors::empty_list::report(machine, "tail", call.arguments[0], call.origin)),
        Kind::List { start, len } => Ok(Value::new(Kind::List { start: start + 1, len: len - 1 }, call.origin)),
        _ => Err(call.wrong(machine, 0, "a list")),
    }),
};

pub(super) const LENGTH: Builtin = Builtin {
    name: "length",
    usage: "length list",
    about: "The number of items.",
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| match call.arguments[0].kind {
        Kind::List { len, .. } => Ok(Value::int(i64::from(len), call.origin)),
        _ => Err(call.wrong(machine, 0, "a list")),
    }),
};

pub(super) const ELEM: Builtin = Builtin {
    name: "elem",
    usage: "elem x list",
    about: "Whether an item equals `x`.",
    arity: 2,
    strict: 0b11,
    body: Body::Task(|call| Box::new(Elem { call, next: 0, comparison: None })),
};

struct Elem {
    call: Call,
    next: usize,
    comparison: Option<crate::eval::Equal>,
}

impl Task for Elem {
    fn resume(&mut self, machine: &mut Machine<'_>, mut input: Option<Value>) -> Result<Step, Reported> {
        let Kind::List { start, len } = self.call.arguments[1].kind else {
            return Err(self.call.wrong(machine, 1, "a list"));
        };
        loop {
            if let Some(comparison) = &mut self.comparison {
                match comparison.resume(machine, input.take())? {
                    Step::Done(Value { kind: Kind::Bool(true), .. }) => {
                        return Ok(Step::Done(Value::bool(true, self.call.origin)));
                    }
                    Step::Done(_) => self.comparison = None,
                    step => return Ok(step),
                }
            }
            if self.next == len as usize {
                return Ok(Step::Done(Value::bool(false, self.call.origin)));
            }
            let item = machine.heap.slots[start as usize + self.next];
            self.next += 1;
            self.comparison = Some(crate::eval::Equal::new(self.call.arguments[0], item, true, self.call.origin));
        }
    }
}

pub(super) const CONCAT: Builtin = Builtin {
    name: "concat",
    usage: "concat lists",
    about: "The items of all lists of a list, in order.",
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
        let Kind::List { start, len } = self.call.arguments[0].kind else {
            return Err(self.call.wrong(machine, 0, "a list"));
        };
        if let Some(value) = input {
            let Kind::List { start, len } = value.kind else {
                let what = "an item of the list given to `concat`";
                return Err(errors::wrong_operand::expected(machine, value.origin, value, what, "a list"));
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
    usage: "range first last",
    about: "The Ints from `first` to `last`, both included.",
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
