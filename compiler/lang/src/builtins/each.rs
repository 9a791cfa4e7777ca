//! A function that is applied to the items of a list, one after the other: what `filter`, `find`, `sortBy` and others
//! have in common.

use super::Call;
use crate::eval::machine::Machine;
use crate::eval::task::{Step, Task};
use crate::eval::value::{Kind, Reported, Value};

/// What is done with the results.
pub(super) trait Visit {
    /// The result for an item is there. A value is the result of the whole call.
    fn visit(
        &mut self,
        machine: &mut Machine<'_>,
        call: &Call,
        item: Value,
        result: Value,
    ) -> Result<Option<Value>, Reported>;

    /// Every item was visited.
    fn end(&mut self, machine: &mut Machine<'_>, call: &Call) -> Result<Value, Reported>;
}

/// Applies the first argument to the items of the list that is the second one.
pub(super) struct Each<V> {
    call: Call,
    next: usize,
    visit: V,
    /// Its result is known, and is being computed.
    done: bool,
}

impl<V: Visit + 'static> Each<V> {
    pub(super) fn task(call: Call, visit: V) -> Box<dyn Task> {
        Box::new(Self { call, next: 0, visit, done: false })
    }
}

impl<V: Visit> Task for Each<V> {
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported> {
        if let (true, Some(result)) = (self.done, input) {
            return Ok(Step::Done(result));
        }
        let (start, len) = self.call.run(machine, 1)?;
        let item = |machine: &Machine<'_>, at: usize| machine.heap.slots[start as usize + at];
        if let Some(result) = input
            && let Some(done) = self.visit.visit(machine, &self.call, item(machine, self.next - 1), result)?
        {
            // It may be an item that nobody has computed yet.
            self.done = true;
            return Ok(Step::Force(done));
        }
        if self.next == len as usize {
            return self.visit.end(machine, &self.call).map(Step::Done);
        }
        self.next += 1;
        Ok(Step::Apply(self.call.arguments[0], item(machine, self.next - 1)))
    }
}

impl Call {
    /// The result of the function that was given: true or false.
    pub(super) fn truth(&self, machine: &mut Machine<'_>, result: Value) -> Result<bool, Reported> {
        match result.kind {
            Kind::Bool(holds) => Ok(holds),
            _ => Err(self.wrong_result(machine, result, "a Bool")),
        }
    }

    /// The function that was given has another result than `expected`.
    pub(super) fn wrong_result(&self, machine: &mut Machine<'_>, result: Value, expected: &str) -> Reported {
        let what = format!("the result of the function given to `{}`", self.name);
        self.refuse(machine, result, &what, expected)
    }
}
