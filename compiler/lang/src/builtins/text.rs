//! Text: `pad`.

use super::{Body, Builtin};
use crate::eval::value::Value;

pub(super) const PAD: Builtin = Builtin {
    name: "pad",
    usage: "pad width n",
    about: "An Int as text, with leading zeros up to `width` digits.",
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let (width, number) = (call.int(machine, 0)?, call.int(machine, 1)?);
        let Some(width) = usize::try_from(width).ok().filter(|width| *width <= 64) else {
            return Err(call.wrong(machine, 0, "an Int from 0 to 64"));
        };
        let text = format!("{number:0width$}");
        Ok(Value::new(machine.program.store.string(text), call.origin))
    }),
};
