//! A claim about an address at which a node hands the port on.
//!
//! ## What is wrong
//!
//! A `never` or `expect` names an address of a node, or a prefix or network that holds it, and a port that the node hands on to a
//! machine there (`forward`), but not that machine.
//!
//! ## Why
//!
//! An address of a node means the node. But what comes to that port never gets to the node: the machine answers. So the claim would
//! speak of a connection that nobody can make, and hold whatever the machine lets in.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = {
//!     address = 192.168.100.1;
//!     uplink = { bridge = "vmbr0"; address = 198.51.100.10; };
//!     forward = [ { port = 443/tcp; to = hosts.web; } ];
//!   };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   services.web = { name = "web"; listen = [ networks.bridge ]; http.ports = [ 443/tcp ]; };
//!   hosts.web = { vmid = 100; services = [ services.web ]; };
//!   allow = [ internet -> hosts.web : services.web.http ];
//!   expect.open = [
//!     internet -> 198.51.100.10 : 443/tcp, # error: E0418
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Name the machine that the port is handed on to: `internet -> hosts.web : 443/tcp`; beside the address, if the node is meant
//! too: `internet -> [ 198.51.100.10, hosts.web ] : 443/tcp`.

use arvc_site::model::Flow;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::layers::Layers;
use crate::ports::PortSet;

/// A claim about an address at which a node hands the port on.
pub static CODE: Code = Code::new(
    "E0418",
    "a claim about an address at which a node hands the port on",
    include_str!("address_handed_on.rs"),
);

pub(super) fn check<'a>(layers: &Layers, claims: impl Iterator<Item = &'a Flow>) -> Vec<Diagnostic> {
    let site = layers.site();
    let told = claims.filter_map(|flow| {
        let (node, address, forward) = {
            let packets = layers.ports(flow.ports.as_deref());
            layers.handed_on_instead(&layers.parties(&flow.source), &flow.target, &packets)?
        };
        let (node, host) = (&site.nodes[node.index()].named.path, &site.hosts[forward.to.index()].named.path);
        let ports = PortSet::from(forward.ports);
        let message = format!("at {address}, `{node}` hands {ports} on to `{host}`");
        Some(
            Diagnostic::new(&CODE, message, flow.span, "what comes there does not get to the node")
                .secondary(forward.span, "handed on here")
                .help(format!("claim it of `{host}`, or of that besides")),
        )
    });
    told.collect()
}
