//! The functions of the language that are not written in it: one table, one file for each family.
//!
//! Their names are in scope everywhere and may be hidden by a `let`. What each takes is computed before it runs, unless
//! it is a function that is called back or a value that is only handed on.

mod addresses;
mod lists;
mod numbers;
mod records;
mod render;
mod text;

use crate::errors;
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Kind, RecordId, Reported, Value};
use crate::ir::ExprId;

/// One function.
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// How it is called: `map f list`.
    pub usage: &'static str,
    /// What it gives, in a sentence.
    pub about: &'static str,
    /// Number of arguments.
    pub arity: usize,
    /// The arguments that are computed before it runs, as bits.
    strict: u8,
    body: Body,
}

enum Body {
    /// It gives its result at once.
    Value(fn(&mut Machine<'_>, &Call) -> Result<Value, Reported>),
    /// It computes more.
    Task(fn(Call) -> Box<dyn Task>),
}

/// A call whose arguments are there.
pub struct Call {
    name: &'static str,
    arguments: Vec<Value>,
    origin: ExprId,
}

/// All functions, in the order of the spec.
pub static TABLE: &[Builtin] = &[
    lists::MAP,
    lists::FILTER,
    lists::FOLD,
    lists::HEAD,
    lists::TAIL,
    lists::LENGTH,
    lists::ELEM,
    lists::CONCAT,
    lists::RANGE,
    records::NAMES,
    records::VALUES,
    records::MAP_VALUES,
    records::FROM_PAIRS,
    text::PAD,
    render::TO_JSON,
    render::TO_YAML,
    render::TO_TOML,
    render::TO_INI,
    addresses::HOST,
    numbers::MIN,
    numbers::MAX,
];

/// Begins a call with all of its arguments.
pub fn start(builtin: &'static Builtin, arguments: Vec<Value>, origin: ExprId) -> Box<dyn Task> {
    Box::new(Running { builtin, next: 0, call: Some(Call { name: builtin.name, arguments, origin }), inner: None })
}

/// A call: first its arguments are computed, then its body runs.
struct Running {
    builtin: &'static Builtin,
    next: usize,
    call: Option<Call>,
    inner: Option<Box<dyn Task>>,
}

impl Task for Running {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        if let Some(inner) = &mut self.inner {
            return inner.resume(machine, input);
        }
        let Some(mut call) = self.call.take() else { unreachable!("a call that has begun has a body") };
        if let Some(value) = input {
            call.arguments[self.next] = value;
            self.next += 1;
        }
        while self.next < self.builtin.arity && self.builtin.strict & (1 << self.next) == 0 {
            self.next += 1;
        }
        if let Some(argument) = call.arguments.get(self.next).copied() {
            self.call = Some(call);
            return Ok(Step::Force(argument));
        }
        match self.builtin.body {
            Body::Value(body) => body(machine, &call).map(Step::Done),
            Body::Task(body) => self.inner.insert(body(call)).resume(machine, None),
        }
    }
}

impl Call {
    fn wrong(&self, machine: &mut Machine<'_>, at: usize, expected: &str) -> Reported {
        let place = ["first", "second", "third"][at];
        let value = self.arguments[at];
        let what = format!("the {place} argument of `{}`", self.name);
        errors::wrong_operand::expected(machine, value.origin, value, &what, expected)
    }

    /// The items of a list.
    fn list(&self, machine: &mut Machine<'_>, at: usize) -> Result<Vec<Value>, Reported> {
        match self.arguments[at].kind {
            Kind::List { start, len } => Ok(machine.heap.items(start, len).to_vec()),
            _ => Err(self.wrong(machine, at, "a list")),
        }
    }

    /// A record.
    fn record(&self, machine: &mut Machine<'_>, at: usize) -> Result<RecordId, Reported> {
        match self.arguments[at].kind {
            Kind::Record(record) => Ok(record),
            _ => Err(self.wrong(machine, at, "a record")),
        }
    }

    /// An Int.
    fn int(&self, machine: &mut Machine<'_>, at: usize) -> Result<i64, Reported> {
        match self.arguments[at].kind {
            Kind::Int(value) => Ok(value.into()),
            _ => Err(self.wrong(machine, at, "an Int")),
        }
    }
}
