//! All openings of a site by machine, and the policies that they collapse to.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use arvc_site::model::{HostId, NetworkId, Site};

use super::covered::Cover;
use super::{NodeRule, Peer, Policies, Policy, Rule, forward, names};
use crate::ports::PortSet;

/// Which way a connection is opened, seen from the machine that has the rule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Towards it.
    In,
    /// From it.
    Out,
}

/// A rule before it is merged with others, shared by all machines that have it.
pub(super) struct Opening {
    pub network: NetworkId,
    pub there: NetworkId,
    pub peer: Peer,
    pub ports: PortSet,
    pub reason: u32,
}

/// Openings, and which machine has which.
pub(super) struct Table {
    openings: Vec<Opening>,
    reasons: Vec<Arc<str>>,
    inbound: Vec<Vec<u32>>,
    outbound: Vec<Vec<u32>>,
}

impl Opening {
    /// What is opened on a network to somebody who is met there.
    pub fn here(network: NetworkId, peer: Peer, ports: PortSet, reason: u32) -> Self {
        Self { network, there: network, peer, ports, reason }
    }

    /// Where it is, and who is at the other end.
    fn end(&self) -> (NetworkId, NetworkId, &Peer) {
        (self.network, self.there, &self.peer)
    }
}

impl Table {
    pub fn new(hosts: usize) -> Self {
        Self {
            openings: Vec::new(),
            reasons: Vec::new(),
            inbound: vec![Vec::new(); hosts],
            outbound: vec![Vec::new(); hosts],
        }
    }

    pub fn reason(&mut self, text: String) -> u32 {
        self.reasons.push(text.into());
        self.reasons.len() as u32 - 1
    }

    pub fn open(&mut self, direction: Direction, opening: Opening, hosts: impl Iterator<Item = HostId>) {
        let id = self.openings.len() as u32;
        self.openings.push(opening);
        let lists = if direction == Direction::In { &mut self.inbound } else { &mut self.outbound };
        for host in hosts {
            lists[host.index()].push(id);
        }
    }

    /// Merges the rules of each machine, and gives machines with equal rules one policy.
    pub fn finish(self, site: &Site, nodes: Vec<NodeRule>) -> Policies {
        // Most machines that behave alike already have the very same openings: those are merged once.
        let mut alike: BTreeMap<(&[u32], &[u32]), Vec<HostId>> = BTreeMap::new();
        for (host, (inbound, outbound)) in self.inbound.iter().zip(&self.outbound).enumerate() {
            alike.entry((inbound, outbound)).or_default().push(HostId(host as u32));
        }
        let cover = Cover::new(site);
        let mut equal: BTreeMap<(Vec<Rule>, Vec<Rule>), Vec<HostId>> = BTreeMap::new();
        for ((inbound, outbound), hosts) in alike {
            let rules = (self.merge(&cover, inbound), self.merge(&cover, outbound));
            equal.entry(rules).or_default().extend(hosts);
        }
        let list = equal.into_iter().map(|((inbound, outbound), mut hosts)| {
            hosts.sort_unstable();
            Policy { name: String::new(), hosts, inbound, outbound, forward: Vec::new() }
        });
        let mut list: Vec<Policy> = list.collect();
        forward::add(site, &mut list, &nodes);
        names::name(site, &mut list);
        list.sort_by(|a, b| a.name.cmp(&b.name));
        let mut of_host = vec![0; site.hosts.len()];
        for (index, policy) in list.iter().enumerate() {
            for host in &policy.hosts {
                of_host[host.index()] = index;
            }
        }
        Policies { list, of_host, nodes, told_apart: OnceLock::new() }
    }

    fn merge(&self, cover: &Cover, ids: &[u32]) -> Vec<Rule> {
        let mut openings: Vec<&Opening> = ids.iter().map(|id| &self.openings[*id as usize]).collect();
        // Stable, so that reasons are joined in the order in which they were written.
        openings.sort_by(|a, b| a.end().cmp(&b.end()));
        let merged = openings.chunk_by(|a, b| a.end() == b.end()).map(|same| {
            let parts = self.parts(same);
            let reasons: Vec<&str> = parts.iter().map(|(_, reason)| &**reason).collect();
            Rule {
                network: same[0].network,
                there: same[0].there,
                peer: same[0].peer.clone(),
                ports: same[1..].iter().fold(same[0].ports.clone(), |set, opening| set.union(&opening.ports)),
                reason: if let [(_, only)] = parts.as_slice() { only.clone() } else { reasons.join("; ").into() },
                parts: if parts.len() > 1 { parts.into() } else { Arc::default() },
            }
        });
        cover.reduce(merged.collect())
    }

    /// What the openings that a merged rule is made of open, each reason once, without those that open nothing that a former
    /// one, or a wider one, does not.
    fn parts(&self, openings: &[&Opening]) -> Vec<(PortSet, Arc<str>)> {
        let mut parts: Vec<(PortSet, Arc<str>)> = Vec::new();
        for (index, opening) in openings.iter().enumerate() {
            let wider = openings.iter().enumerate().any(|(other_index, other)| {
                opening.ports.is_subset(&other.ports) && (opening.ports != other.ports || other_index < index)
            });
            if wider {
                continue;
            }
            let reason = &self.reasons[opening.reason as usize];
            match parts.iter_mut().find(|(_, other)| other == reason) {
                Some((ports, _)) => *ports = ports.union(&opening.ports),
                None => parts.push((opening.ports.clone(), reason.clone())),
            }
        }
        parts
    }
}
