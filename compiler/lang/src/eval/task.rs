//! Work that needs more than one value: each task is a state that says what it needs next.
//!
//! Builtins that call back, interpolation and deep equality are tasks, so that none of them recurses.

use crate::eval::machine::Machine;
use crate::eval::value::{FrameId, Reported, Value};
use crate::ir::ExprId;

/// What a task needs, or what it gives.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The value of an expression.
    Eval(ExprId, FrameId),
    /// The value behind a delayed one.
    Force(Value),
    /// The result of a function.
    Apply(Value, Value),
    /// The result of a function of two arguments.
    Apply2(Value, Value, Value),
    /// Its result.
    Done(Value),
}

/// A task. `resume` is called with `None` first, and then with each value that it asked for.
pub trait Task {
    /// Goes on.
    fn resume(&mut self, machine: &mut Machine<'_>, input: Option<Value>) -> Result<Step, Reported>;
}
