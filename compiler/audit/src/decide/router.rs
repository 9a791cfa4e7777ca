//! A machine that is the gateway of others: a packet passes its firewall where it comes in and where it leaves, if it is a guest, and
//! its filter in between.

use std::net::IpAddr;

use arvc_verdict::Path;

use super::ask::{Ask, Stop, Towards, doubtful};
use super::{End, Part, Way};
use crate::bounds::Outcome;
use crate::filter::Hidden;
use crate::packet::{Addr, Packet, is_public};
use crate::proxmox::Nic;
use crate::tree::{Host, Tree};

/// A machine that others have as a gateway, and where it is that.
#[derive(Clone, Copy)]
pub(super) struct Router<'t> {
    pub host: &'t Host,
    pub foot: Foot<'t>,
}

/// Where a machine is on a network: by a device of Proxmox; one that is no guest, by the address that it has there.
#[derive(Clone, Copy)]
pub(super) struct Foot<'t> {
    pub nic: Option<&'t Nic>,
    own: Option<IpAddr>,
}

impl Router<'_> {
    pub fn is(self, other: &Host) -> bool {
        std::ptr::eq(self.host, other)
    }
}

impl Foot<'_> {
    /// Whether it has an address there.
    fn has(self, address: IpAddr) -> bool {
        self.own == Some(address) || self.nic.is_some_and(|nic| nic.addresses.iter().any(|net| net.addr() == address))
    }
}

impl Tree {
    /// So many machines are a router by turns, at the most: each of them is asked about. One where there are none.
    pub(crate) fn turns(&self, way: &Way<'_, '_>) -> usize {
        if *way.path != Path::Routed || self.wiring.turns.is_empty() {
            return 1;
        }
        let is_router = |address: &IpAddr| {
            self.wiring.routers.values().any(|router| router == address)
                || self.fronts().iter().any(|front| front.gateway == *address)
        };
        let owners = self.wiring.turns.iter().filter(|(address, _)| is_router(address)).map(|(_, owners)| owners.len());
        owners.max().unwrap_or(1).max(1)
    }

    /// The machine that is a device's gateway in a family; of several that are it by turns the one whose turn it is.
    pub(super) fn router(&self, nic: &Nic, v6: bool, turn: usize) -> Option<Router<'_>> {
        self.router_at(*nic.gateways.iter().find(|gateway| gateway.is_ipv6() == v6)?, turn)
    }

    /// A guest, or a machine that is none and has a filter.
    fn router_at(&self, gateway: IpAddr, turn: usize) -> Option<Router<'_>> {
        let name = match self.owners.get(&gateway) {
            Some((name, _)) => name,
            None => {
                let owners = self.wiring.turns.get(&gateway)?;
                owners.get(turn % owners.len().max(1))?
            }
        };
        let host = self.hosts.get(name)?;
        let foot = self.foot(host, gateway)?;
        let known = host.guest.is_some() || host.filter.is_some() || host.no_filter.is_some();
        known.then_some(Router { host, foot })
    }

    /// Where a machine has an address, or is on its network.
    fn foot(&self, host: &Host, address: IpAddr) -> Option<Foot<'_>> {
        if let Some(guest) = self.guest(host) {
            let has = |nic: &&Nic| nic.addresses.iter().any(|net| net.addr() == address);
            let near = |nic: &&Nic| nic.addresses.iter().any(|net| net.contains(&address));
            let nic = guest.nics.iter().find(has).or_else(|| guest.nics.iter().find(near))?;
            return Some(Foot { nic: Some(nic), own: None });
        }
        let mut own = host.addresses.iter().copied();
        let own = own.find(|own| *own == address || self.wiring.shares_network(*own, address))?;
        Some(Foot { nic: None, own: Some(own) })
    }

    /// The router of one end of a packet: of a guest by its device, of whoever is none by the network of his address.
    pub(super) fn router_of(
        &self,
        end: End<'_>,
        nic: Option<&Nic>,
        address: Addr,
        (v6, turn): (bool, usize),
    ) -> Option<Router<'_>> {
        match (end, nic, address) {
            (_, Some(nic), _) => self.router(nic, v6, turn),
            (End::Host(host), None, _) if host.guest.is_some() => None,
            (End::Host(_) | End::Address(_), None, Addr::At(address)) => self.router_beside(address, turn),
            _ => None,
        }
    }

    /// The router of the network of an address: as is said of it, or as the guests there have it, if all have one.
    fn router_beside(&self, address: IpAddr, turn: usize) -> Option<Router<'_>> {
        let gateway = self.stated_router(address).or_else(|| {
            let fronts = self.fronts().iter().filter(|front| front.net.contains(&address));
            let mut gateways = fronts.map(|front| front.gateway).filter(|it| it.is_ipv6() == address.is_ipv6());
            let first = gateways.next()?;
            gateways.all(|other| other == first).then_some(first)
        })?;
        self.router_at(gateway, turn)
    }

    /// The address of the router of the network of an address, as is said of it.
    pub(super) fn stated_router(&self, address: IpAddr) -> Option<IpAddr> {
        let stated = self.wiring.routers.iter().filter(|(net, _)| net.contains(&address));
        stated.max_by_key(|(net, _)| net.prefix_len()).map(|(_, gateway)| *gateway)
    }

    /// Where a router reaches an address: on its network, or by the one that has a gateway.
    pub(super) fn towards<'t>(&'t self, host: &'t Host, address: Addr, v6: bool) -> Option<Foot<'t>> {
        if let Some(guest) = self.guest(host) {
            let nics = &guest.nics;
            let near = |address: IpAddr| nics.iter().find(|nic| nic.addresses.iter().any(|net| net.contains(&address)));
            let near = if let Addr::At(address) = address { near(address) } else { None };
            let leads = |nic: &&Nic| nic.gateways.iter().any(|gateway| gateway.is_ipv6() == v6);
            let nic = near.or_else(|| nics.iter().find(leads))?;
            return Some(Foot { nic: Some(nic), own: None });
        }
        let near = if let Addr::At(address) = address { self.foot(host, address) } else { None };
        let own = || host.addresses.iter().copied().filter(|own| own.is_ipv6() == v6);
        near.or_else(|| {
            let leads = |own: &IpAddr| self.leads_out(Addr::At(*own)) && !self.is_router_at(host, *own);
            Some(Foot { nic: None, own: Some(own().find(leads)?) })
        })
    }

    /// Whether a machine is said to be the router of the network of an address, alone or by turns.
    pub(super) fn is_router_at(&self, host: &Host, address: IpAddr) -> bool {
        let stated = self.stated_router(address);
        stated.is_some_and(|gateway| match self.owners.get(&gateway) {
            Some((owner, _)) => *owner == host.name,
            None => self.wiring.by_turns(gateway, &host.name),
        })
    }

    /// Whether an address is on a network of the router, so that nobody else is between.
    pub(super) fn is_beside(&self, host: &Host, address: Addr) -> bool {
        let Addr::At(address) = address else { return false };
        match self.guest(host) {
            Some(guest) => guest.nics.iter().flat_map(|nic| &nic.addresses).any(|net| net.contains(&address)),
            None => host.addresses.iter().any(|own| self.wiring.shares_network(*own, address)),
        }
    }

    /// What the router's own layers say. `known`: it is for an address of the world.
    pub(super) fn hand_on<'t>(
        &'t self,
        host: &'t Host,
        [into, out]: [Foot<'t>; 2],
        packet: &Packet,
        known: bool,
        steps: &mut Vec<Stop<'t>>,
    ) {
        let firewall = self.guest(host).filter(|_| self.proxmox.present);
        if let (Some(guest), Some(nic)) = (firewall, into.nic) {
            let ask = Ask::Proxmox(Towards::In, guest, nic);
            steps.push(Stop::new(Part::ProxmoxIn(host, nic.index), ask, packet));
        }
        let devices = self.devices(host, into, out, packet);
        if host.filter.is_none() && host.no_filter.is_none() && (known || self.leads_on(host, out, packet)) {
            let words = match known {
                true => "it is taken to hand on what is for an address of the world",
                false => "it is taken to lead into the world",
            };
            steps.push(Stop::said(Part::Forward(host), Outcome::pass(words, Some(host.place)), packet));
        } else {
            self.go_through(host, devices, packet, steps);
        }
        if let (Some(guest), Some(nic)) = (firewall, out.nic) {
            let ask = Ask::Proxmox(Towards::Out, guest, nic);
            steps.push(Stop::new(Part::ProxmoxOut(host, nic.index), ask, packet));
        }
    }

    /// What a router calls the devices that a packet comes in and leaves by.
    fn devices<'t>(&'t self, host: &'t Host, into: Foot<'t>, out: Foot<'t>, packet: &Packet) -> [Option<&'t str>; 2] {
        let device = |foot: Foot<'t>, other| self.device(host, foot.nic, foot.own.map_or(other, Addr::At));
        [device(into, packet.src), device(out, packet.dst)]
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
        let devices = self.devices(host, foot, out, packet);
        match filter.map(|filter| filter.hides(packet, devices[0], devices[1])) {
            Some(Ok(Some(Hidden::Own))) => return None,
            // Answers to the address of somebody else go to him.
            Some(Ok(Some(Hidden::As(given)))) if out.has(given) => return None,
            _ => {}
        }
        let nexts: Vec<IpAddr> = match out.nic {
            Some(nic) => nic.gateways.iter().copied().filter(|gateway| gateway.is_ipv6() == packet.is_v6()).collect(),
            None => out.own.and_then(|own| self.stated_router(own)).into_iter().collect(),
        };
        let ours = nexts.iter().any(|gateway| {
            let guest = self.owners.get(gateway).is_some_and(|(owner, _)| self.hosts[owner].guest.is_some());
            guest || self.wiring.nodes.values().any(|own| own.contains(gateway))
        });
        let known = matches!(packet.src, Addr::At(source) if is_public(source));
        if known && !ours && !nexts.is_empty() {
            return None;
        }
        let why = format!("whether anything beyond {} knows a way back to what is behind it", host.name);
        Some(Outcome::unknown(why.into(), "its router gives it no address of its own", Some(host.place)))
    }

    /// Whether a packet is for the world, and leaves a guest by a network from which a router leads there.
    fn leads_on(&self, host: &Host, out: Foot<'_>, packet: &Packet) -> bool {
        let outside = match packet.dst {
            Addr::At(address) => {
                is_public(address) && !self.is_beside(host, packet.dst) && !self.wiring.is_apart(address)
            }
            Addr::Internet(_) => true,
        };
        let nets = out.nic.into_iter().flat_map(|nic| &nic.addresses);
        outside && nets.into_iter().any(|net| self.leads_out(Addr::At(net.addr())))
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
