//! A port that is handed on twice
//!
//! ## What is wrong
//!
//! Two entries of a node's `forward` have a port in common.
//!
//! ## Why
//!
//! What comes in on a port of the uplink goes to one machine. The second entry would never see a packet.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.pve.forward = [
//!     { port = 53/udp; to = hosts.dns; },
//!     { port = 50-60/udp; to = hosts.a; }, # error: E0357
//!   ];
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; };
//! ```
//!
//! ## What to do
//!
//! Keep the one that is meant.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Forward, Named};
use crate::place::{place, report};

/// A port that is handed on twice.
pub static CODE: Code = Code::new("E0357", "a port that is handed on twice", include_str!("duplicate_forward.rs"));

/// The list of one node.
pub(crate) fn check(named: &Named, forwards: &[Forward]) -> Vec<Diagnostic> {
    let mut sorted: Vec<_> = forwards.iter().collect();
    sorted.sort_by_key(|forward| (forward.ports, forward.span));
    let mut problems = Vec::new();
    for pair in sorted.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if a.ports.transport != b.ports.transport || a.ports.last < b.ports.first {
            continue;
        }
        let (first, second) = if a.span < b.span { (a, b) } else { (b, a) };
        let message = format!("`{}` hands a port on to two machines", named.path);
        problems.push(
            report(&CODE, message, named, second.span, "this has a port that is handed on already")
                .secondary(place(named, first.span), "handed on here"),
        );
    }
    problems
}
