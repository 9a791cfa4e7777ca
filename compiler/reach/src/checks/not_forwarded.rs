//! The Internet is allowed to reach a machine that nothing leads to.
//!
//! ## What is wrong
//!
//! An `allow` opens a port of a machine to `internet`, the machine's addresses are private, and no node hands the port on
//! to it.
//!
//! ## Why
//!
//! A packet from the Internet finds a private address only through a port that a node forwards. Without one the service is
//! allowed and cannot be reached. If something that arvc does not know leads there (a router of your own, a tunnel),
//! nothing is wrong.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.web = { vmid = 100; };
//!   allow = [
//!     internet -> hosts.web : 443/tcp, # error: L0404
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Add `{ port = 443/tcp; to = hosts.web; }` to the `forward` of the node, or remove the `allow`.

use std::collections::BTreeMap;

use arvc_site::model::{HostId, Router, Site};
use arvc_site::names;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{Intents, words};
use crate::ports::{PortSet, Protocols};

/// A public port without a way to it.
pub static CODE: Code = Code::new(
    "L0404",
    "the Internet is allowed to reach a machine that nothing leads to",
    include_str!("not_forwarded.rs"),
);

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let (site, space) = (intents.site, intents.space);
    for (_, claim) in intents.authors() {
        let flow = claim.flow.flow;
        if !super::closed_forward::is_for_the_world(flow.origin, &flow.source) {
            continue;
        }
        let mut closed: BTreeMap<HostId, PortSet> = BTreeMap::new();
        for piece in claim.pieces.iter().filter(|piece| piece.sources.iter().any(|c| space.zone(c).is_some())) {
            for host in piece.targets.iter().flat_map(|class| space.hosts(class)) {
                if site.hosts[host.index()].broken {
                    continue;
                }
                // Only ports can be handed on; a flow of all protocols names none of them.
                let ports = PortSet { icmp: false, others: Protocols::new(), ..piece.ports.clone() };
                let missing = ports.difference(&handed_on(site, *host));
                // Behind a router that is no node, somebody else forwards.
                let routed_by_node = site.networks[piece.path.target.index()]
                    .gateways()
                    .iter()
                    .any(|gateway| matches!(gateway.router, Router::Node(_)));
                // One address that the world reaches is enough, on whatever network.
                let known = names::outside(site, *host).next().is_some();
                if routed_by_node && !known && !missing.is_none() && !piece.ports.is_all() {
                    let ports = closed.entry(*host).or_insert_with(PortSet::none);
                    *ports = ports.union(&missing);
                }
            }
        }
        if closed.is_empty() {
            continue;
        }
        let names = closed.keys().map(|host| site.hosts[host.index()].named.name.as_str());
        let ports = closed.values().fold(PortSet::none(), |all, ports| all.union(ports));
        let message = format!("no node hands {ports} on to {}", words::names(names));
        let forwards = closed.iter().flat_map(|(host, ports)| {
            let path = &site.hosts[host.index()].named.path;
            let ports = ports.to_string();
            ports.split(", ").map(|port| format!("{{ port = {port}; to = {path}; }}")).collect::<Vec<_>>()
        });
        let forwards: Vec<String> = forwards.collect();
        found.push(
            Diagnostic::new(&CODE, message, flow.span, "allowed, and nothing leads there")
                .help(format!("add to the node's `forward`: `{}`", forwards.join(", "))),
        );
    }
}

fn handed_on(site: &Site, host: HostId) -> PortSet {
    let forwards = site.nodes.iter().flat_map(|node| &node.forwards).filter(|forward| forward.to == host);
    forwards.fold(PortSet::none(), |set, forward| set.union(&PortSet::from(forward.ports)))
}
