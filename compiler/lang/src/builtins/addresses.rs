//! Addresses: `host`. Sums of addresses and Ints are operators.

use super::{Body, Builtin};
use crate::errors;
use crate::eval::shift;
use crate::eval::value::{Kind, Value};

pub(super) const HOST: Builtin = Builtin {
    name: "host",
    usage: "host prefix n",
    about: "The n-th address of a prefix, counted from its network address.",
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let Kind::Prefix(prefix) = call.arguments[0].kind else { return Err(call.wrong(machine, 0, "a Prefix")) };
        let number = call.int(machine, 1)?;
        let prefix = machine.program.store.prefixes[prefix.index()];
        let address = shift(prefix.network(), i128::from(number)).filter(|address| prefix.contains(address));
        match address {
            Some(address) => Ok(Value::new(machine.program.store.address(address), call.origin)),
            None => {
                let text = prefix.to_string();
                let (prefix, origin) = (call.arguments[0], call.origin);
                Err(errors::no_such_address::report(machine, prefix, &text, number, origin))
            }
        }
    }),
};
