//! A division by zero.
//!
//! ## What is wrong
//!
//! The right side of `/` is 0.
//!
//! ## Why
//!
//! The result does not exist.
//!
//! ## Example
//!
//! ```arv
//! { a = 1 / 0; } # error: E0504
//! ```
//!
//! ## What to do
//!
//! Divide by something else, or ask first: `if n == 0 then 0 else 1 / n`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0504", "division by zero", include_str!("division.rs"));

/// The division `id` by `divisor`.
pub fn report(machine: &mut Machine<'_>, id: ExprId, divisor: Value) -> Reported {
    let diagnostic = Diagnostic::new(&CODE, "division by zero", machine.program.span(id), "divides by 0")
        .secondary(machine.span(divisor), "the 0");
    machine.report(diagnostic)
}
