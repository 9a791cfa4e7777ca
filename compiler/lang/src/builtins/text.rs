//! Text: `join`, `split`, `characters`, `replace`, `trim`, `upper`, `lower`, `startsWith`, `endsWith`, `contains`, `pad`.

use super::{Body, Builtin, Call};
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Reported, Value};

pub(super) const JOIN: Builtin = Builtin {
    name: "join",
    signature: "String -> List String -> String",
    usage: "join separator list",
    about: "The texts of a list as one, with `separator` between them.",
    example: (r#"join ", " [ "a", "b", "c" ]"#, r#""a, b, c""#),
    arity: 2,
    strict: 0b11,
    body: Body::Task(|call| Box::new(Join { call, next: 0, text: String::new() })),
};

struct Join {
    call: Call,
    next: usize,
    text: String,
}

impl Task for Join {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        let (start, len) = self.call.run(machine, 1)?;
        if machine.text(self.call.arguments[0]).is_none() {
            return Err(self.call.wrong(machine, 0, "text"));
        }
        if let Some(item) = input {
            let more =
                machine.text(item).map_or(0, str::len) + machine.text(self.call.arguments[0]).map_or(0, str::len);
            machine.reserve(self.text.len() + more, self.call.origin)?;
            if self.next > 1 {
                self.text.push_str(machine.text(self.call.arguments[0]).unwrap_or_default());
            }
            match machine.text(item) {
                Some(text) => self.text.push_str(text),
                None => {
                    let what = "an item of the list given to `join`";
                    return Err(self.call.refuse(machine, item, what, "text"));
                }
            }
        }
        if self.next == len as usize {
            let text = std::mem::take(&mut self.text);
            return Ok(Step::Done(self.call.string(machine, text)));
        }
        self.next += 1;
        Ok(Step::Force(machine.heap.slots[start as usize + self.next - 1]))
    }
}

pub(super) const SPLIT: Builtin = Builtin {
    name: "split",
    signature: "String -> String -> List String",
    usage: "split separator text",
    about: "The parts of a text between separators; they may be empty. Joining them gives the text again.",
    example: (r#"split "." "shop.example.net""#, r#"[ "shop", "example", "net" ]"#),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let (separator, text) = (call.sought(machine)?, call.text(machine, 1)?);
        let count = 1 + places(machine, call, &separator, &text)?;
        texts(machine, call, count, text.len(), text.split(separator.as_str()))
    }),
};

pub(super) const CHARACTERS: Builtin = Builtin {
    name: "characters",
    signature: "String -> List String",
    usage: "characters text",
    about: "The characters of a text (Unicode scalar values), each as a text: so lists' functions work on text too.",
    example: (
        r#"{ n = length (characters "forge"); short = join "" (take 3 (characters "forge")); }"#,
        r#"{ n = 5; short = "for"; }"#,
    ),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| {
        let text = call.text(machine, 0)?;
        let letter = |(at, letter): (usize, char)| &text[at..at + letter.len_utf8()];
        let count = text.chars().count();
        machine.spend(count.saturating_mul(4), call.origin)?;
        texts(machine, call, count, text.len(), text.char_indices().map(letter))
    }),
};

pub(super) const REPLACE: Builtin = Builtin {
    name: "replace",
    signature: "String -> String -> String -> String",
    usage: "replace old new text",
    about: "The text with `new` at each place where `old` stands.",
    example: (r#"replace "-" "_" "shop-db""#, r#""shop_db""#),
    arity: 3,
    strict: 0b111,
    body: Body::Value(|machine, call| {
        let (old, new, text) = (call.sought(machine)?, call.text(machine, 1)?, call.text(machine, 2)?);
        let places = places(machine, call, &old, &text)?;
        machine.reserve(text.len().saturating_add(places.saturating_mul(new.len())), call.origin)?;
        Ok(call.string(machine, text.replace(&old, &new)))
    }),
};

pub(super) const TRIM: Builtin = Builtin {
    name: "trim",
    signature: "String -> String",
    usage: "trim text",
    about: "The text without white space and line ends at its ends.",
    example: (r#"trim "  a b ""#, r#""a b""#),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| changed(machine, call, |text| text.trim().to_owned())),
};

pub(super) const UPPER: Builtin = Builtin {
    name: "upper",
    signature: "String -> String",
    usage: "upper text",
    about: "The text in upper case.",
    example: (r#"upper "shop_db""#, r#""SHOP_DB""#),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| changed(machine, call, str::to_uppercase)),
};

pub(super) const LOWER: Builtin = Builtin {
    name: "lower",
    signature: "String -> String",
    usage: "lower text",
    about: "The text in lower case.",
    example: (r#"lower "Shop""#, r#""shop""#),
    arity: 1,
    strict: 0b1,
    body: Body::Value(|machine, call| changed(machine, call, str::to_lowercase)),
};

pub(super) const STARTS_WITH: Builtin = Builtin {
    name: "startsWith",
    signature: "String -> String -> Bool",
    usage: "startsWith prefix text",
    about: "Whether a text begins with another.",
    example: (r#"filter (startsWith "web-") [ "web-01", "db-01" ]"#, r#"[ "web-01" ]"#),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| compared(machine, call, |part, text| text.starts_with(part))),
};

pub(super) const ENDS_WITH: Builtin = Builtin {
    name: "endsWith",
    signature: "String -> String -> Bool",
    usage: "endsWith suffix text",
    about: "Whether a text ends with another.",
    example: (r#"endsWith ".internal" "shop.internal""#, "true"),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| compared(machine, call, |part, text| text.ends_with(part))),
};

pub(super) const CONTAINS: Builtin = Builtin {
    name: "contains",
    signature: "String -> String -> Bool",
    usage: "contains part text",
    about: "Whether a text stands somewhere in another. Of lists, `elem` asks that; of networks and ranges, a member.",
    example: (r#"contains "prod" "db-prod-01""#, "true"),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| compared(machine, call, |part, text| text.contains(part))),
};

pub(super) const PAD: Builtin = Builtin {
    name: "pad",
    signature: "Int -> Int -> String",
    usage: "pad width n",
    about: "An Int as text, with leading zeros up to `width` digits.",
    example: ("pad 2 7", r#""07""#),
    arity: 2,
    strict: 0b11,
    body: Body::Value(|machine, call| {
        let (width, number) = (call.int(machine, 0)?, call.int(machine, 1)?);
        let Some(width) = usize::try_from(width).ok().filter(|width| *width <= 64) else {
            return Err(call.wrong(machine, 0, "an Int from 0 to 64"));
        };
        Ok(call.string(machine, format!("{number:0width$}")))
    }),
};

impl Call {
    /// The first argument, a text that is looked for: the empty one stands everywhere.
    fn sought(&self, machine: &mut Machine<'_>) -> Result<String, Reported> {
        match self.text(machine, 0)? {
            text if text.is_empty() => Err(self.wrong(machine, 0, "text that is not empty")),
            text => Ok(text),
        }
    }
}

/// How often a text stands in another. Each place is paid for.
fn places(machine: &mut Machine<'_>, call: &Call, part: &str, text: &str) -> Result<usize, Reported> {
    let count = text.matches(part).count();
    machine.spend(count.saturating_mul(4), call.origin)?;
    Ok(count)
}

fn changed(machine: &mut Machine<'_>, call: &Call, change: fn(&str) -> String) -> Result<Value, Reported> {
    let text = call.text(machine, 0)?;
    // A letter becomes at most three (Unicode, SpecialCasing.txt).
    machine.reserve(text.len().saturating_mul(3), call.origin)?;
    Ok(call.string(machine, change(&text)))
}

fn compared(machine: &mut Machine<'_>, call: &Call, holds: fn(&str, &str) -> bool) -> Result<Value, Reported> {
    let (part, text) = (call.text(machine, 0)?, call.text(machine, 1)?);
    Ok(Value::bool(holds(&part, &text), call.origin))
}

/// A list of so many texts with so many bytes in all.
fn texts<'t>(
    machine: &mut Machine<'_>,
    call: &Call,
    count: usize,
    bytes: usize,
    parts: impl Iterator<Item = &'t str>,
) -> Result<Value, Reported> {
    // Its place in the store and twice in a list, and what a small text takes at the least.
    let each = size_of::<Box<str>>() + 2 * size_of::<Value>() + 32;
    machine.reserve(bytes.saturating_add(count.saturating_mul(each)), call.origin)?;
    let items: Vec<Value> = parts.map(|part| call.string(machine, part)).collect();
    Ok(machine.heap.list(items, call.origin))
}
