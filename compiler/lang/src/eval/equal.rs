//! `==` and `!=`: deep, of two values of one kind, never of functions. Entities are what their path says: two groups that
//! are written alike differ.

use crate::errors;
use crate::eval::machine::{Machine, Next};
use crate::eval::task::{Step, Task};
use crate::eval::value::{Kind, Reported, Value};
use crate::ir::{Binary, ExprId};

/// Compares pairs until one differs.
pub struct Equal {
    id: ExprId,
    /// What is given when all are equal.
    equal: bool,
    pending: Vec<(Value, Value)>,
    left: Option<Value>,
    pair: Option<(Value, Value)>,
    /// Whether values of two kinds, and functions, just differ.
    lenient: bool,
}

/// Texts that are longer are paid for before they are compared.
const SHORT: usize = 64;

impl Equal {
    /// A comparison of two values.
    pub fn new(left: Value, right: Value, equal: bool, id: ExprId) -> Self {
        Self { id, equal, pending: vec![(left, right)], left: None, pair: None, lenient: false }
    }

    /// Whether two computed values of one kind are equal, if one sees that at once.
    pub fn at_once(machine: &Machine<'_>, left: Value, right: Value) -> Option<bool> {
        let store = &machine.program.store;
        match (left.kind, right.kind) {
            (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
            (Kind::Int(a), Kind::Int(b)) | (Kind::Size(a), Kind::Size(b)) | (Kind::Duration(a), Kind::Duration(b)) => {
                Some(a == b)
            }
            (Kind::Ports(a), Kind::Ports(b)) => Some(a == b),
            (Kind::Address(a), Kind::Address(b)) => Some(store.addresses[a.index()] == store.addresses[b.index()]),
            (Kind::Str(a), Kind::Str(b)) => {
                let (a, b) = (&store.strings[a.index()], &store.strings[b.index()]);
                if a.len() != b.len() { Some(false) } else { (a.len() <= SHORT).then(|| a == b) }
            }
            (Kind::Record(a), Kind::Record(b)) if machine.heap.is_entity(a) && machine.heap.is_entity(b) => {
                Some(a == b)
            }
            _ => None,
        }
    }

    /// Whether two values are one and the same: values of two kinds are not, and two functions never.
    pub fn agreement(left: Value, right: Value, id: ExprId) -> Self {
        Self { lenient: true, ..Self::new(left, right, true, id) }
    }
}

impl Machine<'_> {
    pub(super) fn equal(&mut self, id: ExprId, operator: Binary, left: Value, right: Value) -> Next {
        self.work(Box::new(Equal::new(left, right, operator == Binary::Equal, id)), None)
    }
}

impl Task for Equal {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        if let Some(value) = input {
            let Some((_, right)) = self.pair else { unreachable!("a value that nobody asked for") };
            let Some(left) = self.left.take() else {
                self.left = Some(value);
                return Ok(Step::Force(right));
            };
            if !self.compare(machine, left, value)? {
                return Ok(Step::Done(Value::bool(!self.equal, self.id)));
            }
        }
        machine.reserve(self.pending.len() * size_of::<(Value, Value)>(), self.id)?;
        self.pair = self.pending.pop();
        match self.pair {
            Some((left, _)) => Ok(Step::Force(left)),
            None => Ok(Step::Done(Value::bool(self.equal, self.id))),
        }
    }
}

impl Equal {
    /// Whether two computed values agree as far as their outermost constructor; their parts are compared later.
    fn compare(&mut self, machine: &mut Machine<'_>, left: Value, right: Value) -> Result<bool, Reported> {
        if left.kind != right.kind {
            machine.spend(machine.text(left).map_or(0, str::len) / 64, self.id)?;
        }
        let store = &machine.program.store;
        let heap = &machine.heap;
        Ok(match (left.kind, right.kind) {
            (Kind::Line(_), _) | (_, Kind::Line(_)) => {
                return Err(errors::wrong_operand::report(machine, self.id, Binary::Equal, left, right));
            }
            (a @ Kind::Closure(..), b @ Kind::Closure(..)) if self.lenient => a == b,
            (Kind::Closure(..) | Kind::Builtin(_), _) | (_, Kind::Closure(..) | Kind::Builtin(_)) if self.lenient => {
                false
            }
            (Kind::Closure(..) | Kind::Builtin(_), _) | (_, Kind::Closure(..) | Kind::Builtin(_)) => {
                return Err(errors::wrong_operand::functions(machine, self.id));
            }
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Int(a), Kind::Int(b)) | (Kind::Size(a), Kind::Size(b)) | (Kind::Duration(a), Kind::Duration(b)) => {
                a == b
            }
            (Kind::Str(a), Kind::Str(b)) => a == b || store.strings[a.index()] == store.strings[b.index()],
            (Kind::Address(a), Kind::Address(b)) => store.addresses[a.index()] == store.addresses[b.index()],
            (Kind::Prefix(a), Kind::Prefix(b)) => store.prefixes[a.index()] == store.prefixes[b.index()],
            (Kind::IntRange(a), Kind::IntRange(b)) => store.ranges[a.index()] == store.ranges[b.index()],
            (Kind::Secret(a), Kind::Secret(b)) => store.secrets[a.index()] == store.secrets[b.index()],
            (Kind::Ports(a), Kind::Ports(b)) => a == b,
            (Kind::Mac(a), Kind::Mac(b)) => a == b,
            (Kind::Tag(a, x), Kind::Tag(b, y)) => match (machine.payload(x), machine.payload(y)) {
                (Some(x), Some(y)) => {
                    self.pending.push((x, y));
                    a == b
                }
                (None, None) => a == b,
                _ => false,
            },
            (Kind::List { start: x, len: a }, Kind::List { start: y, len: b }) => {
                if a == b && x != y {
                    let pairs = heap.items(x, a).iter().copied().zip(heap.items(y, b).iter().copied());
                    self.pending.extend(pairs.rev());
                }
                a == b
            }
            (Kind::Record(a), Kind::Record(b)) if heap.is_entity(a) && heap.is_entity(b) => a == b,
            (Kind::Record(a), Kind::Record(b)) => {
                let (keys, others) = (heap.keys_of(a), heap.keys_of(b));
                let same = keys.len() == others.len() && keys.iter().zip(others).all(|(a, b)| a.name == b.name);
                if same && a != b {
                    let pairs = heap.slots_of(a).iter().copied().zip(heap.slots_of(b).iter().copied());
                    self.pending.extend(pairs.rev());
                }
                same
            }
            (Kind::Flow(a), Kind::Flow(b)) => {
                let (a, b) = (heap.flows[a.index()], heap.flows[b.index()]);
                self.pending.extend([(a.source, b.source), (a.target, b.target)]);
                let mut same = true;
                for (a, b) in [(a.ports, b.ports), (a.via, b.via), (a.except, b.except)] {
                    match (a, b) {
                        (Some(a), Some(b)) => self.pending.push((a, b)),
                        (a, b) => same &= a.is_none() && b.is_none(),
                    }
                }
                same
            }
            (Kind::Absent, Kind::Absent) => true,
            (Kind::Absent, _) | (_, Kind::Absent) => false,
            _ if self.lenient => false,
            _ => return Err(errors::wrong_operand::report(machine, self.id, Binary::Equal, left, right)),
        })
    }
}
