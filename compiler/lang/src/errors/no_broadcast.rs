//! A network without a broadcast address, or without a netmask.
//!
//! ## What is wrong
//!
//! Only an IPv4 network has a netmask and a broadcast address, and one of two addresses or of one has no broadcast address
//! (RFC 3021).
//!
//! ## Why
//!
//! IPv6 has multicast in place of broadcast (RFC 4291, 2), and its tools take a prefix length and no mask.
//!
//! ## Example
//!
//! ```arv
//! let network = fd00::/64; in { a = network.broadcast; } # error: E0513
//! ```
//!
//! ## What to do
//!
//! Of IPv6, take `network.length`, and `network.last` for the last usable address. Where both families occur,
//! `network.version` tells them apart.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::errors::inside;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code =
    Code::new("E0513", "a network has no broadcast address or netmask", include_str!("no_broadcast.rs"));

/// `what` (a broadcast address) of `prefix`, written `text`; `help` says what to take instead.
pub fn report(
    machine: &mut Machine<'_>,
    prefix: Value,
    text: &str,
    what: &str,
    help: &str,
    select: ExprId,
) -> Reported {
    let span = machine.program.span(select);
    let mut diagnostic = Diagnostic::new(&CODE, format!("{text} has no {what}"), span, format!("there is no {what}"));
    if !inside(machine.span(prefix), span) {
        diagnostic = diagnostic.secondary(machine.span(prefix), "the network");
    }
    machine.report(diagnostic.help(help))
}
