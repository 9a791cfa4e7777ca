//! A guest that is the gateway of others: a packet passes its firewall where it comes in and where it leaves, and its filter in
//! between.

use std::net::IpAddr;

use super::Part;
use super::ask::{Ask, Stop, Towards, doubtful};
use crate::bounds::Outcome;
use crate::packet::{Addr, Packet};
use crate::proxmox::Nic;
use crate::tree::{Host, Tree};

/// A guest that others have as a gateway, and its device there.
#[derive(Clone, Copy)]
pub(super) struct Router<'t> {
    pub host: &'t Host,
    pub foot: &'t Nic,
}

impl Router<'_> {
    pub fn is(self, other: &Host) -> bool {
        std::ptr::eq(self.host, other)
    }
}

impl Tree {
    /// The guest that is a device's gateway in a family.
    pub(super) fn router(&self, nic: &Nic, v6: bool) -> Option<Router<'_>> {
        let gateway = nic.gateways.iter().find(|gateway| gateway.is_ipv6() == v6)?;
        let (name, index) = self.owners.get(gateway)?;
        let host = &self.hosts[name];
        let guest = self.guest(host)?;
        let foot = guest.nics.iter().find(|nic| Some(nic.index) == *index)?;
        Some(Router { host, foot })
    }

    /// The device by which a router reaches an address: one on its network, or the one that has a gateway.
    pub(super) fn towards<'t>(&'t self, host: &Host, address: Addr, v6: bool) -> Option<&'t Nic> {
        let nics = &self.guest(host)?.nics;
        let near = |address: IpAddr| nics.iter().find(|nic| nic.addresses.iter().any(|net| net.contains(&address)));
        let near = if let Addr::At(address) = address { near(address) } else { None };
        near.or_else(|| nics.iter().find(|nic| nic.gateways.iter().any(|gateway| gateway.is_ipv6() == v6)))
    }

    /// Whether an address is on a network of the router, so that nobody else is between.
    pub(super) fn is_beside(&self, host: &Host, address: Addr) -> bool {
        let Addr::At(address) = address else { return false };
        let nets = self.guest(host).into_iter().flat_map(|guest| &guest.nics).flat_map(|nic| &nic.addresses);
        nets.into_iter().any(|net| net.contains(&address))
    }

    /// What the router's own layers say.
    pub(super) fn hand_on<'t>(
        &'t self,
        host: &'t Host,
        into: &'t Nic,
        out: &'t Nic,
        packet: &Packet,
        steps: &mut Vec<Stop<'t>>,
    ) {
        let firewall = self.guest(host).filter(|_| self.proxmox.present);
        if let Some(guest) = firewall {
            let ask = Ask::Proxmox(Towards::In, guest, into);
            steps.push(Stop::new(Part::ProxmoxIn(host, into.index), ask, packet));
        }
        let devices = [self.device(host, Some(into), packet.src), self.device(host, Some(out), packet.dst)];
        self.go_through(host, devices, packet, steps);
        if let Some(guest) = firewall {
            let ask = Ask::Proxmox(Towards::Out, guest, out);
            steps.push(Stop::new(Part::ProxmoxOut(host, out.index), ask, packet));
        }
    }
    /// What its filter makes of a packet from one device to another, and of the reply.
    pub(super) fn go_through<'t>(
        &'t self,
        host: &'t Host,
        devices: [Option<&'t str>; 2],
        packet: &Packet,
        steps: &mut Vec<Stop<'t>>,
    ) {
        let switch = match packet.is_v6() {
            true => host.forwards.1,
            false => host.forwards.0,
        };
        let doubt = (!switch).then(|| {
            crate::place::Why::from(format!("whether {} hands packets on at all: no variable says it", host.name))
        });
        let said = |outcome: Outcome| match &doubt {
            Some(why) => Ask::Said(outcome.and(|| doubtful(why.clone()))),
            None => Ask::Said(outcome),
        };
        let ask = match (&host.no_filter, host.filter) {
            (Some(why), _) => said(Outcome::unknown(why.clone(), "its filter is not there", None)),
            (None, None) => said(Outcome::pass("nothing filters it there", None)),
            (None, Some(filter)) => {
                let [device, other] = devices;
                let reply = Ask::Through(filter, [other, device], None);
                steps.push(Stop::new(Part::ReplyForward(host), reply, &packet.reply()));
                Ask::Through(filter, [device, other], doubt)
            }
        };
        steps.push(Stop::new(Part::Forward(host), ask, packet));
    }
}
