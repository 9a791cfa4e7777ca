//! What lies between a machine and the world: the router by which it gets out, and what a node hands on to it.

use std::net::IpAddr;

use arvc_site::edge::{handed_to, has_way_out};
use arvc_site::model::{End, Family, Forward, HostId, Kind, NetworkId, NodeId, Transport};
use arvc_site::names::is_private;
use ipnet::IpNet;

use super::decide::{Layers, Other, unknown};
use super::{Layer, Party, Step, handed};
use crate::address::{node_on, public};
use crate::policy::Peer;
use crate::ports::PortSet;

impl Layers<'_> {
    /// The network by which a machine sends to an address, and its own address there.
    pub(super) fn exit(&self, host: HostId, address: IpAddr) -> Option<(NetworkId, IpAddr)> {
        let family = Family::of(address);
        let (_, network, _) = self.exits(host, &[IpNet::from(address)]).into_iter().next()?;
        Some((network, self.address(host, network, family)?))
    }

    /// The network by which a machine sends to an address, and what it sends from there: its own address, or each that it may be
    /// given. Of a guest that leases one it is Proxmox that decides what it may send from, and nobody here knows which it is.
    fn leaves_by(&self, host: HostId, address: IpAddr) -> Option<(NetworkId, Vec<IpNet>)> {
        let family = Family::of(address);
        let (_, network, _) = self.exits(host, &[IpNet::from(address)]).into_iter().next()?;
        if let Some(own) = self.address(host, network, family) {
            return Some((network, vec![IpNet::from(own)]));
        }
        if self.host(host).kind != Kind::Machine || !self.members.is_leased(host, network) {
            return None;
        }
        let leased = self.of_peer(network, &Peer::Host(host));
        let leased: Vec<IpNet> = leased.iter().copied().filter(|it| Family::of_prefix(it) == family).collect();
        (!leased.is_empty()).then_some((network, leased))
    }

    /// Whether something leads from a network into the world. Of a router that is nobody's here it is taken to be so: else no site
    /// behind one would have a way out.
    pub(super) fn leads_out(&self, network: NetworkId, family: Family) -> bool {
        let network = &self.site.networks[network.index()];
        !network.is_bridge() && !network.is_overlay() || network.gateway(family).is_some()
    }

    /// Whether a machine is somewhere in the world, and nobody says where: it is on no network below the overlays.
    pub(super) fn is_somewhere(&self, host: HostId) -> bool {
        self.host(host).interfaces.iter().all(|it| self.members.is_overlay(it.network))
    }

    /// Every address of the world, the operators' and the site's own too: what a router in front of somebody makes of his own is
    /// one of them.
    pub(super) fn world(&self, family: Family) -> Vec<IpNet> {
        public().iter().copied().filter(|prefix| Family::of_prefix(prefix) == family).collect()
    }

    /// What the world sees of what a machine sends on a network: its own address, the one that the node in front gives it, or any.
    pub(super) fn seen_as(&self, host: HostId, network: NetworkId, own: &[IpNet]) -> Vec<IpNet> {
        let Some(family) = own.first().map(Family::of_prefix) else { return Vec::new() };
        if own.iter().all(|own| !is_private(own.addr())) {
            return own.to_vec();
        }
        match self.node_in_front(host, network, family) {
            Some(node) if self.site.nodes[node.index()].uplink.is_some() => self.sent_into_the_world(node, family),
            _ => self.world(family),
        }
    }

    /// What the world sees of what a node sends: the address of its uplink, else those of its own that the world leads to, or any, if
    /// none is stated.
    pub(super) fn sent_into_the_world(&self, node: NodeId, family: Family) -> Vec<IpNet> {
        let node = &self.site.nodes[node.index()];
        let public = |address: &IpAddr| Family::of(*address) == family && !is_private(*address);
        let uplink = node.uplink.as_ref().map(|uplink| uplink.public.unwrap_or(uplink.address).value);
        if let Some(uplink) = uplink.filter(|uplink| Family::of(*uplink) == family) {
            return if is_private(uplink) { self.world(family) } else { vec![IpNet::from(uplink)] };
        }
        let own: Vec<IpNet> = node.own_addresses().filter(public).map(IpNet::from).collect();
        if own.is_empty() { self.world(family) } else { own }
    }

    /// What may arrive of a machine with a private address at a public one on a network that the node in front stands on and is not the
    /// router of: that address, or those of the node, which translates.
    pub(super) fn translated_between(
        &self,
        (host, network, own): (HostId, NetworkId, IpAddr),
        last: NetworkId,
        to: IpAddr,
    ) -> Option<Vec<IpNet>> {
        let family = Family::of(to);
        let node = self.node_in_front(host, network, family).filter(|_| is_private(own) && !is_private(to))?;
        if self.site.networks[last.index()].routed_by(node) {
            return None;
        }
        let mut seen = self.sent_into_the_world(node, family);
        seen.extend(node_on(self.site, last, node).into_iter().chain([own]).map(IpNet::from));
        seen.retain(|seen| Family::of_prefix(seen) == family);
        seen.sort_unstable();
        seen.dedup();
        Some(seen)
    }

    /// The node that is a machine's way out on a network.
    pub(super) fn node_in_front(&self, host: HostId, network: NetworkId, family: Family) -> Option<NodeId> {
        match self.members.router(self.members.profile_of[host.index()], network, family)? {
            crate::routers::Identity::Node(node) => Some(*node),
            _ => None,
        }
    }

    /// Whether a node is the router of a network that holds all of a prefix.
    pub(super) fn is_behind(&self, node: NodeId, prefix: &IpNet) -> bool {
        let networks = self.site.networks.iter().filter(|network| network.routed_by(node));
        networks.into_iter().any(|network| network.prefixes().any(|own| own.value.contains(prefix)))
    }

    /// The node that answers for an address, and the port of a packet to it that it hands on.
    pub(super) fn handed_on(&self, address: IpAddr, packet: &PortSet) -> Option<(NodeId, Option<&Forward>)> {
        let mut nodes = self.site.node_ids();
        let id = nodes.find(|node| self.site.nodes[node.index()].known_addresses().any(|own| own == address))?;
        let node = &self.site.nodes[id.index()];
        let here = node.hands_on_at(address);
        let carries = |forward: &&Forward| {
            let ports = PortSet::from(forward.ports);
            here && packet.is_subset(&ports)
        };
        Some((id, node.forwards.iter().find(carries)))
    }

    /// A port that a node hands on at an address that somebody means, and some packets to it, to a machine that is not meant: what
    /// comes from elsewhere gets to that, and not to the node.
    pub fn handed_on_instead(
        &self,
        sources: &[Party],
        target: &End,
        packets: &PortSet,
    ) -> Option<(NodeId, IpAddr, &Forward)> {
        let prefixes = self.prefixes(target);
        if prefixes.is_empty() {
            return None;
        }
        let targets = self.parties(target);
        self.site.node_ids().find_map(|node| {
            let own = &self.site.nodes[node.index()];
            let meant =
                |address: &IpAddr| own.hands_on_at(*address) && prefixes.iter().any(|prefix| prefix.contains(address));
            let address = own.known_addresses().find(meant)?;
            let outside = |source: &Party| match source {
                // What comes from its own guests is not for what a node hands on.
                Party::Host(host) => {
                    let by = self.leaves_by(*host, address);
                    let elsewhere = |by| self.node_in_front(*host, by, Family::of(address)) != Some(node);
                    self.is_somewhere(*host) || by.is_some_and(|(by, _)| elsewhere(by))
                }
                source => *source != Party::Node(node),
            };
            let meets = |forward: &&Forward| {
                let ports = PortSet::from(forward.ports);
                !ports.intersection(packets).is_none() && !targets.contains(&Party::Host(forward.to))
            };
            let forward = own.forwards.iter().find(meets)?;
            sources.iter().any(outside).then_some((node, address, forward))
        })
    }

    /// What a machine says to a packet that a node hands on to it.
    pub(super) fn handed(&self, node: NodeId, forward: &Forward, from: &Other) -> Option<Vec<Step>> {
        let (network, _) = self.handed_to(node, forward)?;
        let mut steps: Vec<Step> = self.astray(node, forward).into_iter().collect();
        steps.extend(self.arrive(forward.to, network, from));
        Some(steps)
    }

    /// The answers to what a node hands on have to leave by that node, which alone knows whom they belong to: it has to be a way out of
    /// the machine. What another router makes of them nobody says.
    pub(super) fn astray(&self, node: NodeId, forward: &Forward) -> Option<Step> {
        let ways = self.members.way_out(self.members.profile_of[forward.to.index()], Family::V4);
        let back = |network: &NetworkId| self.node_in_front(forward.to, *network, Family::V4) == Some(node);
        if ways.iter().any(back) {
            return None;
        }
        let (path, host) = (&self.site.nodes[node.index()].named.path, &self.host(forward.to).named.path);
        let note =
            format!("what becomes of the answers of {host}, which leave by another router than {path}, is not known");
        Some(unknown(Layer::Router, Party::Node(node), note))
    }

    /// Where a node hands a port on to. Nowhere, if it is a guest that has no way out: no answer comes back.
    pub(super) fn handed_to(&self, node: NodeId, forward: &Forward) -> Option<(NetworkId, IpAddr)> {
        let out = has_way_out(self.site, self.host(forward.to));
        handed_to(self.site, node, forward).filter(|_| out)
    }

    /// Whether a datagram of one machine reaches another at an address below the overlays, for certain: on a segment that both are
    /// on, by the node that is the router of both, or through the world.
    pub(super) fn datagram(&self, a: HostId, b: HostId, to: IpAddr, port: u16) -> bool {
        let packet = PortSet::ports(Transport::Udp, port, port);
        let passes =
            |steps: &[Step]| steps.iter().filter(|step| self.counts(step)).all(|step| packet.is_subset(&step.lower));
        let own = |network: NetworkId| self.met(b, network).contains(&to);
        let networks =
            || self.host(b).interfaces.iter().map(|it| it.network).filter(|id| !self.members.is_overlay(*id));
        if let Some(network) = networks().find(|network| {
            self.host(a).is_on(*network) && own(*network) && self.segments.meet(*network, self.host(a), self.host(b))
        }) {
            let from = self.address(a, network, Family::of(to));
            return from.is_some_and(|from| self.passes_direct(network, (a, from), (b, to), &packet));
        }
        if self.routed(a, b).iter().any(|path| path.to.contains(&to) && passes(&path.steps)) {
            return true;
        }
        self.through_the_world(a, b, to, &packet).is_some_and(|steps| passes(&steps))
    }

    /// Whether a packet surely passes what [`Layers::direct`] finds on a network that is no overlay. A site asks this for each pair of
    /// its members, and wants to know nothing else of the way.
    fn passes_direct(
        &self,
        network: NetworkId,
        (a, from): (HostId, IpAddr),
        (b, to): (HostId, IpAddr),
        packet: &PortSet,
    ) -> bool {
        let (proxmox, guest) = (self.looks_at(Layer::ProxmoxIn), self.looks_at(Layer::Filter));
        let (to, from) = (Other::Member(b, to), Other::Member(a, from));
        let (outbound, inbound) = (&self.policies.of(a).outbound, &self.policies.of(b).inbound);
        if proxmox && self.has_proxmox(a, network) && !self.lets_surely(network, outbound, packet, &to) {
            return false;
        }
        let by_proxmox = proxmox && self.has_proxmox(b, network);
        let by_filter = guest && self.host(b).is_configured();
        // Both are prints of one list.
        (!by_proxmox || !from.is_smurf())
            && (!by_proxmox && !by_filter || self.lets_surely(network, inbound, packet, &from))
    }

    /// What a packet to an address that the world knows meets; none if it does not get there.
    pub(super) fn through_the_world(&self, a: HostId, b: HostId, to: IpAddr, packet: &PortSet) -> Option<Vec<Step>> {
        let family = Family::of(to);
        let mut steps: Vec<Step> = Vec::new();
        let mut world = self.world(family);
        let (mut front, mut led) = (None, None);
        if !self.is_somewhere(a) {
            let (network, own) = self.leaves_by(a, to).filter(|(network, _)| self.leads_out(*network, family))?;
            steps.extend(self.leave(a, network, &Other::Address(to)));
            steps.extend(handed::outwards(self, a, network, &own, &[IpNet::from(to)]));
            front = self.node_in_front(a, network, family);
            led = self.undescribed(a, network, family, &[IpNet::from(to)]);
            // What translates it on the way, and into which address, nobody says.
            if !own.iter().any(|own| is_private(own.addr())) {
                world = own;
            }
        }
        if let Some((node, forward)) = self.handed_on(to, packet) {
            let forward = forward.filter(|forward| forward.to == b)?;
            // What comes from its own guests is not for what a node hands on.
            if front == Some(node) {
                return None;
            }
            steps.extend(self.handed(node, forward, &Other::Zone(&world))?);
            return Some(steps);
        }
        if is_private(to) {
            return None;
        }
        let (network, own) = self.known_as(b, to).or_else(|| {
            let mut below = self.host(b).interfaces.iter().filter(|it| !self.members.is_overlay(it.network));
            let at = below.find(|it| it.addresses().any(|own| own.value == to))?;
            Some((at.network, to))
        })?;
        steps.extend(led);
        let router = self.handing(b, network, family);
        steps.extend(handed::from_the_world(self, router, family, &Other::Zone(&world), &Other::Address(own)));
        steps.extend(self.arrive(b, network, &Other::Zone(&world)));
        Some(steps)
    }

    /// The network and the own address of a machine to which a router in front of it hands on what is for an address that the world
    /// knows it by.
    pub(super) fn known_as(&self, host: HostId, address: IpAddr) -> Option<(NetworkId, IpAddr)> {
        let mut interfaces = self.host(host).interfaces.iter();
        let at = interfaces.find(|it| it.public.is_some_and(|public| public.value == address))?;
        Some((at.network, at.addresses().next()?.value))
    }
}

/// Says of a path that a router gives the source an address of some prefixes, and nobody which: that a rule holds some of them lets
/// nothing pass for certain.
pub(super) fn add_doubt_of_address(steps: &mut Vec<Step>, seen: &[IpNet]) {
    let cut = |step: &Step| step.lower != step.upper && !step.rules.is_empty();
    if one_address(seen).is_some() || !steps.iter().any(cut) {
        return;
    }
    let lower = steps.iter().fold(PortSet::all(), |all, step| all.intersection(&step.lower));
    let note = "which address of the world it has there is not known".to_owned();
    let at = steps.iter().position(|step| step.at == Party::Internet).map_or(0, |at| at + 1);
    steps.insert(at, Step { lower, ..unknown(Layer::Router, Party::Internet, note) });
}

/// The address that some prefixes are, if they are one.
pub(super) fn one_address(prefixes: &[IpNet]) -> Option<IpAddr> {
    match prefixes {
        [one] if one.prefix_len() == one.max_prefix_len() => Some(one.addr()),
        _ => None,
    }
}
