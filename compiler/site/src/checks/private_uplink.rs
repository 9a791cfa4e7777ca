//! Members outside are sent to a private address
//!
//! ## What is wrong
//!
//! A node hands an overlay's port on, the address of its `uplink` is a private one, and a member of the overlay is
//! elsewhere: it is not on the underlay.
//!
//! ## Why
//!
//! Such a member (a laptop, a rented server) is told the address of the uplink as the place of the lighthouse. From the
//! Internet nobody reaches a private address (RFC 1918, RFC 4193, RFC 6598). Where a router stands in front of the node,
//! the world reaches the router, which hands the port on to the node.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.pve.uplink.address = 192.168.1.10; # error: L0308
//!   nodes.pve.forward = [ { port = 4242/udp; to = hosts.dns; } ];
//!   hosts.dns.relay = true;
//!   hosts.laptop = { kind = Machine; managed = false; on.overlay.address = 10.10.10.200; };
//! ```
//!
//! ## What to do
//!
//! State the router's address, and let the router hand the port on to the node:
//!
//! ```arv part
//!   nodes.pve.uplink = { address = 192.168.1.10; public = 198.51.100.10; };
//!   nodes.pve.forward = [ { port = 4242/udp; to = hosts.dns; } ];
//!   hosts.dns.relay = true;
//!   hosts.laptop = { kind = Machine; managed = false; on.overlay.address = 10.10.10.200; };
//! ```
//!
//! If the members outside are in the network around the node, say so: give `public` the same address.

use arvc_lang::data::Transport;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Host, NetworkId, NetworkKind, Node, Site};
use crate::names::is_private;
use crate::origins::Origins;
use crate::place::{place, report};

/// Members outside are sent to a private address.
pub static CODE: Code =
    Code::new("L0308", "members outside are sent to a private address", include_str!("private_uplink.rs"));

/// Every uplink that members of an overlay enter by.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !(origins.all.hosts && origins.all.nodes && origins.all.networks) {
        return;
    }
    for node in &site.nodes {
        let Some(uplink) = &node.uplink else { continue };
        if uplink.public.is_some() || !is_private(uplink.address.value) {
            continue;
        }
        let Some((overlay, host)) = outside(site, node) else { continue };
        let message = format!("`{}` is sent to {}, which is private", host.named.path, uplink.address.value);
        let label = format!("members of `{}` outside cannot reach this", site.networks[overlay.index()].named.path);
        out.push(
            report(&CODE, message, &node.named, uplink.address.span, &label)
                .secondary(place(&host.named, host.named.key), "a member outside")
                .help("state the address that the world reaches the node by: `public = …;` beside `address`")
                .help("if the members outside are in the network around the node, give `public` the same address"),
        );
    }
}

/// A member of an overlay whose port the node hands on, and which is not on the underlay.
fn outside<'a>(site: &'a Site, node: &Node) -> Option<(NetworkId, &'a Host)> {
    let on = |host: &Host, id| host.is_on(id);
    (0..).map(NetworkId).zip(&site.networks).find_map(|(id, network)| {
        let NetworkKind::Overlay { underlay, port } = network.kind else { return None };
        let enters = node.forwards.iter().any(|forward| {
            forward.ports.transport == Transport::Udp
                && (forward.ports.first..=forward.ports.last).contains(&port)
                && on(&site.hosts[forward.to.index()], id)
        });
        let member =
            |host: &&Host| enters && !host.broken && host.status.is_there() && on(host, id) && !on(host, underlay);
        site.hosts.iter().find(member).map(|host| (id, host))
    })
}
