//! Which bridges are one broadcast domain.
//!
//! Bridges of one name and tag on one node are one segment, whatever networks the site sees on it; the nodes of a network
//! whose segments are joined have one segment together; every other network is a domain of its own. An address is taken
//! in its segment and free in the next one.

use std::collections::BTreeMap;

use crate::model::{Host, Interface, Kind, NetworkId, NetworkKind, NodeId, Site};

/// The segments of a site.
#[derive(Debug)]
pub struct Segments {
    /// By network and node.
    of: BTreeMap<(NetworkId, NodeId), u32>,
    /// The only segment of a network, if it has one alone.
    only: Vec<Option<u32>>,
}

impl Segments {
    /// The segments of a site.
    pub fn new(site: &Site) -> Self {
        // A site without nodes is looked at as if it had one.
        let nodes: Vec<NodeId> = (0..site.nodes.len().max(1) as u32).map(NodeId).collect();
        let mut parents: Vec<u32> = Vec::new();
        let mut of: BTreeMap<(NetworkId, NodeId), u32> = BTreeMap::new();
        let mut bridges: BTreeMap<(&str, Option<u16>, NodeId), u32> = BTreeMap::new();
        for (id, network) in (0..).map(NetworkId).zip(&site.networks) {
            let mut joined: Option<u32> = None;
            for node in nodes.iter().copied().filter(|node| network.is_at(*node)) {
                let mut at = parents.len() as u32;
                match &network.kind {
                    NetworkKind::Bridge { bridge, vlan, .. } => {
                        at = *bridges.entry((bridge, *vlan, node)).or_insert(at);
                        if at as usize == parents.len() {
                            parents.push(at);
                        }
                    }
                    // It has no bridges, so nothing about it is a node's.
                    _ => {
                        at = joined.unwrap_or(at);
                        if at as usize == parents.len() {
                            parents.push(at);
                        }
                    }
                }
                of.insert((id, node), at);
                if network.joined
                    && let Some(before) = joined.replace(at)
                {
                    unite(&mut parents, before, at);
                }
            }
        }
        for segment in of.values_mut() {
            *segment = root(&parents, *segment);
        }
        let only = site.network_ids().map(|id| {
            let mut all = of.range((id, NodeId(0))..=(id, NodeId(u32::MAX))).map(|(_, segment)| *segment);
            let first = all.next()?;
            all.all(|other| other == first).then_some(first)
        });
        let only = only.collect();
        Self { of, only }
    }

    /// The segment of a network as a node has it.
    pub fn at(&self, network: NetworkId, node: NodeId) -> Option<u32> {
        self.of.get(&(network, node)).copied().or(self.only[network.index()])
    }

    /// For each network the first one that it shares a segment with, perhaps through others. Who hands addresses out keeps
    /// them apart there, on whichever node a machine may be one day.
    pub fn domains(&self) -> Vec<u32> {
        let mut parents: Vec<u32> = (0..self.only.len() as u32).collect();
        let mut first: BTreeMap<u32, u32> = BTreeMap::new();
        for ((network, _), segment) in &self.of {
            let other = *first.entry(*segment).or_insert(network.0);
            unite(&mut parents, other, network.0);
        }
        (0..parents.len() as u32).map(|at| root(&parents, at)).collect()
    }

    /// The segment of a network, if all of its nodes have one together.
    pub fn whole(&self, network: NetworkId) -> Option<u32> {
        self.only[network.index()]
    }

    /// The segments that an interface of a machine may be on.
    pub fn of_interface(&self, interface: &Interface, host: &Host) -> Vec<u32> {
        self.of(interface.network, host)
    }

    /// Whether two machines of a network may be on one segment of it.
    pub fn meet(&self, network: NetworkId, a: &Host, b: &Host) -> bool {
        if self.whole(network).is_some() {
            return true;
        }
        let (own, other) = (self.of(network, a), self.of(network, b));
        own.is_empty() || other.is_empty() || own.iter().any(|segment| other.contains(segment))
    }

    /// The segments of a network that a machine may be on: one, and more only where its place is open and they are not
    /// joined. None where nobody can say.
    pub fn of(&self, network: NetworkId, host: &Host) -> Vec<u32> {
        if let Some(only) = self.whole(network) {
            return vec![only];
        }
        let mut segments: Vec<u32> =
            places(host).into_iter().filter_map(|node| self.of.get(&(network, node)).copied()).collect();
        segments.sort_unstable();
        segments.dedup();
        segments
    }
}

/// The nodes that a machine may run on. One that is not created runs on none.
pub fn places(host: &Host) -> Vec<NodeId> {
    match host.kind {
        Kind::Machine => Vec::new(),
        _ if host.placement.is_empty() => host.node.into_iter().collect(),
        _ => host.placement.clone(),
    }
}

fn root(parents: &[u32], mut at: u32) -> u32 {
    while parents[at as usize] != at {
        at = parents[at as usize];
    }
    at
}

fn unite(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parents, a), root(parents, b));
    parents[a.max(b) as usize] = a.min(b);
}
