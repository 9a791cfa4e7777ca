//! A set that several files define: the items of all of them, in the order of the files.

use crate::errors;
use crate::eval::machine::{Machine, Next};
use crate::eval::task::{Step, Task};
use crate::eval::value::{FrameId, Kind, Reported, Value};
use crate::ir::{Children, ExprId};

struct Unite {
    id: ExprId,
    frame: FrameId,
    definitions: Vec<ExprId>,
    next: usize,
    items: Vec<Value>,
}

impl Machine<'_> {
    pub(super) fn unite(&mut self, id: ExprId, children: Children, frame: FrameId) -> Next {
        let definitions = self.program.children(children).to_vec();
        self.work(Box::new(Unite { id, frame, definitions, next: 0, items: Vec::new() }), None)
    }
}

impl Task for Unite {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        if let Some(value) = input {
            let at = self.definitions[self.next];
            match value.kind {
                Kind::List { start, len } => {
                    machine.reserve((self.items.len() + len as usize) * size_of::<Value>(), at)?;
                    self.items.extend_from_slice(machine.heap.items(start, len));
                }
                Kind::Absent => {}
                _ => {
                    let what = "a definition of a set";
                    return Err(errors::wrong_operand::expected(machine, at, value, what, "a list"));
                }
            }
            self.next += 1;
        }
        Ok(match self.definitions.get(self.next) {
            Some(definition) => Step::Eval(*definition, self.frame),
            None => Step::Done(machine.heap.list(std::mem::take(&mut self.items), self.id)),
        })
    }
}
