//! A machine between two evaluations: all that it made, so that a function of a value can still be applied.

use arvc_syntax::intern::Interner;
use arvc_syntax::source::Sources;

use crate::eval::line::{Line, Trial};
use crate::eval::machine::{Machine, Rest};
use crate::eval::value::{Kind, Reported, Value};
use crate::ir::Program;
use crate::report::Reports;

/// A program, and what a machine made of it.
#[derive(Debug)]
pub struct Held {
    /// The program.
    pub program: Program,
    /// The names.
    pub names: Interner,
    /// What applying functions reports.
    pub reports: Reports,
    /// What the machine has beside.
    pub rest: Rest,
}

/// Steps that the trial of a line may take: a rule is a line of arithmetic.
const LINE_STEPS: u64 = 100_000;

impl Held {
    /// Gives a function its argument, with so many steps to spend. What comes out is handed to `then`, while everything
    /// that it consists of is still there. The number is that of the steps spent.
    pub fn apply<T>(
        &mut self,
        sources: &Sources,
        function: Value,
        argument: i64,
        steps: u64,
        then: impl FnOnce(&mut Machine<'_>, Result<Value, Reported>) -> T,
    ) -> (T, u64) {
        let rest = std::mem::take(&mut self.rest);
        let (budget, begin) = (rest.budget, rest.steps);
        let mut machine = Machine::go_on(&mut self.program, &mut self.names, sources, &mut self.reports, rest);
        machine.budget.steps = begin.saturating_add(steps);
        machine.trial = Some(Trial::new(&machine.heap, &machine.program.store, None));
        let origin = function.origin;
        let result = machine.apply(function, Value::int(argument, origin), origin);
        let result = then(&mut machine, result);
        if let Some(trial) = machine.trial.take() {
            trial.end(&mut machine.heap, &mut machine.program.store, false);
        }
        self.rest = machine.suspend();
        self.rest.budget = budget;
        (result, self.rest.steps - begin)
    }

    /// The values of a function for all Ints from `first` to `last`, if they lie on a line. Nothing is reported.
    pub fn line(&mut self, sources: &Sources, function: Value, first: i64, last: i64) -> Option<Line> {
        if self.rest.exhausted.is_some() || last < first {
            return None;
        }
        let mut reports = self.reports.successor();
        let rest = std::mem::take(&mut self.rest);
        let (budget, begin) = (rest.budget, rest.steps);
        let mut machine = Machine::go_on(&mut self.program, &mut self.names, sources, &mut reports, rest);
        machine.budget.steps = begin.saturating_add(LINE_STEPS);
        machine.trial = Some(Trial::new(&machine.heap, &machine.program.store, Some(last.abs_diff(first))));
        let argument = machine.argument_line(first, function.origin);
        let result = machine.apply(function, argument, function.origin);
        let line = result.ok().and_then(|value| match value.kind {
            Kind::Line(_) | Kind::Int(_) | Kind::Address(_) | Kind::Mac(_) => machine.as_line(value),
            _ => None,
        });
        if let Some(trial) = machine.trial.take() {
            trial.end(&mut machine.heap, &mut machine.program.store, true);
        }
        self.rest = machine.suspend();
        (self.rest.budget, self.rest.exhausted) = (budget, None);
        line
    }
}
