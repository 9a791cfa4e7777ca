//! What a number is made of is not its digits.
//!
//! ## What is wrong
//!
//! `toInt` is given a text that is no Int, or `hexDigits` an Int below zero or with more than fifteen digits.
//!
//! ## Why
//!
//! A number that is guessed is another machine's. `"12a"`, `" 12"` and `""` are no numbers.
//!
//! ## Example
//!
//! ```arv
//! let name = "web-07"; in { a = toInt name; } # error: E0515
//! ```
//!
//! ## What to do
//!
//! Give it the digits alone: `toInt (replace "web-" "" name)`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::errors::inside;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code =
    Code::new("E0515", "what is to be read as a number is not its digits", include_str!("no_digits.rs"));

/// `found` (`"web-07"`) is not `expected`.
pub fn report(machine: &mut Machine<'_>, value: Value, found: &str, expected: &str, call: ExprId) -> Reported {
    let (span, made) = (machine.program.span(call), machine.span(value));
    let mut diagnostic = Diagnostic::new(&CODE, format!("{found} is not {expected}"), span, "in this call");
    if !inside(made, span) {
        diagnostic = diagnostic.secondary(made, "given here");
    }
    machine.report(diagnostic)
}
