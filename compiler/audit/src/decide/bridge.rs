//! A packet on one segment.

use std::net::IpAddr;

use arvc_verdict::Layer;

use super::ask::{Ask, Stop, Towards};
use super::{End, Part, Way};
use crate::bounds::Outcome;
use crate::packet::{Addr, ICMP, ICMP6, Packet, Port, is_public};
use crate::proxmox::{self, Nic};
use crate::tree::{Host, Tree, device_of};

/// A machine where a packet leaves or comes: its device of Proxmox, if it has one.
#[derive(Clone, Copy)]
pub(crate) struct At<'t> {
    pub host: &'t Host,
    pub nic: Option<&'t Nic>,
}

impl Tree {
    pub(crate) fn on_bridge<'t>(
        &'t self,
        way: &Way<'t, '_>,
        packet: &Packet,
        bridge: &str,
        vlan: Option<u16>,
    ) -> Vec<Stop<'t>> {
        let mut steps = Vec::new();
        let mut ends: [Option<At<'t>>; 2] = [None, None];
        for (end, slot, address) in [(way.from, 0, source(packet)), (way.to, 1, Some(way.address))] {
            let End::Host(host) = end else { continue };
            let nic = self.nic(host, bridge, vlan, address);
            if nic.is_none() && host.guest.is_some() {
                let gap = self.guest(host).and_then(|guest| guest.gap.clone());
                let words = "it has no device on that bridge";
                let outcome = match gap {
                    Some(why) => Outcome::unknown(why, words, Some(host.place)),
                    None => Outcome::drop(words, Some(host.place)),
                };
                steps.push(Stop::said(Part::Device(host), outcome, packet));
                return steps;
            }
            ends[slot] = Some(At { host, nic });
        }
        let [from, to] = ends;
        if let (Some(from), Some(to)) = (from, to)
            && std::ptr::eq(from.host, to.host)
        {
            let outcome = Outcome::pass("a machine reaches itself over its loopback device", None);
            steps.push(Stop::said(Part::Way, outcome, packet));
            return steps;
        }
        // Linux names a node's own side of a VLAN after bridge and tag.
        let device = vlan.map_or_else(|| bridge.to_owned(), |tag| format!("{bridge}.{tag}"));
        if !self.lies(way) {
            self.neighbours([(way.from, from), (way.to, to)], &device, packet, &mut steps);
        }
        self.leave(way.from, from, &device, packet, &mut steps);
        steps.push(Stop::said(Part::Segment, self.carried(way, from, to, bridge, vlan), packet));
        self.arrive(way.to, to, &device, packet, &mut steps);
        self.answer(from, to, packet, &mut steps);
        steps
    }

    /// Whether a packet is one that no system writes by itself: with another's source, or to a neighbour at an address that it
    /// does not have there. Nobody looks for the neighbour then, and an answer goes elsewhere. What a machine has by turns with
    /// others it is asked for, and with, while it has it.
    pub(super) fn lies(&self, way: &Way<'_, '_>) -> bool {
        let by_turns =
            |end: End<'_>, address| matches!(end, End::Host(host) if self.wiring.by_turns(address, &host.name));
        let forged = way.manner.masked || way.manner.source.is_some_and(|source| !by_turns(way.from, source));
        let (arvc_verdict::Path::Bridge(bridge, vlan), End::Host(to)) = (way.path, way.to) else {
            return forged;
        };
        let nics = self.guest(to).into_iter().flat_map(|guest| &guest.nics);
        let mut own = nics
            .filter(|nic| nic.bridge.value.as_ref() == Ok(bridge) && nic.vlan == *vlan)
            .flat_map(|nic| &nic.addresses)
            .peekable();
        let elsewhere = own.peek().is_some() && own.all(|net| net.addr() != way.address);
        forged || elsewhere && !by_turns(way.to, way.address)
    }

    /// Over IPv6 two neighbours find one another by packets of their own, which no connection covers: a solicitation, and the
    /// advertisement that answers it (RFC 4861). ARP passes every layer.
    fn neighbours<'t>(
        &'t self,
        [one, other]: [(End<'t>, Option<At<'t>>); 2],
        bridge: &str,
        packet: &Packet,
        steps: &mut Vec<Stop<'t>>,
    ) {
        let (Addr::At(IpAddr::V6(source)), Addr::At(IpAddr::V6(target))) = (packet.src, packet.dst) else { return };
        let message = |source: std::net::Ipv6Addr, target: std::net::Ipv6Addr, icmp| Packet {
            src: Addr::At(source.into()),
            dst: Addr::At(target.into()),
            proto: ICMP6,
            sport: Port::None,
            dport: Port::None,
            icmp,
            answer: false,
            masked: false,
            fragment: false,
        };
        // The group of everybody whose address ends in the same three bytes (RFC 4291, 2.7.1).
        let group = 0xff02_0000_0000_0000_0000_0001_ff00_0000 | (target.to_bits() & 0xff_ffff);
        let messages = [(message(source, group.into(), 135), one, other), (message(target, source, 136), other, one)];
        for (message, (sender, leaving), (receiver, arriving)) in messages {
            let mut found = Vec::new();
            self.leave(sender, leaving, bridge, &message, &mut found);
            self.arrive(receiver, arriving, bridge, &message, &mut found);
            // What lets it pass is nothing to tell.
            let closing = found.into_iter().map(|stop| self.asked(stop)).filter(|step| step.outcome.closed);
            steps.extend(closing.map(|step| Stop::said(Part::Neighbours(step.part.layer()), step.outcome, packet)));
        }
    }

    /// The same of a guest and the router of its segment, which find one another before anything is handed on.
    pub(super) fn found_by_router<'t>(
        &'t self,
        end: End<'t>,
        at: Option<At<'t>>,
        (own, turn): (Addr, usize),
        steps: &mut Vec<Stop<'t>>,
    ) {
        let (Some(nic), Addr::At(IpAddr::V6(own))) = (at.and_then(|at| at.nic), own) else { return };
        let Some(gateway) = nic.gateways.iter().find(|gateway| gateway.is_ipv6()).copied() else { return };
        let guest = at.and_then(|at| self.guest(at.host)).and_then(|guest| guest.node.as_ref());
        let mut nodes: Vec<_> =
            self.wiring.nodes.iter().filter(|(_, addresses)| addresses.contains(&gateway)).collect();
        // Where several have that address, it is the one on which the guest runs.
        nodes.sort_by_key(|(node, _)| Some(*node) != guest);
        let (router, foot) = match (self.router(nic, true, turn), nodes.first()) {
            (Some(router), _) => (End::Host(router.host), Some(At { host: router.host, nic: router.foot.nic })),
            (None, Some((node, _))) => (End::Node(node), None),
            (None, None) => (End::Address(gateway), None),
        };
        let device = device_of(nic).unwrap_or_default();
        let packet = Packet::first(Addr::At(own.into()), Addr::At(gateway), arvc_verdict::Protocol::Icmp, None);
        self.neighbours([(end, at), (router, foot)], &device, &packet, steps);
    }

    /// What the sender's layers say.
    pub(super) fn leave<'t>(
        &'t self,
        end: End<'t>,
        at: Option<At<'t>>,
        bridge: &str,
        packet: &Packet,
        steps: &mut Vec<Stop<'t>>,
    ) {
        if let Some(at) = at {
            if let Some(ask) = self.guest_asked(Towards::Out, at, packet.src) {
                steps.push(Stop::new(Part::GuestOut(at.host), ask, packet));
            }
            if let (Some(nic), Some(guest)) = (at.nic, self.guest(at.host))
                && self.proxmox.present
            {
                let part = Part::ProxmoxOut(at.host, nic.index);
                steps.push(Stop::new(part, Ask::Proxmox(Towards::Out, guest, nic), packet));
            }
        } else if let (End::Node(node), true) = (end, self.proxmox.present) {
            let ask = Ask::Node(Towards::Out, node, bridge.to_owned(), self.between_nodes(packet));
            steps.push(Stop::new(Part::NodeOut(node), ask, packet));
        }
    }

    /// What the receiver's layers say.
    pub(super) fn arrive<'t>(
        &'t self,
        end: End<'t>,
        at: Option<At<'t>>,
        bridge: &str,
        packet: &Packet,
        steps: &mut Vec<Stop<'t>>,
    ) {
        if let Some(at) = at {
            if let (Some(nic), Some(guest)) = (at.nic, self.guest(at.host))
                && self.proxmox.present
            {
                let part = Part::ProxmoxIn(at.host, nic.index);
                steps.push(Stop::new(part, Ask::Proxmox(Towards::In, guest, nic), packet));
            }
            if let Some(ask) = self.guest_asked(Towards::In, at, packet.dst) {
                steps.push(Stop::new(Part::GuestIn(at.host), ask, packet));
            }
        } else if let (End::Node(node), true) = (end, self.proxmox.present) {
            let ask = Ask::Node(Towards::In, node, bridge.to_owned(), self.between_nodes(packet));
            steps.push(Stop::new(Part::NodeIn(node), ask, packet));
        }
    }

    /// Whether both addresses of a packet are, or may be, those of nodes.
    fn between_nodes(&self, packet: &Packet) -> bool {
        let has = |own: &[IpAddr], address: Addr| match address {
            Addr::At(address) => own.contains(&address),
            // Which of the world's addresses a router gives it, nobody says.
            Addr::Internet(v6) => own.iter().any(|own| own.is_ipv6() == v6 && is_public(*own)),
        };
        let nodes = |address: Addr| self.wiring.nodes.iter().filter(move |(_, own)| has(own, address));
        nodes(packet.dst).any(|(other, _)| nodes(packet.src).any(|(one, _)| one != other))
    }

    /// What the filters say to the reply. Proxmox lets every reply pass.
    pub(super) fn answer<'t>(
        &'t self,
        from: Option<At<'t>>,
        to: Option<At<'t>>,
        packet: &Packet,
        steps: &mut Vec<Stop<'t>>,
    ) {
        let reply = packet.reply();
        if let Some((to, ask)) = to.and_then(|to| Some((to, self.guest_asked(Towards::Out, to, reply.src)?))) {
            steps.push(Stop::new(Part::ReplyOut(to.host), ask, &reply));
        }
        if let Some((from, ask)) = from.and_then(|from| Some((from, self.guest_asked(Towards::In, from, reply.dst)?))) {
            steps.push(Stop::new(Part::ReplyIn(from.host), ask, &reply));
        }
    }

    /// What a machine's filter is asked about a packet from or to an address of it, if it has one.
    fn guest_asked<'t>(&'t self, towards: Towards, at: At<'t>, own: Addr) -> Option<Ask<'t>> {
        if let Some(why) = &at.host.no_filter {
            return Some(Ask::Said(Outcome::unknown(why.clone(), "its filter is not there", None)));
        }
        Some(Ask::Filter(towards, at.host.filter?, self.device(at.host, at.nic, own)))
    }

    fn guest_out(&self, at: At<'_>, packet: &Packet) -> Option<Outcome> {
        Some(self.outcome(&self.guest_asked(Towards::Out, at, packet.src)?, packet))
    }

    fn guest_in(&self, at: At<'_>, packet: &Packet) -> Option<Outcome> {
        Some(self.outcome(&self.guest_asked(Towards::In, at, packet.dst)?, packet))
    }

    /// Whether the segment carries a packet from one end to the other.
    fn carried(
        &self,
        way: &Way<'_, '_>,
        from: Option<At<'_>>,
        to: Option<At<'_>>,
        bridge: &str,
        vlan: Option<u16>,
    ) -> Outcome {
        fn node<'t>(tree: &'t Tree, end: End<'t>, at: Option<At<'t>>) -> Option<&'t str> {
            match (end, at) {
                (End::Node(node), _) => Some(node),
                (_, Some(at)) => tree.guest(at.host).and_then(|guest| guest.node.as_deref()),
                _ => None,
            }
        }
        let center = |at: Option<At<'_>>| at.and_then(|at| at.host.guest).map(|id| id.center);
        match (node(self, way.from, from), node(self, way.to, to)) {
            (Some(one), Some(other)) if self.wiring.is_said && !self.joined(bridge, vlan, one, other) => {
                Outcome::drop("their nodes' bridges of that name are not one segment", None)
            }
            (Some(one), Some(other)) if !self.joined(bridge, vlan, one, other) => {
                let why = format!("whether {bridge} of {one} and {bridge} of {other} are one segment");
                Outcome::unknown(why.into(), "no file says how their nodes are wired", None)
            }
            // Of two data centres that do not say which nodes they have, these are two.
            (one, other)
                if (one.is_none() || other.is_none())
                    && matches!((center(from), center(to)), (Some(from), Some(to)) if from != to) =>
            {
                let why = format!("whether {bridge} of the one data centre and {bridge} of the other are one segment");
                Outcome::unknown(why.into(), "no file says how their nodes are wired", None)
            }
            _ => Outcome::pass("one segment", None),
        }
    }

    /// What lets a packet pass that the firewall closes: the destination has sent the reverse of it before. Connection tracking
    /// is the node's, and an entry is made also by a packet that the other end then drops.
    pub(super) fn opened_by_state(&self, way: &Way<'_, '_>, packet: &Packet) -> Option<String> {
        if let arvc_verdict::Path::Overlay(device) = way.path {
            return self.echoed(way, device.as_deref(), packet);
        }
        let arvc_verdict::Path::Bridge(bridge, vlan) = way.path else { return None };
        let (End::Host(from), End::Host(to)) = (way.from, way.to) else { return None };
        if packet.proto == ICMP
            || packet.proto == ICMP6
            || !self.proxmox.present
            || !self.counted.counts(Layer::Proxmox)
        {
            return None;
        }
        let (source, target) =
            (self.nic(from, bridge, *vlan, source(packet))?, self.nic(to, bridge, *vlan, Some(way.address))?);
        let (sender, receiver) = (self.guest(from)?, self.guest(to)?);
        let shut = !proxmox::outward(&self.proxmox, sender, source, packet).open
            || !proxmox::inward(&self.proxmox, receiver, target, packet).open;
        let filtered = self.counted.counts(Layer::Guest)
            && (self.guest_out(At { host: from, nic: Some(source) }, packet).is_some_and(|outcome| !outcome.open)
                || self.guest_in(At { host: to, nic: Some(target) }, packet).is_some_and(|outcome| !outcome.open));
        let reverse = Packet { answer: false, ..packet.reply() };
        let sends = proxmox::outward(&self.proxmox, receiver, target, &reverse).open;
        (shut && !filtered && sends).then(|| {
            format!(
                "{} may send from that port first, and the connection table of the node then takes this for an answer",
                to.name
            )
        })
    }
}

fn source(packet: &Packet) -> Option<IpAddr> {
    match (packet.src, packet.sport) {
        (Addr::At(address), Port::None | Port::At(_) | Port::Ephemeral) => Some(address),
        _ => None,
    }
}
