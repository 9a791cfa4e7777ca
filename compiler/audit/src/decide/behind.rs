//! A packet inside an overlay, for a network behind one of its members: to that as to the other end of a tunnel, through it, and
//! on by the device that is on the network.

use std::net::IpAddr;

use arvc_verdict::Path;

use super::ask::{Ask, Ends, Stop, Towards};
use super::overlay::filter_in;
use super::{End, Part, Tunnels, Way};
use crate::bounds::Outcome;
use crate::filter::Hidden;
use crate::nebula::{Member, Route};
use crate::packet::{Addr, Packet};
use crate::proxmox::Nic;
use crate::tree::{Host, Tree, device_of};

/// Who leads to a network behind it, and where the sender is told so.
type Gate<'t> = (&'t Route, (&'t Host, &'t Member));

impl Tree {
    /// What a packet meets that is for no member's own address; none if it is for one, or no member is said to lead there.
    pub(super) fn behind<'t>(
        &'t self,
        way: &Way<'t, '_>,
        packet: &Packet,
        device: Option<&str>,
        tunnels: &Tunnels,
    ) -> Option<Vec<Stop<'t>>> {
        let (End::Host(from), Addr::At(own)) = (way.from, packet.src) else { return None };
        let Some(source) = self.member(from, device) else { return self.out_of_it(way, own, packet) };
        let inside = source.certificate.iter().flat_map(|own| &own.networks).any(|net| net.contains(&way.address));
        if source.disabled || inside || self.member_addresses().contains_key(&way.address) {
            return None;
        }
        let mut steps = Vec::new();
        let (route, gate) = match self.gate(source, way.address)? {
            Ok(found) => found,
            Err(outcome) => {
                steps.push(Stop::said(Part::Way, outcome, packet));
                return Some(steps);
            }
        };
        let (through, target) = gate;
        if let Some(filter) = from.filter {
            let ask = Ask::Filter(Towards::Out, filter, source.device.as_deref());
            steps.push(Stop::new(Part::GuestOut(from), ask, packet));
        }
        if !route.installed {
            let why = format!("what {} sends into its overlay beside what Nebula tells it to", from.name);
            let outcome = Outcome::unknown(why.into(), "its system is not told of the way", Some(route.place));
            steps.push(Stop::said(Part::Way, outcome, packet));
        }
        steps.push(Stop::said(Part::Inside(through), vouched(source, target, own, way.address), packet));
        let pieces: &[bool] = if way.manner.large { &[false, true] } else { &[false] };
        let piece = |fragment: &bool| Packet { fragment: *fragment, ..*packet };
        let ends = Ends { own: source, peer: target, local: own, remote: way.address };
        let out =
            pieces.iter().map(|it| Stop::new(Part::NebulaOut(from), Ask::Overlay(Towards::Out, ends), &piece(it)));
        steps.extend(out);
        let tunnel = self.tunnel(from, source, through, target, tunnels, way.manner.relayed);
        steps.push(Stop::said(Part::Tunnel(from, through), tunnel, packet));
        let ends = Ends { own: target, peer: source, local: way.address, remote: own };
        let into =
            pieces.iter().map(|it| Stop::new(Part::NebulaIn(through), Ask::Overlay(Towards::In, ends), &piece(it)));
        steps.extend(into);
        if way.to.is(through) {
            self.kept(through, target, packet, &mut steps);
        } else {
            self.carry_on(way, through, target, packet, &mut steps);
        }
        if let Some(ask) = filter_in(from, source.device.as_deref()) {
            steps.push(Stop::new(Part::ReplyIn(from), ask, &packet.reply()));
        }
        Some(steps)
    }

    /// The member that leads to an address: the longest network decides. None if there is none; the outcome where nobody knows which.
    fn gate<'t>(&'t self, source: &'t Member, address: IpAddr) -> Option<Result<Gate<'t>, Outcome>> {
        let there = source.routes.iter().filter(|route| route.net.contains(&address));
        let Some(route) = there.max_by_key(|route| route.net.prefix_len()) else {
            let why = "which ways into the overlay its system's own table has";
            let outcome = Outcome::unknown(why.into(), "Nebula takes them over", Some(source.place));
            return source.system_routes.then_some(Err(outcome));
        };
        let place = Some(route.place);
        let via = match route.via.as_deref() {
            Ok([one]) => one,
            Ok(_) => {
                let why = "which of several members it takes: that is by the packet";
                return Some(Err(Outcome::unknown(why.into(), "several lead there", place)));
            }
            Err(why) => return Some(Err(Outcome::unknown(why.clone(), "the member is not known", place))),
        };
        let member = self.member_addresses().get(via).map(|index| &self.members[*index]);
        let found = member.and_then(|member| Some((self.hosts.get(&member.host)?, member)));
        Some(match found {
            Some((_, member)) if std::ptr::eq(member, source) => Err(Outcome::drop("it leads there itself", place)),
            Some(gate) => Ok((route, gate)),
            None => Err(Outcome::drop("no member has the address that leads there", place)),
        })
    }

    /// What is for an address of the gate itself, and not for what is behind it.
    fn kept<'t>(&'t self, gate: &'t Host, member: &'t Member, packet: &Packet, steps: &mut Vec<Stop<'t>>) {
        if let Some(ask) = filter_in(gate, member.device.as_deref()) {
            steps.push(Stop::new(Part::GuestIn(gate), ask, packet));
        }
        if let Some(filter) = gate.filter {
            let ask = Ask::Filter(Towards::Out, filter, member.device.as_deref());
            steps.push(Stop::new(Part::ReplyOut(gate), ask, &packet.reply()));
        }
    }

    /// Through the gate, and on by its device on the network.
    fn carry_on<'t>(
        &'t self,
        way: &Way<'t, '_>,
        gate: &'t Host,
        member: &'t Member,
        packet: &Packet,
        steps: &mut Vec<Stop<'t>>,
    ) {
        let v6 = packet.is_v6();
        let out = self.towards(gate, packet.dst, v6).and_then(|foot| foot.nic);
        let devices = [member.device.as_deref(), out.and_then(|out| self.device(gate, Some(out), packet.dst))];
        self.go_through(gate, devices, packet, steps);
        let Some(out) = out.filter(|_| self.is_beside(gate, packet.dst)) else {
            let why = format!("where {} is, and what leads there from {}", way.address, gate.name);
            let outcome = Outcome::unknown(why.into(), "it is on no network of the member", Some(gate.place));
            steps.push(Stop::said(Part::Way, outcome, packet));
            return;
        };
        let hidden = match gate.filter {
            Some(filter) => self.filters[filter].hides(packet, devices[0], devices[1]),
            None => Ok(None),
        };
        let address = own_towards(out, packet.dst, v6);
        let own = |address: &IpAddr| out.addresses.iter().any(|net| net.addr() == *address);
        let (source, known) = match hidden {
            Ok(None) => (packet.src, self.way_back(way.to, out, v6)),
            Ok(Some(Hidden::As(given))) if !own(&given) => {
                let why = format!("whose {given} is, which a rule gives it as the source");
                (Addr::At(given), Outcome::unknown(why.into(), "it leaves with another address", None))
            }
            Ok(Some(given)) => {
                let given = if let Hidden::As(given) = given { Some(given) } else { address };
                let known = Outcome::pass("it leaves with the address of the member", None);
                (given.map_or(packet.src, Addr::At), known)
            }
            Err(why) => (packet.src, Outcome::unknown(why, "it may leave with the address of the member", None)),
        };
        steps.push(Stop::said(Part::Way, known, packet));
        let (Ok(bridge), packet) = (&out.bridge.value, &Packet { src: source, ..*packet }) else {
            let why = format!("on which bridge net{} of {} is", out.index, gate.name);
            steps.push(Stop::said(
                Part::Segment,
                Outcome::unknown(why.into(), "its bridge is not known", None),
                packet,
            ));
            return;
        };
        let path = Path::Bridge(bridge.clone(), out.vlan);
        let on = Way { from: End::Host(gate), to: way.to, address: way.address, path: &path, ..*way };
        let mut stops = self.on_bridge(&on, packet, bridge, out.vlan);
        // What it hands on its own chains for what it sends and gets do not see.
        stops.retain(|stop| !matches!(stop.part, Part::GuestOut(own) | Part::ReplyIn(own) if std::ptr::eq(own, gate)));
        steps.append(&mut stops);
    }

    /// Whether the answers to what comes in another's name find back: by the router of the other end.
    fn way_back(&self, to: End<'_>, out: &Nic, v6: bool) -> Outcome {
        let nic = match to {
            End::Host(host) => {
                let nics = self.guest(host).into_iter().flat_map(|guest| &guest.nics);
                nics.into_iter().find(|nic| device_of(nic) == device_of(out))
            }
            _ => None,
        };
        let own = |gateway: &&IpAddr| gateway.is_ipv6() == v6;
        let why = "whether the answers find the way back into the overlay";
        let unknown = || Outcome::unknown(why.into(), "it keeps the address of the sender", None);
        match nic.map(|nic| nic.gateways.iter().find(own)) {
            Some(Some(gateway)) if out.addresses.iter().any(|net| net.addr() == *gateway) => {
                Outcome::pass("the member is the router of the other end", None)
            }
            Some(None) => Outcome::drop("it keeps the address of the sender, and the other end has no router", None),
            _ => unknown(),
        }
    }

    /// From a network behind a member to another member: nobody says what sends it there, and the answers need a way of their own.
    /// Several members are not told apart.
    fn out_of_it<'t>(&'t self, way: &Way<'t, '_>, own: IpAddr, packet: &Packet) -> Option<Vec<Stop<'t>>> {
        let gate = self.members.iter().find(|member| {
            let mut behind = member.certificate.iter().flat_map(|own| &own.unsafe_networks);
            behind.any(|net| net.contains(&own))
        })?;
        let target = &self.members[*self.member_addresses().get(&way.address)?];
        let (from, to) = (self.hosts.get(&gate.host)?, self.hosts.get(&target.host)?);
        let out = Ends { own: gate, peer: target, local: own, remote: way.address };
        let into = Ends { own: target, peer: gate, local: way.address, remote: own };
        let why = format!("whether {} hands on what comes from behind it, and answers come back", gate.host);
        Some(vec![
            Stop::new(Part::NebulaOut(from), Ask::Overlay(Towards::Out, out), packet),
            Stop::new(Part::NebulaIn(to), Ask::Overlay(Towards::In, into), packet),
            Stop::said(Part::Way, Outcome::unknown(why.into(), "a member leads there", Some(gate.place)), packet),
        ])
    }
}

/// Whether the gate's certificate vouches for the network, and the gate takes the sender for one of its overlay. The sender asks for
/// nothing of the gate's own address: the route names it, and it may be outside the network of his certificate (`getOrHandshake`).
fn vouched(source: &Member, gate: &Member, own: IpAddr, address: IpAddr) -> Outcome {
    let vouching = match (&source.certificate, &gate.certificate) {
        (Ok(_), Ok(vouching)) => vouching,
        (Err(why), _) | (_, Err(why)) => return Outcome::unknown(why.clone(), "its certificate is not there", None),
    };
    let holds = |nets: &[ipnet::IpNet], address: IpAddr| nets.iter().any(|net| net.contains(&address));
    let (passes, words) = match () {
        () if !holds(&vouching.unsafe_networks, address) => (false, "the certificate does not vouch for that network"),
        () if !holds(&vouching.networks, own) => (false, "the member's own network does not hold the sender's address"),
        () => (true, "the certificate vouches for that network"),
    };
    let outcome = if passes { Outcome::pass } else { Outcome::drop };
    outcome(words, Some(vouching.place))
}

/// The address that a machine takes of its own for what it sends to another.
fn own_towards(nic: &Nic, address: Addr, v6: bool) -> Option<IpAddr> {
    let mut own = nic.addresses.iter().filter(|net| net.addr().is_ipv6() == v6);
    let near = |net: &&ipnet::IpNet| matches!(address, Addr::At(address) if net.contains(&address));
    let first = own.clone().next();
    own.find(near).or(first).map(|net| net.addr())
}
