//! The smaller and the larger of two values of one ordered kind: `min`, `max`.

use super::{Body, Builtin, Call};
use crate::errors;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::Binary;

pub(super) const MIN: Builtin = Builtin {
    name: "min",
    usage: "min a b",
    about: "The smaller of two Ints, Sizes, Durations, Addresses or texts.",
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let first = ordered(machine, call)?.is_le();
        Ok(call.arguments[usize::from(!first)])
    }),
};

pub(super) const MAX: Builtin = Builtin {
    name: "max",
    usage: "max a b",
    about: "The larger of two Ints, Sizes, Durations, Addresses or texts.",
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let first = ordered(machine, call)?.is_ge();
        Ok(call.arguments[usize::from(!first)])
    }),
};

fn ordered(machine: &mut Machine<'_>, call: &Call) -> Result<std::cmp::Ordering, Reported> {
    let (a, b): (Value, Value) = (call.arguments[0], call.arguments[1]);
    match machine.order(a, b) {
        Some(order) => Ok(order),
        None => Err(errors::wrong_operand::report(machine, call.origin, Binary::Less, a, b)),
    }
}
