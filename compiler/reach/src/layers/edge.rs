//! Routers: between two networks of the site, and at its edge.
//!
//! A Proxmox host forwards between its networks, and no rule of the site closes that: the guests at both ends do. What any
//! other router lets through is its owner's matter, so it is not known.

use std::net::IpAddr;

use arvc_site::model::{Family, Gateway, HostId, NetworkId, Router};
use arvc_site::names::is_private;
use ipnet::IpNet;

use super::decide::{Layers, open, router, unknown};
use super::{Layer, Step};
use crate::address::node_on;
use crate::ports::PortSet;

/// The router by which a machine's packets come from one network into another; none if nothing leads there.
pub(super) fn between(
    layers: &Layers,
    host: HostId,
    first: NetworkId,
    last: NetworkId,
    family: Family,
) -> Option<Step> {
    let site = layers.site;
    let profile = layers.members.profile_of[host.index()];
    if !layers.members.way_out(profile, family).contains(&first) {
        return None;
    }
    let gateway = site.networks[first.index()].gateway(family)?;
    let there = &site.networks[last.index()];
    let behind = there.gateway(family).or(there.router.as_ref());
    let leads = match gateway.router {
        Router::Node(node) => there.routed_by(node) || !node_on(site, last, node).is_empty(),
        Router::Host(host) => site.hosts[host.index()].is_on(last),
        Router::Vip(_) | Router::Elsewhere => behind.is_some(),
    };
    leads.then(|| step(layers, gateway))
}

fn step(layers: &Layers, gateway: &Gateway) -> Step {
    let at = router(gateway.router, gateway.address);
    match gateway.router {
        Router::Node(_) => open(Layer::Router, at, "a node forwards between its networks"),
        _ => unknown(Layer::Router, at, format!("what {} lets through is not known", named(layers, gateway))),
    }
}

/// What stands between the world and a machine of a network.
pub(super) fn inwards(layers: &Layers, network: NetworkId, host: HostId, to: IpAddr, zone: &[IpNet]) -> Option<Step> {
    let site = layers.site;
    let there = &site.networks[network.index()];
    // On the network itself there is nobody between.
    if zone.iter().all(|prefix| there.prefixes().any(|own| own.value.contains(prefix))) {
        return None;
    }
    let gateway = there.gateway(Family::of(to))?;
    let at = router(gateway.router, gateway.address);
    let Router::Node(node) = gateway.router else {
        return Some(unknown(Layer::Router, at, format!("what {} hands on is not known", named(layers, gateway))));
    };
    if !is_private(to) {
        return Some(open(Layer::Router, at, "the address is a public one"));
    }
    // The zone may be another network of the node, which it routes to without translating anything.
    let near = zone.iter().all(|prefix| is_private(prefix.addr()));
    if near {
        return Some(open(Layer::Router, at, "a node forwards between its networks"));
    }
    let forwards = site.nodes[node.index()].forwards.iter().filter(|forward| forward.to == host);
    let handed = forwards.fold(PortSet::none(), |all, forward| {
        all.union(&PortSet::ports(forward.ports.transport, forward.ports.first, forward.ports.last))
    });
    let note = match handed.is_none() {
        true => "it hands no port on to the machine".to_owned(),
        false => format!("it hands on {handed}"),
    };
    Some(Step { layer: Layer::Router, at, lower: handed.clone(), upper: handed, rules: Vec::new(), note: Some(note) })
}

fn named(layers: &Layers, gateway: &Gateway) -> String {
    match gateway.router {
        Router::Host(host) => layers.host(host).named.path.clone(),
        Router::Vip(vip) => layers.site.vips[vip.index()].named.path.clone(),
        Router::Node(node) => layers.site.nodes[node.index()].named.path.clone(),
        Router::Elsewhere => format!("the router {}", gateway.address),
    }
}
