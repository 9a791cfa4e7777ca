//! A computation takes too many steps.
//!
//! ## What is wrong
//!
//! The evaluation was given up after a fixed number of steps, which is far more than a site needs.
//!
//! ## Why
//!
//! Every evaluation ends within a bounded time and memory.
//!
//! ## Example
//!
//! ```arv
//! let f = x: f (x + 1); in f 0 # error: E0503
//! ```
//!
//! ## What to do
//!
//! Give the recursion of the function that is named an end.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::eval::machine::Machine;
use crate::eval::value::{FrameId, Reported};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0503", "a computation takes too many steps", include_str!("steps.rs"));

/// The steps are used up at `expr`.
pub fn report(machine: &mut Machine<'_>, expr: ExprId, frame: FrameId) -> Reported {
    let millions = machine.budget.steps / 1_000_000;
    let diagnostic = match machine.calls_around(frame).or_else(|| machine.newest_call()) {
        Some(calls) => Diagnostic::new(
            &CODE,
            format!("{} does not come to an end", calls.function),
            machine.program.span(calls.first),
            "entered here",
        )
        .secondary(machine.program.span(calls.last), "the call that was running"),
        None => {
            Diagnostic::new(&CODE, "a computation does not come to an end", machine.program.span(expr), "given up here")
        }
    };
    machine.exhaust(diagnostic.note(format!("given up after {millions} million steps")))
}
