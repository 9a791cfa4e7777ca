//! One machine that everything depends on
//!
//! ## What is wrong
//!
//! All resolvers, all lighthouses or the router of a network are lost with one node or machine, and the site has clusters that
//! survive the loss of each.
//!
//! ## Why
//!
//! Without a resolver no name of the site is answered, and without a lighthouse no member of the overlay finds another one that
//! it has not spoken to yet. Without its router a network has no way to any other. The clusters are there and nobody reaches
//! them.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   nodes.third = { address = 192.168.100.3; };
//!   hosts.dns.node = nodes.second;
//!   hosts.dns-2 = { # error: L0855
//!     vmid = 1002;
//!     node = nodes.second;
//!     groups = [ groups.infrastructure ];
//!     lighthouse = true;
//!     services = [ std.dns {} ];
//!   };
//!   clusters.postgres = std.patroni { members = 3; first = 3000; groups = [ groups.infrastructure ]; spread = true; };
//! ```
//!
//! ## What to do
//!
//! Run a second one on another node; of a router, with an address that both have by turns (`vips`). If the loss is accepted:
//! `accepted_losses = [ nodes.second ];`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::losses::{Loss, present};
use crate::model::{Accepted, HostId, NetworkId, NodeId, Router, Site};
use crate::origins::Origins;
use crate::place::report;

/// One machine that everything depends on.
pub static CODE: Code = Code::new("L0855", "one machine that everything depends on", include_str!("only_one.rs"));

/// One lint for the machines that are lost together, whatever they are to the site.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes || !availability.promises(site) {
        return;
    }
    let mut found: BTreeMap<Vec<HostId>, (Loss, Vec<String>)> = BTreeMap::new();
    let all = site.host_ids().filter(|id| present(&site.hosts[id.index()]));
    let all: Vec<_> = all.collect();
    let mut take = |hosts: Vec<HostId>, one: String, several: String| {
        let accepted = hosts.iter().any(|id| site.accepted_losses.binary_search(&Accepted::Host(*id)).is_ok());
        if let (Some(loss), false) = (availability.losses.of_all(&hosts), accepted) {
            let words = if hosts.len() == 1 { one } else { several };
            found.entry(hosts).or_insert_with(|| (loss, Vec::new())).1.push(words);
        }
    };
    let resolves = |id: &HostId| {
        let services = &site.hosts[id.index()].services;
        services.iter().any(|service| site.services[service.index()].resolver.is_some())
    };
    take(all.iter().copied().filter(resolves).collect(), "the only resolver".into(), "all resolvers".into());
    for (network, id) in site.networks.iter().zip(0..).filter(|(network, _)| network.is_overlay()) {
        let on = |host: &HostId| {
            let host = &site.hosts[host.index()];
            host.lighthouse && host.is_on(NetworkId(id))
        };
        let path = &network.named.path;
        let lighthouses = all.iter().copied().filter(on).collect();
        take(lighthouses, format!("the only lighthouse of `{path}`"), format!("all lighthouses of `{path}`"));
    }
    let routers = routers(site);
    for (owners, networks) in &routers.machines {
        let what = words(site, networks);
        take(owners.clone(), format!("the only router of {what}"), format!("all routers of {what}"));
    }
    for (node, networks) in &routers.nodes {
        let named = &site.nodes[node.index()].named;
        if site.accepted_losses.binary_search(&Accepted::Node(*node)).is_err() {
            let message = format!("`{}` is the only router of {}", named.path, words(site, networks));
            let label = "guests on other nodes have no way out once it is lost";
            let help = format!(
                "let machines on several nodes be the router by turns (`vips`); if the loss is accepted: `accepted_losses = [ {} ];`",
                named.path
            );
            out.push(report(&CODE, message, named, named.key, label).help(help));
        }
    }
    for (hosts, (loss, what)) in found {
        let mut named = hosts.iter().map(|id| &site.hosts[id.index()].named);
        // The last one by name is the one that was meant as the spare.
        let Some(named) = named.next_back() else { continue };
        let (what, loss) = (what.join(" and "), loss.named(site));
        let message = match hosts.len() {
            1 => format!("`{}` is {what}", named.path),
            _ => format!("{what} are lost with `{}`", loss.path),
        };
        let label = format!("it is lost with `{}`", loss.path);
        let help = match loss.path == named.path {
            true => format!(
                "run a second one on another machine; if the loss is accepted: `accepted_losses = [ {} ];`",
                named.path
            ),
            false => format!(
                "run another one on another node; if the loss is accepted: `accepted_losses = [ {} ];`",
                if hosts.len() == 1 { &named.path } else { &loss.path }
            ),
        };
        out.push(report(&CODE, message, named, named.key, &label).help(help));
    }
}

/// Who is the router of segments that guests go out by, with these segments.
#[derive(Default)]
struct Routers {
    machines: BTreeMap<Vec<HostId>, Vec<NetworkId>>,
    /// Nodes that are the router of guests on other nodes.
    nodes: BTreeMap<NodeId, Vec<NetworkId>>,
}

fn routers(site: &Site) -> Routers {
    let mut found = Routers::default();
    // On which node guests go out by each network; a second one only says that there is another.
    let mut guests: BTreeMap<NetworkId, Vec<NodeId>> = BTreeMap::new();
    for host in site.hosts.iter().filter(|host| present(host)) {
        let Some(node) = host.node else { continue };
        for interface in host.interfaces.iter().filter(|interface| interface.default_route) {
            let nodes = guests.entry(interface.network).or_default();
            if nodes.len() < 2 && !nodes.contains(&node) {
                nodes.push(node);
            }
        }
    }
    for (network, nodes) in &guests {
        for gateway in site.networks[network.index()].gateways() {
            let networks = match gateway.router {
                Router::Host(host) => found.machines.entry(vec![host]).or_default(),
                Router::Vip(vip) => found.machines.entry(site.vips[vip.index()].owners.clone()).or_default(),
                // Where segments are not joined, each node is the router of its own guests.
                Router::Node(node) if site.networks[network.index()].joined && nodes.iter().any(|it| *it != node) => {
                    found.nodes.entry(node).or_default()
                }
                Router::Node(_) | Router::Elsewhere => continue,
            };
            if !networks.contains(network) {
                networks.push(*network);
            }
        }
    }
    found
}

/// Networks by their paths, a few of them.
fn words(site: &Site, networks: &[NetworkId]) -> String {
    let path = |id: &NetworkId| format!("`{}`", site.networks[id.index()].named.path);
    match networks {
        [one] => path(one),
        [one, other] => format!("{} and {}", path(one), path(other)),
        [first, rest @ ..] => format!("{} and {} more networks", path(first), rest.len()),
        [] => String::new(),
    }
}
