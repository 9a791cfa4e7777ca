//! A packet inside an overlay.

use std::net::IpAddr;

use super::bridge::At;
use super::{End, Part, Step, Tunnels, Way};
use crate::bounds::Outcome;
use crate::nebula::{Asked, Member, passes};
use crate::packet::{Addr, Packet};
use crate::tree::{Host, Tree};

impl Tree {
    pub(crate) fn in_overlay<'t>(
        &'t self,
        way: &Way<'t, '_>,
        packet: &Packet,
        device: Option<&str>,
        tunnels: &Tunnels,
    ) -> Vec<Step<'t>> {
        let mut steps = Vec::new();
        let mut members: [Option<(&Host, &Member)>; 2] = [None, None];
        for (slot, end) in [way.from, way.to].into_iter().enumerate() {
            let member = match end {
                End::Host(host) => self.member(host, device).map(|member| (host, member)),
                _ => None,
            };
            if member.is_none_or(|(_, member)| member.disabled) {
                let outcome = Outcome::drop("it is no member of the overlay", None);
                steps.push(Step::new(Part::Member(end), outcome));
                return steps;
            }
            members[slot] = member;
        }
        let ([Some((from, source)), Some((to, target))], Addr::At(own)) = (members, packet.src) else { return steps };
        if std::ptr::eq(from, to) {
            steps.push(Step::new(Part::Way, Outcome::pass("a machine reaches itself over its loopback device", None)));
            return steps;
        }
        if let Some(outcome) = self.filter(from).map(|filter| filter.output(packet, source.device.as_deref())) {
            steps.push(Step::new(Part::GuestOut(from), outcome));
        }
        steps.push(Step::new(Part::Inside(to), inside(source, target, own, way.address)));
        let asked = Asked { own: source, peer: target, local: own, remote: way.address, packet };
        steps.push(Step::new(Part::NebulaOut(from), passes(&source.outbound, source.lists[1], asked, false)));
        steps.push(Step::new(
            Part::Tunnel(from, to),
            self.tunnel(from, source, to, target, tunnels, way.manner.relayed),
        ));
        let asked = Asked { own: target, peer: source, local: way.address, remote: own, packet };
        steps.push(Step::new(Part::NebulaIn(to), passes(&target.inbound, target.lists[0], asked, true)));
        let reply = packet.reply();
        let unknown =
            |host: &Host| host.no_filter.clone().map(|why| Outcome::unknown(why, "its filter is not there", None));
        let filter_in = |host, device, packet| unknown(host).or_else(|| Some(self.filter(host)?.input(packet, device)));
        if let Some(outcome) = filter_in(to, target.device.as_deref(), packet) {
            steps.push(Step::new(Part::GuestIn(to), outcome));
        }
        if let Some(outcome) = self.filter(to).map(|filter| filter.output(&reply, target.device.as_deref())) {
            steps.push(Step::new(Part::ReplyOut(to), outcome));
        }
        if let Some(outcome) = filter_in(from, source.device.as_deref(), &reply) {
            steps.push(Step::new(Part::ReplyIn(from), outcome));
        }
        steps
    }

    pub(super) fn at<'t>(&'t self, host: &'t Host, nic: Option<&'t crate::proxmox::Nic>) -> At<'t> {
        At { host, nic }
    }
}

/// Whether the address is the destination's, and the sender sends such addresses into the overlay.
fn inside(source: &Member, target: &Member, own: IpAddr, address: IpAddr) -> Outcome {
    let (sender, receiver) = match (&source.certificate, &target.certificate) {
        (Ok(sender), Ok(receiver)) => (sender, receiver),
        (Err(why), _) | (_, Err(why)) => return Outcome::unknown(why.clone(), "its certificate is not there", None),
    };
    if !receiver.networks.iter().any(|net| net.addr() == address) {
        if receiver.unsafe_networks.iter().any(|net| net.contains(&address)) {
            return Outcome::unknown(
                "what is behind the member that routes there".into(),
                "it is behind a router",
                Some(receiver.place),
            );
        }
        return Outcome::drop("the address is not one of its certificate", Some(receiver.place));
    }
    let routed =
        sender.networks.iter().any(|net| net.contains(&address) && net.addr() == own || net.contains(&address));
    match routed {
        true => Outcome::pass("an address of the overlay", Some(receiver.place)),
        false => Outcome::drop("the sender's own network does not hold that address", Some(sender.place)),
    }
}
