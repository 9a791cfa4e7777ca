//! One question about one packet, answered from the policies: the proof's side of what the audit reads from the files and of
//! what packets show.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;

use arvc_site::model::{Family, Host, HostId, Kind, NetworkId, NetworkKind, NodeId, Router, Site, Transport};
use arvc_site::names::is_private;
use arvc_verdict::{Counted, Decision, Path, Protocol, Question, Verdict};
use ipnet::IpNet;

use super::decide::{Layers, Other, open, unknown};
use super::{Layer, Party, Step, edge, handed};
use crate::address::node_addresses;
use crate::ports::PortSet;

/// Answers single questions.
pub struct Answers<'l, 's> {
    pub(super) layers: &'l Layers<'s>,
    hosts: HashMap<&'s str, HostId>,
    nodes: HashMap<&'s str, NodeId>,
    /// Whose an address is that is no overlay's.
    owners: HashMap<IpAddr, HostId>,
    /// Whether a path in an overlay has to name the device.
    pub(super) several: bool,
    /// What the last packet met: the next one often has the same way.
    last: RefCell<Option<(Way, Steps)>>,
}

/// Everything but the packet, and the layers that are looked at.
pub(super) type Way = (Party, Party, IpAddr, Path, Counted);

/// What a packet meets, or why there is nothing that it would.
pub(super) type Steps = Result<Vec<Step>, Verdict>;

impl<'l, 's> Answers<'l, 's> {
    /// Looks the names up.
    pub fn new(layers: &'l Layers<'s>) -> Self {
        let site = layers.site;
        let ids = (0..).map(HostId);
        let there = || site.hosts.iter().zip(ids.clone()).filter(|(host, _)| host.status.is_there());
        let owners = there().flat_map(|(host, id)| {
            let below = host.interfaces.iter().filter(|it| !site.networks[it.network.index()].is_overlay());
            below.flat_map(|it| it.addresses()).map(move |address| (address.value, id))
        });
        let overlays = |host: &Host| {
            host.interfaces.iter().filter(|it| site.networks[it.network.index()].is_overlay()).count() > 1
        };
        Self {
            layers,
            hosts: there()
                .filter(|(host, _)| is_named(site, host))
                .map(|(host, id)| (host.named.name.as_str(), id))
                .collect(),
            nodes: site.nodes.iter().zip((0..).map(NodeId)).map(|(node, id)| (node.named.name.as_str(), id)).collect(),
            owners: owners.collect(),
            several: there().any(|(host, _)| overlays(host)),
            last: RefCell::default(),
        }
    }

    /// Whether a connection may be opened, looking at these layers.
    pub fn verdict(&self, question: &Question, counted: Counted) -> Verdict {
        let packet = packet(question);
        let key = match self.key(question, counted) {
            Ok(key) => key,
            Err(verdict) => return verdict,
        };
        if let Some((known, steps)) = &*self.last.borrow()
            && *known == key
        {
            return said(steps, &packet, counted);
        }
        let steps = self.met(&key, question);
        let verdict = said(&steps, &packet, counted);
        // What a node hands on depends on the packet; all else is asked for one packet after the other.
        if question.path != Path::Routed {
            *self.last.borrow_mut() = Some((key, steps));
        }
        verdict
    }

    /// What each layer on the way does with a packet, in the order in which it meets them; the sources of the site are not told.
    pub fn decisions(&self, question: &Question, counted: Counted) -> Vec<Decision> {
        let packet = packet(question);
        let steps = self.key(question, counted).and_then(|key| self.met(&key, question)).unwrap_or_default();
        let counts = steps.iter().filter(|step| counted.counts(step.layer.kind()));
        let decision = |step: &Step| Decision {
            layer: step.layer.kind(),
            part: step.name(self.site()),
            verdict: one(step, &packet),
            sources: Vec::new(),
            words: step.note.clone().unwrap_or_default(),
        };
        counts.map(decision).collect()
    }

    /// Who is meant; or the verdict, if there is nothing to ask the layers.
    pub(super) fn key(&self, question: &Question, counted: Counted) -> Result<Way, Verdict> {
        let missing = |name: &str| Verdict::Unknown { missing: format!("who {name} is") };
        let from = self.party(&question.from).ok_or_else(|| missing(&question.from))?;
        let to = self.party(&question.to).ok_or_else(|| missing(&question.to))?;
        if from == to && matches!(from, Party::Host(_) | Party::Node(_)) {
            return Err(Verdict::Open);
        }
        // A tunnel is carried by packets that meet the same layers.
        self.layers.look_at(counted);
        Ok((from, to, question.address, question.path.clone(), counted))
    }

    pub(super) fn met(&self, (from, to, ..): &Way, question: &Question) -> Steps {
        match &question.path {
            Path::Overlay(device) => self.inside(from, to, question.address, device.as_deref()),
            Path::Bridge(bridge, vlan) => {
                self.beside(from, to, (&question.from, &question.to), question.address, (bridge, *vlan))
            }
            Path::Routed => self.routed(from, to, question.address, &packet(question)),
        }
    }

    /// The party of a name that is a machine's, a node's or a zone's.
    pub fn named(&self, name: &str) -> Option<Party> {
        self.party(name)
    }

    /// Whom a name means: an address of a machine is that machine.
    pub(super) fn party(&self, name: &str) -> Option<Party> {
        if let Some(host) = self.hosts.get(name) {
            return Some(Party::Host(*host));
        }
        if let Some(node) = self.nodes.get(name) {
            return Some(Party::Node(*node));
        }
        match name {
            "internet" => return Some(Party::Internet),
            "operators" => return Some(Party::Operators),
            _ => {}
        }
        let address: IpAddr = name.parse().ok()?;
        Some(match self.owners.get(&address) {
            Some(host) => Party::Host(*host),
            None => Party::Prefix(IpNet::from(address)),
        })
    }

    fn site(&self) -> &'s Site {
        self.layers.site
    }

    fn inside(&self, from: &Party, to: &Party, address: IpAddr, device: Option<&str>) -> Steps {
        let (Party::Host(a), Party::Host(b)) = (from, to) else { return Err(Verdict::Closed) };
        let on = |host: &HostId| self.layers.host(*host).interfaces.iter().filter(|it| self.is_overlay(it.network));
        let fits = |it: &&arvc_site::model::Interface| device.is_none_or(|device| it.device == device);
        let network = on(b).filter(fits).map(|it| it.network).find(|network| on(a).any(|it| it.network == *network));
        let network = network.ok_or(Verdict::Closed)?;
        let from = self.layers.address(*a, network, Family::of(address)).ok_or(Verdict::Closed)?;
        if !self.layers.met(*b, network).contains(&address) {
            return Err(Verdict::Closed);
        }
        Ok(self.layers.direct(network, (*a, from), (*b, address)).steps)
    }

    fn is_overlay(&self, network: NetworkId) -> bool {
        self.site().networks[network.index()].is_overlay()
    }

    /// The network that a machine has on a bridge: the one that holds an address, if one does.
    fn on_bridge(&self, host: HostId, (bridge, vlan): (&str, Option<u16>), address: IpAddr) -> Option<NetworkId> {
        let site = self.site();
        let mut there = self.layers.host(host).interfaces.iter().map(|it| it.network).filter(|network| {
            matches!(&site.networks[network.index()].kind, NetworkKind::Bridge { bridge: own, vlan: tag, .. } if own == bridge && *tag == vlan)
        });
        let holds = |network: &NetworkId| site.networks[network.index()].contains(address);
        there.clone().find(holds).or_else(|| there.next())
    }

    fn beside(
        &self,
        from: &Party,
        to: &Party,
        names: (&str, &str),
        address: IpAddr,
        bridge: (&str, Option<u16>),
    ) -> Steps {
        let network = |party: &Party| match party {
            Party::Host(host) => self.on_bridge(*host, bridge, address).map(Some).ok_or(Verdict::Closed),
            _ => Ok(None),
        };
        // An address that is a machine's elsewhere is nobody's here.
        let here = |party: &Party, name: &str| match (party, name.parse::<IpAddr>()) {
            (Party::Host(host), Ok(address)) if self.on_bridge(*host, bridge, address).is_none() => {
                Party::Prefix(IpNet::from(address))
            }
            _ => party.clone(),
        };
        let (from, to) = (&here(from, names.0), &here(to, names.1));
        let (first, last) = (network(from)?, network(to)?);
        self.one_segment(from, to, first, last)?;
        let family = Family::of(address);
        let mut steps = Vec::new();
        let mut own = None;
        if let (Party::Host(a), Some(first)) = (from, first) {
            own = self.layers.address(*a, first, family);
            own.ok_or_else(|| self.without_source(*a, Some(first)))?;
            steps.extend(self.layers.leave(*a, first, &Other::Address(address)));
        }
        if let (Party::Node(node), Some(last)) = (from, last) {
            let all = node_addresses(self.site(), last, *node);
            own = all.into_iter().find(|own| Family::of(*own) == family);
            own.ok_or(Verdict::Closed)?;
        }
        if let (Party::Host(b), Some(last)) = (to, last) {
            let zone = self.zone(from, family);
            let source = own.map_or(Other::Zone(&zone), Other::Address);
            steps.extend(self.layers.arrive(*b, last, &source));
        }
        if let Party::Node(node) = to {
            let zone = self.zone(from, family);
            let sources = own.map_or(zone, |own| vec![IpNet::from(own)]);
            let guest = if let (Party::Host(a), Some(first)) = (from, first) { Some((*a, first)) } else { None };
            steps.push(self.layers.node_hears(*node, &sources, guest));
        }
        Ok(steps)
    }

    /// Whether both ends are on one segment, as far as each is on one.
    fn one_segment(
        &self,
        from: &Party,
        to: &Party,
        first: Option<NetworkId>,
        last: Option<NetworkId>,
    ) -> Result<(), Verdict> {
        let segments = &self.layers.segments;
        let of = |party: &Party, own: Option<NetworkId>, other: Option<NetworkId>| match (party, own, other) {
            (Party::Host(host), Some(network), _) => Some(segments.of(network, self.layers.host(*host))),
            (Party::Node(node), _, Some(network)) if self.site().networks[network.index()].is_at(*node) => {
                Some(segments.at(network, *node).into_iter().collect())
            }
            _ => None,
        };
        let (Some(own), Some(other)) = (of(from, first, last), of(to, last, first)) else { return Ok(()) };
        match own.is_empty() || other.is_empty() || own.iter().any(|segment| other.contains(segment)) {
            true => Ok(()),
            false => Err(Verdict::Closed),
        }
    }

    /// The addresses of a zone, of one family.
    fn zone(&self, party: &Party, family: Family) -> Vec<IpNet> {
        let mut zone = self.layers.senders(party);
        zone.retain(|prefix| Family::of_prefix(prefix) == family);
        zone
    }

    fn routed(&self, from: &Party, to: &Party, address: IpAddr, packet: &PortSet) -> Steps {
        let layers = self.layers;
        let (node, forward) = match layers.handed_on(address, packet) {
            Some((node, forward)) => (Some(node), forward),
            None => (None, None),
        };
        match (from, to) {
            (Party::Host(a), Party::Host(b))
                if layers.network_of(*b, address).is_some_and(|last| self.is_own_router(*b, last)) =>
            {
                let mut steps = self.out(*a, address)?;
                steps.push(undescribed(address));
                Ok(steps)
            }
            (Party::Host(a), Party::Host(b)) if node.is_none() && layers.has(*b, address) => {
                let path = layers.paths(from, to).into_iter().find(|path| {
                    path.to.contains(&address)
                        && !(self.site().networks[path.way.last().index()].is_overlay())
                        && !self.shares_bridge(*a, path.way)
                });
                // Where both are in the world, or one is known to it, that is the way.
                let path = path.map(|path| path.steps).or_else(|| layers.through_the_world(*a, *b, address, packet));
                match path {
                    Some(steps) => Ok(steps),
                    None => {
                        let mut steps = self.out(*a, address)?;
                        steps.push(undescribed(address));
                        let last = layers.network_of(*b, address).ok_or(Verdict::Closed)?;
                        let own = Other::Address(self.leaving(*a, address)?.1);
                        steps.extend(self.handed_in(*b, last, &own, address));
                        steps.extend(layers.arrive(*b, last, &own));
                        Ok(steps)
                    }
                }
            }
            (Party::Host(a), Party::Host(b)) => {
                let Some(forward) = forward.filter(|forward| forward.to == *b) else { return Err(Verdict::Closed) };
                if let Some(steps) = layers.through_the_world(*a, *b, address, packet).filter(|_| !is_private(address))
                {
                    return Ok(steps);
                }
                let mut steps = self.out(*a, address)?;
                // What a node hands on is for the world, and not for those whose router it is.
                let (network, _) = layers.exit(*a, address).ok_or(Verdict::Closed)?;
                if node.is_some() && layers.node_in_front(*a, network, Family::of(address)) == node {
                    return Err(Verdict::Closed);
                }
                let what = "whether it hands on what comes from inside is not known";
                steps.push(unknown(Layer::Router, Party::Prefix(IpNet::from(address)), what.to_owned()));
                let (_, own) = self.leaving(*a, address)?;
                steps.extend(layers.handed(forward, &Other::Address(own)).ok_or(Verdict::Closed)?);
                Ok(steps)
            }
            (Party::Host(a), Party::Node(node)) => {
                let (network, own) = self.leaving(*a, address)?;
                let mut steps = self.out(*a, address)?;
                let out = !is_private(address) && layers.leads_out(network, Family::of(address));
                let near = self.site().networks[network.index()].routed_by(*node);
                if !out && !near {
                    steps.push(undescribed(address));
                }
                let seen = match out && !near && is_private(own) {
                    true => layers.world(Family::of(address)),
                    false => vec![IpNet::from(own)],
                };
                steps.push(layers.node_hears(*node, &seen, Some((*a, network))));
                Ok(steps)
            }
            (Party::Host(a), _) => {
                let mut steps = self.out(*a, address)?;
                steps.push(self.to_the_world(*a, address));
                Ok(steps)
            }
            // By which address a node leaves for a network that it is not on, nobody says.
            (Party::Node(_), Party::Host(b)) if node.is_some() => {
                let forward = forward.filter(|forward| forward.to == *b).ok_or(Verdict::Closed)?;
                let mut steps = vec![undescribed(address)];
                steps.extend(
                    layers.handed(forward, &Other::Zone(&layers.world(Family::of(address)))).ok_or(Verdict::Closed)?,
                );
                Ok(steps)
            }
            (Party::Node(_), Party::Node(to)) => {
                let mut sources = self.zone(from, Family::of(address));
                sources.extend(layers.world(Family::of(address)));
                Ok(vec![undescribed(address), layers.node_hears(*to, &sources, None)])
            }
            (Party::Node(_), Party::Host(b)) => {
                let last = layers.network_of(*b, address).ok_or(Verdict::Closed)?;
                // Which of its addresses it takes, the route says, which nobody does.
                let own = self.zone(from, Family::of(address));
                if own.is_empty() {
                    return Err(Verdict::Closed);
                }
                let out = !is_private(address);
                if self.is_own_router(*b, last) {
                    return Ok(vec![undescribed(address)]);
                }
                let mut steps: Vec<Step> = (!out).then(|| undescribed(address)).into_iter().collect();
                let world = layers.world(Family::of(address));
                let seen = if out && own.iter().any(|own| is_private(own.addr())) { &world } else { &own };
                steps.extend(self.handed_in(*b, last, &Other::Zone(seen), address));
                steps.extend(layers.arrive(*b, last, &Other::Zone(seen)));
                Ok(steps)
            }
            (zone, Party::Host(b)) => {
                let zone = self.zone(zone, Family::of(address));
                if zone.is_empty() {
                    return Err(Verdict::Closed);
                }
                if let Some(node) = node {
                    let forward = forward.filter(|forward| forward.to == *b).ok_or(Verdict::Closed)?;
                    // What it hands on is for the world, and not for those whose router it is.
                    if zone.iter().all(|prefix| layers.is_behind(node, prefix)) {
                        return Err(Verdict::Closed);
                    }
                    return layers.handed(forward, &Other::Zone(&zone)).ok_or(Verdict::Closed);
                }
                let last = layers.network_of(*b, address).ok_or(Verdict::Closed)?;
                let far = zone.iter().all(|prefix| !is_private(prefix.addr()));
                let lost = far && is_private(address);
                // The Internet leads nobody there; one who is named may have a way of his own.
                if lost && *from == Party::Internet {
                    return Err(Verdict::Closed);
                }
                if self.is_own_router(*b, last) {
                    return Ok(vec![undescribed(address)]);
                }
                let mut steps: Vec<Step> = match lost {
                    true => vec![undescribed(address)],
                    false => edge::inwards(layers, last, *b, address, &zone),
                };
                steps.extend(layers.arrive(*b, last, &Other::Zone(&zone)));
                Ok(steps)
            }
            (zone, Party::Node(node)) => {
                let zone = self.zone(zone, Family::of(address));
                let far = zone.iter().all(|prefix| !is_private(prefix.addr()));
                let lost = far && is_private(address);
                let handed = layers.handed_on(address, packet).is_some_and(|(_, forward)| forward.is_some());
                let behind = zone.iter().all(|prefix| layers.is_behind(*node, prefix));
                if zone.is_empty() || lost && *from == Party::Internet || handed && !behind {
                    return Err(Verdict::Closed);
                }
                let near = !far && !behind;
                let mut steps: Vec<Step> = (lost || near).then(|| undescribed(address)).into_iter().collect();
                steps.push(layers.node_hears(*node, &zone, None));
                Ok(steps)
            }
            _ => Err(Verdict::Unknown { missing: "what routes between the two".to_owned() }),
        }
    }

    /// The verdict on a packet of a machine that has no address to send it from: closed, unless it is given one that nobody knows.
    fn without_source(&self, host: HostId, network: Option<NetworkId>) -> Verdict {
        let mut there = self.layers.host(host).interfaces.iter();
        let leased = there.any(|it| it.leased.is_some() && network.is_none_or(|network| it.network == network));
        match leased {
            true => {
                Verdict::Unknown { missing: format!("which address {} is given", self.layers.host(host).named.name) }
            }
            false => Verdict::Closed,
        }
    }

    /// The network by which a machine's packets leave for a router, and its own address there: where the address is of its own
    /// segment, another one that has a router, since there it would need none.
    fn leaving(&self, host: HostId, address: IpAddr) -> Result<(NetworkId, IpAddr), Verdict> {
        let layers = self.layers;
        let found = layers.exit(host, address).ok_or_else(|| self.without_source(host, None))?;
        if !self.site().networks[found.0.index()].contains(address) {
            return Ok(found);
        }
        let family = Family::of(address);
        let mut out = layers.members.way_out(layers.members.profile_of[host.index()], family).into_iter();
        let other = out.find(|network| *network != found.0);
        Ok(other.and_then(|network| Some((network, layers.address(host, network, family)?))).unwrap_or(found))
    }

    /// Whether a machine meets the target of a way without a router: then it is no routed one.
    fn shares_bridge(&self, a: HostId, way: super::Way) -> bool {
        let network = &self.site().networks[way.last().index()];
        matches!(way, super::Way::Direct(_)) && network.is_bridge() && self.layers.host(a).is_on(way.last())
    }

    /// Whether a machine is the router of a network: it takes what comes in at another device for its address there.
    fn is_own_router(&self, host: HostId, network: NetworkId) -> bool {
        let site = self.site();
        site.networks[network.index()].gateways().iter().any(|gateway| match gateway.router {
            Router::Host(own) => own == host,
            Router::Vip(vip) => site.vips[vip.index()].owners.binary_search(&host).is_ok(),
            _ => false,
        })
    }

    /// What a machine's own layers say to a packet that leaves its segment, and the router there, if it is one of ours.
    fn out(&self, host: HostId, address: IpAddr) -> Steps {
        let (network, own) = self.leaving(host, address)?;
        let mut steps: Vec<Step> = self.layers.leave(host, network, &Other::Address(address)).into_iter().collect();
        let family = Family::of(address);
        let router = self.layers.handing(host, network, family);
        steps.extend(
            handed::steps(self.layers, router, family, &Other::Address(own), &Other::Address(address))
                .into_iter()
                .flatten(),
        );
        Ok(steps)
    }

    /// What a router of ours in front of a machine says to a packet that comes from beyond it.
    fn handed_in(&self, host: HostId, network: NetworkId, from: &Other, to: IpAddr) -> Vec<Step> {
        let router = self.layers.handing(host, network, Family::of(to));
        handed::steps(self.layers, router, Family::of(to), from, &Other::Address(to)).unwrap_or_default()
    }

    /// Whether what leaves the site by a machine's router gets anywhere.
    fn to_the_world(&self, host: HostId, address: IpAddr) -> Step {
        let at = Party::Prefix(IpNet::from(address));
        let family = Family::of(address);
        let leads = self.layers.exit(host, address).is_some_and(|(network, _)| self.layers.leads_out(network, family));
        match leads && !is_private(address) {
            true => open(Layer::Router, at, "it is taken to lead into the world"),
            false => undescribed(address),
        }
    }
}

/// A router of which nobody says what it lets through.
fn undescribed(address: IpAddr) -> Step {
    unknown(Layer::Router, Party::Prefix(IpNet::from(address)), "what routes between the two".to_owned())
}

/// Whether a file of the tree has a machine's name: one that is created or configured, or a member of an overlay.
pub(super) fn is_named(site: &Site, host: &Host) -> bool {
    host.kind != Kind::Machine
        || host.is_reached()
        || host.interfaces.iter().any(|it| site.networks[it.network.index()].is_overlay())
}

/// The packet as a set.
fn packet(question: &Question) -> PortSet {
    let port = question.port.unwrap_or_default();
    match question.protocol {
        Protocol::Tcp => PortSet::ports(Transport::Tcp, port, port),
        Protocol::Udp => PortSet::ports(Transport::Udp, port, port),
        Protocol::Icmp => PortSet::icmp(),
        Protocol::Other(number) => PortSet::protocol(number),
    }
}

fn said(steps: &Steps, packet: &PortSet, counted: Counted) -> Verdict {
    match steps {
        Ok(steps) => together(steps, packet, counted),
        Err(verdict) => verdict.clone(),
    }
}

/// What all steps make of a packet, of those that count.
fn together(steps: &[Step], packet: &PortSet, counted: Counted) -> Verdict {
    let counts = steps.iter().filter(|step| counted.counts(step.layer.kind()));
    counts.map(|step| one(step, packet)).fold(Verdict::Open, Verdict::and)
}

/// What a step makes of a packet.
fn one(step: &Step, packet: &PortSet) -> Verdict {
    if packet.is_subset(&step.lower) {
        Verdict::Open
    } else if !packet.meets(&step.upper) {
        Verdict::Closed
    } else {
        let missing = step.note.clone().unwrap_or_else(|| "which of these addresses it is".to_owned());
        Verdict::Unknown { missing }
    }
}

impl Layers<'_> {
    fn has(&self, host: HostId, address: IpAddr) -> bool {
        self.network_of(host, address).is_some()
    }

    /// The network on which a machine has an address, if it is no overlay.
    fn network_of(&self, host: HostId, address: IpAddr) -> Option<NetworkId> {
        let networks = self.host(host).interfaces.iter().map(|it| it.network);
        let mut below = networks.filter(|network| !self.site.networks[network.index()].is_overlay());
        below.find(|network| self.met(host, *network).contains(&address))
    }
}
