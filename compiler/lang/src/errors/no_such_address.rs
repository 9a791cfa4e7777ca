//! A prefix has no address, or no network, of that number.
//!
//! ## What is wrong
//!
//! `prefix.host n` is the n-th address of the prefix, counted from 0, and `prefix.subnet 24 n` the n-th /24 in it; the
//! prefix is smaller than that.
//!
//! ## Why
//!
//! The address or the network would lie in another network.
//!
//! ## Example
//!
//! ```arv
//! let network = 10.0.0.0/24; in { a = network.host 256; } # error: E0510
//! ```
//!
//! ## What to do
//!
//! Look at the number, or make the prefix larger.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::errors::inside;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code =
    Code::new("E0510", "a prefix has no address or network of that number", include_str!("no_such_address.rs"));

/// `what` (address number 256) of `prefix`, written `text`.
pub fn report(machine: &mut Machine<'_>, prefix: Value, text: &str, what: &str, call: ExprId) -> Reported {
    let span = machine.program.span(call);
    let mut diagnostic = Diagnostic::new(&CODE, format!("{text} has no {what}"), span, "outside of the network");
    if !inside(machine.span(prefix), span) {
        diagnostic = diagnostic.secondary(machine.span(prefix), "the network");
    }
    machine.report(diagnostic)
}
