//! The ways to a node at one of its addresses. A node answers for each of them on whatever network it hears a packet, so what differs is
//! what leads there.

use std::net::IpAddr;

use arvc_site::model::{Family, HostId, NodeId};
use arvc_site::names::is_private;
use ipnet::IpNet;

use super::decide::{Ends, Layers, Other, unknown};
use super::{Layer, Party, Path, Step, Way, handed};
use crate::address::node_on;

impl Layers<'_> {
    /// The ways from a party to a node at an address of it.
    pub(super) fn to_node_at(&self, source: &Party, node: NodeId, to: IpAddr) -> Vec<Path> {
        match source {
            Party::Host(host) => {
                let mut known = self.to_node(*host, node);
                known.iter_mut().for_each(|path| path.to.retain(|own| *own == to));
                known.retain(|path| !path.to.is_empty());
                if known.is_empty() { self.by_a_router_to_node(*host, node, to).into_iter().collect() } else { known }
            }
            Party::Node(own) if *own == node => Vec::new(),
            zone => self.strangers_to_node(zone, node, to).into_iter().collect(),
        }
    }

    /// From a machine that is not on the network of the address.
    fn by_a_router_to_node(&self, host: HostId, node: NodeId, to: IpAddr) -> Option<Path> {
        let family = Family::of(to);
        let (_, network, _) = self.exits(host, &[IpNet::from(to)]).into_iter().next()?;
        let foot = self.foot(host, network, family).filter(|_| self.finds_out(host, family))?;
        if self.is_lost(host, foot.sample(), to) {
            return None;
        }
        let own = foot.prefixes();
        let near = self.node_in_front(host, network, family) == Some(node);
        let mut between = handed::outwards(self, host, network, &own, &[IpNet::from(to)]);
        if !near && between.is_empty() {
            between.push(
                self.undescribed(host, network, family, &[IpNet::from(to)]).unwrap_or_else(|| self.on_to(node, to)),
            );
        }
        // What comes through the world comes with an address of it.
        let seen = if !near && !is_private(to) && own.iter().any(|own| is_private(own.addr())) {
            self.world(family)
        } else {
            own.clone()
        };
        let guest = (seen == own).then_some((host, network));
        let ends =
            Ends { source: Some((host, network)), target: None, to: Other::Address(to), from: Other::Zone(&own) };
        let mut path = self.path(Way::Direct(network), foot.known(), to, &ends, between);
        path.steps.push(self.node_in(node, &seen, guest));
        Some(path)
    }

    /// From addresses that no machine has, and from another node.
    fn strangers_to_node(&self, zone: &Party, node: NodeId, to: IpAddr) -> Option<Path> {
        let family = Family::of(to);
        let prefixes: Vec<IpNet> =
            self.senders(zone).into_iter().filter(|prefix| Family::of_prefix(prefix) == family).collect();
        if prefixes.is_empty() {
            return None;
        }
        let there = self.site.network_ids().find(|id| self.site.networks[id.index()].contains(to));
        let beside = |prefix: &IpNet| {
            there
                .is_some_and(|there| self.site.networks[there.index()].prefixes().any(|own| own.value.contains(prefix)))
        };
        let led = |prefix: &IpNet| {
            let public = !is_private(to) && self.is_in_the_world(prefix);
            beside(prefix) || self.is_behind(node, prefix) || public
        };
        // Of a node's own addresses it takes the one that is on the network.
        let near = match zone {
            Party::Node(_) => prefixes.iter().any(beside) || prefixes.iter().any(|prefix| self.is_behind(node, prefix)),
            _ => prefixes.iter().all(led),
        };
        let mut steps = Vec::new();
        if !near {
            steps.push(self.on_to(node, to));
        }
        let seen: Vec<IpNet> = match (zone, near) {
            (Party::Node(_), true) if prefixes.iter().any(beside) => prefixes.into_iter().filter(beside).collect(),
            _ => prefixes,
        };
        steps.push(self.node_in(node, &seen, None));
        let on = there.or_else(|| self.site.network_ids().find(|id| !node_on(self.site, *id, node).is_empty()));
        Some(Path { way: on.map_or(Way::Elsewhere, Way::Direct), from: None, to: vec![to], steps })
    }

    /// That nobody says what leads to an address of a node.
    fn on_to(&self, node: NodeId, to: IpAddr) -> Step {
        let path = &self.site.nodes[node.index()].named.path;
        unknown(
            Layer::Router,
            Party::Prefix(IpNet::from(to)),
            format!("what leads to {to}, where {path} is met, is not known"),
        )
    }
}
