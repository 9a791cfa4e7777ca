//! A node that another site lets in at
//!
//! ## What is wrong
//!
//! A flow of `allow` leads to a node of a Proxmox cluster whose firewall this site does not own (`owns_firewall = false`).
//!
//! ## Why
//!
//! The rules of a node are one list, which is the owner's. This site opens its own guests' way out to the node, and nobody opens
//! the node.
//!
//! ## Example
//!
//! ```arv part
//!   datacenters.home.owns_firewall = false;
//!   allow = [
//!     groups.projects -> nodes.pve : [ 123/udp ], # error: L0922
//!   ];
//! ```
//!
//! ## What to do
//!
//! Allow it in the owner too, from the addresses that the machines have here: `10.0.8.0/24 -> nodes.pve : [ 123/udp ]`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{End, FlowOrigin, NodeId, Site};

/// A node that another site lets in at.
pub static CODE: Code = Code::new("L0922", "a node that another site lets in at", include_str!("node_of_others.rs"));

/// Every flow that the author allows.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    if site.datacenters.iter().all(|datacenter| datacenter.owns_firewall.value) {
        return;
    }
    for flow in site.allow.iter().filter(|flow| flow.origin == FlowOrigin::Author) {
        let Some(node) = foreign(site, &flow.target) else { continue };
        let node = &site.nodes[node.index()];
        let datacenter = &site.datacenters[node.datacenter.index()];
        let (node, datacenter) = (&node.named.path, &datacenter.named);
        let message =
            format!("nothing lets this in at `{node}`: this site does not own the firewall of `{}`", datacenter.path);
        out.push(
            Diagnostic::new(&CODE, message, flow.span, "opened at the machines, and not at the node")
                .secondary(datacenter.key, "`owns_firewall = false`")
                .help(format!(
                    "allow it in the owner too, from these machines' addresses: `10.0.8.0/24 -> {node} : …`"
                )),
        );
    }
}

/// The first node of an end that another site has the rules of.
fn foreign(site: &Site, end: &End) -> Option<NodeId> {
    match end {
        End::Node(id) => {
            let datacenter = site.datacenters.get(site.nodes.get(id.index())?.datacenter.index())?;
            (!datacenter.owns_firewall.value).then_some(*id)
        }
        End::Union(ends) | End::All(ends) => ends.iter().find_map(|end| foreign(site, end)),
        _ => None,
    }
}
