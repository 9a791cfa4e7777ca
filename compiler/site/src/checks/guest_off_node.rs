//! A guest on a network that its node does not have
//!
//! ## What is wrong
//!
//! A guest names a network, and a node that it runs or may run on is not among that network's `nodes`.
//!
//! ## Why
//!
//! The node has no bridge of that name, and a guest with a NIC on a bridge that is not there does not start.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   networks.storage = { cidr = 10.0.20.0/24; bridge = "vmbr2"; nodes = [ nodes.second ]; };
//!   hosts.a = {
//!     vmid = 3000;
//!     node = nodes.pve; # error: E0809
//!     groups = [ groups.projects ];
//!     on = { bridge = {}; overlay = {}; storage = {}; };
//!   };
//!   hosts.dns.node = nodes.pve;
//! ```
//!
//! ## What to do
//!
//! Let the guest run on a node that has the network, or take it off the network. A guest that says nothing is on the networks
//! that its node has.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Named, Network, Site};
use crate::origins::Origins;
use crate::place::{place, report};

/// A guest on a network that its node does not have.
pub static CODE: Code =
    Code::new("E0809", "a guest on a network that its node does not have", include_str!("guest_off_node.rs"));

/// A guest that names `network`.
pub(crate) fn diagnostic(named: &Named, network: &Network, node: &Named, span: Option<Span>) -> Diagnostic {
    let message = format!("`{}` is on `{}`, which `{}` does not have", named.path, network.named.path, node.path);
    report(&CODE, message, named, span.unwrap_or(named.key), &format!("`{}` has no such bridge", node.path))
        .secondary(place(&network.named, network.named.key), "its `nodes` are others")
        .help(format!("put the guest on another node, take it off the network, or add `{}` to its `nodes`", node.path))
}

/// Every guest that may run on other nodes than its own.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if site.networks.iter().all(|network| network.nodes.is_empty()) {
        return;
    }
    for (host, origin) in site.hosts.iter().zip(&origins.hosts) {
        for interface in host.interfaces.iter().filter(|_| !host.broken) {
            let network = &site.networks[interface.network.index()];
            if let Some(node) = host.placement.iter().find(|node| !network.is_at(**node)) {
                out.push(diagnostic(&host.named, network, &site.nodes[node.index()].named, origin.node));
            }
        }
    }
}
