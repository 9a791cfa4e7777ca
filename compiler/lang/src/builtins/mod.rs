//! The functions of the language that are not written in it: one table, one file for each family.
//!
//! Their names are in scope everywhere and may be hidden by a `let`. What each takes is computed before it runs, unless
//! it is a function that is called back or a value that is only handed on. Functions are for lists, records, text and
//! Ints; what one asks of an address, a network or a size is a member of it.

mod each;
mod lists;
mod numbers;
mod order;
mod parts;
mod records;
mod render;
mod search;
pub mod signature;
mod text;

use crate::errors;
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Kind, RecordId, Reported, Value};
use crate::ir::ExprId;
use crate::members::Member;

/// One function.
#[derive(Debug)]
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// Its type, as [`signature::parse`] reads it.
    pub signature: &'static str,
    /// How it is called: `map f list`.
    pub usage: &'static str,
    /// What it gives, in a sentence.
    pub about: &'static str,
    /// A call, and what it gives.
    pub example: (&'static str, &'static str),
    /// Number of arguments.
    pub arity: usize,
    /// The arguments that are computed before it runs, as bits.
    strict: u8,
    body: Body,
}

#[derive(Clone, Copy, Debug)]
enum Body {
    /// It gives its result at once.
    Value(fn(&mut Machine<'_>, &Call) -> Result<Value, Reported>),
    /// It computes more.
    Task(fn(Call) -> Box<dyn Task>),
}

/// A call whose arguments are there.
pub struct Call {
    name: &'static str,
    /// Whether it is a call of a member: the value that it belongs to is the first argument.
    member: bool,
    pub(crate) arguments: Vec<Value>,
    pub(crate) origin: ExprId,
}

/// All functions, in the order of the spec.
pub static TABLE: &[Builtin] = &[
    lists::MAP,
    search::FILTER,
    lists::FOLD,
    lists::FLAT_MAP,
    lists::CONCAT,
    lists::RANGE,
    lists::LENGTH,
    parts::HEAD,
    parts::TAIL,
    parts::LAST,
    parts::TAKE,
    parts::DROP,
    parts::REVERSE,
    parts::ZIP,
    parts::INDEXED,
    search::ELEM,
    search::FIND,
    search::SOME,
    search::EVERY,
    order::SORT,
    order::SORT_BY,
    order::UNIQUE,
    records::GROUP_BY,
    records::NAMES,
    records::VALUES,
    records::PAIRS,
    records::FROM_PAIRS,
    records::MAP_VALUES,
    records::FILTER_VALUES,
    text::JOIN,
    text::SPLIT,
    text::CHARACTERS,
    text::REPLACE,
    text::TRIM,
    text::UPPER,
    text::LOWER,
    text::STARTS_WITH,
    text::ENDS_WITH,
    text::CONTAINS,
    text::PAD,
    render::TO_JSON,
    render::TO_YAML,
    render::TO_TOML,
    render::TO_INI,
    numbers::MIN,
    numbers::MAX,
    numbers::SUM,
    numbers::MOD,
    numbers::ABS,
    numbers::TO_INT,
    numbers::HEX_DIGITS,
];

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Builtin> {
    TABLE.iter().find(|builtin| builtin.name == name)
}

/// Begins a call with all of its arguments.
pub fn start(builtin: &'static Builtin, arguments: Vec<Value>, origin: ExprId) -> Box<dyn Task> {
    let call = Call { name: builtin.name, member: false, arguments, origin };
    Box::new(Running {
        arity: builtin.arity,
        strict: builtin.strict,
        body: builtin.body,
        next: 0,
        call: Some(call),
        inner: None,
    })
}

/// Begins a call of a member; `arguments` begins with the value that it belongs to.
pub fn start_member(member: &'static Member, arguments: Vec<Value>, origin: ExprId) -> Box<dyn Task> {
    let (arity, body) = (arguments.len(), Body::Value(member.body));
    let call = Call { name: member.name, member: true, arguments, origin };
    Box::new(Running { arity, strict: u8::MAX, body, next: 0, call: Some(call), inner: None })
}

/// A call: first its arguments are computed, then its body runs.
struct Running {
    arity: usize,
    strict: u8,
    body: Body,
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
        while self.next < self.arity && self.strict & (1 << self.next) == 0 {
            self.next += 1;
        }
        if let Some(argument) = call.arguments.get(self.next).copied() {
            self.call = Some(call);
            return Ok(Step::Force(argument));
        }
        match self.body {
            Body::Value(body) => body(machine, &call).map(Step::Done),
            Body::Task(body) => self.inner.insert(body(call)).resume(machine, None),
        }
    }
}

impl Call {
    /// A member that is no function, of the value that has it.
    pub(crate) fn of_member(member: &'static Member, of: Value, origin: ExprId) -> Self {
        Self { name: member.name, member: true, arguments: vec![of], origin }
    }

    pub(crate) fn wrong(&self, machine: &mut Machine<'_>, at: usize, expected: &str) -> Reported {
        let place = match (self.member, self.arguments.len(), at) {
            (true, 2, _) | (false, 1, _) => "argument",
            (true, _, 1) | (false, _, 0) => "first argument",
            (true, _, 2) | (false, _, 1) => "second argument",
            _ => "third argument",
        };
        let value = self.arguments[at];
        let what = format!("the {place} of `{}`", self.name);
        self.refuse(machine, value, &what, expected)
    }

    /// `value`, which is `what`, is not `expected`.
    fn refuse(&self, machine: &mut Machine<'_>, value: Value, what: &str, expected: &str) -> Reported {
        errors::wrong_operand::in_call(machine, self.origin, value, what, expected)
    }

    /// The items of a list.
    fn list(&self, machine: &mut Machine<'_>, at: usize) -> Result<Vec<Value>, Reported> {
        let (start, len) = self.run(machine, at)?;
        Ok(machine.heap.items(start, len).to_vec())
    }

    /// Where the items of a list are, and how many.
    fn run(&self, machine: &mut Machine<'_>, at: usize) -> Result<(u32, u32), Reported> {
        match self.arguments[at].kind {
            Kind::List { start, len } => Ok((start, len)),
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
    pub(crate) fn int(&self, machine: &mut Machine<'_>, at: usize) -> Result<i64, Reported> {
        match self.arguments[at].kind {
            Kind::Int(value) => Ok(value.into()),
            _ => Err(self.wrong(machine, at, "an Int")),
        }
    }

    /// Text. It is paid for by its length, since a function may be called with one long text again and again.
    fn text(&self, machine: &mut Machine<'_>, at: usize) -> Result<String, Reported> {
        match machine.text(self.arguments[at]).map(str::to_owned) {
            Some(text) => {
                machine.spend(text.len() / 64, self.origin)?;
                machine.reserve(text.len(), self.origin)?;
                Ok(text)
            }
            None => Err(self.wrong(machine, at, "text")),
        }
    }

    /// Text as a result.
    fn string(&self, machine: &mut Machine<'_>, text: impl Into<Box<str>>) -> Value {
        Value::new(machine.program.store.string(text), self.origin)
    }
}
