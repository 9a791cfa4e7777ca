//! A result that is out of range.
//!
//! ## What is wrong
//!
//! An Int has 64 bits; a Size or a Duration is not negative; an Address stays in its family. The result lies beyond.
//!
//! ## Why
//!
//! A number that wraps around in silence becomes a wrong VMID or address.
//!
//! ## Example
//!
//! ```arv
//! { a = 9223372036854775807 + 1; } # error: E0505
//! ```
//!
//! ## What to do
//!
//! Look at the operands.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::eval::machine::Machine;
use crate::eval::value::Reported;
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0505", "a result is out of range", include_str!("overflow.rs"));

/// The result of `operator` in `id`.
pub fn report(machine: &mut Machine<'_>, id: ExprId, operator: &str) -> Reported {
    let message = format!("the result of `{operator}` is out of range");
    let span = machine.program.span(id);
    machine.report(Diagnostic::new(&CODE, message, span, "out of range"))
}
