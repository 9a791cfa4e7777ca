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
//! `nodes.pve.forward = [ { port = 4242/udp; to = hosts.dns; } ];`. Where another router is in front, let that hand it on, and say
//! what address the world has for the lighthouse: `hosts.dns.on.bridge.public = 203.0.113.7;`. Or let a machine with a public address be a
//! lighthouse too.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::endpoints::Tunnels;
use crate::model::{Gateway, Host, HostId, Network, Router, Site};
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
        // Those that are on the underlay, and those that are not: each is one mistake, however many machines.
        let mut lost: [Vec<&Host>; 2] = Default::default();
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
            lost[usize::from(below)].push(host);
        }
        for (hosts, below) in lost.into_iter().zip([false, true]) {
            let Some(host) = hosts.first() else { continue };
            let others = match hosts.len() - 1 {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let message =
                format!("`{}`{others} cannot reach a lighthouse of `{}`", host.named.path, network.named.path);
            let underlay = &site.networks[tunnels.underlay.index()].named.path;
            let label = match below {
                true => format!("no lighthouse is on its segment of `{underlay}`"),
                false => format!("it is not on `{underlay}`"),
            };
            let help = entrance(site, &tunnels, lighthouses[0]);
            out.push(report(&CODE, message, &host.named, host.named.key, &label).help(help));
        }
    }
}

/// How the world gets to a lighthouse: by the node that is the router in front of it, or by a router that nobody here makes.
fn entrance(site: &Site, tunnels: &Tunnels, lighthouse: HostId) -> String {
    let (host, port) = (&site.hosts[lighthouse.index()], tunnels.port);
    let below = || host.interfaces.iter().filter(|it| !site.networks[it.network.index()].is_overlay());
    let interface = host.interface_on(tunnels.underlay).or_else(|| below().next());
    let network = interface.map(|interface| &site.networks[interface.network.index()]);
    let by_node = |gateway: &Gateway| matches!(gateway.router, Router::Node(_));
    let by_node = |network: &&Network| {
        network.is_bridge() && (network.gateways().is_empty() || network.gateways().iter().any(by_node))
    };
    match network.filter(|network| !by_node(network)) {
        Some(network) => format!(
            "let the router of `{}` hand {port}/udp on to `{path}`, and state the address that the world has for it: \
             `{path}.on.{}.public = …;`",
            network.named.path,
            network.named.name,
            path = host.named.written()
        ),
        None => format!(
            "let a node with an `uplink` hand {port}/udp on to a lighthouse: \
             `forward = [ {{ port = {port}/udp; to = {}; }} ];`",
            host.named.written()
        ),
    }
}
