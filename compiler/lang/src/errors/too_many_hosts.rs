//! A list of all addresses of a large network.
//!
//! ## What is wrong
//!
//! `prefix.hosts` is the list of the usable addresses, and this network has more than 65,536 of them.
//!
//! ## Why
//!
//! A list is made whole. An IPv6 network of the usual size has more addresses than any machine can hold, and whoever asks
//! for all of them means something else.
//!
//! ## Example
//!
//! ```arv
//! let network = fd00::/64; in { a = network.hosts; } # error: E0512
//! ```
//!
//! ## What to do
//!
//! Name the addresses that are needed: `map network.host (range 10 19)`. Whether an address is one of them is
//! `network.contains address`; how many there are, `network.size`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::errors::inside;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code =
    Code::new("E0512", "a network has too many addresses for a list", include_str!("too_many_hosts.rs"));

/// The addresses of `prefix`, written `text`, which has more than `limit`.
pub fn report(machine: &mut Machine<'_>, prefix: Value, text: &str, limit: u128, select: ExprId) -> Reported {
    let span = machine.program.span(select);
    let message = format!("{text} has more addresses than a list may have");
    let mut diagnostic = Diagnostic::new(&CODE, message, span, "too many for a list");
    if !inside(machine.span(prefix), span) {
        diagnostic = diagnostic.secondary(machine.span(prefix), "the network");
    }
    let help = "name those that are needed: `map network.host (range 10 19)`";
    machine.report(diagnostic.note(format!("the limit is {limit}")).help(help))
}
