//! What each router of the site has to hand on.
//!
//! It follows from the rules of the machines at both ends: what one of them lets in from beyond its network, or opens to beyond it,
//! comes by the router. Answers are not listed: a router tracks connections, or it needs the reverse of each opening as well.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arvc_site::model::{HostId, NetworkId, NodeId, Site};
use arvc_site::names::is_private;
use ipnet::IpNet;

use crate::address::{Addresses, node_on};
use crate::policy::nodes::management;
use crate::policy::{NodeRule, Peer, Policy, Rule};
use crate::ports::PortSet;
use crate::routers::{Identity, Routers};

/// An end of an opening.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// Everything but the site's own and private prefixes.
    Internet,
    /// Addresses.
    Prefix(IpNet),
}

/// Several of them.
pub type Ends = BTreeSet<End>;

impl End {
    /// The addresses, if it is not the Internet.
    pub fn prefix(&self) -> Option<IpNet> {
        match self {
            Self::Internet => None,
            Self::Prefix(prefix) => Some(*prefix),
        }
    }
}

/// A router and its networks.
pub struct Through<'a> {
    site: &'a Site,
    /// Who it is.
    pub router: Identity,
    /// The networks that it is the router of.
    pub networks: Vec<NetworkId>,
    /// Those, and the ones that it has an address on besides.
    feet: Vec<NetworkId>,
}

/// What machines or nodes of one network let in or open through the router.
pub struct Opening {
    /// Their network.
    pub network: NetworkId,
    /// Their addresses on it.
    pub own: Ends,
    /// Who is beyond the router.
    pub far: Ends,
    /// Whether the far end begins.
    pub inward: bool,
    /// What passes.
    pub ports: PortSet,
    /// Why.
    pub reason: Arc<str>,
}

/// Machines that are routers, and what else several networks name as one. A node lets everything through, and so does somebody else of
/// whom they all say so; an address of somebody else that one network alone names is the way out and no more.
pub fn routers(site: &Site) -> Vec<Through<'_>> {
    let routers = Routers::of_site(site);
    let mut of: BTreeMap<Identity, BTreeSet<NetworkId>> = BTreeMap::new();
    for network in site.network_ids() {
        for router in routers.all(network) {
            of.entry(router.clone()).or_default().insert(network);
        }
    }
    let of = of.into_iter().filter(|(router, networks)| match router {
        Identity::Node(_) => false,
        Identity::Host(_) | Identity::Owners(_) => true,
        Identity::Address(_) => {
            let filters = |network: &NetworkId| site.networks[network.index()].unfiltered.is_none();
            networks.len() > 1 && networks.iter().any(filters)
        }
    });
    of.map(|(router, networks)| {
        let on = |host: &HostId| site.hosts[host.index()].interfaces.iter().map(|interface| interface.network);
        let on = router.hosts().iter().flat_map(on).filter(|network| !site.networks[network.index()].is_overlay());
        let feet: BTreeSet<NetworkId> = on.chain(networks.iter().copied()).collect();
        Through { site, router, networks: networks.into_iter().collect(), feet: feet.into_iter().collect() }
    })
    .collect()
}

impl Through<'_> {
    /// What the machines behind it let in and open through it, by network and policy.
    /// And who reaches nodes behind it.
    pub fn openings(&self, addresses: &Addresses, policies: &[Policy], nodes: &[NodeRule]) -> Vec<Opening> {
        let mut openings = self.to_nodes(nodes);
        for network in &self.networks {
            for policy in policies {
                let hosts = policy.hosts.iter().filter(|host| self.is_behind(**host, *network));
                let own = hosts.flat_map(|host| addresses.of(*network, &Peer::Host(*host)));
                let own: Ends = own.map(End::Prefix).collect();
                if own.is_empty() {
                    continue;
                }
                for (inward, rules) in [(true, &policy.inbound), (false, &policy.outbound)] {
                    let mut beyond: BTreeMap<(&Arc<str>, &PortSet), Ends> = BTreeMap::new();
                    for rule in rules.iter().filter(|rule| rule.network == *network) {
                        let far = self.far(addresses, rule, inward);
                        if !far.is_empty() {
                            beyond.entry((&rule.reason, &rule.ports)).or_default().extend(far);
                        }
                    }
                    openings.extend(beyond.into_iter().map(|((reason, ports), far)| Opening {
                        network: *network,
                        own: own.clone(),
                        far,
                        inward,
                        ports: ports.clone(),
                        reason: reason.clone(),
                    }));
                }
            }
        }
        openings
    }

    /// The operators and other nodes at the management ports, and whoever else is let in to a node.
    fn to_nodes(&self, rules: &[NodeRule]) -> Vec<Opening> {
        let nodes = || self.site.node_ids();
        let pairs = self.networks.iter().flat_map(|network| nodes().map(move |node| (*network, node)));
        pairs.flat_map(|(network, node)| self.to_node(network, node, rules)).collect()
    }

    /// The same of one node, at its addresses on one network.
    fn to_node(&self, network: NetworkId, node: NodeId, rules: &[NodeRule]) -> Vec<Opening> {
        let own: Ends = node_on(self.site, network, node).into_iter().map(|own| End::Prefix(own.into())).collect();
        if own.is_empty() {
            return Vec::new();
        }
        let leads_out = self.site.networks[network.index()].is_bridge();
        let stated = rules.iter().filter(|rule| rule.node == node).cloned();
        let openings = self.managers(network, node).into_iter().chain(stated).map(|rule| {
            let far = rule.sources(self.site).into_iter();
            let far = far.filter(|prefix| self.leads_to(network, prefix, leads_out)).map(End::Prefix);
            let (own, far) = (own.clone(), far.collect());
            Opening { network, own, far, inward: true, ports: rule.ports, reason: rule.reason }
        });
        openings.filter(|opening| !opening.far.is_empty()).collect()
    }

    /// Who manages a node from beyond a network: the operators, and the nodes of its cluster that have no address there.
    fn managers(&self, network: NetworkId, node: NodeId) -> Vec<NodeRule> {
        let own = &self.site.nodes[node.index()];
        let cluster = self.site.node_ids().filter(|other| {
            let there = &self.site.nodes[other.index()];
            *other != node && there.datacenter == own.datacenter && node_on(self.site, network, *other).is_empty()
        });
        let peers = [("operators", Peer::Operators)].into_iter().chain(cluster.map(|it| ("nodes", Peer::Node(it))));
        let rules = peers.map(|(who, peer)| {
            let reason = format!("{who}: management of {}", own.named.path).into();
            NodeRule { node, reason, ports: management(), peer }
        });
        rules.collect()
    }

    /// Whether a machine is on a network of the router, and is not the router itself: what that sends is handed on by nobody.
    fn is_behind(&self, id: HostId, network: NetworkId) -> bool {
        let host = &self.site.hosts[id.index()];
        !self.router.hosts().contains(&id) && host.status.is_there() && host.is_on(network)
    }

    /// The part of a rule's other end that the router leads to. What goes from machine to machine is said where it arrives.
    fn far(&self, addresses: &Addresses, rule: &Rule, inward: bool) -> Ends {
        if rule.there != rule.network {
            let all = if inward { addresses.of(rule.there, &rule.peer) } else { Vec::new() };
            return all.into_iter().map(End::Prefix).collect();
        }
        // What is behind a router and on no bridge has ways to the world of its own.
        let leads_out = self.site.networks[rule.network.index()].is_bridge();
        match rule.peer {
            Peer::Internet => Ends::from_iter(leads_out.then_some(End::Internet)),
            _ => {
                let mut all = addresses.of(rule.network, &rule.peer);
                all.retain(|prefix| self.leads_to(rule.network, prefix, leads_out));
                all.into_iter().map(End::Prefix).collect()
            }
        }
    }

    /// Whether the router leads from one of its networks to a prefix: in another of them, or in no network of the site. What is in a
    /// network of the site that the world leads to is met by way of the world, as a lighthouse elsewhere is.
    fn leads_to(&self, from: NetworkId, prefix: &IpNet, leads_out: bool) -> bool {
        let all = self.site.network_ids();
        let holds = |id: &NetworkId| self.site.networks[id.index()].prefixes().any(|own| own.value.contains(prefix));
        let inside: Vec<NetworkId> = all.filter(holds).collect();
        match inside.is_empty() {
            true => leads_out,
            false if inside.contains(&from) => false,
            false => {
                let near = inside.iter().any(|network| self.feet.contains(network));
                near || leads_out && !is_private(prefix.addr())
            }
        }
    }
}
