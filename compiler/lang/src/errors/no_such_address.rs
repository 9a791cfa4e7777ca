//! A prefix has no address of that number.
//!
//! ## What is wrong
//!
//! `host prefix n` is the n-th address of the prefix, counted from 0, and the prefix is smaller than that.
//!
//! ## Why
//!
//! The address would lie in another network.
//!
//! ## Example
//!
//! ```arv
//! { a = host 10.0.0.0/24 256; } # error: E0510
//! ```
//!
//! ## What to do
//!
//! Look at the number, or make the prefix larger.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code =
    Code::new("E0510", "a prefix has no address of that number", include_str!("no_such_address.rs"));

/// The address number `n` of `prefix`.
pub fn report(machine: &mut Machine<'_>, prefix: Value, text: &str, n: i64, call: ExprId) -> Reported {
    let span = machine.program.span(call);
    let mut diagnostic =
        Diagnostic::new(&CODE, format!("{text} has no address number {n}"), span, "outside of the network");
    if machine.span(prefix) != span {
        diagnostic = diagnostic.secondary(machine.span(prefix), "the network");
    }
    machine.report(diagnostic)
}
