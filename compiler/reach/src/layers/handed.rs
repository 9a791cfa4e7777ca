//! A router that is a guest of ours, or that Ansible configures: what its own layers hand on.
//!
//! A packet meets its Proxmox firewall twice, where it comes in and where it leaves, and its packet filter in between. The first is
//! wider than what is handed on: it also lets in what is for the router itself.

use std::net::IpAddr;

use arvc_site::model::{Family, HostId, Kind, NetworkId};
use arvc_site::names::is_private;
use ipnet::IpNet;

use super::decide::{Layers, Other, open, unknown};
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
    let all = router?.hosts();
    let is_ours = |host: &HostId| {
        let host = layers.host(*host);
        host.status.is_there() && (host.kind != Kind::Machine || host.is_configured())
    };
    if all.is_empty() || !all.iter().all(is_ours) {
        return None;
    }
    let mut each = all.iter().map(|id| steps_of(layers, *id, family, from, to));
    let first = each.next()?;
    Some(each.fold(first, by_turns))
}

/// What two machines make of a packet that are a router by turns: of each layer, certain is what both let through.
fn by_turns(one: Vec<Step>, other: Vec<Step>) -> Vec<Step> {
    let alike = |a: &Step, b: &Step| (a.layer, &a.lower, &a.upper) == (b.layer, &b.lower, &b.upper);
    if one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| alike(a, b)) {
        return one;
    }
    let layers = [Layer::ProxmoxIn, Layer::Forward, Layer::ProxmoxOut].into_iter();
    let merged = layers.filter_map(|layer| {
        let of = |steps: &[Step]| steps.iter().find(|step| step.layer == layer).cloned();
        let (a, b) = match (of(&one), of(&other)) {
            (Some(a), Some(b)) => (a, b),
            // Who does not have a layer lets everything through there.
            (Some(a), None) | (None, Some(a)) => (a.clone(), open(layer, a.at, "")),
            (None, None) => return None,
        };
        Some(Step { lower: a.lower.intersection(&b.lower), upper: a.upper.union(&b.upper), ..a })
    });
    merged.collect()
}

/// The steps at one machine that is a router.
fn steps_of(layers: &Layers, id: HostId, family: Family, from: &Other, to: &Other) -> Vec<Step> {
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
        // As of a router that is nobody's here: else no site behind one would have a way out.
        false if is_outward(layers, id, family, to) => {
            open(Layer::Forward, Party::Host(id), "it is taken to lead into the world")
        }
        false => unknown(Layer::Forward, Party::Host(id), "arvc configures none on this machine".to_owned()),
    });
    if host.kind != Kind::Machine {
        steps.push(handed(Layer::ProxmoxOut));
    }
    steps
}

/// The same of what comes for an address of the world. One that nobody configures is taken to hand that on, as it is to lead out: its
/// firewall lets in what it may.
pub(super) fn from_the_world(
    layers: &Layers,
    router: Option<&Identity>,
    family: Family,
    from: &Other,
    to: &Other,
) -> Vec<Step> {
    let known = |step: Step| match step.layer == Layer::Forward && step.is_unknown() {
        true => open(Layer::Forward, step.at, "it is taken to hand on what is for an address of the world"),
        false => step,
    };
    steps(layers, router, family, from, to).into_iter().flatten().map(known).collect()
}

/// Whether all of an end is in the world, where a router sends by its way out.
fn is_outward(layers: &Layers, id: HostId, family: Family, to: &Other) -> bool {
    let apart = |address: IpAddr| layers.is_apart(&IpNet::from(address));
    let outside = |address: IpAddr| !is_private(address) && !is_on_a_foot(layers, id, address) && !apart(address);
    let all = match to {
        Other::Member(_, address) | Other::Address(address) => outside(*address),
        Other::Zone(_) | Other::Kept(_) | Other::Others(_) => to.zone().iter().all(|prefix| outside(prefix.addr())),
    };
    all && next(layers, id, family).is_some()
}

/// Whether an address is on a network of a machine.
fn is_on_a_foot(layers: &Layers, id: HostId, address: IpAddr) -> bool {
    let mut networks = layers.host(id).interfaces.iter().map(|it| &layers.site.networks[it.network.index()]);
    networks.any(|network| network.contains(address))
}

/// What the firewall of a machine says to its own packets, with what the rules for handing on let through besides: who may send is
/// there said by addresses, and the router's own may be among them.
pub(super) fn besides(layers: &Layers, own: Step, id: HostId, network: NetworkId, other: &Other) -> Step {
    let outwards = own.layer == Layer::ProxmoxOut;
    let here = |forward: &&Forward| {
        let (device, ends) = if outwards { (forward.out, &forward.from) } else { (forward.into, &forward.to) };
        let mut addresses =
            layers.met(id, network).into_iter().filter(|address| Family::of(*address) == forward.family);
        !forward.hidden
            && device == Some(network)
            && addresses.any(|address| holds(layers, ends, &Other::Address(address)).0)
    };
    let mut forwards = layers.policies.of(id).forward.iter().filter(here).peekable();
    if forwards.peek().is_none() {
        return own;
    }
    let mut step = own;
    for forward in forwards {
        let (all, some) = holds(layers, if outwards { &forward.to } else { &forward.from }, other);
        if some {
            step.upper = step.upper.union(&forward.ports);
            let rule = (forward.ports.clone(), forward.reason.clone());
            step.rules = step.rules.iter().cloned().chain([rule]).collect();
        }
        if all {
            step.lower = step.lower.union(&forward.ports);
        }
    }
    step
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

/// What stands between what a machine sends from one of its addresses on a network, and addresses beyond a router of ours, which may be
/// another router.
pub(super) fn outwards(layers: &Layers, id: HostId, network: NetworkId, from: &[IpNet], to: &[IpNet]) -> Vec<Step> {
    let inside =
        |prefix: &IpNet| layers.site.networks[network.index()].prefixes().any(|own| own.value.contains(prefix));
    let Some(family) = to.first().map(Family::of_prefix).filter(|_| !to.iter().all(inside)) else { return Vec::new() };
    outwards_by(layers, layers.handing(id, network, family), family, from, to)
}

/// The same by the router that they leave by.
pub(super) fn outwards_by(
    layers: &Layers,
    router: Option<&Identity>,
    family: Family,
    from: &[IpNet],
    to: &[IpNet],
) -> Vec<Step> {
    let ends = [from, to].map(|end| match end {
        [one] if one.prefix_len() == one.max_prefix_len() => Other::Address(one.addr()),
        _ => Other::Zone(end),
    });
    outwards_between(layers, router, family, (&ends[0], from), (&ends[1], to))
}

/// The same between ends as rules meet them, with the addresses that they are.
pub(super) fn outwards_between(
    layers: &Layers,
    router: Option<&Identity>,
    family: Family,
    (source, from): (&Other, &[IpNet]),
    (target, to): (&Other, &[IpNet]),
) -> Vec<Step> {
    let Some(mut steps) = steps(layers, router, family, source, target) else { return Vec::new() };
    steps.extend(beyond(layers, router, family, from, to));
    steps
}

/// Who a router of ours sends to what it does not know, and whether that has a way back to what the router is in front of: nothing
/// that arvc writes gives a packet the router's own address.
fn beyond(layers: &Layers, router: Option<&Identity>, family: Family, from: &[IpNet], to: &[IpNet]) -> Option<Step> {
    let id = *router?.hosts().first()?;
    let feet = |prefix: &IpNet| {
        let prefix = *prefix;
        let networks = layers.host(id).interfaces.iter().map(|it| it.network);
        let holds = move |network: &NetworkId| {
            let mut own = layers.site.networks[network.index()].prefixes();
            own.any(|own| own.value.contains(&prefix))
        };
        networks.filter(holds)
    };
    let profile = layers.members.profile_of[id.index()];
    let behind = |network: NetworkId| layers.members.router_of_segment(profile, network, family) == router;
    if to.iter().all(|prefix| feet(prefix).any(behind)) {
        return None;
    }
    let own = &layers.host(id).named.path;
    // Whoever is on a network of it that has another router, or none, would have to know of what is behind this one.
    if to.iter().any(|prefix| feet(prefix).next().is_some() || layers.is_apart(prefix)) {
        let note = format!("whether anything there knows a way back to what is behind {own} is not known");
        return Some(unknown(Layer::Router, Party::Host(id), note));
    }
    let Some((network, next)) = next(layers, id, family) else {
        let note = Some("it has no way there".to_owned());
        let (lower, upper, rules) = (PortSet::none(), PortSet::none(), std::rc::Rc::default());
        return Some(Step { layer: Layer::Router, at: Party::Host(id), lower, upper, rules, note });
    };
    // What arvc does not configure is taken to translate, like any router that is nobody's here.
    if !layers.host(id).is_configured() {
        return None;
    }
    let known = from.iter().all(|prefix| !is_private(prefix.addr()));
    let (at, name) = match next {
        // It translates for its own networks alone.
        Some(Identity::Node(node)) => (Party::Node(*node), layers.site.nodes[node.index()].named.path.clone()),
        Some(Identity::Host(other)) if !known || layers.host(*other).kind != Kind::Machine => {
            (Party::Host(*other), layers.host(*other).named.path.clone())
        }
        Some(Identity::Host(_) | Identity::Address(_)) if known => return None,
        _ => (Party::Host(id), format!("the router of {}", layers.site.networks[network.index()].named.path)),
    };
    Some(unknown(Layer::Router, at, format!("whether {name} knows a way back to what is behind {own} is not known")))
}

/// The network by which a router leaves for what it does not know, and its router there: none that it is itself.
fn next<'l>(layers: &'l Layers, id: HostId, family: Family) -> Option<(NetworkId, Option<&'l Identity>)> {
    let profile = layers.members.profile_of[id.index()];
    let ways = layers.members.way_out(profile, family).into_iter();
    let mut ways = ways.map(|network| (network, layers.members.router(profile, network, family)));
    ways.find(|(network, router)| {
        let own = router.is_some_and(|router| router.hosts().contains(&id));
        !own && layers.leads_out(*network, family)
    })
}

/// The router's network that leads to an end.
fn foot(layers: &Layers, id: HostId, end: &Other) -> std::option::IntoIter<NetworkId> {
    let address = match end {
        Other::Member(_, address) | Other::Address(address) => Some(*address),
        Other::Zone(_) | Other::Kept(_) | Other::Others(_) => end.zone().first().map(IpNet::addr),
    };
    let on = layers.host(id).interfaces.iter().map(|interface| interface.network);
    let mut on = on.filter(|network| !layers.site.networks[network.index()].is_overlay());
    let near = address.and_then(|address| on.find(|network| layers.site.networks[network.index()].contains(address)));
    let out = || next(layers, id, Family::of(address?)).map(|(network, _)| network);
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
        Other::Zone(_) | Other::Kept(_) | Other::Others(_) => {
            let zone = end.zone();
            let known: Vec<IpNet> = ends.iter().flat_map(|end| layers.prefixes_of(end)).collect();
            let inside = |part: &IpNet| known.iter().any(|prefix| prefix.contains(part));
            let others = matches!(end, Other::Others(_));
            // Nobody else is at an address that the site gives away.
            let theirs = |prefix: &IpNet, part: &IpNet| others && prefix != part && layers.is_given_away(prefix);
            let meets = |part: &IpNet| known.iter().any(|prefix| overlaps(prefix, part) && !theirs(prefix, part));
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

    /// What a router of ours says to what a machine sends on a network to an address beyond it.
    pub(crate) fn handed_out(&self, id: HostId, network: NetworkId, to: IpAddr) -> Vec<Step> {
        let from = self.foot(id, network, Family::of(to)).map(|foot| foot.prefixes()).unwrap_or_default();
        outwards(self, id, network, &from, &[IpNet::from(to)])
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
