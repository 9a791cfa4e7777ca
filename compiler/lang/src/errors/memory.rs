//! A computation needs too much memory.
//!
//! ## What is wrong
//!
//! The evaluation was given up because its values together are larger than the limit, which is far more than a site
//! needs.
//!
//! ## Why
//!
//! Every evaluation ends within a bounded time and memory. Text, lists and records that double a few dozen times would
//! otherwise fill any machine.
//!
//! ## Example
//!
//! ```arv
//! let
//!   double = n: let half = double (n - 1); in if n == 0 then "x" else
//!     "${half}${half}"; # error: E0506
//! in double 40
//! ```
//!
//! ## What to do
//!
//! Look at the function that is named: what does it make more and more of?

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::eval::machine::Machine;
use crate::eval::value::{FrameId, Reported};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0506", "a computation needs too much memory", include_str!("memory.rs"));

/// The memory is used up at `expr`.
pub fn report(machine: &mut Machine<'_>, expr: ExprId, frame: Option<FrameId>) -> Reported {
    let limit = machine.budget.bytes >> 20;
    let span = machine.program.span(expr);
    let calls = frame.and_then(|frame| machine.calls_around(frame)).or_else(|| machine.newest_call());
    let diagnostic = match calls {
        Some(calls) => {
            let message = format!("{} needs too much memory", calls.function);
            let first = machine.program.span(calls.first);
            let mut diagnostic = Diagnostic::new(&CODE, message, span, "given up here");
            if first != span {
                diagnostic = diagnostic.secondary(first, "entered here");
            }
            diagnostic
        }
        None => Diagnostic::new(&CODE, "a computation needs too much memory", span, "given up here"),
    };
    machine.exhaust(diagnostic.note(format!("given up at {limit} MiB")))
}
