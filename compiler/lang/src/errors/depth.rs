//! A computation waits for itself too deeply.
//!
//! ## What is wrong
//!
//! A function calls itself again before its own result is known, more often than the limit allows; most likely it has
//! no end.
//!
//! ## Why
//!
//! Every evaluation ends within a bounded time and memory.
//!
//! ## Example
//!
//! ```arv
//! let f = x: 1 + f x; in f 0 # error: E0502
//! ```
//!
//! ## What to do
//!
//! Give the recursion an end: `if x == 0 then 0 else 1 + f (x - 1)`. For lists, `map`, `filter` and `fold` need no
//! recursion.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::eval::machine::Machine;
use crate::eval::value::{FrameId, Reported};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0502", "a computation is too deep", include_str!("depth.rs"));

/// The depth is used up at `expr`.
pub fn report(machine: &mut Machine<'_>, expr: ExprId, frame: FrameId) -> Reported {
    let depth = machine.budget.depth;
    let diagnostic = match machine.calls_around(frame) {
        Some(calls) => Diagnostic::new(
            &CODE,
            format!("{} calls itself too deeply", calls.function),
            machine.program.span(calls.last),
            "calls it again",
        )
        .primary(machine.program.span(calls.first), "entered here"),
        None => Diagnostic::new(&CODE, "a computation is too deep", machine.program.span(expr), "given up here"),
    };
    machine.report(diagnostic.note(format!("more than {depth} values wait for one another")))
}
