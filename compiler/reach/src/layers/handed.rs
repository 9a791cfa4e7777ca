//! A router that is a guest of ours, or that Ansible configures: what its own layers hand on.
//!
//! A packet meets its Proxmox firewall twice, where it comes in and where it leaves, and its packet filter in between. The first is
//! wider than what is handed on: it also lets in what is for the router itself.

use std::net::IpAddr;

use arvc_site::model::{Family, HostId, Kind, NetworkId};
use ipnet::IpNet;

use super::decide::{Layers, Other, unknown};
use super::lists::Said;
use super::{Layer, Party, Step};
use crate::members::overlaps;
use crate::policy::Forward;
use crate::ports::PortSet;
use crate::routers::Identity;
use crate::through::{End, Ends};

/// The steps at a router; none if it is nobody of ours, and nothing is known of it.
pub(super) fn steps(
    layers: &Layers,
    router: Option<&Identity>,
    family: Family,
    from: &Other,
    to: &Other,
) -> Option<Vec<Step>> {
    // Machines that are a router by turns hand on the same.
    let all = router?.hosts();
    let id = *all.first()?;
    let is_ours = |host: &HostId| {
        let host = layers.host(*host);
        host.status.is_there() && (host.kind != Kind::Machine || host.is_configured())
    };
    if !all.iter().all(is_ours) {
        return None;
    }
    let host = layers.host(id);
    let policy = layers.policies.of(id);
    let all = policy.forward.iter().filter(|forward| forward.family == family && !forward.hidden);
    let (lower, upper, rules) = handed_on(layers, all, from, to);
    let handed = |layer| Step {
        layer,
        at: Party::Host(id),
        lower: lower.clone(),
        upper: upper.clone(),
        rules: rules.clone(),
        note: Some("it is the router".to_owned()),
    };
    let mut steps = Vec::new();
    if host.kind != Kind::Machine {
        let mut enters = handed(Layer::ProxmoxIn);
        for own in
            foot(layers, id, from).map(|network| layers.step(Layer::ProxmoxIn, id, network, &policy.inbound, from))
        {
            enters.lower = enters.lower.union(&own.lower);
            enters.upper = enters.upper.union(&own.upper);
            enters.rules = enters.rules.iter().chain(own.rules.iter()).cloned().collect();
        }
        steps.push(enters);
    }
    steps.push(match host.is_configured() {
        true => handed(Layer::Forward),
        false => unknown(Layer::Forward, Party::Host(id), "arvc configures none on this machine".to_owned()),
    });
    if host.kind != Kind::Machine {
        steps.push(handed(Layer::ProxmoxOut));
    }
    Some(steps)
}

/// What forwards let through between two ends.
pub(super) fn handed_on<'f>(
    layers: &Layers,
    forwards: impl Iterator<Item = &'f Forward>,
    from: &Other,
    to: &Other,
) -> Said {
    let (mut lower, mut upper, mut rules) = (PortSet::none(), PortSet::none(), Vec::new());
    for forward in forwards {
        let (from, to) = (holds(layers, &forward.from, from), holds(layers, &forward.to, to));
        if !from.1 || !to.1 {
            continue;
        }
        upper = upper.union(&forward.ports);
        if from.0 && to.0 {
            lower = lower.union(&forward.ports);
        }
        rules.push((forward.ports.clone(), forward.reason.clone()));
    }
    (lower, upper, rules.into())
}

/// What stands between a machine and what lies beyond a router of ours, which may be another router.
pub(super) fn outwards(layers: &Layers, id: HostId, network: NetworkId, from: &[IpNet], zone: &[IpNet]) -> Vec<Step> {
    let inside =
        |prefix: &IpNet| layers.site.networks[network.index()].prefixes().any(|own| own.value.contains(prefix));
    let Some(family) = zone.first().map(Family::of_prefix).filter(|_| !zone.iter().all(inside)) else {
        return Vec::new();
    };
    let router = layers.handing(id, network, family);
    let from = match from {
        [one] if one.prefix_len() == one.max_prefix_len() => Other::Address(one.addr()),
        _ => Other::Zone(from),
    };
    let Some(mut steps) = steps(layers, router, family, &from, &Other::Zone(zone)) else { return Vec::new() };
    if let Some(step) = behind(layers, router, family, zone) {
        steps.push(step);
    }
    steps
}

/// The node that a router of ours sends to what it does not know: it translates for its own networks, and has a way back to those.
fn behind(layers: &Layers, router: Option<&Identity>, family: Family, zone: &[IpNet]) -> Option<Step> {
    let id = *router?.hosts().first()?;
    let on_a_foot = |prefix: &IpNet| {
        let mut networks = layers.host(id).interfaces.iter().map(|it| &layers.site.networks[it.network.index()]);
        networks.any(|network| network.prefixes().any(|own| own.value.contains(prefix)))
    };
    if zone.iter().all(on_a_foot) {
        return None;
    }
    let profile = layers.members.profile_of[id.index()];
    let ways = layers.members.way_out(profile, family);
    let next = ways.into_iter().find_map(|network| match layers.members.router(profile, network, family) {
        Some(Identity::Node(node)) => Some(*node),
        _ => None,
    })?;
    let path = &layers.site.nodes[next.index()].named.path;
    let note = format!("whether {path} knows a way back to what is behind a router is not known");
    Some(unknown(Layer::Router, Party::Node(next), note))
}

/// The router's network that leads to an end.
fn foot(layers: &Layers, id: HostId, end: &Other) -> std::option::IntoIter<NetworkId> {
    let address = match end {
        Other::Member(_, address) | Other::Address(address) => Some(*address),
        Other::Zone(_) | Other::Kept(_) => end.zone().first().map(IpNet::addr),
    };
    let on = layers.host(id).interfaces.iter().map(|interface| interface.network);
    let mut on = on.filter(|network| !layers.site.networks[network.index()].is_overlay());
    let near = address.and_then(|address| on.find(|network| layers.site.networks[network.index()].contains(address)));
    let profile = layers.members.profile_of[id.index()];
    let out = || layers.members.way_out(profile, Family::of(address?)).first().copied();
    near.or_else(out).into_iter()
}

/// Whether ends of a forward hold all of an end, and whether any of it.
fn holds(layers: &Layers, ends: &Ends, end: &Other) -> (bool, bool) {
    match end {
        Other::Member(_, address) | Other::Address(address) => {
            let address = *address;
            let lengths = 0..=IpNet::from(address).max_prefix_len();
            let mut prefixes =
                lengths.filter_map(|length| IpNet::new(address, length).ok()).map(|prefix| prefix.trunc());
            let internet = || ends.contains(&End::Internet) && layers.is_internet(address);
            let holds = prefixes.any(|prefix| ends.contains(&End::Prefix(prefix))) || internet();
            (holds, holds)
        }
        Other::Zone(_) | Other::Kept(_) => {
            let zone = end.zone();
            let known: Vec<IpNet> = ends.iter().flat_map(|end| layers.prefixes_of(end)).collect();
            let inside = |part: &IpNet| known.iter().any(|prefix| prefix.contains(part));
            let meets = |part: &IpNet| known.iter().any(|prefix| overlaps(prefix, part));
            (zone.iter().all(inside), zone.iter().any(meets))
        }
    }
}

impl Layers<'_> {
    /// The router of a machine on a network, if that is not the machine itself.
    pub(super) fn handing(&self, id: HostId, network: NetworkId, family: Family) -> Option<&Identity> {
        let router = self.members.router(self.members.profile_of[id.index()], network, family);
        router.filter(|router| !router.hosts().contains(&id))
    }

    fn prefixes_of(&self, end: &End) -> Vec<IpNet> {
        match end {
            End::Internet => self.internet().to_vec(),
            End::Prefix(prefix) => vec![*prefix],
        }
    }

    fn is_internet(&self, address: IpAddr) -> bool {
        self.internet().iter().any(|prefix| prefix.contains(&address))
    }
}
