//! A port that is handed on to a guest without a way out
//!
//! ## What is wrong
//!
//! A node's `forward` names a guest that has no router: none of its networks has one, or it was told to take none of them
//! (`default_route = false`).
//!
//! ## Why
//!
//! The node hands packets on as they are, with the address that somebody out in the world sent them from. The guest has no way to
//! that address, so no answer comes back, and no connection comes about.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.pve.forward = [
//!     { port = 80/tcp; to = hosts.web; }, # error: L0418
//!   ];
//!   hosts.web = { vmid = 3000; managed = false; on.bridge.default_route = false; };
//! ```
//!
//! ## What to do
//!
//! Let the guest out by that node, or hand the port on to a guest that is.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::edge::{handed_to, has_way_out};
use crate::model::{NodeId, Site};
use crate::place::{place, report};

/// A port that is handed on to a guest without a way out.
pub static CODE: Code =
    Code::new("L0418", "a port that is handed on to a guest without a way out", include_str!("forward_unanswered.rs"));

/// Every entry of every node that gets to its machine.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for (node, id) in site.nodes.iter().zip((0..).map(NodeId)) {
        for forward in &node.forwards {
            let host = &site.hosts[forward.to.index()];
            let Some((network, _)) = handed_to(site, id, forward) else { continue };
            if host.broken || has_way_out(site, host) {
                continue;
            }
            let network = &site.networks[network.index()].named;
            let message =
                format!("`{}` hands a port on to `{}`, which has no way out", node.named.path, host.named.path);
            let help = format!(
                "give `{}` a `gateway`, or leave `default_route = false` out, so that `{}` goes out there",
                network.path, host.named.path
            );
            out.push(
                report(&CODE, message, &node.named, forward.span, "no answer comes back")
                    .secondary(place(&host.named, host.named.key), format!("`{}`", host.named.path))
                    .help(help),
            );
        }
    }
}
