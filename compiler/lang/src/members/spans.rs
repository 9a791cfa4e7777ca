//! Members of Ports and of an IntRange: both have a first and a last.

use super::Member;
use crate::builtins::Call;
use crate::data::{Ports, Transport};
use crate::errors;
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Value};
use crate::schema::types::Scalar;

pub(super) const PROTOCOL: Member = Member {
    of: Scalar::Ports,
    name: "protocol",
    signature: "String",
    about: "The protocol as it is written: `\"tcp\"` or `\"udp\"`.",
    example: ("let p = 53/udp; in p.protocol", "\"udp\""),
    arity: 0,
    body: |machine, call| {
        let protocol = match ports(call.arguments[0]).transport {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
        };
        Ok(Value::new(machine.program.store.string(protocol), call.origin))
    },
};

pub(super) const FIRST_PORT: Member = Member {
    of: Scalar::Ports,
    name: "first",
    signature: "Int",
    about: "The first port; of a single one, that.",
    example: ("let p = 5432/tcp; in \"127.0.0.1:${p.first}\"", "\"127.0.0.1:5432\""),
    arity: 0,
    body: |_, call| Ok(Value::int(ports(call.arguments[0]).first.into(), call.origin)),
};

pub(super) const LAST_PORT: Member = Member {
    of: Scalar::Ports,
    name: "last",
    signature: "Int",
    about: "The last port; of a single one, that.",
    example: ("let p = 8000-8010/tcp; in p.last", "8010"),
    arity: 0,
    body: |_, call| Ok(Value::int(ports(call.arguments[0]).last.into(), call.origin)),
};

pub(super) const CONTAINS_PORTS: Member = Member {
    of: Scalar::Ports,
    name: "contains",
    signature: "Ports -> Bool",
    about: "Whether all of the other ports are among these. Those of another protocol are not.",
    example: ("let p = 8000-8010/tcp; in map p.contains [ 8001/tcp, 8001/udp ]", "[ true, false ]"),
    arity: 1,
    body: |machine, call| {
        let Kind::Ports(other) = call.arguments[1].kind else { return Err(call.wrong(machine, 1, "Ports")) };
        let these = ports(call.arguments[0]);
        let holds = these.transport == other.transport && these.first <= other.first && other.last <= these.last;
        Ok(Value::bool(holds, call.origin))
    },
};

fn ports(value: Value) -> Ports {
    let Kind::Ports(ports) = value.kind else { unreachable!("a member of Ports") };
    ports
}

pub(super) const FIRST: Member = Member {
    of: Scalar::IntRange,
    name: "first",
    signature: "Int",
    about: "The first Int.",
    example: ("let r = 1000..1999; in r.first", "1000"),
    arity: 0,
    body: |machine, call| Ok(Value::int(range(machine, call).0, call.origin)),
};

pub(super) const LAST: Member = Member {
    of: Scalar::IntRange,
    name: "last",
    signature: "Int",
    about: "The last Int, which belongs to it.",
    example: ("let r = 1000..1999; in r.last", "1999"),
    arity: 0,
    body: |machine, call| Ok(Value::int(range(machine, call).1, call.origin)),
};

pub(super) const LENGTH: Member = Member {
    of: Scalar::IntRange,
    name: "length",
    signature: "Int",
    about: "How many Ints belong to it.",
    example: ("let r = 1000..1999; in r.length", "1000"),
    arity: 0,
    body: |machine, call| {
        let (first, last) = range(machine, call);
        match last.checked_sub(first).and_then(|distance| distance.checked_add(1)) {
            Some(length) => Ok(Value::int(length, call.origin)),
            None => Err(errors::overflow::report(machine, call.origin, "length")),
        }
    },
};

pub(super) const CONTAINS: Member = Member {
    of: Scalar::IntRange,
    name: "contains",
    signature: "Int -> Bool",
    about: "Whether an Int belongs to it.",
    example: ("let r = 1000..1999; in map r.contains [ 1000, 2000 ]", "[ true, false ]"),
    arity: 1,
    body: |machine, call| {
        let ((first, last), number) = (range(machine, call), call.int(machine, 1)?);
        Ok(Value::bool((first..=last).contains(&number), call.origin))
    },
};

pub(super) const VALUES: Member = Member {
    of: Scalar::IntRange,
    name: "values",
    signature: "List Int",
    about: "The Ints that belong to it, in order.",
    example: ("let r = 3..5; in r.values", "[ 3, 4, 5 ]"),
    arity: 0,
    body: |machine, call| {
        let (first, last) = range(machine, call);
        let bytes = usize::try_from(last.abs_diff(first)).unwrap_or(usize::MAX).saturating_mul(size_of::<Value>());
        machine.reserve(bytes, call.origin)?;
        Ok(machine.heap.list((first..=last).map(|number| Value::int(number, call.origin)), call.origin))
    },
};

fn range(machine: &Machine<'_>, call: &Call) -> (i64, i64) {
    let Kind::IntRange(id) = call.arguments[0].kind else { unreachable!("a member of a range") };
    machine.program.store.ranges[id.index()]
}
