//! A guest that is the gateway of others: a packet passes its firewall where it comes in and where it leaves, and its filter in
//! between.

use std::net::IpAddr;

use super::ask::{Ask, Stop, Towards, doubtful};
use super::{End, Part};
use crate::bounds::Outcome;
use crate::filter::Hidden;
use crate::packet::{Addr, Packet, is_public};
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
        self.guest_at(*nic.gateways.iter().find(|gateway| gateway.is_ipv6() == v6)?)
    }

    fn guest_at(&self, gateway: IpAddr) -> Option<Router<'_>> {
        let (name, index) = self.owners.get(&gateway)?;
        let host = &self.hosts[name];
        let foot = self.guest(host)?.nics.iter().find(|nic| Some(nic.index) == *index)?;
        Some(Router { host, foot })
    }

    /// The guest that is the router of one end of a packet: of a guest by its device, of whoever is none by the network of his address.
    pub(super) fn router_of(&self, end: End<'_>, nic: Option<&Nic>, address: Addr, v6: bool) -> Option<Router<'_>> {
        match (end, nic, address) {
            (_, Some(nic), _) => self.router(nic, v6),
            (End::Host(host), None, _) if host.guest.is_some() => None,
            (End::Host(_) | End::Address(_), None, Addr::At(address)) => self.router_beside(address),
            _ => None,
        }
    }

    /// The guest that is the router of the network of an address: as is said of it, or as the guests there have it, if all have one.
    fn router_beside(&self, address: IpAddr) -> Option<Router<'_>> {
        let stated = self.wiring.routers.iter().filter(|(net, _)| net.contains(&address));
        let stated = stated.max_by_key(|(net, _)| net.prefix_len()).map(|(_, gateway)| *gateway);
        let gateway = stated.or_else(|| {
            let fronts = self.fronts().iter().filter(|front| front.net.contains(&address));
            let mut gateways = fronts.map(|front| front.gateway).filter(|it| it.is_ipv6() == address.is_ipv6());
            let first = gateways.next()?;
            gateways.all(|other| other == first).then_some(first)
        })?;
        self.guest_at(gateway)
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
        if host.filter.is_none() && host.no_filter.is_none() && self.leads_on(host, out, packet) {
            let outcome = Outcome::pass("it is taken to lead into the world", Some(host.place));
            steps.push(Stop::said(Part::Forward(host), outcome, packet));
        } else {
            self.go_through(host, devices, packet, steps);
        }
        if let Some(guest) = firewall {
            let ask = Ask::Proxmox(Towards::Out, guest, out);
            steps.push(Stop::new(Part::ProxmoxOut(host, out.index), ask, packet));
        }
    }

    /// What is not known of a packet that a router hands on to another one: whether that has a way back to where it comes from, unless
    /// the router's filter gives it an address of its own. What is not filtered by any file is taken to translate.
    pub(super) fn beyond(&self, router: Router<'_>, packet: &Packet) -> Option<Outcome> {
        let Router { host, foot } = router;
        let out = self.towards(host, packet.dst, packet.is_v6())?;
        let filter = host.filter.map(|filter| &self.filters[filter]);
        if self.is_beside(host, packet.dst) || filter.is_none() && host.no_filter.is_none() {
            return None;
        }
        let devices = [self.device(host, Some(foot), packet.src), self.device(host, Some(out), packet.dst)];
        match filter.map(|filter| filter.hides(packet, devices[0], devices[1])) {
            Some(Ok(Some(Hidden::Own))) => return None,
            // Answers to the address of somebody else go to him.
            Some(Ok(Some(Hidden::As(given)))) if out.addresses.iter().any(|net| net.addr() == given) => return None,
            _ => {}
        }
        let ours = out.gateways.iter().filter(|gateway| gateway.is_ipv6() == packet.is_v6()).any(|gateway| {
            let guest = self.owners.get(gateway).is_some_and(|(owner, _)| self.hosts[owner].guest.is_some());
            guest || self.wiring.nodes.values().any(|own| own.contains(gateway))
        });
        let known = matches!(packet.src, Addr::At(source) if is_public(source));
        if known && !ours {
            return None;
        }
        let why = format!("whether anything beyond {} knows a way back to what is behind it", host.name);
        Some(Outcome::unknown(why.into(), "its router gives it no address of its own", Some(host.place)))
    }

    /// Whether a packet is for the world, and leaves a guest by a network from which a router leads there.
    fn leads_on(&self, host: &Host, out: &Nic, packet: &Packet) -> bool {
        let outside = match packet.dst {
            Addr::At(address) => is_public(address) && !self.is_beside(host, packet.dst),
            Addr::Internet(_) => true,
        };
        outside && out.addresses.iter().any(|net| self.leads_out(Addr::At(net.addr())))
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
