//! `"…${x}…"`: text out of text, Ints and addresses, and of nothing else; a secret never becomes text.

use std::fmt::Write;

use crate::errors;
use crate::eval::machine::{Machine, Next};
use crate::eval::task::{Step, Task};
use crate::eval::value::{FrameId, Kind, Reported, Value};
use crate::ir::{Children, ExprId};

impl Machine<'_> {
    pub(super) fn interpolate(&mut self, id: ExprId, children: Children, frame: FrameId) -> Next {
        let parts = self.program.children(children).to_vec();
        self.work(Box::new(Interpolation { id, frame, parts, next: 0, text: String::new() }), None)
    }
}

struct Interpolation {
    id: ExprId,
    frame: FrameId,
    parts: Vec<ExprId>,
    next: usize,
    text: String,
}

impl Task for Interpolation {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        if let Some(value) = input {
            let part = self.parts[self.next - 1];
            let more = machine.text(value).map_or(64, str::len);
            machine.reserve(self.text.len() + more, self.id)?;
            self.write(machine, value, part)?;
        }
        match self.parts.get(self.next) {
            Some(part) => {
                self.next += 1;
                Ok(Step::Eval(*part, self.frame))
            }
            None => {
                let text = std::mem::take(&mut self.text);
                Ok(Step::Done(Value::new(machine.program.store.string(text), self.id)))
            }
        }
    }
}

impl Interpolation {
    fn write(&mut self, machine: &mut Machine<'_>, value: Value, part: ExprId) -> Result<(), Reported> {
        let store = &machine.program.store;
        let text = &mut self.text;
        let written = match value.kind {
            Kind::Str(id) => text.write_str(&store.strings[id.index()]),
            Kind::Int(number) => write!(text, "{}", i64::from(number)),
            Kind::Address(id) => write!(text, "{}", store.addresses[id.index()]),
            Kind::Prefix(id) => write!(text, "{}", store.prefixes[id.index()]),
            Kind::Mac([a, b, c, d, e, f]) => write!(text, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"),
            _ => return Err(errors::not_text::report(machine, value, part)),
        };
        debug_assert!(written.is_ok(), "writing to a String succeeds");
        Ok(())
    }
}
