//! A packet that leaves its segment. What routes there is no file of the tree, but for the nodes that translate.

use std::net::IpAddr;

use super::ask::Stop;
use super::bridge::At;
use super::router::Router;
use super::{End, Part, Way};
use crate::bounds::Outcome;
use crate::filter::{Then, UPLINK};
use crate::packet::{Addr, Packet, Port, is_public};
use crate::proxmox::{Guest, Nic};
use crate::tree::{Host, Tree, device_of};

impl Tree {
    pub(crate) fn routed<'t>(&'t self, way: &Way<'t, '_>, packet: &Packet) -> Vec<Stop<'t>> {
        let mut steps = Vec::new();
        let from = match way.from {
            End::Host(host) => Some(self.at(host, self.way_out(host, packet))),
            _ => None,
        };
        if !self.lies(way) {
            self.found_by_router(way.from, from, (packet.src, way.turn), &mut steps);
        }
        self.leave(way.from, from, "", packet, &mut steps);
        // Whoever hands it on writes a frame of his own.
        let sent = &Packet { masked: false, ..*packet };
        let packet = sent;
        let v6 = packet.is_v6();
        let first = self.router_of(way.from, from.and_then(|from| from.nic), packet.src, (v6, way.turn));
        let first = first.filter(|router| !way.to.is(router.host) && !way.from.is(router.host));
        if let Some(router) = first {
            match self.towards(router.host, packet.dst, v6) {
                Some(out) => self.hand_on(router.host, [router.foot, out], packet, false, &mut steps),
                None => {
                    let outcome = Outcome::drop("its router has no way there", Some(router.host.place));
                    steps.push(Stop::said(Part::Way, outcome, packet));
                    return steps;
                }
            }
        }
        // What is for an address that the world knows somebody by comes back in from there.
        let inner = if let Addr::At(address) = packet.dst { self.wiring.known_as.get(&address).copied() } else { None };
        let there = inner.map_or(packet.dst, Addr::At);
        let target = if let End::Host(host) = way.to { self.comes_by(host, there) } else { None };
        let behind = self.router_of(way.to, target, there, (v6, way.turn));
        let last = behind.filter(|router| {
            let same = first.is_some_and(|first| first.is(router.host)) && inner.is_none();
            !way.to.is(router.host) && !way.from.is(router.host) && !same
        });
        let (mut packet, outcome) = self.carried_on(way, from, packet);
        // Who is somewhere in the world has any address there, a site's too.
        let somewhere = matches!(way.from, End::Host(host) if host.guest.is_none() && host.addresses.is_empty());
        if somewhere && matches!(sent.dst, Addr::At(address) if is_public(address)) {
            packet.src = Addr::Internet(v6);
        }
        let packet = match self.behind_its_router(sent, packet) {
            Ok(packet) => packet,
            Err(why) => {
                let unknown = outcome.and(|| Outcome::unknown(why, "a node may translate it", None));
                steps.push(Stop::said(Part::Way, unknown, sent));
                return steps;
            }
        };
        if self.is_own_router(way.to, target, there, v6) && !outcome.closed_for_sure() {
            let why = "by which of its devices it comes in";
            let unknown = Outcome::unknown(why.into(), "it is the router there itself", None);
            steps.push(Stop::said(Part::Way, unknown, &packet));
            return steps;
        }
        let outcome = match first.and_then(|first| self.beyond(first, sent)) {
            Some(unknown) => outcome.and(|| unknown),
            None => self.by_routers(way.from, first, last, behind, &packet, outcome),
        };
        steps.push(Stop::said(Part::Way, outcome, &packet));
        if inner.is_none() && packet.dst == sent.dst && self.answers_nobody(way, &packet) {
            let outcome = Outcome::drop("no answer leaves the guest, which has no router", None);
            steps.push(Stop::said(Part::Way, outcome, &packet));
        }
        if let (Some(router), Some(into)) = (last, last.and_then(|router| self.towards(router.host, packet.src, v6))) {
            let known = matches!(way.from, End::Host(_)) && matches!(sent.dst, Addr::At(to) if is_public(to));
            self.hand_on(router.host, [into, router.foot], &packet, known || inner.is_some(), &mut steps);
        }
        let to = match way.to {
            End::Host(host) => Some(At { host, nic: self.comes_by(host, packet.dst) }),
            _ => None,
        };
        self.found_by_router(way.to, to, (packet.dst, way.turn), &mut steps);
        let device = self.comes_in_by(way.to, from);
        self.arrive(way.to, to, &device, &packet, &mut steps);
        self.answer(from, to, &packet, &mut steps);
        steps
    }

    /// Whether no answer of a guest leaves its segments: it has no router, and is on no network of his.
    fn answers_nobody(&self, way: &Way<'_, '_>, packet: &Packet) -> bool {
        let End::Host(host) = way.to else { return false };
        let Some(guest) = self.guest(host) else { return false };
        let near = |net: &ipnet::IpNet| matches!(packet.src, Addr::At(source) if net.contains(&source));
        guest.nics.iter().all(|nic| {
            let leads = nic.dhcp || nic.gateways.iter().any(|gateway| gateway.is_ipv6() == packet.is_v6());
            // Of a device without an address nobody knows what its system has there.
            !leads && !nic.addresses.is_empty() && !nic.addresses.iter().any(near)
        })
    }

    /// Whether a machine is the router of the segment that it is asked for on: it takes what comes in elsewhere for that address.
    fn is_own_router(&self, to: End<'_>, target: Option<&Nic>, address: Addr, v6: bool) -> bool {
        let End::Host(host) = to else { return false };
        if matches!(address, Addr::At(address) if self.is_router_at(host, address)) {
            return true;
        }
        let own: Vec<IpAddr> = target.into_iter().flat_map(|nic| &nic.addresses).map(|net| net.addr()).collect();
        let mut gateways = self.fronts().iter().map(|front| front.gateway);
        gateways.any(|gateway| gateway.is_ipv6() == v6 && own.contains(&gateway))
    }

    /// What is known of the way between, if guests of the tree are its routers.
    fn by_routers(
        &self,
        from: End<'_>,
        first: Option<Router<'_>>,
        last: Option<Router<'_>>,
        behind: Option<Router<'_>>,
        packet: &Packet,
        otherwise: Outcome,
    ) -> Outcome {
        match (first, last) {
            // The answers come back by the same one.
            (Some(first), None)
                if self.is_beside(first.host, packet.dst) && behind.is_some_and(|back| back.is(first.host)) =>
            {
                Outcome::pass("a router of the tree", Some(first.host.place))
            }
            // Who is named by an address alone is taken to know the way; of a machine and a node it is another router that would
            // have to.
            (None, Some(last))
                if matches!(from, End::Address(_))
                    && self.is_beside(last.host, packet.src)
                    && !otherwise.closed_for_sure() =>
            {
                Outcome::pass("a router of the tree", Some(last.host.place))
            }
            _ => otherwise,
        }
    }

    /// Whether an end has an address: one that is known by it alone too.
    fn is_at(&self, end: End<'_>, address: IpAddr) -> bool {
        match end {
            End::Host(host) => self.owners.get(&address).is_some_and(|(owner, _)| *owner == host.name),
            End::Address(own) => own == address,
            End::Internet | End::Node(_) => false,
        }
    }

    /// The device by which a guest gets a packet: the one that has the address, or whose network it is of, as are those that it
    /// has by turns with others.
    fn comes_by<'t>(&'t self, host: &'t Host, address: Addr) -> Option<&'t Nic> {
        let nics = &self.guest(host)?.nics;
        let Addr::At(address) = address else { return None };
        let has = |nic: &&Nic| nic.addresses.iter().any(|net| net.addr() == address);
        let near = |nic: &&Nic| nic.addresses.iter().any(|net| net.contains(&address));
        nics.iter().find(has).or_else(|| nics.iter().find(near))
    }

    /// The bridge by which a node gets what a guest sends it: the one where it is the guest's way out. Empty if nobody knows.
    fn comes_in_by(&self, to: End<'_>, from: Option<At<'_>>) -> String {
        let (End::Node(node), Some(nic)) = (to, from.and_then(|from| from.nic)) else { return String::new() };
        let own = self.wiring.nodes.get(node).is_some_and(|own| nic.gateways.iter().any(|it| own.contains(it)));
        match &nic.bridge.value {
            Ok(bridge) if own => nic.vlan.map_or(bridge.clone(), |tag| format!("{bridge}.{tag}")),
            _ => String::new(),
        }
    }

    /// The device that has a gateway of the family.
    fn way_out<'t>(&'t self, host: &'t crate::tree::Host, packet: &Packet) -> Option<&'t Nic> {
        let nics = self.guest(host).into_iter().flat_map(|guest| &guest.nics);
        let mut leading = nics.filter(|nic| nic.gateways.iter().any(|gateway| gateway.is_ipv6() == packet.is_v6()));
        leading.next().or_else(|| self.guest(host)?.nics.iter().find(|nic| nic.dhcp))
    }

    /// What arrives at the other side of the routers, and whether anything does.
    fn carried_on(&self, way: &Way<'_, '_>, from: Option<At<'_>>, packet: &Packet) -> (Packet, Outcome) {
        let Addr::At(address) = packet.dst else { return (*packet, Outcome::pass("out into the Internet", None)) };
        if let Addr::At(source) = packet.src
            && self.is_routed(source, address, false)
        {
            return (*packet, Outcome::pass("something routes between the two", None));
        }
        let outside = match packet.src {
            Addr::Internet(_) => true,
            Addr::At(source) => from.is_none_or(|from| from.host.guest.is_none()) && is_public(source),
        };
        for (node, edge) in &self.edges {
            let sender = from.and_then(|from| Some((self.guest(from.host)?, from.nic?)));
            let bridge = sender.and_then(|(_, nic)| Some((nic.bridge.value.as_deref().ok()?, nic.vlan)));
            let bridge = bridge.map(|(bridge, vlan)| vlan.map_or(bridge.to_owned(), |tag| format!("{bridge}.{tag}")));
            // A guest meets the node that it runs on.
            if sender.is_some_and(|(guest, _)| guest.node.as_ref() != Some(node)) {
                continue;
            }
            let beside = match packet.src {
                Addr::At(source) if sender.is_none() => self.hears(node, source),
                _ => None,
            };
            // What comes from elsewhere by a router that leads into the world comes in as from there.
            if sender.is_none() && beside.is_none() && !outside && self.leads_out(packet.src) {
                continue;
            }
            let device = match outside && self.is_inner(node, packet.is_v6()) {
                true => Some(UPLINK),
                false => bridge.as_deref().or(beside.as_deref()),
            };
            let filtered = sender.is_some_and(|(_, nic)| nic.firewall.value == Ok(true));
            match edge.translated(packet, device, filtered) {
                Ok(None) => {}
                Err(why) => return (*packet, Outcome::unknown(why, "a node may hand it on", None)),
                Ok(Some((translation, place))) => {
                    let mut handed = *packet;
                    if let Some(address) = translation.address {
                        handed.dst = Addr::At(address);
                    }
                    if let Some(port) = translation.port {
                        handed.dport = Port::At(port);
                    }
                    let right = translation.address.is_some_and(|address| self.is_at(way.to, address));
                    let outcome = match self.answered(way.to, node, &handed, place) {
                        _ if !right => Outcome::drop("a node hands it on to another machine", Some(place)),
                        Some(outcome) => outcome,
                        None if outside => Outcome::pass("a node hands it on", Some(place)),
                        None => {
                            let why = format!("how {node} is reached, and whether it hands on what comes from inside");
                            Outcome::unknown(why.into(), "a node hands it on", Some(place))
                        }
                    };
                    return (handed, outcome);
                }
            }
        }
        if let (End::Host(host), false) = (way.from, is_public(address))
            && host.guest.is_none()
            && host.addresses.is_empty()
        {
            return (
                *packet,
                Outcome::unknown(format!("where {} is", host.name).into(), "no file says where it is", None),
            );
        }
        if outside && !is_public(address) {
            // The Internet leads nobody there; one who is named may have a way of his own.
            let outcome = match way.from {
                End::Address(_) => {
                    let why = "whether anything leads from there to a private address";
                    Outcome::unknown(why.into(), "it comes from outside", None)
                }
                _ => Outcome::drop("nobody outside reaches a private address", None),
            };
            return (*packet, outcome);
        }
        if let (End::Node(node), Addr::At(source)) = (way.to, packet.src)
            && self.routes(node, source)
            && self.wiring.nodes.get(node).is_some_and(|own| own.contains(&address))
        {
            return (*packet, Outcome::pass("it is an address of the sender's router", None));
        }
        if let Addr::At(source) = packet.src
            && self.is_routed(source, address, true)
        {
            return (*packet, Outcome::pass("a node routes between its networks", None));
        }
        if let Some(carried) = self.through_the_world(way, from, packet) {
            return carried;
        }
        match way.to {
            End::Host(host) if host.guest.is_none() && host.addresses.contains(&address) && is_public(address) => {
                let inside = from.is_some_and(|from| from.host.guest.is_some());
                match inside && !self.masquerades(packet) {
                    true => {
                        let why = "what routes and translates in front of it";
                        (*packet, Outcome::unknown(why.into(), "it leaves by a router that no file describes", None))
                    }
                    false => (
                        Packet { src: Addr::Internet(packet.is_v6()), ..*packet },
                        self.unzoned(from, packet).unwrap_or_else(|| Outcome::pass("a public address", None)),
                    ),
                }
            }
            End::Internet | End::Address(_) if is_public(address) && self.masquerades(packet) => {
                (*packet, self.unzoned(from, packet).unwrap_or_else(|| Outcome::pass("a node translates it", None)))
            }
            _ => {
                let why = "what routes between the two";
                (*packet, Outcome::unknown(why.into(), "no file says what routes there", None))
            }
        }
    }

    /// Whether something is said to route everything between two addresses: a node, or somebody else who does it for all.
    pub(super) fn is_routed(&self, source: IpAddr, address: IpAddr, by_node: bool) -> bool {
        self.wiring.routed.iter().filter(|routed| routed.by.is_some() == by_node).any(|routed| {
            let has = |address| routed.networks.iter().any(|net| net.contains(&address));
            let by = |node: &str| self.routes(node, source) && self.routes(node, address);
            has(source) && has(address) && routed.by.as_deref().is_none_or(by)
        })
    }

    /// What arrives of a packet that leaves by a router of which it is only said that it leads into the world.
    fn through_the_world(&self, way: &Way<'_, '_>, from: Option<At<'_>>, packet: &Packet) -> Option<(Packet, Outcome)> {
        let (Addr::At(source), Addr::At(address)) = (packet.src, packet.dst) else { return None };
        let leads = self.leads_out(packet.src);
        // Who is on a network of the site that nothing leads out of is not in the world.
        let outside = from.is_none_or(|from| from.host.guest.is_none()) && is_public(source);
        let outside = outside && (leads || !self.wiring.is_apart(source));
        // Whose own address it is decides what translates it on the way, and nobody says.
        let seen = match is_public(source) {
            true => packet.src,
            false => Addr::Internet(packet.is_v6()),
        };
        // A router in front of somebody hands on what is for him.
        let inner = self.wiring.known_as.get(&address).copied();
        let (whole, own) = (packet, packet.src);
        let packet = Packet { src: seen, dst: Addr::At(inner.unwrap_or(address)), ..*packet };
        let known = inner.is_some() || is_public(address);
        if self.is_apart(way, source, address) {
            let why = "what a router lets through of which no file says anything";
            return Some((
                packet,
                Outcome::unknown(why.into(), "it is of a network of the site with another router", None),
            ));
        }
        let address = inner.unwrap_or(address);
        if let Some(node) = self.wiring.nodes.iter().find(|(_, own)| own.contains(&address)).map(|(node, _)| node) {
            if matches!(way.to, End::Node(_)) {
                let near = (leads || outside) && known;
                // Who has it for a router is heard by it before anything translates.
                let src = if self.hears(node, source).is_some() { own } else { packet.src };
                let packet = Packet { src, ..packet };
                let away = self.hears(node, source).is_none().then(|| self.edges.get(node)).flatten();
                let away = away.and_then(|edge| edge.translated(&packet, Some(UPLINK), false).ok().flatten());
                let outcome = match away {
                    Some((_, place)) => Outcome::drop("a node hands it on to another machine", Some(place)),
                    None => Outcome::pass("a public address", None),
                };
                return near.then_some((packet, outcome));
            }
            // By which device it comes decides whether it is handed on; whose router the node is does not come from outside.
            let (packet, device) = match self.hears(node, source) {
                Some(bridge) => (Packet { src: own, ..packet }, bridge),
                None => (packet, UPLINK.to_owned()),
            };
            let handed = self.edges.get(node).map_or(Ok(None), |edge| edge.translated(&packet, Some(&device), false));
            let Ok(Some((translation, place))) = handed else {
                let why = "the address is a node's, which does not hand it on";
                return handed.is_ok().then(|| (packet, Outcome::drop(why, None)));
            };
            let target = translation.address?;
            let handed =
                Packet { dst: Addr::At(target), dport: translation.port.map_or(packet.dport, Port::At), ..packet };
            let right = self.is_at(way.to, target);
            return match self.answered(way.to, node, &handed, place) {
                _ if !right => Some((handed, Outcome::drop("a node hands it on to another machine", Some(place)))),
                Some(outcome) => Some((handed, outcome)),
                None => (leads && known).then(|| (handed, Outcome::pass("a node hands it on", Some(place)))),
            };
        }
        let machine = match way.from {
            End::Host(_) => true,
            End::Address(own) => self.wiring.machines.values().flatten().any(|machine| *machine == own),
            End::Internet | End::Node(_) => false,
        };
        let own = match way.to {
            End::Host(host) if host.guest.is_none() => host.addresses.contains(&address),
            End::Host(host) => {
                let own = self.owners.get(&address).is_some_and(|(owner, _)| *owner == host.name);
                // What leads out of a network is taken to lead machines into it, unless it is a router of which nothing is said.
                let led = matches!(way.from, End::Host(_)) && self.leads_out(Addr::At(address));
                if own && led && inner.is_none() && self.wiring.is_apart(address) {
                    let why = "what a router lets through of which no file says anything";
                    let words = "it is of a network of the site with another router";
                    return Some((packet, Outcome::unknown(why.into(), words, None)));
                }
                let met = (outside || machine) && self.wiring.is_unfiltered(address);
                own && (inner.is_some() || self.behind_a_node(address) || led || met)
            }
            End::Internet | End::Address(_) => true,
            End::Node(_) => false,
        };
        let translated = matches!(way.to, End::Internet | End::Address(_)) && self.masquerades(whole);
        // A node whose edge is a file translates what that file says, and no answer finds a private address.
        let by_a_node = self.edges.keys().any(|node| self.hears(node, source).is_some());
        if by_a_node && source.is_ipv4() && !is_public(source) && !self.masquerades(whole) {
            return None;
        }
        let words = if translated { "a node translates it" } else { "the world leads there" };
        let unzoned = if translated { self.unzoned(from, whole) } else { None };
        // What it hands on is said of machines, and of nobody else.
        if inner.is_some() && !machine {
            let why = format!("what is handed on to {address}");
            return Some((packet, Outcome::unknown(why.into(), "a router in front of it translates", None)));
        }
        (known && own && (leads || outside)).then(|| (packet, unzoned.unwrap_or_else(|| Outcome::pass(words, None))))
    }

    /// What becomes of what a guest with a firewall bridge sends its node to translate, where those bridges are in no zone of
    /// their own: on its way over that bridge the connection is fixed as one that nothing translates, and no answer finds it.
    fn unzoned(&self, from: Option<At<'_>>, packet: &Packet) -> Option<Outcome> {
        let (At { host, nic }, Addr::At(source)) = (from?, packet.src) else { return None };
        let (guest, nic) = (self.guest(host)?, nic?);
        let node = guest.node.as_ref()?;
        let edge = self.edges.get(node)?;
        let place = edge.masquerade_of(source).filter(|_| !edge.zones_bridges())?;
        let routers = nic.gateways.iter().filter(|gateway| gateway.is_ipv6() == packet.is_v6());
        let elsewhere =
            |gateway: &IpAddr| self.wiring.nodes.iter().any(|(other, own)| other != node && own.contains(gateway));
        let (bridge, engine) = (&nic.firewall.value, &self.proxmox.center(guest.id.center).enabled.value);
        if *bridge == Ok(false) || *engine == Ok(false) || routers.clone().any(elsewhere) && !self.routes(node, source)
        {
            return None;
        }
        let other = self.proxmox.nodes.get(node).is_some_and(|node| node.nftables.value != Ok(false))
            || self.edges.iter().any(|(name, edge)| name != node && edge.masquerades(source));
        let words = "the node does not translate what comes by a firewall bridge: those are in no zone of their own";
        Some(match (bridge, engine) {
            (Ok(true), Ok(true)) if !other => Outcome::drop(words, Some(place)),
            _ => {
                Outcome::unknown("whether a firewall bridge keeps the node from translating".into(), words, Some(place))
            }
        })
    }

    /// Whether an end that is known by its address alone, or a machine that is no guest and that no machine asks for, is of a network of
    /// the site into which nobody says that the world leads, and neither the other end nor the node that is its router is on that.
    fn is_apart(&self, way: &Way<'_, '_>, source: IpAddr, address: IpAddr) -> bool {
        let beside = |network: IpAddr, other: IpAddr| {
            let shares = |own: &IpAddr| self.wiring.shares_network(network, *own);
            let node = |node: &str| self.hears(node, other).is_some() || matches!(way.to, End::Node(to) if to == node);
            let mut nodes = self.wiring.nodes.iter().filter(|(name, _)| node(name));
            shares(&other) || nodes.any(|(_, own)| own.iter().any(shares))
        };
        let apart = |one, other| self.wiring.is_apart(one) && !beside(one, other);
        // A machine leaves by its router.
        let alone = |own: &IpAddr| !self.wiring.machines.values().flatten().any(|machine| machine == own);
        let comes = matches!(way.from, End::Address(_)) && alone(&source) && apart(source, address);
        match (way.from, way.to) {
            (End::Host(_), End::Host(_)) | (_, End::Internet) => false,
            (_, End::Host(host)) => comes || host.guest.is_none() && apart(address, source),
            (_, End::Address(_)) => apart(address, source),
            (_, End::Node(_)) => comes,
        }
    }

    /// Whether something leads into the world from where an address is.
    pub(super) fn leads_out(&self, source: Addr) -> bool {
        matches!(source, Addr::At(source) if self.wiring.outward.iter().any(|net| net.contains(&source)))
    }

    /// Whether a node is the router of the guest that has an address.
    fn behind_a_node(&self, address: IpAddr) -> bool {
        self.wiring.nodes.keys().any(|node| self.routes(node, address))
    }

    /// The bridge by which a node hears whoever has an address, if it is his router: by the guests beside him if he is none.
    pub(super) fn hears(&self, node: &str, address: IpAddr) -> Option<String> {
        if let Some((owner, Some(index))) = self.owners.get(&address) {
            let nic = self.guest(self.hosts.get(owner)?)?.nics.iter().find(|nic| nic.index == *index)?;
            return device_of(nic).filter(|_| self.routes(node, address));
        }
        let alone = |gateway: &IpAddr| {
            let mut owners = self.wiring.nodes.iter().filter(|(_, own)| own.contains(gateway));
            owners.next().is_some_and(|(owner, _)| owner == node) && owners.next().is_none()
        };
        let mut fronts = self.fronts().iter().filter(|front| front.net.contains(&address));
        fronts.find(|front| alone(&front.gateway)).map(|front| front.device.clone())
    }

    /// Whether a node is the router of the guest that has an address. Where several have the guest's router's address, it is the
    /// one that the guest runs on.
    fn routes(&self, node: &str, address: IpAddr) -> bool {
        let Some((owner, Some(index))) = self.owners.get(&address) else { return false };
        let Some(guest) = self.hosts.get(owner).and_then(|host| self.guest(host)) else { return false };
        let gateways = guest.nics.iter().filter(|nic| nic.index == *index).flat_map(|nic| &nic.gateways);
        let mut gateways = gateways.filter(|gateway| gateway.is_ipv4() == address.is_ipv4());
        gateways.any(|gateway| self.is_gateway(node, guest, gateway))
    }

    /// Whether a node is the one that a guest has as this router.
    pub(super) fn is_gateway(&self, node: &str, guest: &Guest, gateway: &IpAddr) -> bool {
        let owners: Vec<&String> =
            self.wiring.nodes.iter().filter(|(_, own)| own.contains(gateway)).map(|(name, _)| name).collect();
        owners.iter().any(|owner| *owner == node) && (owners.len() == 1 || guest.node.as_deref() == Some(node))
    }

    /// Whether all interfaces that a node's translation names are bridges of guests with private addresses alone, of a family: what
    /// comes from outside comes by none of them.
    fn is_inner(&self, node: &str, v6: bool) -> bool {
        let inner = |edge| [false, true].map(|v6| self.names_guests_alone(edge, v6));
        let all =
            self.inner.get_or_init(|| self.edges.iter().map(|(node, edge)| (node.clone(), inner(edge))).collect());
        all.get(node).is_some_and(|of| of[usize::from(v6)])
    }

    fn names_guests_alone(&self, edge: &crate::filter::Filter, v6: bool) -> bool {
        edge.devices().iter().filter(|name| !name.starts_with("fwbr")).all(|name| {
            let nics = self.proxmox.guests.values().flat_map(|guest| &guest.nics);
            let there = nics.filter(|nic| nic.bridge.value.as_deref() == Ok(name)).flat_map(|nic| &nic.addresses);
            let mut own = there.filter(|net| net.addr().is_ipv6() == v6).peekable();
            // Another interface is an uplink, and its rules are about leaving.
            own.peek().is_none() && !edge.enters_by(name)
                || own.peek().is_some() && own.all(|net| !is_public(net.addr()))
        })
    }

    /// Whether a node gives a packet an address of its own on its way out: the one that the sender has as its router.
    fn masquerades(&self, packet: &Packet) -> bool {
        let Addr::At(source) = packet.src else { return false };
        // To an address of somebody else the answers go there.
        let own = |node: &str, then: &Then| match then {
            Then::Source(Ok(given)) => self.wiring.nodes.get(node).is_none_or(|own| own.contains(given)),
            Then::Source(Err(_)) => false,
            _ => true,
        };
        self.edges.iter().any(|(node, edge)| {
            let all = edge.hiding(source).all(|rule| own(node, &rule.then));
            edge.masquerades(source) && all && self.may_route(node, source)
        })
    }

    /// Whether a node may be the router of whoever has an address. Where files say where the nodes are, they say that; where none
    /// does, a guest is behind the node that it runs on.
    fn may_route(&self, node: &str, source: IpAddr) -> bool {
        let guest = self.owners.get(&source).and_then(|(owner, _)| self.guest(self.hosts.get(owner)?));
        let Some(own) = self.wiring.nodes.get(node) else {
            return guest.is_none_or(|guest| guest.node.as_deref().is_none_or(|own| own == node));
        };
        let mut gateways = guest.into_iter().flat_map(|guest| &guest.nics).flat_map(|nic| &nic.gateways);
        match gateways.any(|gateway| gateway.is_ipv4() == source.is_ipv4()) {
            true => self.routes(node, source),
            // Who was told of none has the one of his neighbours, if that is known.
            false => self.front_of(source).is_none_or(|gateway| own.contains(&gateway)),
        }
    }
}
