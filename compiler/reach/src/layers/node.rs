//! The firewall of a Proxmox host itself.

use arvc_site::model::{End, HostId, NetworkId, NodeId, Transport};
use ipnet::IpNet;

use super::decide::Layers;
use super::{Layer, Party, Path, Step, Way};
use crate::members::overlaps;
use crate::policy::Peer;
use crate::ports::PortSet;

/// The ports that the nodes' own firewall lets the set `management` in to (`pve-firewall`, `Firewall.pm`).
const MANAGEMENT: [(u16, u16); 5] = [(22, 22), (3128, 3128), (5900, 5999), (8006, 8006), (60000, 60050)];

/// The ports by which corosync speaks between the addresses of its rings.
const COROSYNC: (u16, u16) = (5404, 5405);

impl Layers<'_> {
    pub(super) fn management(&self, zone: &Party, node: NodeId) -> Option<Path> {
        let prefixes = self.senders(zone);
        let address = self.site.nodes[node.index()].uplink.as_ref().map(|uplink| uplink.address.value);
        let to = address.unwrap_or(self.site.nodes[node.index()].address.value);
        let network = self.site.network_ids().find(|network| self.site.networks[network.index()].contains(to))?;
        let step = self.node_in(node, &prefixes, None);
        Some(Path { way: Way::Direct(network), from: None, to: vec![to], steps: vec![step] })
    }

    /// The addresses that a zone sends from, and so those of a node.
    pub(super) fn senders(&self, zone: &Party) -> Vec<IpNet> {
        match zone {
            Party::Node(own) => self.site.nodes[own.index()].own_addresses().map(IpNet::from).collect(),
            zone => self.zone(zone).into_owned(),
        }
    }

    /// The ports by which nodes are managed.
    pub(super) fn management_ports(&self) -> PortSet {
        let ports = MANAGEMENT.iter().map(|(first, last)| PortSet::ports(Transport::Tcp, *first, *last));
        ports.fold(PortSet::none(), |all, ports| all.union(&ports))
    }

    /// What a Proxmox host lets in to itself: its management ports from the operators and nodes, and what a policy opens.
    pub(super) fn node_in(&self, node: NodeId, sources: &[IpNet], guest: Option<(HostId, NetworkId)>) -> Step {
        let management = self.management_ports();
        let operators = self.members.prefixes(&End::Operators);
        let nodes = self.site.nodes.iter().flat_map(|node| node.own_addresses()).map(IpNet::from);
        let nodes: Vec<IpNet> = nodes.collect();
        let managers: Vec<IpNet> = operators.iter().chain(&nodes).copied().collect();
        let (mut lower, mut upper, mut matching) = (PortSet::none(), PortSet::none(), Vec::new());
        let mut note = None;
        let meets = |prefix: &IpNet| sources.iter().any(|part| overlaps(prefix, part));
        if managers.iter().any(meets) {
            upper = upper.union(&management);
            let who = if operators.iter().any(meets) { "operators" } else { "nodes" };
            matching.push((management.clone(), format!("{who}: management ports of the nodes").into()));
        }
        // Nobody says which of the addresses corosync takes.
        if nodes.iter().any(meets) {
            upper = upper.union(&PortSet::ports(Transport::Udp, COROSYNC.0, COROSYNC.1));
            note = Some("which addresses of the nodes corosync speaks between".to_owned());
        }
        let inside = |part: &IpNet| managers.iter().any(|prefix| prefix.contains(part));
        if !sources.is_empty() && sources.iter().all(inside) {
            lower = lower.union(&management);
        }
        if let Some((host, network)) = guest {
            let rules = &self.policies.of(host).outbound;
            for rule in rules.iter().filter(|rule| rule.network == network && rule.peer == Peer::Node(node)) {
                (lower, upper) = (lower.union(&rule.ports), upper.union(&rule.ports));
                matching.push((rule.ports.clone(), rule.reason.clone()));
            }
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
