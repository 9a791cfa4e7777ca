//! Nodes that nobody could reach
//!
//! ## What is wrong
//!
//! The site has Proxmox nodes, and `operators.addresses` names no address.
//!
//! ## Why
//!
//! The emitted Terraform turns the firewall of the data centre on, and from then on a node answers to its `management` set
//! alone: its web interface, its API and SSH. With nobody in that set, the operators are locked out by their own first apply,
//! and only the node's console lets them in again.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "example";
//!   domain = "example.internal";
//!   nodes.pve.address = 192.168.100.1; # error: E0370
//! }
//! ```
//!
//! ## What to do
//!
//! Say where you connect from: `operators.addresses = [ 203.0.113.0/28 ];`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{DatacenterId, Site};
use crate::place::place;

/// Nodes that nobody could reach.
pub static CODE: Code = Code::new("E0370", "nodes that nobody could reach", include_str!("nobody_at_the_nodes.rs"));

/// Reported once, at the first node whose firewall the site turns on.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let owned =
        |datacenter: DatacenterId| site.datacenters.get(datacenter.index()).is_none_or(|it| it.owns_firewall.value);
    let Some(node) = site.nodes.iter().find(|node| owned(node.datacenter)) else { return };
    if site.operators.broken || !site.operators.addresses.is_empty() {
        return;
    }
    let message = "nobody could reach the nodes once their firewall is on";
    out.push(
        Diagnostic::new(&CODE, message, place(&node.named, node.named.key), "the firewall of this node is turned on")
            .help("say where you connect from: `operators.addresses = [ 203.0.113.0/28 ];`"),
    );
}
