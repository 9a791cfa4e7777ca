//! Items that have a property: `filter`, `elem`, `find`, `some`, `every`.

use super::each::{Each, Visit};
use super::{Body, Builtin, Call};
use crate::eval::Equal;
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Kind, Reported, Value};

pub(super) const FILTER: Builtin = Builtin {
    name: "filter",
    signature: "(a -> Bool) -> List a -> List a",
    usage: "filter f list",
    about: "The items for which `f` gives true.",
    example: ("filter (x: x > 1) [ 1, 2, 3 ]", "[ 2, 3 ]"),
    arity: 2,
    strict: 0b10,
    body: Body::Task(|call| Each::task(call, Filter { kept: Vec::new() })),
};

struct Filter {
    kept: Vec<Value>,
}

impl Visit for Filter {
    fn visit(
        &mut self,
        machine: &mut Machine<'_>,
        call: &Call,
        item: Value,
        result: Value,
    ) -> Result<Option<Value>, Reported> {
        if call.truth(machine, result)? {
            self.kept.push(item);
        }
        Ok(None)
    }

    fn end(&mut self, machine: &mut Machine<'_>, call: &Call) -> Result<Value, Reported> {
        Ok(machine.heap.list(std::mem::take(&mut self.kept), call.origin))
    }
}

pub(super) const FIND: Builtin = Builtin {
    name: "find",
    signature: "(a -> Bool) -> List a -> a?",
    usage: "find f list",
    about: "The first item for which `f` gives true. If there is none, nothing: `(find f list) or d`.",
    example: ("[ find (x: x > 1) [ 1, 2, 3 ], (find (x: x > 9) [ 1, 2 ]) or 0 ]", "[ 2, 0 ]"),
    arity: 2,
    strict: 0b10,
    body: Body::Task(|call| Each::task(call, Until { holds: true, found: |item, _| item, otherwise: Kind::Absent })),
};

pub(super) const SOME: Builtin = Builtin {
    name: "some",
    signature: "(a -> Bool) -> List a -> Bool",
    usage: "some f list",
    about: "Whether `f` gives true for at least one item. Those behind it are not looked at.",
    example: ("some (x: x > 2) [ 1, 2, 3 ]", "true"),
    arity: 2,
    strict: 0b10,
    body: Body::Task(|call| {
        let found = |_, call: &Call| Value::bool(true, call.origin);
        Each::task(call, Until { holds: true, found, otherwise: Kind::Bool(false) })
    }),
};

pub(super) const EVERY: Builtin = Builtin {
    name: "every",
    signature: "(a -> Bool) -> List a -> Bool",
    usage: "every f list",
    about: "Whether `f` gives true for each item; true for an empty list. Behind the first false none is looked at.",
    example: ("every (x: x > 2) [ 1, 2, 3 ]", "false"),
    arity: 2,
    strict: 0b10,
    body: Body::Task(|call| {
        let found = |_, call: &Call| Value::bool(false, call.origin);
        Each::task(call, Until { holds: false, found, otherwise: Kind::Bool(true) })
    }),
};

/// Goes on until the function gives `holds` for an item.
struct Until {
    holds: bool,
    /// The result at that item.
    found: fn(Value, &Call) -> Value,
    /// The result if there is none.
    otherwise: Kind,
}

impl Visit for Until {
    fn visit(
        &mut self,
        machine: &mut Machine<'_>,
        call: &Call,
        item: Value,
        result: Value,
    ) -> Result<Option<Value>, Reported> {
        let found = call.truth(machine, result)? == self.holds;
        Ok(found.then(|| (self.found)(item, call)))
    }

    fn end(&mut self, _: &mut Machine<'_>, call: &Call) -> Result<Value, Reported> {
        Ok(Value::new(self.otherwise, call.origin))
    }
}

pub(super) const ELEM: Builtin = Builtin {
    name: "elem",
    signature: "a -> List a -> Bool",
    usage: "elem x list",
    about: "Whether an item equals `x`.",
    example: ("elem 22/tcp [ 22/tcp, 80/tcp ]", "true"),
    arity: 2,
    strict: 0b11,
    body: Body::Task(|call| Box::new(Elem { call, next: 0, comparison: None })),
};

struct Elem {
    call: Call,
    next: usize,
    comparison: Option<Equal>,
}

impl Task for Elem {
    fn resume(&mut self, machine: &mut Machine<'_>, mut input: Option<Value>) -> Result<Step, Reported> {
        let (start, len) = self.call.run(machine, 1)?;
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
            let known = machine.settled(item).and_then(|item| Equal::at_once(machine, self.call.arguments[0], item));
            if let Some(equal) = known {
                machine.spend(1, self.call.origin)?;
                match equal {
                    true => return Ok(Step::Done(Value::bool(true, self.call.origin))),
                    false => continue,
                }
            }
            self.comparison = Some(Equal::new(self.call.arguments[0], item, true, self.call.origin));
        }
    }
}
