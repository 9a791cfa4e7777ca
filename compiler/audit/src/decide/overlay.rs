//! A packet inside an overlay.

use std::net::IpAddr;

use super::ask::{Ask, Ends, Stop, Towards};
use super::bridge::At;
use super::{End, Part, Tunnels, Way};
use crate::bounds::Outcome;
use crate::nebula::{Asked, Certificate, Member, passes};
use crate::packet::{Addr, ICMP, ICMP6, Packet};
use crate::tree::{Host, Tree};

impl Tree {
    pub(crate) fn in_overlay<'t>(
        &'t self,
        way: &Way<'t, '_>,
        packet: &Packet,
        device: Option<&str>,
        tunnels: &Tunnels,
    ) -> Vec<Stop<'t>> {
        if let Some(steps) = self.behind(way, packet, device, tunnels) {
            return steps;
        }
        let mut steps = Vec::new();
        let mut members: [Option<(&'t Host, &'t Member)>; 2] = [None, None];
        for (slot, end) in [way.from, way.to].into_iter().enumerate() {
            let member = match end {
                End::Host(host) => self.member(host, device).map(|member| (host, member)),
                _ => None,
            };
            if member.is_none_or(|(_, member)| member.disabled) {
                let outcome = Outcome::drop("it is no member of the overlay", None);
                steps.push(Stop::said(Part::Member(end), outcome, packet));
                return steps;
            }
            members[slot] = member;
        }
        let ([Some((from, source)), Some((to, target))], Addr::At(own)) = (members, packet.src) else { return steps };
        if std::ptr::eq(from, to) {
            let outcome = Outcome::pass("a machine reaches itself over its loopback device", None);
            steps.push(Stop::said(Part::Way, outcome, packet));
            return steps;
        }
        if let Some(filter) = from.filter {
            let ask = Ask::Filter(Towards::Out, filter, source.device.as_deref());
            steps.push(Stop::new(Part::GuestOut(from), ask, packet));
        }
        steps.push(Stop::said(Part::Inside(to), inside(source, target, own, way.address), packet));
        let ends = Ends { own: source, peer: target, local: own, remote: way.address };
        // Each piece of what is larger than the overlay's device carries is looked at by itself.
        let pieces: &[bool] = if way.manner.large { &[false, true] } else { &[false] };
        let piece = |fragment: &bool| Packet { fragment: *fragment, ..*packet };
        let out =
            pieces.iter().map(|it| Stop::new(Part::NebulaOut(from), Ask::Overlay(Towards::Out, ends), &piece(it)));
        steps.extend(out);
        let tunnel = self.tunnel(from, source, to, target, tunnels, way.manner.relayed);
        steps.push(Stop::said(Part::Tunnel(from, to), tunnel, packet));
        let ends = Ends { own: target, peer: source, local: way.address, remote: own };
        let into = pieces.iter().map(|it| Stop::new(Part::NebulaIn(to), Ask::Overlay(Towards::In, ends), &piece(it)));
        steps.extend(into);
        let reply = packet.reply();
        if let Some(ask) = filter_in(to, target.device.as_deref()) {
            steps.push(Stop::new(Part::GuestIn(to), ask, packet));
        }
        if let Some(filter) = to.filter {
            let ask = Ask::Filter(Towards::Out, filter, target.device.as_deref());
            steps.push(Stop::new(Part::ReplyOut(to), ask, &reply));
        }
        if let Some(ask) = filter_in(from, source.device.as_deref()) {
            steps.push(Stop::new(Part::ReplyIn(from), ask, &reply));
        }
        steps
    }

    /// What lets ICMP pass that Nebula's rules close: up to 1.10 its table has one entry for all ICMP of a pair, made by whatever of it
    /// one of the two sent or took. An end closes nothing if the other way made an entry in its table.
    pub(super) fn echoed(&self, way: &Way<'_, '_>, device: Option<&str>, packet: &Packet) -> Option<String> {
        if packet.proto != ICMP && packet.proto != ICMP6 {
            return None;
        }
        let (End::Host(from), End::Host(to), Addr::At(own)) = (way.from, way.to, packet.src) else { return None };
        let (source, target) = (self.member(from, device)?, self.member(to, device)?);
        if !target.addresses().contains(&way.address) {
            return None;
        }
        let others = self.in_overlay(way, packet, device, &Tunnels::default()).into_iter();
        let mut others = others.map(|stop| self.asked(stop));
        let by_rules = |part: &Part<'_>| matches!(part, Part::NebulaOut(_) | Part::NebulaIn(_));
        if others.any(|step| !step.outcome.open && !by_rules(&step.part)) {
            return None;
        }
        let asked = |own, peer, local, remote, packet| Asked { own, peer, local, remote, packet };
        let out = asked(source, target, own, way.address, packet);
        let into = asked(target, source, way.address, own, packet);
        let sends = passes(&source.outbound, source.lists[1], out, false).open;
        let takes = passes(&target.inbound, target.lists[0], into, true).open;
        let back = Packet { src: packet.dst, dst: packet.src, ..*packet };
        let out = asked(target, source, way.address, own, &back);
        let into = asked(source, target, own, way.address, &back);
        let sent_before = passes(&target.outbound, target.lists[1], out, false).open;
        let taken_before = passes(&source.inbound, source.lists[0], into, true).open;
        let remembers = |member: &Member| member.version.as_ref().map_or(true, |version| !version.from(11));
        let at_source = sends || remembers(source) && sent_before && taken_before;
        let at_target = takes || remembers(target) && sent_before;
        (!(sends && takes) && at_source && at_target).then(|| {
            format!(
                "{} may send ICMP first, and Nebula before 1.11 then takes all ICMP between the two for an answer, for 10 minutes",
                to.name
            )
        })
    }

    pub(super) fn at<'t>(&'t self, host: &'t Host, nic: Option<&'t crate::proxmox::Nic>) -> At<'t> {
        At { host, nic }
    }
}

/// What a machine's filter is asked of what comes in by a device, if it has one.
pub(super) fn filter_in<'t>(host: &Host, device: Option<&'t str>) -> Option<Ask<'t>> {
    match &host.no_filter {
        Some(why) => Some(Ask::Said(Outcome::unknown(why.clone(), "its filter is not there", None))),
        None => Some(Ask::Filter(Towards::In, host.filter?, device)),
    }
}

/// Whether the address is the destination's, the sender sends such addresses into the overlay, and the destination its answers.
fn inside(source: &Member, target: &Member, own: IpAddr, address: IpAddr) -> Outcome {
    let (sender, receiver) = match (&source.certificate, &target.certificate) {
        (Ok(sender), Ok(receiver)) => (sender, receiver),
        (Err(why), _) | (_, Err(why)) => return Outcome::unknown(why.clone(), "its certificate is not there", None),
    };
    if !receiver.networks.iter().any(|net| net.addr() == address) {
        return Outcome::drop("the address is not one of its certificate", Some(receiver.place));
    }
    let holds = |certificate: &Certificate, address| certificate.networks.iter().any(|net| net.contains(&address));
    if !holds(sender, address) {
        return Outcome::drop("the sender's own network does not hold that address", Some(sender.place));
    }
    if !holds(receiver, own) {
        let words = "the receiver's own network does not hold the sender's address: its answers leave elsewhere";
        return Outcome::drop(words, Some(receiver.place));
    }
    Outcome::pass("an address of the overlay", Some(receiver.place))
}
