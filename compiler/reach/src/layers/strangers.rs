//! The ways of those who are no machines of the site: between addresses that nobody has, and from a node to such. Nothing of ours
//! filters at these ends, so what decides is where each of them is, and who routes in between.
//!
//! A set of addresses is taken apart by where they are. What is certain of it is certain of each part, and what may be of any.

use std::rc::Rc;

use arvc_site::model::{Family, Gateway, NetworkId, NodeId, Router};
use arvc_site::names::is_private;
use ipnet::IpNet;

use super::decide::{Layers, Other, open, router, unknown};
use super::{Layer, Party, Path, Step, Way, edge, handed, pools};
use crate::address::{node_on, public, subtract};
use crate::members::overlaps;
use crate::ports::PortSet;
use crate::routers::Identity;

/// Where addresses are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On a network of the site.
    On(NetworkId),
    /// On none, and the world leads to them.
    World,
    /// On none, and it does not.
    Nowhere,
}

/// Addresses that are at one place, of one family; of a network those that the world leads to and the others are apart.
struct Part {
    place: Place,
    prefixes: Rc<[IpNet]>,
    /// Whether those that are a machine's or a node's are asked for as that.
    others: bool,
}

impl Part {
    /// The only address, if it is one.
    fn alone(&self) -> Option<IpNet> {
        match *self.prefixes {
            [one] if one.prefix_len() == one.max_prefix_len() => Some(one),
            _ => None,
        }
    }

    /// As rules meet them.
    fn end(&self) -> Other<'_> {
        match self.alone() {
            Some(one) => Other::Address(one.addr()),
            None if self.others => Other::Others(&self.prefixes),
            None => Other::Kept(&self.prefixes),
        }
    }

    fn is_private(&self) -> bool {
        self.prefixes.iter().any(|prefix| is_private(prefix.addr()))
    }

    /// One of them, as a party.
    fn party(&self) -> Party {
        Party::Prefix(self.prefixes[0])
    }
}

impl Layers<'_> {
    /// The ways between addresses that no machine has.
    pub(super) fn between_strangers(&self, source: &Party, target: &Party) -> Vec<Path> {
        let of_family = |family| {
            let (sources, targets) = (self.places(source, family), self.places(target, family));
            let pairs = sources.iter().flat_map(|from| targets.iter().map(move |to| (from, to)));
            // Nobody connects to himself.
            let pairs = pairs.filter(|(from, to)| from.alone().is_none() || from.alone() != to.alone());
            together(pairs.filter_map(|(from, to)| self.stranger_to(family, from, to)).collect())
        };
        Family::ALL.into_iter().flat_map(of_family).collect()
    }

    /// The ways of a node to addresses that no machine has. What it sends is not filtered.
    pub(super) fn node_to_strangers(&self, node: NodeId, target: &Party) -> Vec<Path> {
        let of_family = |family| {
            let targets = self.places(target, family);
            together(targets.iter().filter_map(|to| self.node_to_stranger(family, node, to)).collect())
        };
        Family::ALL.into_iter().flat_map(of_family).collect()
    }

    /// The addresses of a zone in a family by where they are.
    fn places(&self, zone: &Party, family: Family) -> Vec<Part> {
        let all = self.zone(zone);
        let all: Vec<IpNet> = all.iter().copied().filter(|prefix| Family::of_prefix(prefix) == family).collect();
        let others = matches!(zone.whole(), Party::Prefix(_));
        let mut parts = Vec::new();
        let mut add = |place, prefixes: Vec<IpNet>| {
            let (private, public): (Vec<IpNet>, Vec<IpNet>) =
                prefixes.into_iter().partition(|prefix| is_private(prefix.addr()));
            let parts_of = [private, public].into_iter().filter(|prefixes| !prefixes.is_empty());
            parts.extend(parts_of.map(|prefixes| Part { place, prefixes: prefixes.into(), others }));
        };
        let mut taken = Vec::new();
        for id in self.site.network_ids() {
            let own = self.site.networks[id.index()].prefixes().map(|own| own.value.trunc());
            let own: Vec<IpNet> = own.filter(|own| Family::of_prefix(own) == family).collect();
            let mut here = common(&all, &own);
            // Who answers for the addresses of a pool is another question than who is on the network.
            for pool in pools::owned(self, id) {
                let inside = common(&here, &pool);
                here = subtract(&here, &inside);
                add(Place::On(id), inside);
            }
            add(Place::On(id), here);
            taken.extend(own);
        }
        let rest = subtract(&all, &taken);
        add(Place::World, common(&rest, public()));
        add(Place::Nowhere, subtract(&rest, public()));
        parts
    }

    fn stranger_to(&self, family: Family, from: &Part, to: &Part) -> Option<Path> {
        let path = |way, steps| Path { way, from: None, to: vec![to.prefixes[0].addr()], steps };
        let overlay = |place| matches!(place, Place::On(network) if self.members.is_overlay(network));
        let answered = |network| pools::answered(self, network, &to.prefixes);
        Some(match (from.place, to.place) {
            (Place::On(first), Place::On(last)) if first == last => {
                let path_of = &self.site.networks[first.index()].named.path;
                let doubt = if self.members.is_overlay(first) {
                    Some(format!("whose certificates have these addresses of {path_of} is not known"))
                } else if self.segments.whole(first).is_none() {
                    Some(format!("whether they are on one segment of {path_of} is not known"))
                } else {
                    None
                };
                let doubt = doubt.map(|note| unknown(Layer::Router, to.party(), note));
                path(Way::Direct(first), doubt.into_iter().chain(answered(first)).collect())
            }
            // Nothing leads into an overlay but its members, and no address of the world is one's.
            (Place::World, place) if overlay(place) => return None,
            (first, last) if overlay(first) || overlay(last) => {
                let Place::On(network) = (if overlay(last) { last } else { first }) else { return None };
                let path_of = &self.site.networks[network.index()].named.path;
                let note = format!("whether anything leads between {path_of} and what is on no overlay is not known");
                path(Way::Direct(network), vec![unknown(Layer::Router, to.party(), note)])
            }
            (Place::On(first), Place::On(last)) => {
                let steps = self.by_routers(family, (first, from), (last, to));
                path(Way::Routed(first, last), steps.into_iter().chain(answered(last)).collect())
            }
            (Place::On(first), _) => path(Way::Direct(first), self.out_of(family, first, from, to)),
            (_, Place::On(last)) => {
                let steps = self.in_to(family, last, from, to);
                path(Way::Direct(last), steps.into_iter().chain(answered(last)).collect())
            }
            _ => {
                let note = "none of both is on a network of this site".to_owned();
                path(Way::Elsewhere, vec![unknown(Layer::Router, to.party(), note)])
            }
        })
    }

    /// From one network into another.
    fn by_routers(
        &self,
        family: Family,
        (first, from): (NetworkId, &Part),
        (last, to): (NetworkId, &Part),
    ) -> Vec<Step> {
        let there = self.members.router_of_all(first, family);
        let back = self.members.router_of_all(last, family);
        if let (Some(identity), true) = (there, there == back) {
            if let Some(ours) = handed::steps(self, there, family, &from.end(), &to.end()) {
                return ours;
            }
            let Some(gateway) = self.gateway_of(first, family) else { return Vec::new() };
            let at = router(gateway.router, gateway.address);
            return vec![match identity {
                Identity::Node(_) => open(Layer::Router, at, "a node forwards between its networks"),
                _ if to.prefixes.iter().all(|prefix| self.is_passed(first, prefix)) => {
                    open(Layer::Router, at, edge::UNFILTERED)
                }
                _ => {
                    unknown(Layer::Router, at, format!("what {} lets through is not known", edge::named(self, gateway)))
                }
            }];
        }
        let mut steps = self.out_of(family, first, from, to);
        // A node that stands in the other network hands packets on to whoever is there.
        let beside = |node: &NodeId| to.prefixes.iter().all(|prefix| self.is_beside(*node, prefix));
        if !matches!(there, Some(Identity::Node(node)) if beside(node)) {
            steps.extend(self.in_to(family, last, from, to));
        }
        steps
    }

    /// What stands between a network and addresses that are not of it.
    fn out_of(&self, family: Family, network: NetworkId, from: &Part, to: &Part) -> Vec<Step> {
        let identity = self.members.router_of_all(network, family);
        let ends = ((&from.end(), &*from.prefixes), (&to.end(), &*to.prefixes));
        let mut steps = handed::outwards_between(self, identity, family, ends.0, ends.1);
        if !steps.is_empty() {
            return steps;
        }
        let node = match identity {
            Some(Identity::Node(node)) => Some(*node),
            _ => None,
        };
        let world = |prefix: &IpNet| self.is_in_the_world(prefix) && self.leads_out(network, family);
        let beside = |prefix: &IpNet| node.is_some_and(|node| self.is_beside(node, prefix));
        let led = |prefix: &IpNet| world(prefix) || beside(prefix) || self.is_passed(network, prefix);
        let path = &self.site.networks[network.index()].named.path;
        let (at, name) = match self.gateway_of(network, family) {
            Some(gateway) => (router(gateway.router, gateway.address), Some(edge::named(self, gateway))),
            None => (to.party(), None),
        };
        steps.push(match (to.prefixes.iter().all(led), name) {
            (true, _) => open(Layer::Router, at, "what leads out of the network leads there"),
            (false, Some(name)) => unknown(Layer::Router, at, format!("what {name} lets through is not known")),
            (false, None) => unknown(Layer::Router, at, format!("what leads from {path} there is not known")),
        });
        steps
    }

    /// What stands between addresses that are not of a network and those of it.
    fn in_to(&self, family: Family, network: NetworkId, from: &Part, to: &Part) -> Vec<Step> {
        let path = &self.site.networks[network.index()].named.path;
        let Some(gateway) = self.gateway_of(network, family) else {
            // A public address that is on no bridge is met from everywhere.
            let far = |prefix: &IpNet| !is_private(prefix.addr()) && !self.is_apart(prefix);
            let known = from.prefixes.iter().all(far) && to.prefixes.iter().all(far);
            let note = format!("what leads to {path} is not known");
            return (!known).then(|| unknown(Layer::Router, to.party(), note)).into_iter().collect();
        };
        let at = router(gateway.router, gateway.address);
        let identity = self.members.router_of_all(network, family);
        if let Some(mut steps) = handed::steps(self, identity, family, &from.end(), &to.end()) {
            if from.place == Place::Nowhere || to.is_private() {
                let note = format!("what leads from there to {} is not known", edge::named(self, gateway));
                steps.insert(0, unknown(Layer::Router, at, note));
            }
            return steps;
        }
        if self.site.networks[network.index()].unfiltered_router(family).is_some() {
            let far = |prefix: &IpNet| !to.is_private() && !is_private(prefix.addr()) && !self.is_apart(prefix);
            if from.prefixes.iter().all(|prefix| far(prefix) || self.is_passed(network, prefix)) {
                return vec![open(Layer::Router, at, edge::UNFILTERED)];
            }
        }
        let Some(Identity::Node(node)) = identity else {
            return vec![unknown(
                Layer::Router,
                at,
                format!("what {} hands on is not known", edge::named(self, gateway)),
            )];
        };
        let doubt = || {
            let path = &self.site.nodes[node.index()].named.path;
            vec![unknown(
                Layer::Router,
                at.clone(),
                format!("whether anything leads from there to {path} is not known"),
            )]
        };
        let beside = |prefix: &IpNet| self.is_beside(*node, prefix);
        match (to.is_private(), from.is_private()) {
            (_, true) if from.place == Place::Nowhere => doubt(),
            (false, _) if from.prefixes.iter().all(|prefix| beside(prefix) || !self.is_apart(prefix)) => {
                vec![open(Layer::Router, at, "the address is a public one")]
            }
            // What it hands on, it hands on to machines.
            (true, false) if !from.prefixes.iter().any(beside) => {
                let (lower, upper, rules) = (PortSet::none(), PortSet::none(), Rc::default());
                let note = Some("it hands no port on to an address that no machine has".to_owned());
                vec![Step { layer: Layer::Router, at, lower, upper, rules, note }]
            }
            _ => doubt(),
        }
    }

    fn node_to_stranger(&self, family: Family, node: NodeId, to: &Part) -> Option<Path> {
        let own = &self.site.nodes[node.index()];
        let path = |way, steps| Path { way, from: None, to: vec![to.prefixes[0].addr()], steps };
        let on = |network: NetworkId| !node_on(self.site, network, node).is_empty();
        let of_uplink = own.uplink.as_ref().is_some_and(|uplink| Family::of(uplink.address.value) == family);
        let mut networks = self.site.network_ids();
        let leads_out = of_uplink
            || networks.any(|id| {
                let gateway = self.gateway_of(id, family).filter(|_| on(id));
                gateway.is_some_and(|gateway| gateway.router != Router::Node(node))
            });
        let known = leads_out && to.prefixes.iter().all(|prefix| self.is_in_the_world(prefix));
        let doubt = || {
            let note = format!("what leads from {} there is not known", own.named.path);
            (!known).then(|| unknown(Layer::Router, to.party(), note))
        };
        Some(match to.place {
            Place::On(network) if self.members.is_overlay(network) => return None,
            Place::On(network) => {
                let beside = to.prefixes.iter().all(|prefix| self.is_beside(node, prefix));
                let doubt = if beside { None } else { doubt() };
                let answered = pools::answered(self, network, &to.prefixes);
                path(Way::Direct(network), doubt.into_iter().chain(answered).collect())
            }
            Place::World | Place::Nowhere => path(Way::Elsewhere, doubt().into_iter().collect()),
        })
    }

    /// Who is the router of a network in a family.
    fn gateway_of(&self, network: NetworkId, family: Family) -> Option<&Gateway> {
        let network = &self.site.networks[network.index()];
        network.gateway(family).or(network.router.as_ref())
    }
}

/// The ways of the parts of one question: certain is what is certain of each part.
fn together(mut paths: Vec<Path>) -> Vec<Path> {
    let certain = paths.iter().fold(PortSet::all(), |all, path| all.intersection(&path.lower()));
    for path in paths.iter_mut().filter(|path| path.lower() != certain) {
        let rules = Rc::from([(PortSet::all(), "some of these addresses are not beyond it".into())]);
        let note = Some("so it is of some of these addresses, and not of each".to_owned());
        let at = path.to.first().map_or(Party::Internet, |to| Party::Prefix(IpNet::from(*to)));
        path.steps.push(Step { layer: Layer::Router, at, lower: certain.clone(), upper: PortSet::all(), rules, note });
    }
    paths
}

/// What two lists of prefixes have in common.
fn common(some: &[IpNet], others: &[IpNet]) -> Vec<IpNet> {
    let of = |one: &IpNet| {
        let one = *one;
        let met = others.iter().filter(move |other| overlaps(&one, other));
        met.map(move |other| if other.contains(&one) { one } else { *other })
    };
    some.iter().flat_map(of).collect()
}
