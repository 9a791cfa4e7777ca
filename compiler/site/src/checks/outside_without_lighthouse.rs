//! A member outside that no lighthouse can be reached by
//!
//! ## What is wrong
//!
//! A machine is on an overlay and not on its underlay, no node hands the overlay's port on to a lighthouse, and no lighthouse
//! has an address that the world reaches, or one on a network of that machine.
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
//! `nodes.pve.forward = [ { port = 4242/udp; to = hosts.dns; } ];`. Or let a machine with a public address be a lighthouse too.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::endpoints::Tunnels;
use crate::model::{HostId, Site};
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
    for overlay in site.network_ids() {
        let Some(tunnels) = Tunnels::of(site, overlay) else { continue };
        let network = &site.networks[overlay.index()];
        let hosts = (0..).map(HostId).zip(&site.hosts);
        let lighthouses = hosts.filter(|(_, host)| host.lighthouse && host.status.is_there() && host.is_on(overlay));
        let lighthouses: Vec<_> = lighthouses.map(|(id, _)| id).collect();
        // Without any lighthouse the overlay itself is the problem.
        if lighthouses.is_empty() || lighthouses.iter().any(|id| !tunnels.public(site, *id).is_empty()) {
            continue;
        }
        for host in site.hosts.iter().filter(|host| !host.lighthouse && host.status.is_there()) {
            let below = host.is_on(tunnels.underlay);
            let finds = |id: &HostId| !tunnels.places(site, segments, host, *id).is_empty();
            // One on its segment that it shares no family with is another problem.
            let beside = |id: &HostId| {
                let other = &site.hosts[id.index()];
                other.is_on(tunnels.underlay) && segments.meet(tunnels.underlay, host, other)
            };
            if !host.is_on(overlay) || (below && lighthouses.iter().any(beside)) || lighthouses.iter().any(finds) {
                continue;
            }
            let message = format!("`{}` cannot reach a lighthouse of `{}`", host.named.path, network.named.path);
            let underlay = &site.networks[tunnels.underlay.index()].named.path;
            let label = match below {
                true => format!("no lighthouse is on its segment of `{underlay}`"),
                false => format!("it is not on `{underlay}`"),
            };
            let help =
                format!("let a node with an `uplink` hand {}/udp on to a lighthouse: `forward = [ … ];`", tunnels.port);
            out.push(report(&CODE, message, &host.named, host.named.key, &label).help(help));
        }
    }
}
