//! `toJSON`, `toYAML`, `toTOML`, `toINI`: plain data as the text of a file, for `files."path" = …`.
//!
//! The same value gives the same bytes: fields stand in the order of their names, and nothing depends on anything else.
//! Data is gathered from a work list first. It ends at [`LEVELS`], which the readers of these formats have in common, so
//! that the writers may recurse; how much there may be of it is the evaluation's budget.

mod ini;
mod json;
mod toml;
mod yaml;

use super::{Body, Builtin, Call};
use crate::errors::{endless, not_text};
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Kind, RecordId, Reported, Value};
use crate::plain::{self, Scalar};

/// How deep data may be nested; serde's JSON reader stops at 128 as well.
const LEVELS: usize = 128;

pub(super) const TO_JSON: Builtin = Builtin {
    name: "toJSON",
    signature: "Data -> String",
    usage: "toJSON data",
    about: "Plain data as JSON, indented by two blanks, with a final newline.",
    example: (r#"toJSON { a = [ 1, true ]; }"#, r#""{\n  \"a\": [\n    1,\n    true\n  ]\n}\n""#),
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| gather(call, |_, _, node| Ok(json::document(node)))),
};

pub(super) const TO_YAML: Builtin = Builtin {
    name: "toYAML",
    signature: "Data -> String",
    usage: "toYAML data",
    about: "Plain data as YAML in block style; text that a reader would misread is quoted.",
    example: (r#"toYAML { a = [ 1, "yes" ]; }"#, r#""a:\n  - 1\n  - \"yes\"\n""#),
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| gather(call, |_, _, node| Ok(yaml::document(node)))),
};

pub(super) const TO_TOML: Builtin = Builtin {
    name: "toTOML",
    signature: "Data -> String",
    usage: "toTOML record",
    about: "A record as TOML: its scalars first, then its tables.",
    example: (r#"toTOML { a = 1; b.c = "x"; }"#, r#""a = 1\n\n[b]\nc = \"x\"\n""#),
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| gather(call, toml::document)),
};

pub(super) const TO_INI: Builtin = Builtin {
    name: "toINI",
    signature: "Data -> String",
    usage: "toINI record",
    about: "A record of sections as INI: `[section]`, `key = value`; a list is its key once for each item.",
    example: (r#"toINI { section.key = [ 1, 2 ]; }"#, r#""[section]\nkey = 1\nkey = 2\n""#),
    arity: 1,
    strict: 0b1,
    body: Body::Task(|call| gather(call, ini::document)),
};

/// Data whose every part is computed, each with the value that it was.
struct Node {
    part: Part,
    value: Value,
}

enum Part {
    Scalar(Scalar),
    List(Vec<Node>),
    /// In the order of names.
    Record(Vec<(String, Node)>),
}

type Write = fn(&mut Machine<'_>, &Call, &Node) -> Result<String, Reported>;

fn gather(call: Call, write: Write) -> Box<dyn Task> {
    Box::new(Gather { call, write, open: Vec::new(), bytes: 0 })
}

/// Computes data part after part, and then writes it.
struct Gather {
    call: Call,
    write: Write,
    /// Lists and records whose parts are being computed, outermost first.
    open: Vec<Open>,
    bytes: usize,
}

struct Open {
    value: Value,
    parts: Parts,
    /// How many parts were asked for.
    next: usize,
    done: Vec<Node>,
    /// Names of the parts that are done, for a record.
    names: Vec<String>,
}

#[derive(Clone, Copy)]
enum Parts {
    List { start: u32, len: u32 },
    Record(RecordId),
}

impl Task for Gather {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        let value = input.unwrap_or(self.call.arguments[0]);
        let mut ready = self.begin(machine, value)?;
        loop {
            if let Some(node) = ready.take() {
                match self.open.last_mut() {
                    Some(open) => open.done.push(node),
                    None => return self.finish(machine, &node),
                }
            }
            let Some(open) = self.open.last_mut() else { unreachable!("a part that belongs to nothing") };
            let slot = match open.parts {
                Parts::List { start, len } if open.next < len as usize => {
                    Some(machine.heap.slots[start as usize + open.next])
                }
                Parts::Record(record) => machine.heap.slots_of(record).get(open.next).copied(),
                Parts::List { .. } => None,
            };
            open.next += 1;
            if let Some(slot) = slot {
                return Ok(Step::Force(slot));
            }
            let Some(Open { value, parts, done, names, .. }) = self.open.pop() else { continue };
            let part = match parts {
                Parts::List { .. } => Part::List(done),
                Parts::Record(_) => Part::Record(names.into_iter().zip(done).collect()),
            };
            ready = Some(Node { part, value });
        }
    }
}

impl Gather {
    /// A computed part: it is done, or opened. An optional that nobody gave is left out.
    fn begin(&mut self, machine: &mut Machine<'_>, value: Value) -> Result<Option<Node>, Reported> {
        if let (Kind::Absent, false) = (value.kind, self.open.is_empty()) {
            return Ok(None);
        }
        if let Some(Open { parts: Parts::Record(record), next, names, .. }) = self.open.last_mut() {
            let name = machine.names.get(machine.heap.keys_of(*record)[*next - 1].name).to_owned();
            self.bytes += name.len();
            names.push(name);
        }
        let more = machine.text(value).map_or(0, str::len);
        // What a part costs here, and its line with the blanks in front.
        self.bytes += size_of::<Node>() + 2 * self.open.len() + 2 * more + 32;
        machine.reserve(self.bytes, self.call.origin)?;
        let parts = match value.kind {
            Kind::List { start, len } => Parts::List { start, len },
            Kind::Record(record) if !machine.heap.is_entity(record) => Parts::Record(record),
            _ => {
                let datum = plain::leaf(&machine.program.store, value);
                return match datum.as_ref().and_then(plain::scalar) {
                    Some(scalar) => Ok(Some(Node { part: Part::Scalar(scalar), value })),
                    None => Err(not_text::inside(machine, value, self.call.origin, self.call.name)),
                };
            }
        };
        if self.open.len() == LEVELS {
            let (span, call) = (machine.span(value), machine.program.span(self.call.origin));
            return Err(machine.report(endless::nested(self.call.name, LEVELS, span, call)));
        }
        self.open.push(Open { value, parts, next: 0, done: Vec::new(), names: Vec::new() });
        Ok(None)
    }

    fn finish(&self, machine: &mut Machine<'_>, node: &Node) -> Result<Step, Reported> {
        let text = (self.write)(machine, &self.call, node)?;
        machine.reserve(text.len(), self.call.origin)?;
        Ok(Step::Done(Value::new(machine.program.store.string(text), self.call.origin)))
    }
}

/// A string between double quotes with the escapes of JSON (RFC 8259, 7), which YAML (1.2, 5.7) and TOML read as well.
/// Everything that a reader could take for a line break, or could not see, is written by number.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
