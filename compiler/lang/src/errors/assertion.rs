//! An assertion does not hold.
//!
//! ## What is wrong
//!
//! `assert condition, "why";` says what must hold for the value behind it, and it does not.
//!
//! ## Why
//!
//! The author of the file, or of the library, said so; the message is theirs.
//!
//! ## Example
//!
//! ```arv
//! assert 1 > 2, "one is more than two"; 3 # error: E0508
//! ```
//!
//! ## What to do
//!
//! Read the message. The calls that led here are shown.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::eval::machine::Machine;
use crate::eval::value::{FrameId, Reported};
use crate::ir::{Expr, ExprId};

/// The code of this problem.
pub static CODE: Code = Code::new("E0508", "an assertion does not hold", include_str!("assertion.rs"));

/// The condition does not hold.
pub fn report(machine: &mut Machine<'_>, condition: ExprId, message: ExprId, frame: FrameId) -> Reported {
    let why = match machine.program.get(message) {
        Expr::Const(value) => machine.text(value).unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let why = if why.is_empty() { "an assertion does not hold".to_owned() } else { why };
    let mut diagnostic = Diagnostic::new(&CODE, why, machine.program.span(condition), "does not hold");
    if let Some(calls) = machine.calls_around(frame) {
        diagnostic = diagnostic.secondary(machine.program.span(calls.first), "called here");
    }
    machine.report(diagnostic)
}
