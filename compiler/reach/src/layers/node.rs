//! The ways to and from a Proxmox host, and its own firewall.

use std::net::IpAddr;

use arvc_site::model::{End, Family, HostId, Kind, NetworkId, Node, NodeId, Router, Transport};
use arvc_site::names::is_private;
use ipnet::IpNet;

use super::decide::{Ends, Layers, Other, unknown};
use super::leased::Foot;
use super::world::{add_doubt_of_address, one_address};
use super::{Layer, Party, Path, Step, Way, handed};
use crate::address::{node_addresses, node_on};
use crate::members::overlaps;
use crate::policy::Peer;
use crate::policy::nodes::management;
use crate::ports::PortSet;

/// The ports by which corosync speaks between the addresses of its rings.
const COROSYNC: (u16, u16) = (5404, 5405);

impl Layers<'_> {
    /// The ways of the operators and of other nodes to a node, in each family that both have: to the address that it has on a network
    /// of theirs, else to one that the world leads to, else to the first that is on a network of the site. Where it hands ports on at
    /// that one, the operators get in by each other that the world leads to.
    pub(super) fn management(&self, zone: &Party, node: NodeId) -> Vec<Path> {
        if *zone == Party::Node(node) {
            return Vec::new();
        }
        let senders = self.senders(zone);
        let own = &self.site.nodes[node.index()];
        let uplink = own.uplink.iter().map(|uplink| uplink.address.value);
        let addresses = uplink.chain(own.addresses().map(|address| address.value));
        let placed = addresses.filter_map(|to| {
            let mut networks = self.site.network_ids();
            Some((to, networks.find(|network| self.site.networks[network.index()].contains(to))?))
        });
        let all: Vec<(IpAddr, NetworkId)> = placed.collect();
        let sender = if let Party::Node(sender) = zone { Some(*sender) } else { None };
        let met =
            |(_, network): &(IpAddr, NetworkId)| sender.is_none_or(|other| !self.are_apart(*network, node, other));
        let placed: Vec<(IpAddr, NetworkId)> = all.iter().copied().filter(met).collect();
        let ways = |family: Family| {
            let of_family = |prefix: &&IpNet| Family::of_prefix(prefix) == family;
            let prefixes: Vec<IpNet> = senders.iter().filter(of_family).copied().collect();
            let mut there = placed.iter().copied().filter(|(to, _)| Family::of(*to) == family);
            let near = |(_, network): &(IpAddr, NetworkId)| {
                let mut own = self.site.networks[network.index()].prefixes();
                own.any(|own| prefixes.iter().any(|prefix| own.value.contains(prefix)))
            };
            let public = || Some((self.public_of(node, family)?, all.first()?.1));
            let first = there.clone().find(near).or_else(public).or_else(|| there.next());
            let Some((first, network)) = first.filter(|_| !prefixes.is_empty()) else { return Vec::new() };
            let outside = !prefixes.iter().all(|prefix| self.is_behind(node, prefix));
            let handed_away = |to: IpAddr| self.handed_away(node, to).filter(|_| outside);
            let others = own
                .known_addresses()
                .filter(|to| Family::of(*to) == family && *to != first && !is_private(*to) && !own.hands_on_at(*to));
            let others = others.filter(|_| *zone.whole() == Party::Operators && handed_away(first).is_some());
            let path = |to: IpAddr| {
                let mut steps: Vec<Step> = self.undescribed_to_node(zone, node, &prefixes).into_iter().collect();
                steps.extend(handed_away(to));
                steps.push(self.node_in(node, &prefixes, None));
                Path { way: Way::Direct(network), from: None, to: vec![to], steps }
            };
            [first].into_iter().chain(others).map(path).collect()
        };
        Family::ALL.into_iter().flat_map(ways).collect()
    }

    /// What a node hands on at an address does not get to itself, but from those whose router it is.
    pub(super) fn handed_away(&self, node: NodeId, to: IpAddr) -> Option<Step> {
        let own = &self.site.nodes[node.index()];
        let handed = own.hands_on_at(to).then(|| own.forwards.iter());
        let handed = handed.into_iter().flatten().fold(PortSet::none(), |all, it| all.union(&PortSet::from(it.ports)));
        let note = format!("it hands {handed} on to other machines");
        let left = PortSet::all().difference(&handed);
        let (lower, upper) = (left.clone(), left);
        let step =
            Step { layer: Layer::Router, at: Party::Node(node), lower, upper, rules: [].into(), note: Some(note) };
        (!handed.is_none()).then_some(step)
    }

    /// An address of a node that the world leads to.
    fn public_of(&self, node: NodeId, family: Family) -> Option<IpAddr> {
        let mut known = self.site.nodes[node.index()].known_addresses();
        known.find(|address| Family::of(*address) == family && !is_private(*address))
    }

    /// Whether the world leads to a node: it has an address of the world, or is itself the router of its networks, and has one that the
    /// site does not state. What a router of somebody else hands on to a private address nobody says.
    pub(super) fn is_met_from_the_world(&self, node: NodeId, family: Family) -> bool {
        let networks = || self.site.network_ids().filter(|network| !node_on(self.site, *network, node).is_empty());
        let router = |network: NetworkId| {
            let network = &self.site.networks[network.index()];
            network.gateway(family).or(network.router.as_ref()).map(|gateway| gateway.router)
        };
        let own = |network: NetworkId| router(network) == Some(Router::Node(node));
        let others = |network: NetworkId| router(network).is_some_and(|router| router != Router::Node(node));
        let uplink = self.site.nodes[node.index()].uplink.is_some();
        self.public_of(node, family).is_some() || !uplink && networks().any(own) && !networks().any(others)
    }

    /// The ways of a machine to a node.
    pub(super) fn to_node(&self, host: HostId, node: NodeId) -> Vec<Path> {
        let profile = self.members.profile_of[host.index()];
        let mut paths = Vec::new();
        let below = self.members.networks(profile).iter().copied().filter(|id| !self.members.is_overlay(*id));
        for network in below.filter(|network| self.may_meet(*network, host, node)) {
            for to in node_addresses(self.site, network, node) {
                let Some(foot) = self.foot(host, network, Family::of(to)) else { continue };
                let own = foot.prefixes();
                let inside = !node_on(self.site, network, node).is_empty();
                let leads = self.members.way_out(profile, Family::of(to)).contains(&network);
                let around = !is_private(to) && !self.site.networks[network.index()].routed_by(node);
                let lost = self.is_lost(host, foot.sample(), to) && !self.is_passed(network, &IpNet::from(to));
                let lost = lost || !self.finds_out(host, Family::of(to));
                if !inside && (!leads || around || lost) {
                    continue;
                }
                let ends = Ends {
                    source: Some((host, network)),
                    target: None,
                    to: Other::Address(to),
                    from: Other::Zone(&own),
                };
                let mut between = handed::outwards(self, host, network, &own, &[IpNet::from(to)]);
                if !inside && between.is_empty() {
                    between.extend(self.apart(node, network, to));
                }
                let mut path = self.path(Way::Direct(network), foot.known(), to, &ends, between);
                if self.node_in_front(host, network, Family::of(to)) != Some(node) {
                    path.steps.extend(self.handed_away(node, to));
                }
                path.steps.push(self.node_in(node, &own, Some((host, network))));
                self.doubt(&mut path, (Some((host, network)), &foot), (None, &Foot::Known(to)));
                paths.push(path);
            }
        }
        paths.extend(self.to_node_by_the_world(host, node));
        paths
    }

    /// The ways of a node to a machine.
    pub(super) fn node_to(&self, node: NodeId, host: HostId) -> Vec<Path> {
        let profile = self.members.profile_of[host.index()];
        let mut paths = Vec::new();
        let below = self.members.networks(profile).iter().copied().filter(|id| !self.members.is_overlay(*id));
        for network in below.filter(|network| self.may_meet(*network, host, node)) {
            for foot in self.met_at(host, network) {
                let to = foot.sample();
                let sources = node_addresses(self.site, network, node);
                let Some(from) = sources.into_iter().find(|from| Family::of(*from) == Family::of(to)) else { continue };
                let near = !node_on(self.site, network, node).is_empty();
                let seen = match near || is_private(to) {
                    true => vec![IpNet::from(from)],
                    false => self.sent_to_the_world(node, network, from),
                };
                let from = one_address(&seen);
                let ends = Ends {
                    source: None,
                    target: Some((host, network)),
                    to: Other::Address(to),
                    from: from.map_or(Other::Zone(&seen), Other::Address),
                };
                let router = self.handing(host, network, Family::of(to)).filter(|_| !near);
                // A router of ours leads from a network of the node to those that it is on itself.
                let beside =
                    router.is_some_and(|router| router.hosts().iter().all(|host| self.is_on_one_of(node, *host)));
                let apart = (!near).then(|| self.apart(node, network, to)).flatten();
                let between = handed::steps(self, router, Family::of(to), &ends.from, &Other::Address(to));
                let between = match between {
                    Some(steps) => apart.filter(|_| !beside).into_iter().chain(steps).collect(),
                    None => Vec::from_iter(apart),
                };
                let mut path = self.path(Way::Direct(network), from, to, &ends, between);
                if from.is_none() {
                    add_doubt_of_address(&mut path.steps, &seen);
                }
                self.doubt(&mut path, (None, &Foot::Known(to)), (Some((host, network)), &foot));
                paths.push(path);
            }
        }
        paths.extend(self.node_around(node, host));
        paths
    }

    /// Whether two nodes have addresses on one network, and their bridges of it are not one segment: each takes the other for beside it.
    pub(super) fn are_apart(&self, network: NetworkId, one: NodeId, other: NodeId) -> bool {
        let on = |node: NodeId| !node_on(self.site, network, node).is_empty();
        let segments = [one, other].map(|node| self.segments.at(network, node));
        self.site.networks[network.index()].is_bridge() && on(one) && on(other) && segments[0] != segments[1]
    }

    /// Whether a machine and a node may be on one segment of a network, if the node has an address on it: else each takes the other for
    /// beside it, and nothing leads there.
    fn may_meet(&self, network: NetworkId, host: HostId, node: NodeId) -> bool {
        let segments = self.segments.of(network, self.host(host));
        let there = self.segments.at(network, node);
        let on = self.site.networks[network.index()].is_bridge() && !node_on(self.site, network, node).is_empty();
        !on || segments.is_empty() || there.is_none_or(|there| segments.contains(&there))
    }

    /// What arrives of a node at an address of the world: no private one, but where a router of the site may lead there.
    pub(super) fn sent_to_the_world(&self, node: NodeId, network: NetworkId, own: IpAddr) -> Vec<IpNet> {
        let mut seen = self.sent_into_the_world(node, Family::of(own));
        let there = &self.site.networks[network.index()];
        if !there.gateways().is_empty() || there.router.is_some() {
            seen.push(IpNet::from(own));
            seen.sort_unstable();
            seen.dedup();
        }
        seen
    }

    /// Whether a machine out in the world sends to an address that the world leads nobody to.
    pub(super) fn is_lost(&self, host: HostId, from: IpAddr, to: IpAddr) -> bool {
        self.host(host).kind == Kind::Machine && !is_private(from) && is_private(to)
    }

    /// Whether a machine is on a network that a node has an address on.
    fn is_on_one_of(&self, node: NodeId, host: HostId) -> bool {
        self.host(host).interfaces.iter().any(|it| !node_on(self.site, it.network, node).is_empty())
    }

    /// What stands between a node and a network that it has no address on: a router of which nobody says that it leads from the one to
    /// the other, but to an address that the world leads to.
    fn apart(&self, node: NodeId, network: NetworkId, to: IpAddr) -> Option<Step> {
        let there = &self.site.networks[network.index()];
        let (own, path) = (&self.site.nodes[node.index()].named.path, &there.named.path);
        let note = format!("what leads between {own} and {path}, which it has no address on, is not known");
        let to = IpNet::from(to);
        let apart = (is_private(to.addr()) || self.is_apart(&to)) && !self.is_passed_to_node(node, &to);
        apart.then(|| unknown(Layer::Router, Party::Prefix(to), note))
    }

    /// The addresses that a zone sends from, and so those of a node.
    pub(super) fn senders(&self, zone: &Party) -> Vec<IpNet> {
        match zone {
            Party::Node(own) => self.site.nodes[own.index()].own_addresses().map(IpNet::from).collect(),
            zone => self.zone(zone).into_owned(),
        }
    }

    /// What a Proxmox host lets in to itself: its management ports from the operators and nodes, and what a policy opens.
    pub(super) fn node_in(&self, node: NodeId, sources: &[IpNet], guest: Option<(HostId, NetworkId)>) -> Step {
        let managed = management();
        let operators = self.members.prefixes(&End::Operators);
        // Each data centre has a set of its own.
        let beside = |other: &&Node| other.datacenter == self.site.nodes[node.index()].datacenter;
        let nodes = self.site.nodes.iter().filter(beside).flat_map(|node| node.own_addresses()).map(IpNet::from);
        let nodes: Vec<IpNet> = nodes.collect();
        let managers: Vec<IpNet> = operators.iter().chain(&nodes).copied().collect();
        let (mut lower, mut upper, mut matching) = (PortSet::none(), PortSet::none(), Vec::new());
        let mut note = None;
        let meets = |prefix: &IpNet| sources.iter().any(|part| overlaps(prefix, part));
        if managers.iter().any(meets) {
            upper = upper.union(&managed);
            let who = if operators.iter().any(meets) { "operators" } else { "nodes" };
            matching.push((managed.clone(), format!("{who}: management ports of the nodes").into()));
        }
        // Nobody says which of the addresses corosync takes. With itself a node speaks on its loopback device.
        let others = self.site.node_ids().filter(|other| *other != node);
        let mut others = others.flat_map(|other| self.site.nodes[other.index()].own_addresses()).map(IpNet::from);
        if others.any(|other| meets(&other)) {
            upper = upper.union(&PortSet::ports(Transport::Udp, COROSYNC.0, COROSYNC.1));
            note = Some("which addresses of the nodes corosync speaks between".to_owned());
        }
        let inside = |part: &IpNet| managers.iter().any(|prefix| prefix.contains(part));
        if !sources.is_empty() && sources.iter().all(inside) {
            lower = lower.union(&managed);
        }
        for rule in self.policies.nodes.iter().filter(|rule| rule.node == node) {
            let from = rule.sources(self.site);
            if !sources.iter().any(|part| from.iter().any(|prefix| overlaps(prefix, part))) {
                continue;
            }
            upper = upper.union(&rule.ports);
            if sources.iter().all(|part| from.iter().any(|prefix| prefix.contains(part))) {
                lower = lower.union(&rule.ports);
            }
            matching.push((rule.ports.clone(), rule.reason.clone()));
        }
        if let Some((host, network)) = guest {
            let rules = &self.policies.of(host).outbound;
            for rule in rules.iter().filter(|rule| rule.network == network && rule.peer == Peer::Node(node)) {
                (lower, upper) = (lower.union(&rule.ports), upper.union(&rule.ports));
                matching.extend(rule.openings().map(|(ports, reason)| (ports.clone(), reason.clone())));
            }
        }
        // Of a firewall that another site has it is that site's matter what nodes let in.
        let datacenter = &self.site.datacenters[self.site.nodes[node.index()].datacenter.index()];
        if !datacenter.owns_firewall.value {
            (lower, upper) = (PortSet::none(), PortSet::all());
            note = Some("what the firewall of the data centre lets in to its nodes, which another site has".to_owned());
        }
        Step { layer: Layer::NodeIn, at: Party::Node(node), lower, upper, rules: matching.into(), note }
    }

    /// The same as the host hears it, beside what is claimed of it: IGMP, which it answers to and carries nothing in, it lets in from
    /// everybody (`pve-firewall`, `Firewall.pm`).
    pub(super) fn node_hears(&self, node: NodeId, sources: &[IpNet], guest: Option<(HostId, NetworkId)>) -> Step {
        let igmp = PortSet::protocol(2);
        let step = self.node_in(node, sources, guest);
        Step { lower: step.lower.union(&igmp), upper: step.upper.union(&igmp), ..step }
    }
}
