//! A size or a duration that is not a whole number of a unit.
//!
//! ## What is wrong
//!
//! `size.gib` is the size as a number of GiB, and this size lies between two of them.
//!
//! ## Why
//!
//! There are no fractions, and a number that was rounded in silence makes a smaller disk, or a shorter time, than was
//! written.
//!
//! ## Example
//!
//! ```arv
//! let memory = 1536MiB; in { a = memory.gib; } # error: E0511
//! ```
//!
//! ## What to do
//!
//! Take a smaller unit: `memory.mib`. Or round down and say so: `memory / 1GiB`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::errors::inside;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0511", "a quantity is not a whole number of a unit", include_str!("not_whole.rs"));

/// `value`, written `text`, as a number of `unit`; `smaller` is the largest member that has a whole number.
pub fn report(
    machine: &mut Machine<'_>,
    value: Value,
    text: &str,
    unit: &str,
    smaller: &str,
    select: ExprId,
) -> Reported {
    let span = machine.program.span(select);
    let message = format!("{text} is not a whole number of {unit}");
    let mut diagnostic = Diagnostic::new(&CODE, message, span, format!("not a whole number of {unit}"));
    if !inside(machine.span(value), span) {
        diagnostic = diagnostic.secondary(machine.span(value), format!("this is {text}"));
    }
    let help = format!("`.{smaller}` is a whole number; a division by `1{unit}` rounds down");
    machine.report(diagnostic.help(help))
}
