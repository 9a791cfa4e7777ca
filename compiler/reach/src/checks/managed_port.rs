//! A node hands on the port by which it is managed.
//!
//! ## What is wrong
//!
//! `forward` of a node hands on 22/tcp or 8006/tcp, and the operators reach the node by no other address. What they send to that
//! port gets to the machine that it is handed on to.
//!
//! ## Why
//!
//! A port is handed on before the node itself is asked (`edge.rules`, the chain that translates). SSH to the node and its API are
//! gone from outside with the first reload, and so is Ansible or Terraform, which would have to take it back.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 198.51.100.7 ];
//!   nodes.pve = {
//!     address = 10.0.0.1;
//!     uplink.address = 203.0.113.1;
//!     forward = [
//!       { port = 22/tcp; to = hosts.git; }, # error: E0415
//!     ];
//!   };
//!   networks.lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   ranges.guests = { vmids = 1000..1089; addresses = 10..99; };
//!   images.debian = { vmid = 9000; };
//!   hosts.git = { vmid = 1000; };
//!   allow = [ internet -> hosts.git : 22/tcp ];
//! }
//! ```
//!
//! ## What to do
//!
//! Let the service listen on another port and hand that on (`2222/tcp`), or list among `operators.addresses` those on a network of
//! the site by which the node is reached too.

use arvc_site::model::Transport;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::layers::{Layers, Party};
use crate::ports::PortSet;

/// A port of management that a node hands on.
pub static CODE: Code =
    Code::new("E0415", "a node hands on the port by which it is managed", include_str!("managed_port.rs"));

/// SSH, which Ansible connects by, and the API, which Terraform does.
const WAYS_IN: [u16; 2] = [22, 8006];

pub(super) fn check(layers: &Layers, found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    let Some(operators) = site.operators.addresses.first() else { return };
    for node in site.node_ids().filter(|node| !site.nodes[node.index()].forwards.is_empty()) {
        let paths = layers.paths(&Party::Operators, &Party::Node(node));
        let met = paths.iter().fold(PortSet::none(), |all, path| all.union(&path.upper()));
        let own = &site.nodes[node.index()];
        for port in WAYS_IN.into_iter().filter(|_| !paths.is_empty()) {
            let port = PortSet::ports(Transport::Tcp, port, port);
            let mut handed = own.forwards.iter().filter(|forward| port.meets(&PortSet::from(forward.ports)));
            let Some(forward) = handed.next().filter(|_| !port.meets(&met)) else { continue };
            let message = format!("`{}` hands on {port}, and is managed by it", own.named.path);
            let host = &site.hosts[forward.to.index()].named.path;
            found.push(
                Diagnostic::new(&CODE, message, forward.span, format!("what comes there gets to `{host}`"))
                    .secondary(operators.span, "by no other address do the operators reach the node")
                    .help("hand on another port, or let the operators come from a network of the site too"),
            );
        }
    }
}
