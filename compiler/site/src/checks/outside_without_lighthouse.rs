//! A member outside that no lighthouse can be reached by
//!
//! ## What is wrong
//!
//! A machine is on an overlay and not on its underlay, and no node hands the overlay's port on to a lighthouse.
//!
//! ## Why
//!
//! A member that is somewhere else (a laptop, a rented server) reaches the lighthouse by the address of a node's uplink.
//! The local address of the lighthouse means nothing out there.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.laptop = { # error: E0345
//!     kind = Machine;
//!     managed = false;
//!     groups = [ groups.projects ];
//!     on.overlay.address = 10.10.10.200;
//!   };
//! ```
//!
//! ## What to do
//!
//! Give a node its `uplink`, and let it hand on the port:
//! `nodes.pve.forward = [ { port = 4242/udp; to = hosts.dns; } ];`.

use arvc_lang::data::Transport;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{HostId, NetworkId, NetworkKind, Site};
use crate::origins::Origins;
use crate::place::report;
use crate::segments::Segments;

/// A member outside that no lighthouse can be reached by.
pub static CODE: Code = Code::new(
    "E0345",
    "a member outside that no lighthouse can be reached by",
    include_str!("outside_without_lighthouse.rs"),
);

/// Every member of an overlay that is not on its underlay.
pub(crate) fn check(site: &Site, segments: &Segments, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let broken = site.hosts.iter().any(|host| host.broken);
    if broken || !(origins.all.hosts && origins.all.nodes && origins.all.networks) {
        return;
    }
    for (overlay, network) in (0..).map(NetworkId).zip(&site.networks) {
        let NetworkKind::Overlay { underlay, port } = network.kind else { continue };
        let on = |host: &crate::model::Host, id| host.interfaces.iter().any(|interface| interface.network == id);
        let lighthouses =
            || site.hosts.iter().filter(|host| host.lighthouse && on(host, overlay) && on(host, underlay));
        let lighthouse = |id: HostId| site.hosts[id.index()].lighthouse && on(&site.hosts[id.index()], overlay);
        // Without any lighthouse the overlay itself is the problem.
        let any = (0..site.hosts.len() as u32).map(HostId).any(lighthouse);
        let entered =
            site.nodes.iter().filter(|node| node.uplink.is_some()).flat_map(|node| &node.forwards).any(|it| {
                it.ports.transport == Transport::Udp
                    && (it.ports.first..=it.ports.last).contains(&port)
                    && lighthouse(it.to)
            });
        if entered || !any {
            continue;
        }
        for host in &site.hosts {
            let inside = on(host, underlay) && lighthouses().any(|other| segments.meet(underlay, host, other));
            if host.broken || host.lighthouse || !on(host, overlay) || inside {
                continue;
            }
            let message = format!("`{}` cannot reach a lighthouse of `{}`", host.named.path, network.named.path);
            let below = &site.networks[underlay.index()].named.path;
            let label = match on(host, underlay) {
                true => format!("no lighthouse is on its segment of `{below}`"),
                false => format!("it is not on `{below}`"),
            };
            out.push(
                report(&CODE, message, &host.named, host.named.key, &label).help(format!(
                    "let a node with an `uplink` hand {port}/udp on to a lighthouse: `forward = [ … ];`"
                )),
            );
        }
    }
}
