//! One question about one packet, answered from the policies: the proof's side of what the audit reads from the files and of
//! what packets show.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;

use arvc_site::model::{Family, Host, HostId, Kind, NetworkId, NetworkKind, NodeId, Site, Transport};
use arvc_verdict::{Counted, Decision, Path, Protocol, Question, Verdict};
use ipnet::IpNet;

use super::decide::{Layers, Other};
use super::{Party, Step, behind};
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

    pub(super) fn site(&self) -> &'s Site {
        self.layers.site
    }

    fn inside(&self, from: &Party, to: &Party, address: IpAddr, device: Option<&str>) -> Steps {
        let Party::Host(a) = from else { return Err(Verdict::Closed) };
        if let Some(steps) = self.behind(*a, to, address, device) {
            return Ok(steps);
        }
        let Party::Host(b) = to else { return Err(Verdict::Closed) };
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

    /// What is met on the way to an address behind a member of an overlay, by the sender's device.
    fn behind(&self, a: HostId, to: &Party, address: IpAddr, device: Option<&str>) -> Option<Vec<Step>> {
        let layers = self.layers;
        let own = |overlay: NetworkId| layers.host(a).interface_on(overlay);
        let fits = |it: &behind::Behind| {
            let there = &self.site().networks[it.network.index()];
            let on = device.is_none_or(|device| own(it.overlay).is_some_and(|own| own.device == device));
            on && there.contains(address)
        };
        let way = behind::ways(layers, a).into_iter().find(fits)?;
        let from = layers.address(a, way.overlay, Family::of(address))?;
        let target = match to {
            Party::Host(b) if layers.met(*b, way.network).contains(&address) => Some(*b),
            Party::Prefix(_) => None,
            _ => return None,
        };
        Some(behind::steps(layers, way, (a, from), target, address))
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
        if let (Party::Node(one), Party::Node(other)) = (from, to)
            && self.nodes_apart((*one, *other), bridge, address)
        {
            return Err(Verdict::Closed);
        }
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

    /// Whether two nodes have the bridge on segments of their own, of the network that an address is of.
    fn nodes_apart(
        &self,
        (one, other): (NodeId, NodeId),
        (bridge, vlan): (&str, Option<u16>),
        address: IpAddr,
    ) -> bool {
        let mut networks = self.site().network_ids().filter(|id| {
            let network = &self.site().networks[id.index()];
            let here = matches!(&network.kind, NetworkKind::Bridge { bridge: own, vlan: tag, .. } if own == bridge && *tag == vlan);
            here && network.contains(address)
        });
        networks.any(|network| self.layers.are_apart(network, one, other))
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
    pub(super) fn zone(&self, party: &Party, family: Family) -> Vec<IpNet> {
        let mut zone = self.layers.senders(party);
        zone.retain(|prefix| Family::of_prefix(prefix) == family);
        zone
    }

    /// The verdict on a packet of a machine that has no address to send it from: closed, unless it is given one that nobody knows.
    pub(super) fn without_source(&self, host: HostId, network: Option<NetworkId>) -> Verdict {
        let mut there = self.layers.host(host).interfaces.iter();
        let leased = there.any(|it| it.leased.is_some() && network.is_none_or(|network| it.network == network));
        match leased {
            true => {
                Verdict::Unknown { missing: format!("which address {} is given", self.layers.host(host).named.name) }
            }
            false => Verdict::Closed,
        }
    }
}

/// Whether a file of the tree has a machine's name: one that is created or configured, or a member of an overlay.
pub(super) fn is_named(site: &Site, host: &Host) -> bool {
    host.kind != Kind::Machine
        || host.is_reached()
        || host.interfaces.iter().any(|it| site.networks[it.network.index()].is_overlay())
}

/// The packet as a set.
pub(super) fn packet(question: &Question) -> PortSet {
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
