//! Whether two members have a tunnel: direct, by a relay, or only with luck.
//!
//! The lower bound rests on what is certain: a handshake that the receiver's layers let in as a new one, and members who find one
//! another. The upper bound fears hole punching, which opens what drops all new packets, and the connection table that all guests of
//! a node share.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use super::{End, Part, Step, Way, together, verdict};
use crate::bounds::Outcome;
use crate::filter::UPLINK;
use crate::nebula::{Endpoint, Member};
use crate::packet::{Addr, Packet};
use crate::place::Why;
use crate::tree::{Host, Tree};

/// What was found out about pairs of members.
#[derive(Default)]
pub(crate) struct Tunnels {
    /// What is said of each pair in the end: many packets ask for it.
    whole: RefCell<HashMap<(usize, usize, bool), Outcome>>,
    direct: RefCell<HashMap<(usize, usize), Bounds>>,
    /// Whether a member gets at a lighthouse where it is told that it is.
    lighthouses: RefCell<HashMap<(usize, usize), Bounds>>,
}

/// Certain, and possible.
#[derive(Clone, Debug)]
struct Bounds {
    lower: bool,
    upper: bool,
    missing: Option<Why>,
}

impl Bounds {
    const NO: Self = Self { lower: false, upper: false, missing: None };

    fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self.lower {
            return self;
        }
        let other = other();
        if other.lower {
            return other;
        }
        let upper = self.upper || other.upper;
        Self { lower: false, upper, missing: self.missing.or(other.missing) }
    }

    fn and(self, other: impl FnOnce() -> Self) -> Self {
        if !self.upper {
            return self;
        }
        let other = other();
        let missing = if self.lower { other.missing } else { self.missing.or(other.missing) };
        Self { lower: self.lower && other.lower, upper: other.upper, missing }
    }
}

/// Members, and what is asked of several of them in turn.
#[derive(Clone, Copy)]
struct One<'t> {
    host: &'t Host,
    member: &'t Member,
    index: usize,
}

impl Tree {
    pub(super) fn tunnel(
        &self,
        from: &Host,
        source: &Member,
        to: &Host,
        target: &Member,
        tunnels: &Tunnels,
        relayed: bool,
    ) -> Outcome {
        for (one, other) in [(source, target), (target, source)] {
            let (Ok(own), Ok(peer)) = (&one.certificate, &other.certificate) else { continue };
            if peer.fingerprint.as_ref().is_some_and(|print| one.blocked.contains(print)) {
                return Outcome::drop("the certificate of the other end is blocked", Some(one.place));
            }
            if let (Some(a), Some(b)) = (&own.ca_name, &peer.ca_name)
                && a != b
            {
                return Outcome::drop("their certificates are of two authorities", Some(own.place));
            }
        }
        let find = |host: &Host, member: &Member| {
            host.members.iter().copied().find(|index| std::ptr::eq(&self.members[*index], member)).unwrap_or(0)
        };
        let a = One { host: from, member: source, index: find(from, source) };
        let b = One { host: to, member: target, index: find(to, target) };
        let place = (a.index, b.index, relayed);
        if let Some(known) = tunnels.whole.borrow().get(&place) {
            return known.clone();
        }
        let outcome = self.tunnel_between(a, b, tunnels, relayed);
        tunnels.whole.borrow_mut().insert(place, outcome.clone());
        outcome
    }

    fn tunnel_between(&self, a: One<'_>, b: One<'_>, tunnels: &Tunnels, relayed: bool) -> Outcome {
        let own = |a, b| if relayed { Bounds::NO } else { self.direct(a, b, tunnels) };
        let reported = || if relayed { Bounds::NO } else { self.reports(b, a, tunnels) };
        let bounds = own(a, b).or(reported).or(|| self.relayed(a, b, tunnels)).or(|| {
            // Where the other end has spoken first, its tunnel carries both ways; nobody says that it has.
            let other = own(b, a).or(|| self.relayed(b, a, tunnels));
            let missing = other.missing.or_else(|| {
                Some(format!("whether {} has spoken first: only it can start the tunnel", b.host.name).into())
            });
            Bounds { lower: false, upper: other.upper, missing }
        });
        // Whoever looks for another member there begins a handshake with this one, which neither then keeps.
        let bounds = match self.mistaken(a, b) || self.mistaken(b, a) {
            true if bounds.lower => {
                let why = format!("whether {} and {} take one another for somebody else", a.host.name, b.host.name);
                Bounds { lower: false, upper: true, missing: Some(why.into()) }
            }
            _ => bounds,
        };
        let place = Some(a.member.place);
        match bounds {
            Bounds { lower: true, .. } => Outcome::pass("they have a tunnel", place),
            Bounds { upper: false, .. } => Outcome::drop("they have no tunnel, direct or relayed", place),
            Bounds { missing, .. } => {
                let why =
                    missing.unwrap_or_else(|| "whether the tunnel comes about: only hole punching may open it".into());
                Outcome::unknown(why, "the tunnel is not certain", place)
            }
        }
    }

    /// Whether the first looks for somebody else at an address of the second.
    fn mistaken(&self, a: One<'_>, b: One<'_>) -> bool {
        let own = b.member.addresses();
        let others = a.member.endpoints.iter().filter(|(address, _)| !own.contains(address));
        let told = self.told(b);
        let mut endpoints = others.flat_map(|(_, (endpoints, _))| endpoints);
        endpoints.any(|endpoint| matches!(endpoint, Endpoint::At(address) if told.contains(address)))
    }

    /// A tunnel that the first starts, over the underlay.
    fn direct(&self, a: One<'_>, b: One<'_>, tunnels: &Tunnels) -> Bounds {
        if let Some(known) = tunnels.direct.borrow().get(&(a.index, b.index)) {
            return known.clone();
        }
        let bounds = self.direct_uncached(a, b, tunnels);
        tunnels.direct.borrow_mut().insert((a.index, b.index), bounds.clone());
        bounds
    }

    fn direct_uncached(&self, a: One<'_>, b: One<'_>, tunnels: &Tunnels) -> Bounds {
        let stated = stated(a.member, b.member);
        let mut all = Bounds::NO;
        for endpoint in &stated {
            all = all.or(|| self.underlay(a.host, a.member, b.host, b.member, *endpoint));
        }
        // A member asks its lighthouses for everybody but them.
        let listed = b.member.addresses().iter().any(|address| a.member.lighthouses.contains(address));
        if !listed && !all.lower {
            let found = self.finds(a, b, tunnels);
            for endpoint in self.told(b) {
                all = all.or(|| found.clone().and(|| self.underlay(a.host, a.member, b.host, b.member, endpoint)));
            }
        }
        if all.lower || all.upper {
            return all;
        }
        // Each may send, and a lighthouse may tell each to: then the filters of both take it for an answer.
        let both = self.sends(a, b) && self.sends(b, a);
        if !self.acquainted(a, b) {
            return all;
        }
        let shared = self.same_node(a.host, b.host) && (self.sends(a, b) || self.sends(b, a));
        Bounds { upper: both || shared, ..all }
    }

    /// A lighthouse or relay has a tunnel to who reports to it, whoever of the two speaks.
    fn reports(&self, from: One<'_>, to: One<'_>, tunnels: &Tunnels) -> Bounds {
        let listed = to.member.addresses().iter().any(|address| from.member.lighthouses.contains(address));
        // A lighthouse reports to nobody, whatever hosts it lists.
        let reports = listed && to.member.lighthouse && !from.member.lighthouse;
        if reports { self.direct(from, to, tunnels) } else { Bounds::NO }
    }

    fn relayed(&self, a: One<'_>, b: One<'_>, tunnels: &Tunnels) -> Bounds {
        if !a.member.uses_relays || a.member.relay || b.member.lighthouse {
            return Bounds::NO;
        }
        // A relay of its own list uses none.
        let relays = if b.member.relay { &[][..] } else { &b.member.relays };
        let mut all = Bounds::NO;
        for address in relays.iter().take(10) {
            let Some(relay) = self.member_at(*address) else { continue };
            if !relay.member.relay || relay.index == a.index || relay.index == b.index {
                continue;
            }
            let hop = |x: One<'_>, y: One<'_>| self.direct(x, y, tunnels).or(|| self.reports(y, x, tunnels));
            // Which relays a member has, only a lighthouse tells.
            all = all.or(|| self.finds(a, b, tunnels).and(|| hop(a, relay)).and(|| hop(relay, b)));
        }
        all
    }

    /// Whether the first learns from a lighthouse where the second is.
    fn finds(&self, a: One<'_>, b: One<'_>, tunnels: &Tunnels) -> Bounds {
        // A lighthouse knows who reports to it.
        let asked: Vec<IpAddr> = if a.member.lighthouse { a.member.addresses() } else { a.member.lighthouses.clone() };
        let mut all = Bounds::NO;
        for address in asked {
            if !b.member.lighthouses.contains(&address) {
                continue;
            }
            // Who is none answers nobody.
            let Some(lighthouse) = self.member_at(address).filter(|one| one.member.lighthouse) else { continue };
            let reach = |one| self.lighthouse(one, lighthouse, tunnels);
            all = all.or(|| reach(a).and(|| reach(b)));
        }
        if b.member.lighthouse {
            // It tells no other lighthouse where it is; one that it has a tunnel with has seen it.
            let why = format!("whether a lighthouse has seen {}, which is one itself", b.host.name);
            return Bounds { lower: false, missing: Some(why.into()), ..all };
        }
        all
    }

    /// Whether a member gets at a lighthouse where it is told that it is: the same for everybody whom it asks about.
    fn lighthouse(&self, one: One<'_>, lighthouse: One<'_>, tunnels: &Tunnels) -> Bounds {
        if one.index == lighthouse.index {
            return Bounds { lower: true, upper: true, missing: None };
        }
        let place = (one.index, lighthouse.index);
        if let Some(known) = tunnels.lighthouses.borrow().get(&place) {
            return known.clone();
        }
        let bounds = stated(one.member, lighthouse.member).into_iter().fold(Bounds::NO, |all, endpoint| {
            all.or(|| self.underlay(one.host, one.member, lighthouse.host, lighthouse.member, endpoint))
        });
        tunnels.lighthouses.borrow_mut().insert(place, bounds.clone());
        bounds
    }

    fn member_at(&self, address: IpAddr) -> Option<One<'_>> {
        let index = *self.member_addresses().get(&address)?;
        let member = &self.members[index];
        Some(One { host: self.hosts.get(&member.host)?, member, index })
    }

    /// What a member tells lighthouses of itself.
    fn told(&self, b: One<'_>) -> Vec<SocketAddr> {
        let port = b.member.port.clone().unwrap_or(0);
        let allowed = |address: IpAddr| match b.member.advertised.as_slice() {
            [] => true,
            list => {
                let longest =
                    list.iter().filter(|(net, _)| net.contains(&address)).max_by_key(|(net, _)| net.prefix_len());
                // Where rules are all of one kind, what none holds is the contrary.
                longest.map_or_else(|| list.iter().all(|(_, allow)| !allow), |(_, allow)| *allow)
            }
        };
        let nics = self.guest(b.host).into_iter().flat_map(|guest| &guest.nics).flat_map(|nic| &nic.addresses);
        let own = nics.map(|net| net.addr()).chain(b.host.addresses.iter().copied());
        let mut told: Vec<SocketAddr> = own
            .filter(|address| allowed(*address) && !(b.member.only_v4 && address.is_ipv6()))
            .map(|address| SocketAddr::new(address, port))
            .collect();
        told.extend(
            b.member
                .advertise
                .iter()
                .map(|address| SocketAddr::new(address.ip(), if address.port() == 0 { port } else { address.port() })),
        );
        told.sort();
        told.dedup();
        told
    }

    /// A datagram from one socket to another: certain, and possible.
    fn underlay(&self, from: &Host, source: &Member, to: &Host, target: &Member, endpoint: SocketAddr) -> Bounds {
        if source.only_v4 && endpoint.is_ipv6() || target.only_v4 && endpoint.is_ipv6() {
            return Bounds::NO;
        }
        // What is sent to another machine's address arrives there, and no answer of the one that was meant comes back.
        if self.owners.get(&endpoint.ip()).is_some_and(|(owner, _)| *owner != to.name) {
            return Bounds::NO;
        }
        let (sport, dport) = match (&source.port, &target.port) {
            (Ok(sport), Ok(0)) => (*sport, 0),
            (Ok(sport), Ok(_)) => (*sport, endpoint.port()),
            (Err(why), _) | (_, Err(why)) => return Bounds { lower: false, upper: true, missing: Some(why.clone()) },
        };
        if dport == 0 {
            let why = format!("the port of {}: it takes a random one", to.name);
            return Bounds { lower: false, upper: true, missing: Some(why.into()) };
        }
        let arrives = self.arriving_port(to, SocketAddr::new(endpoint.ip(), dport));
        if arrives.is_some_and(|arrives| target.port.as_ref().is_ok_and(|port| *port != arrives)) {
            return Bounds::NO;
        }
        let verdicts =
            self.datagram(from, sport, to, SocketAddr::new(endpoint.ip(), dport)).map(|steps| verdict(&steps));
        match together(&verdicts.collect::<Vec<_>>()) {
            arvc_verdict::Verdict::Open => Bounds { lower: true, upper: true, missing: None },
            arvc_verdict::Verdict::Closed => Bounds::NO,
            arvc_verdict::Verdict::Unknown { missing } => {
                Bounds { lower: false, upper: true, missing: Some(missing.into()) }
            }
        }
    }

    /// The port at which a datagram arrives, if that is known.
    fn arriving_port(&self, to: &Host, endpoint: SocketAddr) -> Option<u16> {
        // Elsewhere than at an address of its own, something may hand it on to another port.
        let own = self.guest(to).into_iter().flat_map(|guest| &guest.nics).flat_map(|nic| &nic.addresses);
        let at_home = own.into_iter().any(|net| net.addr() == endpoint.ip()) || to.addresses.contains(&endpoint.ip());
        if at_home { Some(endpoint.port()) } else { self.handed_port(endpoint) }
    }

    /// Whether what is sent to an endpoint for certain does not get to this member: it is another machine's address, or no port where
    /// it listens.
    fn astray(&self, to: One<'_>, endpoint: SocketAddr) -> bool {
        let (address, port) = (endpoint.ip(), endpoint.port());
        if self.owners.get(&address).is_some_and(|(owner, _)| *owner != to.host.name) {
            return !self.wiring.turns.contains_key(&address);
        }
        let Ok(listens) = to.member.port else { return false };
        let misses = listens != 0 && self.arriving_port(to.host, endpoint).is_some_and(|arrives| arrives != listens);
        // A router in front may hand on to another port, and so may whoever translates on the way.
        let mut translating = self.edges.values().chain(&self.filters);
        misses
            && !self.wiring.known_as.contains_key(&address)
            && to.host.no_filter.is_none()
            && !translating.any(|filter| filter.may_translate(address, port))
    }

    /// Whether the first may find the second at what it knows from the start.
    fn starts_with(&self, a: One<'_>, b: One<'_>) -> bool {
        let own = b.member.addresses().into_iter().filter_map(|address| a.member.endpoints.get(&address));
        a.member.computes
            || own.flat_map(|(endpoints, _)| endpoints).any(|endpoint| match endpoint {
                Endpoint::At(address) => !self.astray(b, *address),
                Endpoint::Name(..) => true,
            })
    }

    /// Whether anything tells the one where the other is.
    fn acquainted(&self, a: One<'_>, b: One<'_>) -> bool {
        // Whoever is taken for somebody else learns where the other is all the same.
        let finds = |one: One<'_>, other: One<'_>| self.starts_with(one, other) || self.mistaken(one, other);
        let start = |one: One<'_>, other: One<'_>| finds(one, other) || finds(other, one);
        let met = |one: One<'_>, lighthouse: One<'_>| one.index == lighthouse.index || start(one, lighthouse);
        let mut common = a.member.lighthouses.iter().filter(|address| b.member.lighthouses.contains(address));
        // One without a configuration here may be anywhere.
        start(a, b)
            || common.any(|address| match self.member_at(*address) {
                Some(lighthouse) => met(a, lighthouse) && met(b, lighthouse),
                None => true,
            })
    }

    /// The port that a node hands a datagram from the world on to, if it does.
    fn handed_port(&self, endpoint: SocketAddr) -> Option<u16> {
        let address = self.wiring.known_as.get(&endpoint.ip()).copied().unwrap_or(endpoint.ip());
        let (node, _) = self.wiring.nodes.iter().find(|(_, own)| own.contains(&address))?;
        let (from, to) = (Addr::Internet(address.is_ipv6()), Addr::At(address));
        let packet = Packet::first(from, to, arvc_verdict::Protocol::Udp, Some(endpoint.port()));
        let (translation, _) = self.edges.get(node)?.translated(&packet, Some(UPLINK), false).ok()??;
        Some(translation.port.unwrap_or(endpoint.port()))
    }

    /// The way of a datagram over the underlay.
    fn datagram<'t>(
        &'t self,
        from: &'t Host,
        sport: u16,
        to: &'t Host,
        endpoint: SocketAddr,
    ) -> impl Iterator<Item = Vec<Step<'t>>> {
        let address = endpoint.ip();
        let target = self
            .guest(to)
            .into_iter()
            .flat_map(|guest| &guest.nics)
            .find(|nic| nic.addresses.iter().any(|net| net.addr() == address));
        let bridge = target.and_then(|nic| Some((nic.bridge.value.clone().ok()?, nic.vlan)));
        let path = match bridge {
            Some((bridge, vlan)) if self.nic(from, &bridge, vlan, None).is_some() => {
                arvc_verdict::Path::Bridge(bridge, vlan)
            }
            // A machine beside the guests, in their network.
            Some((bridge, vlan)) if from.guest.is_none() && near(&from.addresses, target) => {
                arvc_verdict::Path::Bridge(bridge, vlan)
            }
            _ => match self.beside(from, to, address) {
                Some((bridge, vlan)) => arvc_verdict::Path::Bridge(bridge, vlan),
                None => arvc_verdict::Path::Routed,
            },
        };
        let manner = super::Manner::default();
        let way = Way { from: End::Host(from), to: End::Host(to), address, path: &path, manner, turn: 0 };
        let first = |source| Packet::datagram(source, sport, Addr::At(address), endpoint.port());
        let each = self.each_of(&way).into_iter();
        let mut all: Vec<_> = each.map(|(source, way)| self.steps(&way, &first(source), &Tunnels::default())).collect();
        if all.is_empty() {
            all.push(vec![Step::new(Part::Way, self.without_source(&way))]);
        }
        all.into_iter()
    }

    /// The segment of a guest that a machine without devices of Proxmox is on, by its address.
    fn beside(&self, from: &Host, to: &Host, address: IpAddr) -> Option<(String, Option<u16>)> {
        if to.guest.is_some() || !to.addresses.contains(&address) {
            return None;
        }
        let nics = self.guest(from).into_iter().flat_map(|guest| &guest.nics);
        let nic = nics.into_iter().find(|nic| nic.addresses.iter().any(|net| net.contains(&address)))?;
        Some((nic.bridge.value.clone().ok()?, nic.vlan))
    }

    /// Whether a datagram of the first towards the second may leave its own layers.
    fn sends(&self, a: One<'_>, b: One<'_>) -> bool {
        let port = a.member.port.clone().unwrap_or(0);
        let mut endpoints = stated(a.member, b.member);
        endpoints.extend(self.told(b));
        // Where the other is outside, it is found at an address that nobody knows.
        if endpoints.is_empty() {
            return true;
        }
        endpoints.into_iter().any(|endpoint| {
            let mut ways = self.datagram(a.host, port, b.host, endpoint);
            ways.any(|steps| steps.iter().all(|step| step.outcome.open || !step.part.is_sender(a.host)))
        })
    }

    fn same_node(&self, one: &Host, other: &Host) -> bool {
        let node = |host| self.guest(host).and_then(|guest| guest.node.as_ref());
        node(one).is_some() && node(one) == node(other)
    }
}

/// Where the first finds the second from the start.
fn stated(a: &Member, b: &Member) -> Vec<SocketAddr> {
    let all = b.addresses().into_iter().filter_map(|address| a.endpoints.get(&address));
    let all = all.flat_map(|(endpoints, _)| endpoints);
    all.filter_map(|endpoint| if let Endpoint::At(address) = endpoint { Some(*address) } else { None })
        .take(10)
        .collect()
}

fn near(own: &[IpAddr], nic: Option<&crate::proxmox::Nic>) -> bool {
    nic.is_some_and(|nic| nic.addresses.iter().any(|net| own.iter().any(|own| net.contains(own))))
}
