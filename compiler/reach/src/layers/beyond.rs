//! A packet that leaves its segment: what it meets between a machine, a node or a zone and another one, by routers.

use std::net::IpAddr;

use arvc_site::model::{Family, HostId, NetworkId, Router};
use arvc_site::names::is_private;
use arvc_verdict::Verdict;
use ipnet::IpNet;

use super::answer::{Answers, Steps};
use super::decide::{Layers, Other, open, unknown};
use super::{Layer, Party, Step, edge, handed};
use crate::ports::PortSet;

impl Answers<'_, '_> {
    /// What a packet meets that leaves its segment.
    pub(super) fn routed(&self, from: &Party, to: &Party, address: IpAddr, packet: &PortSet) -> Steps {
        let layers = self.layers;
        let (node, forward) = match layers.handed_on(address, packet) {
            Some((node, forward)) => (Some(node), forward.map(|forward| (node, forward))),
            None => (None, None),
        };
        match (from, to) {
            (Party::Host(a), Party::Host(b))
                if layers.network_of(*b, address).is_some_and(|last| self.is_own_router(*b, last)) =>
            {
                let (network, own) = self.leaving(*a, address)?;
                let mut steps: Vec<Step> = layers.leave(*a, network, &Other::Address(address)).into_iter().collect();
                let router = layers.handing(*a, network, Family::of(address));
                // The router itself hands nothing on then.
                if router.is_none_or(|router| !router.hosts().contains(b)) {
                    steps.extend(handed::outwards(layers, *a, network, &[IpNet::from(own)], &[IpNet::from(address)]));
                }
                steps.push(undescribed(address));
                Ok(steps)
            }
            (Party::Host(a), Party::Host(b)) if layers.known_as(*b, address).is_some() => {
                match layers.through_the_world(*a, *b, address, packet) {
                    Some(steps) => Ok(steps),
                    None => {
                        let mut steps = self.out(*a, address)?;
                        steps.push(undescribed(address));
                        Ok(steps)
                    }
                }
            }
            (zone, Party::Host(b)) if layers.known_as(*b, address).is_some() => {
                let (network, own) = layers.known_as(*b, address).ok_or(Verdict::Closed)?;
                let mut zone = self.zone(zone, Family::of(address));
                if zone.is_empty() {
                    return Err(Verdict::Closed);
                }
                if zone.iter().any(|prefix| is_private(prefix.addr())) {
                    zone = layers.world(Family::of(address));
                }
                let note = format!("what {address} hands on to it is not known");
                let mut steps = vec![unknown(Layer::Router, Party::Prefix(IpNet::from(address)), note)];
                let (router, from) = (layers.handing(*b, network, Family::of(own)), Other::Zone(&zone));
                let to = Other::Address(own);
                steps.extend(handed::from_the_world(layers, router, Family::of(own), &from, &to));
                steps.extend(layers.arrive(*b, network, &from));
                Ok(steps)
            }
            (Party::Host(a), Party::Host(b)) if node.is_none() && layers.has(*b, address) => {
                let path = layers.inside(*a, *b, &|_| true).into_iter().find(|path| {
                    path.to.contains(&address)
                        && !path.way.last().is_some_and(|last| layers.members.is_overlay(last))
                        && !self.shares_bridge(*a, path.way)
                        && layers.gate_of(path.way).is_none()
                });
                // Where both are in the world, or one is known to it, that is the way.
                let answers = layers.finds_out(*b, Family::of(address));
                let world = || answers.then(|| layers.through_the_world(*a, *b, address, packet)).flatten();
                let path = path.map(|path| path.steps).or_else(world);
                match path {
                    Some(steps) => Ok(steps),
                    None => {
                        let mut steps = self.out(*a, address)?;
                        steps.push(undescribed(address));
                        let own = IpNet::from(self.leaving(*a, address)?.1);
                        let lost = layers.lost(
                            *b,
                            &[own],
                            Family::of(address),
                            "no answer leaves the machine: it has no way out",
                        );
                        steps.extend(lost);
                        let last = layers.network_of(*b, address).ok_or(Verdict::Closed)?;
                        let own = Other::Address(self.leaving(*a, address)?.1);
                        steps.extend(self.handed_in(*b, last, &own, address));
                        steps.extend(layers.arrive(*b, last, &own));
                        Ok(steps)
                    }
                }
            }
            (Party::Host(a), Party::Host(b)) => {
                let Some((at, forward)) = forward.filter(|(_, forward)| forward.to == *b) else {
                    return Err(Verdict::Closed);
                };
                if let Some(steps) = layers.through_the_world(*a, *b, address, packet).filter(|_| !is_private(address))
                {
                    return Ok(steps);
                }
                let mut steps = self.out(*a, address)?;
                // What a node hands on is for the world, and not for those whose router it is.
                let (network, _) = layers.exit(*a, address).ok_or(Verdict::Closed)?;
                if node.is_some() && layers.node_in_front(*a, network, Family::of(address)) == node {
                    return Err(Verdict::Closed);
                }
                let what = "whether it hands on what comes from inside is not known";
                steps.push(unknown(Layer::Router, Party::Prefix(IpNet::from(address)), what.to_owned()));
                let (_, own) = self.leaving(*a, address)?;
                steps.extend(layers.handed(at, forward, &Other::Address(own)).ok_or(Verdict::Closed)?);
                Ok(steps)
            }
            // Whoever is somewhere in the world is met by no address of his own.
            (Party::Host(a), Party::Node(node)) if layers.is_somewhere(*a) && !is_private(address) => {
                let mut steps: Vec<Step> = layers.handed_away(*node, address).into_iter().collect();
                steps.push(layers.node_hears(*node, &layers.world(Family::of(address)), None));
                Ok(steps)
            }
            (Party::Host(a), Party::Node(node)) => {
                let (network, own) = self.leaving(*a, address)?;
                let passed = layers.is_passed(network, &IpNet::from(address));
                if layers.is_lost(*a, own, address) && !passed {
                    return Err(Verdict::Closed);
                }
                let mut steps = self.out(*a, address)?;
                let out = !is_private(address) && layers.leads_out(network, Family::of(address));
                let near = passed || self.site().networks[network.index()].routed_by(*node);
                if !out && !near {
                    steps.push(undescribed(address));
                }
                // A rule that lets the machine in holds its own address.
                let (seen, own) = match out && !near && is_private(own) {
                    true => (layers.world(Family::of(address)), None),
                    false => (vec![IpNet::from(own)], Some((*a, network))),
                };
                // From those whose router it is, nothing is handed on.
                let behind = layers.node_in_front(*a, network, Family::of(address)) == Some(*node);
                steps.extend(layers.handed_away(*node, address).filter(|_| !behind));
                steps.push(layers.node_hears(*node, &seen, own));
                Ok(steps)
            }
            (Party::Host(a), _) => {
                let mut steps = self.out(*a, address)?;
                steps.push(self.to_the_world(*a, address));
                Ok(steps)
            }
            (Party::Node(own), Party::Host(b)) if node.is_some() => {
                let (at, forward) = forward.filter(|(_, forward)| forward.to == *b).ok_or(Verdict::Closed)?;
                let mut steps = layers.doubt_of_handed(*own, at, address);
                // By which of its addresses it leaves, the route says, which nobody does.
                let seen = layers.world(Family::of(address));
                steps.extend(layers.handed(at, forward, &Other::Zone(&seen)).ok_or(Verdict::Closed)?);
                Ok(steps)
            }
            (Party::Node(own), Party::Node(to)) => {
                let mut sources = self.zone(from, Family::of(address));
                let mut steps = layers.doubt_of_node(*own, address);
                // Into the world it sends from what the world has of it, if that is known.
                match steps.is_empty() {
                    true => sources.retain(|own| !is_private(own.addr())),
                    false => sources.extend(layers.world(Family::of(address))),
                }
                steps.extend(layers.handed_away(*to, address));
                steps.push(layers.node_hears(*to, &sources, None));
                Ok(steps)
            }
            (Party::Node(sender), Party::Host(b)) => {
                let last = layers.network_of(*b, address).ok_or(Verdict::Closed)?;
                // Which of its addresses it takes, the route says, which nobody does.
                let mut own = self.zone(from, Family::of(address));
                if own.is_empty() {
                    return Err(Verdict::Closed);
                }
                let to = IpNet::from(address);
                let passed = layers.is_passed_to_node(*sender, &to);
                if passed {
                    own.retain(|own| layers.is_passed(last, own));
                }
                let out = passed || !is_private(address) && !layers.is_apart(&to);
                if self.is_own_router(*b, last) {
                    return Ok(vec![undescribed(address)]);
                }
                let mut steps: Vec<Step> = (!out).then(|| undescribed(address)).into_iter().collect();
                let mut world = layers.world(Family::of(address));
                if layers.handing(*b, last, Family::of(address)).is_some() {
                    world.extend(&own);
                }
                let translated = out && !passed && own.iter().any(|own| is_private(own.addr()));
                let seen = if translated { &world } else { &own };
                steps.extend(self.handed_in(*b, last, &Other::Zone(seen), address));
                steps.extend(layers.arrive(*b, last, &Other::Zone(seen)));
                steps.extend(layers.lost(
                    *b,
                    &own,
                    Family::of(address),
                    "no answer leaves the machine: it has no way out",
                ));
                Ok(steps)
            }
            (zone, Party::Host(b)) => {
                let zone = self.zone(zone, Family::of(address));
                if zone.is_empty() {
                    return Err(Verdict::Closed);
                }
                if let Some(node) = node {
                    let (at, forward) = forward.filter(|(_, forward)| forward.to == *b).ok_or(Verdict::Closed)?;
                    // What it hands on is for the world, and not for those whose router it is.
                    if zone.iter().all(|prefix| layers.is_behind(node, prefix)) {
                        return Err(Verdict::Closed);
                    }
                    return layers.handed(at, forward, &Other::Zone(&zone)).ok_or(Verdict::Closed);
                }
                let last = layers.network_of(*b, address).ok_or(Verdict::Closed)?;
                let far = zone.iter().all(|prefix| !is_private(prefix.addr()));
                let passed = zone.iter().all(|prefix| layers.is_passed(last, prefix));
                let lost = far && is_private(address) && !passed;
                // The Internet leads nobody there; one who is named may have a way of his own.
                if lost && *from == Party::Internet {
                    return Err(Verdict::Closed);
                }
                if self.is_own_router(*b, last) {
                    return Ok(vec![undescribed(address)]);
                }
                if !layers.answers(*b, &zone, Family::of(address)) {
                    return Err(Verdict::Closed);
                }
                let mut steps: Vec<Step> = match lost {
                    true => vec![undescribed(address)],
                    false => edge::inwards(layers, last, *b, address, &zone),
                };
                steps.extend(layers.arrive(*b, last, &Other::Zone(&zone)));
                Ok(steps)
            }
            (zone, Party::Node(node)) => {
                let zone = self.zone(zone, Family::of(address));
                let far = zone.iter().all(|prefix| !is_private(prefix.addr()));
                let lost = far && is_private(address);
                let handed = layers.handed_on(address, packet).is_some_and(|(_, forward)| forward.is_some());
                let behind = zone.iter().all(|prefix| layers.is_behind(*node, prefix));
                if zone.is_empty() || lost && *from == Party::Internet || handed && !behind {
                    return Err(Verdict::Closed);
                }
                let passed = zone.iter().all(|prefix| layers.is_passed_to_node(*node, prefix));
                let (near, lost) = (!far && !behind && !passed, lost && !passed);
                let apart = zone.iter().any(|prefix| layers.is_apart(prefix) && !layers.is_beside(*node, prefix));
                let mut steps: Vec<Step> = (lost || near || apart).then(|| undescribed(address)).into_iter().collect();
                steps.push(layers.node_hears(*node, &zone, None));
                Ok(steps)
            }
            (Party::Prefix(own), _) => Ok(self.stranger_out(*own, address)),
            _ => Err(Verdict::Unknown { missing: "what routes between the two".to_owned() }),
        }
    }

    /// What somebody of a network of the site meets who is no machine of it: its router.
    fn stranger_out(&self, own: IpNet, address: IpAddr) -> Vec<Step> {
        let (layers, family, to) = (self.layers, Family::of(address), IpNet::from(address));
        let networks = self.site().networks.iter().zip((0..).map(NetworkId));
        let mut networks = networks.filter(|(network, _)| !network.is_overlay() && network.contains(own.addr()));
        let Some((_, network)) = networks.next() else { return vec![undescribed(address)] };
        let router = layers.members.router_of_all(network, family);
        let mut steps = handed::outwards_by(layers, router, family, &[own], &[to]);
        let known = layers.leads_out(network, family) && !is_private(address) && !layers.is_apart(&to);
        let known = known || layers.is_passed(network, &to);
        steps.push(match known {
            true => open(Layer::Router, Party::Prefix(to), "it is taken to lead into the world"),
            false => undescribed(address),
        });
        steps
    }

    /// The network by which a machine's packets leave for a router, and its own address there: where the address is of its own
    /// segment, another one that has a router, since there it would need none.
    fn leaving(&self, host: HostId, address: IpAddr) -> Result<(NetworkId, IpAddr), Verdict> {
        let layers = self.layers;
        // A guest whose networks have no router was told of none, and its system finds no way.
        let found = layers.exit(host, address).filter(|_| layers.finds_out(host, Family::of(address)));
        let found = found.ok_or_else(|| self.without_source(host, None))?;
        if !self.site().networks[found.0.index()].contains(address) {
            return Ok(found);
        }
        let family = Family::of(address);
        let mut out = layers.members.way_out(layers.members.profile_of[host.index()], family).into_iter();
        let other = out.find(|network| *network != found.0);
        Ok(other.and_then(|network| Some((network, layers.address(host, network, family)?))).unwrap_or(found))
    }

    /// Whether a machine meets the target of a way without a router: then it is no routed one.
    fn shares_bridge(&self, a: HostId, way: super::Way) -> bool {
        let super::Way::Direct(network) = way else { return false };
        self.site().networks[network.index()].is_bridge() && self.layers.host(a).is_on(network)
    }

    /// Whether a machine is the router of a network: it takes what comes in at another device for its address there.
    fn is_own_router(&self, host: HostId, network: NetworkId) -> bool {
        let site = self.site();
        site.networks[network.index()].gateways().iter().any(|gateway| match gateway.router {
            Router::Host(own) => own == host,
            Router::Vip(vip) => site.vips[vip.index()].owners.binary_search(&host).is_ok(),
            _ => false,
        })
    }

    /// What a machine's own layers say to a packet that leaves its segment, and the router there, if it is one of ours.
    fn out(&self, host: HostId, address: IpAddr) -> Steps {
        let (network, own) = self.leaving(host, address)?;
        let mut steps: Vec<Step> = self.layers.leave(host, network, &Other::Address(address)).into_iter().collect();
        steps.extend(handed::outwards(self.layers, host, network, &[IpNet::from(own)], &[IpNet::from(address)]));
        Ok(steps)
    }

    /// What a router of ours in front of a machine says to a packet that comes from beyond it.
    fn handed_in(&self, host: HostId, network: NetworkId, from: &Other, to: IpAddr) -> Vec<Step> {
        let router = self.layers.handing(host, network, Family::of(to));
        handed::steps(self.layers, router, Family::of(to), from, &Other::Address(to)).unwrap_or_default()
    }

    /// Whether what leaves the site by a machine's router gets anywhere.
    fn to_the_world(&self, host: HostId, address: IpAddr) -> Step {
        let (layers, family, to) = (self.layers, Family::of(address), IpNet::from(address));
        let exit = layers.exit(host, address).map(|(network, _)| network);
        let led = |network: &NetworkId| layers.leads_out(*network, family) && !is_private(address);
        match exit.filter(|network| led(network) || layers.is_passed(*network, &to)) {
            Some(network) => layers
                .undescribed(host, network, family, &[to])
                .unwrap_or_else(|| open(Layer::Router, Party::Prefix(to), "it is taken to lead into the world")),
            None => undescribed(address),
        }
    }
}

/// A router of which nobody says what it lets through.
fn undescribed(address: IpAddr) -> Step {
    unknown(Layer::Router, Party::Prefix(IpNet::from(address)), "what routes between the two".to_owned())
}

impl Layers<'_> {
    fn has(&self, host: HostId, address: IpAddr) -> bool {
        self.network_of(host, address).is_some()
    }

    /// The network on which a machine has an address, if it is no overlay.
    fn network_of(&self, host: HostId, address: IpAddr) -> Option<NetworkId> {
        let networks = self.host(host).interfaces.iter().map(|it| it.network);
        let mut below = networks.filter(|network| !self.site.networks[network.index()].is_overlay());
        below.find(|network| self.met(host, *network).contains(&address))
    }
}
