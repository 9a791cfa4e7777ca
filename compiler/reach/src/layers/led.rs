//! Where addresses that no machine has lie, seen from a machine or a node: beside it, where a node leads, out in the world, or beyond
//! a router of which nobody says what it lets through.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use arvc_site::model::{Family, HostId, Network, NetworkId, NetworkKind, NodeId, Router, Site};
use arvc_site::names::is_private;
use ipnet::IpNet;

use super::decide::{Layers, router};
use super::{Layer, Party, Step, edge};
use crate::address::{node_on, public};
use crate::members::{meets, overlaps};
use crate::ports::PortSet;

/// What is known of the way to a prefix.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Led {
    /// It is on the segment, a node leads there, or it is in the world.
    Known,
    /// Some of its addresses are on the segment.
    Partly,
    /// A router leads there that the site does not describe, or nothing.
    Unknown,
}

impl Layers<'_> {
    /// The router between what a machine sends on a network and addresses that no machine has; none if nothing stands between that
    /// the site does not describe.
    pub(super) fn undescribed(
        &self,
        host: HostId,
        network: NetworkId,
        family: Family,
        prefixes: &[IpNet],
    ) -> Option<Step> {
        let there = &self.site.networks[network.index()];
        let node = self.node_in_front(host, network, family);
        let leads_out = self.leads_out(network, family);
        let led = |prefix: &IpNet| {
            if holds(there, prefix) {
                Led::Known
            } else if meets(prefix, there) {
                Led::Partly
            } else if node.is_some_and(|node| self.is_beside(node, prefix))
                || leads_out && self.is_in_the_world(prefix)
                || self.is_passed(network, prefix)
            {
                Led::Known
            } else {
                Led::Unknown
            }
        };
        let gateway = there.gateway(family).or(there.router.as_ref());
        let (at, note) = match gateway {
            Some(gateway) => {
                let name = edge::named(self, gateway);
                (router(gateway.router, gateway.address), format!("what {name} lets through is not known"))
            }
            None => {
                let at = Party::Prefix(*prefixes.first()?);
                (at, format!("what leads from {} there is not known", there.named.path))
            }
        };
        step(at, note, prefixes.iter().map(led))
    }

    /// The same between a node and addresses that no machine has, or the addresses of another node, of which any may be taken.
    pub(super) fn undescribed_to_node(&self, zone: &Party, node: NodeId, prefixes: &[IpNet]) -> Option<Step> {
        let met = |prefix: &IpNet| self.is_met_from_the_world(node, Family::of_prefix(prefix));
        let stands_in_part = |prefix: &IpNet| {
            let meets = |id: &NetworkId| meets(prefix, &self.site.networks[id.index()]);
            self.site.network_ids().filter(meets).any(|id| !node_on(self.site, id, node).is_empty())
        };
        let led = |prefix: &IpNet| {
            let passed = || self.is_passed_to_node(node, prefix);
            if self.is_beside(node, prefix) || self.is_in_the_world(prefix) && met(prefix) || passed() {
                Led::Known
            } else if stands_in_part(prefix) {
                Led::Partly
            } else {
                Led::Unknown
            }
        };
        let mut all = prefixes.iter().map(led);
        if matches!(zone, Party::Node(_)) && all.clone().any(|led| led == Led::Known) {
            return None;
        }
        let beyond = prefixes.iter().zip(all.clone()).find(|(_, led)| *led == Led::Unknown).map(|(prefix, _)| *prefix);
        let beyond = beyond.or_else(|| prefixes.first().copied())?;
        let path = &self.site.nodes[node.index()].named.path;
        let note = format!("what leads between {} and {path} is not known", Party::Prefix(beyond).name(self.site));
        let gateways = self.site.networks.iter().filter(|network| holds(network, &beyond));
        let gateway = gateways.into_iter().find_map(|network| network.gateway(Family::of_prefix(&beyond)));
        let at = gateway.map_or(Party::Prefix(beyond), |gateway| router(gateway.router, gateway.address));
        step(at, note, &mut all)
    }

    /// What stands between addresses that no machine has and a machine: where it differs by which of them it is, the bounds of all.
    pub(super) fn inwards_of(&self, network: NetworkId, host: HostId, to: IpAddr, zone: &[IpNet]) -> Vec<Step> {
        let there = &self.site.networks[network.index()];
        let mut kinds: BTreeMap<(bool, bool, bool), Vec<IpNet>> = BTreeMap::new();
        for prefix in zone {
            let beside = holds(there, prefix);
            let kind = (beside, beside || is_private(prefix.addr()), !beside && self.is_apart(prefix));
            kinds.entry(kind).or_default().push(*prefix);
        }
        let kinds: Vec<Vec<Step>> =
            kinds.into_values().map(|part| edge::inwards(self, network, host, to, &part)).collect();
        if kinds.windows(2).all(|pair| pair[0] == pair[1]) {
            return kinds.into_iter().next().unwrap_or_default();
        }
        let (mut lower, mut upper, mut some) = (PortSet::all(), PortSet::none(), PortSet::none());
        for steps in &kinds {
            let bound =
                |of: fn(&Step) -> &PortSet| steps.iter().fold(PortSet::all(), |all, step| all.intersection(of(step)));
            let (surely, perhaps) = (bound(|step| &step.lower), bound(|step| &step.upper));
            (lower, upper, some) = (lower.intersection(&surely), upper.union(&perhaps), some.union(&surely));
        }
        let mut routers = kinds.iter().flatten().filter(|step| step.layer == Layer::Router);
        let at = routers.next().map_or(Party::Host(host), |step| step.at.clone());
        // Only where nothing else may come in is it certain that some of it does.
        let rules = match some == upper {
            true => Rc::from([(some, "some of these addresses come in".into())]),
            false => Rc::default(),
        };
        let note = Some("these addresses do not come in alike".to_owned());
        vec![Step { layer: Layer::Router, at, lower, upper, rules, note }]
    }

    /// Whether a node is on a network that holds all of a prefix, or routes one that does.
    pub(super) fn is_beside(&self, node: NodeId, prefix: &IpNet) -> bool {
        let on =
            |id: NetworkId| holds(&self.site.networks[id.index()], prefix) && !node_on(self.site, id, node).is_empty();
        self.is_behind(node, prefix) || self.site.network_ids().any(on)
    }

    /// Whether the router of a network leads to all of a prefix behind it, and filters nothing on either side.
    pub(super) fn is_passed(&self, network: NetworkId, prefix: &IpNet) -> bool {
        let own = &self.site.networks[network.index()];
        let mut others = self.site.networks.iter().filter(|other| holds(other, prefix));
        others.any(|other| own.is_passed_to(other, Family::of_prefix(prefix)))
    }

    /// The same of a node on such a network.
    pub(super) fn is_passed_to_node(&self, node: NodeId, prefix: &IpNet) -> bool {
        let on = |id: &NetworkId| !node_on(self.site, *id, node).is_empty();
        self.site.network_ids().filter(on).any(|id| self.is_passed(id, prefix))
    }

    /// Whether a prefix is one that the world leads to: a public one, of no network of the site or of one that lets in whatever
    /// comes for it.
    pub(super) fn is_in_the_world(&self, prefix: &IpNet) -> bool {
        public().iter().any(|all| all.contains(prefix)) && !self.is_apart(prefix)
    }

    /// Whether any of a prefix is of a network of the site into which the world leads nobody for certain.
    pub(super) fn is_apart(&self, prefix: &IpNet) -> bool {
        self.apart.iter().any(|apart| overlaps(apart, prefix))
    }
}

/// The public prefixes of networks into which nobody says that the world leads: they have a router of their own that is no node and is
/// not said to filter nothing, or are on a bridge and have none.
pub(super) fn apart(site: &Site) -> Vec<IpNet> {
    let led = |network: &Network, prefix: &IpNet| {
        let family = Family::of_prefix(prefix);
        let gateways = network.gateways().iter().filter(|gateway| Family::of(gateway.address) == family);
        let mut routers = gateways.chain(&network.router).peekable();
        match routers.peek() {
            None => matches!(network.kind, NetworkKind::Plain),
            Some(_) if network.unfiltered_router(family).is_some() => true,
            Some(_) => routers.all(|gateway| matches!(gateway.router, Router::Node(_))),
        }
    };
    let prefixes = |network| Network::prefixes(network).map(move |prefix| (network, prefix.value));
    let all = site.networks.iter().flat_map(prefixes);
    let public = all.filter(|(_, prefix)| !is_private(prefix.addr()));
    public.filter(|(network, prefix)| !led(network, prefix)).map(|(_, prefix)| prefix).collect()
}

fn holds(network: &Network, prefix: &IpNet) -> bool {
    network.prefixes().any(|own| own.value.contains(prefix))
}

/// The step of a router, if it leads to any of some prefixes. Where only some are beyond it, the others are a part that surely passes.
fn step(at: Party, note: String, led: impl Iterator<Item = Led>) -> Option<Step> {
    let (mut beyond, mut beside) = (false, false);
    for led in led {
        beyond |= led != Led::Known;
        beside |= led != Led::Unknown;
    }
    let rules = match beside {
        true => Rc::from([(PortSet::all(), "some of these addresses are not beyond it".into())]),
        false => Rc::default(),
    };
    let (lower, upper) = (PortSet::none(), PortSet::all());
    beyond.then_some(Step { layer: Layer::Router, at, lower, upper, rules, note: Some(note) })
}
