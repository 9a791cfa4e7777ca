//! A port that is handed on to a machine out of reach
//!
//! ## What is wrong
//!
//! A node's `forward` names a machine that is on no bridge.
//!
//! ## Why
//!
//! The node hands packets on over its bridges. A machine that is only on an overlay, or on no network, gets none of them.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.pve.forward = [
//!     { port = 80/tcp; to = hosts.far; }, # error: E0358
//!   ];
//!   hosts.far = { kind = Machine; groups = [ groups.projects ]; };
//! ```
//!
//! ## What to do
//!
//! Name a machine on one of the node's bridges, or put this one on it.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Family, Interface, Site};
use crate::place::{place, report};

/// A port that is handed on to a machine out of reach.
pub static CODE: Code =
    Code::new("E0358", "a port that is handed on to a machine out of reach", include_str!("forward_out_of_reach.rs"));

/// Every entry of every node.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for node in &site.nodes {
        for forward in &node.forwards {
            let host = &site.hosts[forward.to.index()];
            let on_bridge = |interface: &&Interface| site.networks[interface.network.index()].is_bridge();
            let mut interfaces = host.interfaces.iter().filter(on_bridge).peekable();
            let label = match interfaces.peek() {
                None => "the machine is on no bridge",
                Some(interface) if interface.leased.is_some() => "nobody knows the machine's address there",
                Some(_) => "the machine has no IPv4 address on a bridge, and only IPv4 is handed on",
            };
            if host.broken
                || interfaces
                    .any(|interface| interface.addresses().any(|address| Family::of(address.value) == Family::V4))
            {
                continue;
            }
            let message = format!("`{}` cannot hand a port on to `{}`", node.named.path, host.named.path);
            out.push(
                report(&CODE, message, &node.named, forward.span, label)
                    .secondary(place(&host.named, host.named.key), format!("`{}`", host.named.path)),
            );
        }
    }
}
