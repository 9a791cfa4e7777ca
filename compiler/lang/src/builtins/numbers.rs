//! Numbers: `min` and `max` of ordered values, `sum`, `mod`, `abs`.

use super::{Body, Builtin, Call};
use crate::errors;
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Kind, Reported, Value};
use crate::ir::Binary;

pub(super) const MIN: Builtin = Builtin {
    name: "min",
    signature: "ordered -> ordered -> ordered",
    usage: "min a b",
    about: "The smaller of two Ints, Sizes, Durations, Addresses or texts.",
    example: ("min 512MiB 2GiB", "512MiB"),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let first = ordered(machine, call)?.is_le();
        Ok(call.arguments[usize::from(!first)])
    }),
};

pub(super) const MAX: Builtin = Builtin {
    name: "max",
    signature: "ordered -> ordered -> ordered",
    usage: "max a b",
    about: "The larger of two Ints, Sizes, Durations, Addresses or texts.",
    example: ("max 3 (length [ 1, 2 ])", "3"),
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

pub(super) const SUM: Builtin = Builtin {
    name: "sum",
    signature: "List Int -> Int",
    usage: "sum list",
    about: "The sum of Ints; 0 for an empty list. Sizes and Durations, whose zero has a unit, are folded: \
            `fold (a: b: a + b) 0MiB sizes`.",
    example: ("sum [ 1, 2, 3 ]", "6"),
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| Box::new(Sum { call, next: 0, sum: 0 })),
};

struct Sum {
    call: Call,
    next: usize,
    sum: i64,
}

impl Task for Sum {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        let (start, len) = self.call.run(machine, 0)?;
        match input.map(|value| (value, value.kind)) {
            Some((_, Kind::Int(number))) => match self.sum.checked_add(number.into()) {
                Some(sum) => self.sum = sum,
                None => return Err(errors::overflow::report(machine, self.call.origin, "sum")),
            },
            Some((value, _)) => {
                let what = "an item of the list given to `sum`";
                return Err(self.call.refuse(machine, value, what, "an Int"));
            }
            None => {}
        }
        if self.next == len as usize {
            return Ok(Step::Done(Value::int(self.sum, self.call.origin)));
        }
        self.next += 1;
        Ok(Step::Force(machine.heap.slots[start as usize + self.next - 1]))
    }
}

pub(super) const MOD: Builtin = Builtin {
    name: "mod",
    signature: "Int -> Int -> Int",
    usage: "mod a b",
    about: "What remains of `a` when multiples of `b` are taken away: never negative, smaller than `b`.",
    example: ("map (i: mod i 3) (range (-1) 4)", "[ 2, 0, 1, 2, 0, 1 ]"),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let (a, b) = (call.int(machine, 0)?, call.int(machine, 1)?);
        match a.checked_rem_euclid(b) {
            Some(rest) => Ok(Value::int(rest, call.origin)),
            None if b == 0 => Err(errors::division::report(machine, call.origin, call.arguments[1])),
            // The least Int divided by -1, which leaves nothing.
            None => Ok(Value::int(0, call.origin)),
        }
    }),
};

pub(super) const ABS: Builtin = Builtin {
    name: "abs",
    signature: "Int -> Int",
    usage: "abs n",
    about: "An Int without its sign.",
    example: ("abs (3 - 10)", "7"),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| match call.int(machine, 0)?.checked_abs() {
        Some(number) => Ok(Value::int(number, call.origin)),
        None => Err(errors::overflow::report(machine, call.origin, "abs")),
    }),
};

pub(super) const TO_INT: Builtin = Builtin {
    name: "toInt",
    signature: "String -> Int",
    usage: "toInt text",
    about: "The Int that a text of decimal digits says, a `-` before them or not. Any other text is an error: E0515.",
    example: ("toInt \"101${pad 3 11}\"", "101011"),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| {
        let text = call.text(machine, 0)?;
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        match number {
            Some(number) => Ok(Value::int(number, call.origin)),
            None => {
                let found = format!("{text:?}");
                Err(errors::no_digits::report(machine, call.arguments[0], &found, "an Int in digits", call.origin))
            }
        }
    }),
};

pub(super) const HEX_DIGITS: Builtin = Builtin {
    name: "hexDigits",
    signature: "Int -> Int",
    usage: "hexDigits n",
    about: "The Int whose hexadecimal digits are the decimal digits of `n`: the part of an IPv6 address that shows `n`. One \
            below zero, or of more than fifteen digits, is an error: E0515.",
    example: ("let net = fd00:101::/64; in net.host (hexDigits 254)", "fd00:101::254"),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| {
        let number = call.int(machine, 0)?;
        let read = u64::try_from(number).ok().and_then(|number| i64::from_str_radix(&number.to_string(), 16).ok());
        match read {
            Some(read) => Ok(Value::int(read, call.origin)),
            None => {
                let (found, expected) = (number.to_string(), "an Int from 0 with up to fifteen digits");
                Err(errors::no_digits::report(machine, call.arguments[0], &found, expected, call.origin))
            }
        }
    }),
};
