//! Routers: between two networks of the site, and at its edge.
//!
//! A Proxmox host forwards between its networks, and no rule of the site closes that: the guests at both ends do. A router that is
//! a guest hands on what its rules say ([`handed`]). What any other router lets through is its owner's matter, so it is not known, but
//! where the site says that it filters nothing.

use std::net::IpAddr;

use arvc_site::model::{Family, Forward, Gateway, HostId, Kind, NetworkId, Router};
use arvc_site::names::is_private;
use ipnet::IpNet;

use super::decide::{Layers, Other, open, router, unknown};
use super::{Layer, Party, Step, handed};
use crate::address::node_on;
use crate::ports::PortSet;
use crate::routers::Identity;

/// What is said of a router that is nobody's here.
pub(super) const UNFILTERED: &str = "it is said to filter nothing";

/// The router by which a machine's packets come from one network into another; none if nothing leads there.
pub(super) fn between(
    layers: &Layers,
    (a, first, from): (HostId, NetworkId, IpAddr),
    (b, last, to): (HostId, NetworkId, IpAddr),
) -> Option<Vec<Step>> {
    let (site, family) = (layers.site, Family::of(to));
    let profile = |host: HostId| layers.members.profile_of[host.index()];
    let there = layers.members.router(profile(a), first, family)?;
    let back = layers.members.router(profile(b), last, family);
    let network = &site.networks[first.index()];
    // Behind a router nobody has a gateway of his own, and the router is that of both families.
    let gateway = network.gateways().iter().find(|it| Family::of(it.address) == family).or(network.router.as_ref())?;
    let at = router(gateway.router, gateway.address);
    // The router itself is asked for at any of its addresses, and hands nothing on then.
    let ours = Some(there).filter(|router| !router.hosts().contains(&a) && !router.hosts().contains(&b));
    let ours = handed::steps(layers, ours, family, &Other::Address(from), &Other::Address(to));
    let beyond = &site.networks[last.index()];
    if back == Some(there) {
        return Some(ours.unwrap_or_else(|| {
            vec![match there {
                Identity::Node(_) => open(Layer::Router, at, "a node forwards between its networks"),
                _ if network.is_passed_to(beyond, family) => open(Layer::Router, at, UNFILTERED),
                _ => unknown(Layer::Router, at, format!("what {} lets through is not known", named(layers, gateway))),
            }]
        }));
    }
    // At its public address a router is met by those behind it as by the world: it hands that on to nobody. By which device it comes
    // would count where something filters it.
    let target = layers.host(b);
    let filtered = target.kind != Kind::Machine || target.is_configured();
    if *there == Identity::Host(b) && !filtered && !is_private(to) {
        return Some(vec![open(Layer::Router, at, "it is the router itself")]);
    }
    // Where the world leads there, it is met as from there. What a node makes of a private address on a network that it stands on, nobody
    // says.
    let as_it_is = match there {
        Identity::Address(_) => true,
        Identity::Node(_) => !is_private(from),
        Identity::Host(_) | Identity::Owners(_) => false,
    };
    if as_it_is && !is_private(to) && !layers.is_apart(&IpNet::from(to)) {
        return None;
    }
    let leads = match there {
        Identity::Node(node) => !node_on(site, last, *node).is_empty(),
        Identity::Host(host) => site.hosts[host.index()].is_on(last),
        Identity::Owners(hosts) => hosts.iter().any(|host| site.hosts[host.index()].is_on(last)),
        Identity::Address(_) => back.is_some(),
    };
    let note = format!("whether {} leads there, and the answers come back, is not known", named(layers, gateway));
    // The target's own router hands it in.
    let last = back.filter(|router| !router.hosts().contains(&a) && !router.hosts().contains(&b));
    let last = handed::steps(layers, last, family, &Other::Address(from), &Other::Address(to));
    let between = [unknown(Layer::Router, at, note)].into_iter().chain(last.into_iter().flatten());
    leads.then(|| ours.into_iter().flatten().chain(between).collect())
}

/// What stands between the world and a machine of a network.
pub(super) fn inwards(layers: &Layers, network: NetworkId, host: HostId, to: IpAddr, zone: &[IpNet]) -> Vec<Step> {
    let site = layers.site;
    let there = &site.networks[network.index()];
    // On the network itself there is nobody between.
    if zone.iter().all(|prefix| there.prefixes().any(|own| own.value.contains(prefix))) {
        return Vec::new();
    }
    let lost = layers.lost(host, zone, Family::of(to), "no answer leaves the machine: it has no way out");
    if let Some(lost) = lost {
        return vec![lost];
    }
    let Some(gateway) = there.gateway(Family::of(to)).or(there.router.as_ref()) else {
        // A public address that is on no bridge is met from everywhere. How else packets get to a network without a router, nobody says.
        let near = there.is_bridge() || is_private(to) || zone.iter().all(|prefix| is_private(prefix.addr()));
        let near = near || zone.iter().any(|prefix| layers.is_apart(prefix));
        let note = format!("what leads to {} is not known", there.named.path);
        return near.then(|| unknown(Layer::Router, Party::Prefix(IpNet::from(to)), note)).into_iter().collect();
    };
    let at = router(gateway.router, gateway.address);
    let near = zone.iter().all(|prefix| is_private(prefix.addr()));
    let identity = layers.handing(host, network, Family::of(to));
    if let Some(mut steps) = handed::steps(layers, identity, Family::of(to), &Other::Zone(zone), &Other::Address(to)) {
        if !near && is_private(to) {
            steps
                .insert(0, unknown(Layer::Router, at, "what hands it on to a private address is not known".to_owned()));
        }
        return steps;
    }
    if there.unfiltered_router(Family::of(to)).is_some() {
        let far = |prefix: &IpNet| !is_private(to) && !is_private(prefix.addr()) && !layers.is_apart(prefix);
        if zone.iter().all(|prefix| far(prefix) || layers.is_passed(network, prefix)) {
            return vec![open(Layer::Router, at, UNFILTERED)];
        }
        let note = format!("what leads to {} from there is not known", named(layers, gateway));
        return vec![unknown(Layer::Router, at, note)];
    }
    let Router::Node(node) = gateway.router else {
        return vec![unknown(Layer::Router, at, format!("what {} hands on is not known", named(layers, gateway)))];
    };
    if !is_private(to) {
        let beside = |prefix: &IpNet| layers.is_beside(node, prefix);
        return vec![match zone.iter().all(|prefix| beside(prefix) || !layers.is_apart(prefix)) {
            true => open(Layer::Router, at, "the address is a public one"),
            false => unknown(
                Layer::Router,
                at,
                "what leads there from a network behind another router is not known".to_owned(),
            ),
        }];
    }
    // The zone may be another network of the node, which it routes to without translating anything.
    if near {
        // Where each node is the router of its own segment, the zone has to be one of that node's.
        let segment =
            layers.members.router_of_segment(layers.members.profile_of[host.index()], network, Family::of(to));
        let beside = |prefix: &IpNet| {
            let mut own = site.networks.iter().filter(|it| it.prefixes().any(|own| own.value.contains(prefix)));
            own.any(|it| !it.gateways().is_empty())
        };
        if let Some(Identity::Node(router)) = segment
            && zone.iter().any(|prefix| beside(prefix) && !layers.is_behind(*router, prefix))
        {
            let path = &site.nodes[router.index()].named.path;
            return vec![unknown(
                Layer::Router,
                Party::Node(*router),
                format!("whether anything leads there to {path} is not known"),
            )];
        }
        return vec![open(Layer::Router, at, "a node forwards between its networks")];
    }
    // Somebody else translates an address that is declared for the machine, and may be choosy.
    let own = site.hosts[host.index()].interfaces.iter().filter(|interface| interface.network == network);
    let mut public =
        own.filter_map(|interface| interface.public).filter(|public| public.value.is_ipv4() == to.is_ipv4());
    if let Some(public) = public.next() {
        return vec![unknown(Layer::Router, at, format!("what {} hands on to it is not known", public.value))];
    }
    // It hands on to one address of a machine, and not to those that it has besides.
    let meant = |forward: &&Forward| forward.to == host && layers.handed_to(node, forward) == Some((network, to));
    let (mut handed, mut answered) = (PortSet::none(), PortSet::none());
    for forward in site.nodes[node.index()].forwards.iter().filter(meant) {
        let ports = PortSet::from(forward.ports);
        if layers.astray(node, forward).is_none() {
            answered = answered.union(&ports);
        }
        handed = handed.union(&ports);
    }
    let note = match handed.is_none() {
        true => "it hands no port on to the machine at this address".to_owned(),
        false => format!("it hands on {handed}"),
    };
    vec![Step {
        layer: Layer::Router,
        at,
        lower: answered,
        upper: handed,
        rules: std::rc::Rc::default(),
        note: Some(note),
    }]
}

/// A router in words.
pub(super) fn named(layers: &Layers, gateway: &Gateway) -> String {
    match gateway.router {
        Router::Host(host) => layers.host(host).named.path.clone(),
        Router::Vip(vip) => layers.site.vips[vip.index()].named.path.clone(),
        Router::Node(node) => layers.site.nodes[node.index()].named.path.clone(),
        Router::Elsewhere => format!("the router {}", gateway.address),
    }
}
