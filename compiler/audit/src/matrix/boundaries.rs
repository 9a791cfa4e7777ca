//! The packets that are asked about: around each port that a file names for the two ends, each protocol that one names.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use arvc_verdict::{Path, Protocol};

use super::OTHERS;
use super::cuts::{COROSYNC, MANAGEMENT};
use crate::decide::{End, Way};
use crate::filter::{Filter, Test};
use crate::nebula::{PortSpec, Rule as OverlayRule};
use crate::packet::{ICMP, ICMP6, TCP, UDP};
use crate::proxmox::{Action, Cluster, Rule};
use crate::tree::{Host, Tree};

/// Ports and protocols that the rules of somebody name.
#[derive(Clone, Debug, Default)]
struct Named {
    ports: BTreeSet<u16>,
    protocols: BTreeSet<u8>,
}

impl Named {
    /// Both ends of a range, and what is right outside of it.
    fn range(&mut self, low: u16, high: u16) {
        self.ports.extend([low.saturating_sub(1), low, high, high.saturating_add(1)]);
    }

    fn extend(&mut self, other: &Self) {
        self.ports.extend(&other.ports);
        self.protocols.extend(&other.protocols);
    }

    /// The packets there, and somewhere between all that is named, and at the ends.
    fn packets(mut self) -> Vec<(Protocol, Option<u16>)> {
        self.ports.extend([1, 49151, u16::MAX]);
        self.ports.remove(&0);
        let with_ports = [Protocol::Tcp, Protocol::Udp].into_iter();
        let ports = &self.ports;
        let mut packets: Vec<_> =
            with_ports.flat_map(|protocol| ports.iter().map(move |port| (protocol, Some(*port)))).collect();
        packets.extend(OTHERS.into_iter().map(|protocol| (protocol, None)));
        let more = self.protocols.iter().filter(|number| ![TCP, UDP, ICMP, ICMP6, 47].contains(number));
        packets.extend(more.map(|number| (Protocol::Other(*number), None)));
        packets
    }
}

/// What is named, for each machine: by the list, so that what many share is gathered once.
pub(super) struct Boundaries {
    filters: Vec<Named>,
    members: Vec<Named>,
    guests: RefCell<HashMap<String, Named>>,
    cluster: Named,
    /// Of each node its own rules, and what Proxmox lets in by itself.
    nodes: BTreeMap<String, Named>,
}

impl Boundaries {
    pub fn of(tree: &Tree) -> Self {
        let member = |member: &crate::nebula::Member| {
            let mut named = Named::default();
            [&member.inbound, &member.outbound].into_iter().flatten().for_each(|list| overlay(list, &mut named));
            named
        };
        let mut cluster = Named::default();
        let centers = &tree.proxmox.centers.0;
        centers.iter().for_each(|center| proxmox(center, &center.rules, &mut cluster));
        let nodes = tree.nodes.iter().map(|name| {
            let mut named = Named::default();
            MANAGEMENT.iter().for_each(|(low, high)| named.range(*low, *high));
            if let Some(node) = tree.proxmox.nodes.get(name) {
                proxmox(tree.proxmox.center(node.center), &node.rules, &mut named);
            }
            (name.clone(), named)
        });
        Self {
            nodes: nodes.collect(),
            filters: tree.filters.iter().map(filter).collect(),
            members: tree.members.iter().map(member).collect(),
            guests: RefCell::default(),
            cluster,
        }
    }

    /// The packets around what any rule of the tree names.
    pub fn all(tree: &Tree) -> Vec<(Protocol, Option<u16>)> {
        let own = Self::of(tree);
        let mut named = own.cluster;
        own.filters.iter().chain(&own.members).for_each(|list| named.extend(list));
        tree.edges.values().for_each(|edge| named.extend(&filter(edge)));
        let guests = tree.proxmox.guests.values().map(|guest| (guest.id.center, &guest.rules));
        let nodes = tree.proxmox.nodes.values().map(|node| (node.center, &node.rules));
        guests.chain(nodes).for_each(|(center, rules)| proxmox(tree.proxmox.center(center), rules, &mut named));
        named.packets()
    }

    /// The packets around what the rules of both ends name.
    pub fn packets(&self, tree: &Tree, way: &Way<'_, '_>) -> Vec<(Protocol, Option<u16>)> {
        let mut named = Named::default();
        if let (End::Node(_), End::Node(_)) = (way.from, way.to) {
            named.range(COROSYNC.0, COROSYNC.1);
        }
        for end in [way.from, way.to] {
            match end {
                End::Host(host) => self.host(tree, host, way.path, &mut named),
                End::Node(node) => {
                    named.extend(&self.cluster);
                    self.nodes.get(node).into_iter().for_each(|own| named.extend(own));
                }
                End::Address(_) | End::Internet => {}
            }
        }
        named.packets()
    }

    fn host(&self, tree: &Tree, host: &Host, path: &Path, named: &mut Named) {
        if let Some(index) = host.filter {
            named.extend(&self.filters[index]);
        }
        if matches!(path, Path::Overlay(_)) {
            host.members.iter().for_each(|index| named.extend(&self.members[*index]));
        } else if let Some(guest) = tree.guest(host) {
            let mut guests = self.guests.borrow_mut();
            let own = guests.entry(host.name.clone()).or_insert_with(|| {
                let mut named = Named::default();
                proxmox(tree.proxmox.center(guest.id.center), &guest.rules, &mut named);
                named
            });
            named.extend(own);
        }
    }
}

fn overlay(rules: &[OverlayRule], named: &mut Named) {
    for rule in rules {
        if let PortSpec::Range(low, high) = rule.port {
            named.range(u16::try_from(low).unwrap_or(u16::MAX), u16::try_from(high).unwrap_or(u16::MAX));
        }
    }
}

fn filter(filter: &Filter) -> Named {
    let mut named = Named::default();
    for test in filter.chains.iter().flat_map(|chain| &chain.rules).flat_map(|rule| &rule.conditions) {
        match &test.test {
            Test::Dport(ports) | Test::Sport(ports) | Test::AskedPort(ports) => {
                ports.0.iter().for_each(|(low, high)| named.range(*low, *high))
            }
            Test::Protocol(numbers) => named.protocols.extend(numbers),
            _ => {}
        }
    }
    named
}

fn proxmox(cluster: &Cluster, rules: &[Rule], named: &mut Named) {
    for rule in rules {
        if let Action::Group(name) = &rule.action
            && let Some(group) = cluster.groups.get(name)
        {
            for rule in group.rules.iter().filter(|rule| !matches!(rule.action, Action::Group(_))) {
                proxmox(cluster, std::slice::from_ref(rule), named);
            }
        }
        for ports in [&rule.sport, &rule.dport].into_iter().flatten() {
            ports.0.iter().for_each(|(low, high)| named.range(*low, *high));
        }
        named.protocols.extend(&rule.protocols);
    }
}
