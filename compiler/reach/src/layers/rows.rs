//! What passes on a way, as two bounds for all packets at once: what the proof is asked for when it is held against the files.

use std::collections::BTreeSet;
use std::net::IpAddr;

use arvc_verdict::{Counted, Path, Protocol, Question, Verdict};

use super::answer::Answers;
use super::decide::Detail;
use super::{Party, Step};
use crate::policy::nodes::management;
use crate::ports::PortSet;

/// A way as the files know it: the names of both ends, the path, and the address of the other end.
pub type Way = (String, String, Path, IpAddr);

impl Answers<'_, '_> {
    /// The ways from one party to another that the files know.
    pub fn ways(&self, from: &Party, to: &Party) -> BTreeSet<Way> {
        let mut ways = BTreeSet::new();
        for path in &self.layers.in_detail(Detail::Ways, || self.layers.paths(from, to)) {
            for address in self.addresses(from, to, path) {
                let Some(way) = self.way(from, to, path, address) else { continue };
                if self.is_given(from, to, path, address) {
                    continue;
                }
                let source = path.from.and_then(|_| self.source(from, path, address));
                if let (Some(from), Some(to)) = (self.name(from, source), self.name(to, Some(address))) {
                    ways.insert((from, to, way, address));
                }
            }
        }
        ways
    }

    /// What passes for certain, and what may pass, of the packets of one [part](Self::parts), which the question has one of; or
    /// the verdict about all of them.
    pub fn bounds(&self, question: &Question, counted: Counted) -> Result<(PortSet, PortSet), Verdict> {
        let key = self.key(question, counted)?;
        let steps = self.layers.in_detail(Detail::Often, || self.met(&key, question))?;
        let counts = |step: &&Step| counted.counts(step.layer.kind());
        let mut bounds = (PortSet::all(), PortSet::all());
        for step in steps.iter().filter(counts) {
            bounds = (bounds.0.intersection(&step.lower), bounds.1.intersection(&step.upper));
        }
        Ok(bounds)
    }

    /// All packets, in parts within which the layers that one meets on its way to an address do not depend on its port: what a
    /// node that has the address hands on, and all else.
    pub fn parts(&self, path: &Path, address: IpAddr) -> Vec<PortSet> {
        let mut rest = PortSet::all();
        let mut parts = Vec::new();
        if *path == Path::Routed && self.layers.handed_on(address, &PortSet::none()).is_some() {
            for forward in self.layers.site().nodes.iter().flat_map(|node| &node.forwards) {
                let ports = PortSet::from(forward.ports);
                parts.push(ports.intersection(&rest));
                rest = rest.difference(&ports);
            }
        }
        parts.push(rest);
        parts.retain(|part| !part.is_none());
        parts
    }

    /// The packets at each end of each range of ports that a policy, a node's port or its firewall names, and right outside of it.
    pub fn packets(&self) -> BTreeSet<(Protocol, Option<u16>)> {
        let rules = self.layers.policies().iter().flat_map(|policy| policy.inbound.iter().chain(&policy.outbound));
        let nodes = self.layers.policies.nodes.iter().map(|rule| &rule.ports);
        let rules = rules.map(|rule| &rule.ports).chain(nodes);
        let management = management();
        let mut packets = BTreeSet::new();
        let mut around = |(first, last): (u16, u16)| {
            for port in [first.saturating_sub(1), first, last, last.saturating_add(1)].into_iter().filter(|it| *it > 0)
            {
                packets.extend([Protocol::Tcp, Protocol::Udp].map(|protocol| (protocol, Some(port))));
            }
        };
        let mut protocols = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for set in rules.chain([&management]).filter(|set| seen.insert(*set)) {
            set.tcp.iter().chain(&set.udp).for_each(|range| around(*range));
            for (first, last) in &set.others {
                protocols.extend([first.saturating_sub(1), *first, *last, last.saturating_add(1)]);
            }
        }
        for forward in self.layers.site().nodes.iter().flat_map(|node| &node.forwards) {
            around((forward.ports.first, forward.ports.last));
        }
        protocols.retain(|number| ![0, 1, 6, 17, 58, 255].contains(number));
        packets.extend(protocols.into_iter().map(|number| (Protocol::Other(number), None)));
        packets
    }
}

/// The packet of a part that a question may have.
pub fn packet_of(part: &PortSet) -> (Protocol, Option<u16>) {
    match part.first() {
        Some(PortSet { tcp, .. }) if !tcp.is_empty() => (Protocol::Tcp, Some(tcp[0].0)),
        Some(PortSet { udp, .. }) if !udp.is_empty() => (Protocol::Udp, Some(udp[0].0)),
        Some(PortSet { others, .. }) if !others.is_empty() => (Protocol::Other(others[0].0), None),
        _ => (Protocol::Icmp, None),
    }
}
