//! The matrix as cells: a question and its verdict for each pair, way and packet that some layer tells from its neighbour.

use std::collections::BTreeSet;
use std::net::IpAddr;

use arvc_site::model::{Family, HostId, NetworkId, NetworkKind};
use arvc_verdict::{Cell, Counted, Protocol, Question};

use super::answer::{Answers, is_named};
use super::{Party, Path, Way};
use crate::address::node_on;

/// An address of the Internet of each family, which no rule of the site names.
const SOMEWHERE: [&str; 2] = ["8.8.8.8", "2001:4860:4860::8888"];

impl Answers<'_, '_> {
    /// The cells between parties, sorted. Packets are those at each end of each range of ports that a layer on the way lets
    /// through, and right outside of it, over TCP and UDP; an echo request; GRE, and each other protocol at the end of a range.
    pub fn cells(&self, parties: &[Party], counted: Counted) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (from, to) in parties.iter().flat_map(|from| parties.iter().map(move |to| (from, to))) {
            // What a node sends out nothing filters, and no file says where it leads.
            if from != to && (to.is_of_the_site() || matches!(from, Party::Host(_))) {
                self.between(from, to, counted, &mut cells);
            }
        }
        cells.sort();
        cells.dedup();
        cells
    }

    /// Machines that are there, nodes, and the Internet.
    pub fn everybody(&self) -> Vec<Party> {
        let site = self.layers.site();
        let hosts = site.hosts.iter().zip((0..).map(HostId));
        let hosts = hosts.filter(|(host, _)| host.status.is_there()).map(|(_, id)| Party::Host(id));
        let nodes = site.node_ids().map(Party::Node);
        hosts.chain(nodes).chain([Party::Internet]).collect()
    }

    fn between(&self, from: &Party, to: &Party, counted: Counted, cells: &mut Vec<Cell>) {
        let paths = self.layers.paths(from, to);
        for path in &paths {
            for address in self.addresses(from, to, path) {
                let Some(way) = self.way(from, to, path, address) else { continue };
                if self.is_given(from, to, path, address) {
                    continue;
                }
                let source = path.from.and_then(|_| self.source(from, path, address));
                let (Some(from), Some(to)) = (self.name(from, source), self.name(to, Some(address))) else { continue };
                for (protocol, port) in packets(path) {
                    let (from, to, path) = (from.clone(), to.clone(), way.clone());
                    let question = Question { from, to, address, path, protocol, port };
                    let verdict = self.verdict(&question, counted);
                    cells.push(Cell { question, verdict });
                }
            }
        }
    }

    /// The addresses that a packet on a path is for, as its sender writes them.
    pub(super) fn addresses(&self, from: &Party, to: &Party, path: &Path) -> Vec<IpAddr> {
        let site = self.layers.site();
        match (from, to) {
            (_, Party::Internet) => {
                let fits = |address: &IpAddr| path.from.is_none_or(|from| from.is_ipv4() == address.is_ipv4());
                SOMEWHERE.iter().filter_map(|text| text.parse().ok()).filter(fits).collect()
            }
            (Party::Internet, Party::Host(host)) => {
                let hands_on = site.nodes.iter().filter(|node| node.forwards.iter().any(|it| it.to == *host));
                let nodes = hands_on.filter_map(|node| Some(node.uplink.as_ref()?.address.value));
                nodes.chain(path.to.iter().copied()).collect()
            }
            _ => path.to.clone(),
        }
    }

    /// Whether an end of a path has an address that nobody knows, so that there is no packet to ask about.
    pub(super) fn is_given(&self, from: &Party, to: &Party, path: &Path, address: IpAddr) -> bool {
        let given = |host: &HostId| path.from.is_none() && !self.layers.is_somewhere(*host);
        let source = matches!(from, Party::Host(host) if given(host));
        source || path.to.contains(&address) && self.layers.is_given(to, path.way, address)
    }

    /// The address that a machine has on a path, of the family of the other.
    pub(super) fn source(&self, from: &Party, path: &Path, address: IpAddr) -> Option<IpAddr> {
        let Party::Host(host) = from else { return None };
        self.layers.address(*host, path.way.first()?, Family::of(address))
    }

    /// The name that a party has in the files: an address, if none has its name.
    pub(super) fn name(&self, party: &Party, address: Option<IpAddr>) -> Option<String> {
        let site = self.layers.site();
        match party {
            Party::Host(host) if is_named(site, self.layers.host(*host)) => {
                Some(self.layers.host(*host).named.name.clone())
            }
            Party::Host(host) => address.map(|address| self.layers.own_of(*host, address).to_string()),
            Party::Node(node) => Some(site.nodes[node.index()].named.name.clone()),
            Party::Prefix(prefix) => Some(prefix.addr().to_string()),
            Party::Internet | Party::Operators | Party::Part(..) => Some(party.name(site)),
        }
    }

    /// The way as the files know it; none where they know nothing of it.
    pub(super) fn way(&self, from: &Party, to: &Party, path: &Path, address: IpAddr) -> Option<arvc_verdict::Path> {
        let site = self.layers.site();
        if let Some(behind) = self.layers.gate_of(path.way) {
            return Some(arvc_verdict::Path::Overlay(
                self.several.then(|| self.device(from, behind.overlay)).flatten(),
            ));
        }
        let Way::Direct(network) = path.way else { return Some(arvc_verdict::Path::Routed) };
        if *from == Party::Internet || *to == Party::Internet {
            return Some(arvc_verdict::Path::Routed);
        }
        let there = &site.networks[network.index()];
        if let Party::Host(host) = from
            && !self.layers.host(*host).is_on(network)
        {
            return Some(arvc_verdict::Path::Routed);
        }
        if let Party::Node(node) = from
            && node_on(site, network, *node).is_empty()
        {
            return Some(arvc_verdict::Path::Routed);
        }
        match &there.kind {
            NetworkKind::Bridge { bridge, vlan, .. } if there.contains(address) => {
                Some(arvc_verdict::Path::Bridge(bridge.clone(), *vlan))
            }
            NetworkKind::Overlay { .. } => {
                Some(arvc_verdict::Path::Overlay(self.several.then(|| self.device(to, network)).flatten()))
            }
            NetworkKind::Bridge { .. } | NetworkKind::Plain => Some(arvc_verdict::Path::Routed),
        }
    }

    fn device(&self, of: &Party, network: NetworkId) -> Option<String> {
        let Party::Host(host) = of else { return None };
        Some(self.layers.host(*host).interface_on(network)?.device.clone())
    }
}

/// What is worth asking on a path.
fn packets(path: &Path) -> Vec<(Protocol, Option<u16>)> {
    let mut ports: BTreeSet<u16> = BTreeSet::from([1, 49151, u16::MAX]);
    let mut protocols: BTreeSet<u8> = BTreeSet::from([47]);
    for set in path.steps.iter().flat_map(|step| [&step.lower, &step.upper]) {
        for (first, last) in set.tcp.iter().chain(&set.udp) {
            ports.extend([first.saturating_sub(1), *first, *last, last.saturating_add(1)]);
        }
        for (first, last) in &set.others {
            protocols.extend([first.saturating_sub(1), *first, *last, last.saturating_add(1)]);
        }
    }
    ports.remove(&0);
    // The three that have names of their own, both ICMPs, and what is no protocol of a packet.
    protocols.retain(|number| ![0, 1, 6, 17, 58, 255].contains(number));
    let with_ports = [Protocol::Tcp, Protocol::Udp].into_iter();
    let with_ports = with_ports.flat_map(|protocol| ports.iter().map(move |port| (protocol, Some(*port))));
    let others = protocols.iter().map(|number| (Protocol::Other(*number), None));
    with_ports.chain([(Protocol::Icmp, None)]).chain(others).collect()
}
