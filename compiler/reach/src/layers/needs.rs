//! Needs held against the layers: on every way that a need takes, all of its packets pass for certain, and something listens
//! at the end.

use std::collections::BTreeMap;

use arvc_site::endpoints::Tunnels;
use arvc_site::model::{EndpointId, Family, Flow, HostId, NetworkId, Transport};

use super::{Classes, Layer, Layers, Party, Path, Way};
use crate::members::Arm;
use crate::ports::PortSet;

/// What of a need is not open for certain on a way that it takes.
#[derive(Clone, Debug)]
pub struct Lack {
    /// Who needs it.
    pub source: Party,
    /// Who is needed.
    pub target: Party,
    /// What does not pass for certain.
    pub packets: PortSet,
    /// What of it certainly does not pass; the rest is not known.
    pub closed: PortSet,
    /// The paths on that way.
    pub paths: Vec<Path>,
}

/// Where a need goes and nobody is known to listen.
#[derive(Clone, Debug)]
pub struct Unserved {
    /// The machine.
    pub target: HostId,
    /// The network on which it is met.
    pub network: NetworkId,
    /// The ports.
    pub packets: PortSet,
    /// Of these, what it serves on other networks alone.
    pub elsewhere: PortSet,
}

/// What a need lacks.
#[derive(Clone, Debug, Default)]
pub struct Needed {
    /// What is not open for certain, each pair of classes and way once.
    pub lacking: Vec<Lack>,
    /// Where it goes and nobody is known to listen, each machine and network once.
    pub unserved: Vec<Unserved>,
}

/// A need as it is looked up once, whoever needs it.
struct Wanted<'f> {
    flow: &'f Flow,
    sources: Vec<HostId>,
    targets: Vec<HostId>,
    arms: Vec<Arm>,
}

impl Layers<'_> {
    /// What a need lacks.
    pub fn needed(&self, classes: &Classes, flow: &Flow) -> Needed {
        let members = &self.members;
        let wanted = Wanted {
            flow,
            sources: members.of(&flow.source),
            targets: members.of(&flow.target),
            arms: members.arms(flow.ports.as_deref()),
        };
        let mut lacking = Vec::new();
        let mut unserved: BTreeMap<(HostId, NetworkId), PortSet> = BTreeMap::new();
        let mut listening = BTreeMap::new();
        let ways = |source: &Party, target: &Party| self.meant_ways(&wanted, source, target);
        self.each_pair_by(classes, flow, ways, |source, target, paths| {
            let taken = self.taken(&wanted, source, target, paths);
            self.add_lacking(&taken, (source, target), paths, &mut lacking);
            if let Party::Host(host) = target {
                let inside = matches!(source, Party::Host(_));
                // Whoever needs it, it serves the same.
                let mut serves = |network: NetworkId| -> PortSet {
                    let known = listening.entry((*host, network, inside));
                    known.or_insert_with(|| self.listening(*host, network, inside)).clone()
                };
                add_unserved(&taken, *host, &mut serves, &mut unserved);
            }
        });
        let unserved = unserved.into_iter().map(|((target, network), packets)| {
            let others = self.host(target).interfaces.iter().map(|interface| interface.network);
            let elsewhere = others.fold(PortSet::none(), |all, other| all.union(&self.listening(target, other, true)));
            Unserved { target, network, elsewhere: elsewhere.intersection(&packets), packets }
        });
        Needed { lacking, unserved: unserved.collect() }
    }

    fn add_lacking(
        &self,
        taken: &[(&Arm, Vec<Way>)],
        (source, target): (&Party, &Party),
        paths: &[Path],
        found: &mut Vec<Lack>,
    ) {
        let mut lacking: BTreeMap<Way, PortSet> = BTreeMap::new();
        for (arm, ways) in taken {
            for way in ways.iter().copied() {
                // Where the address is not known, that is told by itself.
                let known = |path: &&Path| !path.steps.iter().any(|step| step.layer == Layer::Address);
                if !paths.iter().filter(known).any(|path| path.way == way) {
                    continue;
                }
                let packets = arm.ports.difference(&self.surely(paths, way));
                if !packets.is_none() {
                    let all = lacking.entry(way).or_default();
                    *all = all.union(&packets);
                }
            }
        }
        found.extend(lacking.into_iter().map(|(way, packets)| {
            let paths: Vec<Path> = paths.iter().filter(|path| path.way == way).cloned().collect();
            let may = paths.iter().fold(PortSet::none(), |all, path| all.union(&path.upper()));
            let closed = packets.difference(&may);
            Lack { source: source.clone(), target: target.clone(), packets, closed, paths }
        }));
    }

    /// For each part of a need's ports that the target serves, the ways that it takes: of machines those that flows take by
    /// themselves, and for the rest all that there are.
    fn taken<'w>(
        &self,
        wanted: &'w Wanted,
        source: &Party,
        target: &Party,
        paths: &[Path],
    ) -> Vec<(&'w Arm, Vec<Way>)> {
        let ways = |arm: &Arm| match self.used(wanted, source, target, arm) {
            Some(used) => used,
            None => {
                // Nobody comes to a private address from beyond by a router that hands on nothing: it is not told.
                let lost = |path: &&Path| path.steps.iter().any(|it| it.layer == Layer::Router && it.upper.is_none());
                let mut ways: Vec<Way> = paths.iter().filter(|path| !lost(path)).map(|path| path.way).collect();
                if ways.is_empty() {
                    ways = paths.iter().map(|path| path.way).collect();
                }
                ways.dedup();
                ways
            }
        };
        let serves = |arm: &&Arm| self.serves(target, arm);
        wanted.arms.iter().filter(serves).map(|arm| (arm, ways(arm))).collect()
    }

    /// The ways that a need takes by itself between two machines that it means by what they are: what decides on others is no matter.
    fn meant_ways(&self, wanted: &Wanted, source: &Party, target: &Party) -> Option<Vec<Way>> {
        let mut all = Vec::new();
        for arm in wanted.arms.iter().filter(|arm| self.serves(target, arm)) {
            all.extend(self.used(wanted, source, target, arm)?);
        }
        Some(all)
    }

    /// The ways that flows take by themselves between two machines that a need means by what they are.
    fn used(&self, wanted: &Wanted, source: &Party, target: &Party, arm: &Arm) -> Option<Vec<Way>> {
        let (Party::Host(a), Party::Host(b)) = (source, target) else { return None };
        let members = &self.members;
        let profile = |host: &HostId| members.profile_of[host.index()];
        let meant = |ends: &[HostId], host: &HostId| ends.binary_search(host).is_ok();
        if !meant(&wanted.sources, a) || !meant(&wanted.targets, b) {
            return None;
        }
        let used = members.paths(profile(a), profile(b), members.listen(arm), wanted.flow.via);
        Some(used.iter().map(|path| Way::from(*path)).collect())
    }

    /// Whether a target serves a part of a need's ports.
    fn serves(&self, target: &Party, arm: &Arm) -> bool {
        match (self.members.served_by(arm), target) {
            (None, _) => true,
            (Some(served), Party::Host(host)) => served.binary_search(host).is_ok(),
            _ => false,
        }
    }

    /// What passes for certain on a way: to every address of a family that both ends have, in one family at least.
    fn surely(&self, paths: &[Path], way: Way) -> PortSet {
        let of = |family: Family| {
            let mut lower: Option<PortSet> = None;
            for path in paths.iter().filter(|path| path.way == way) {
                if path.to.iter().any(|to| Family::of(*to) == family) {
                    let own = path.lower();
                    lower = Some(lower.map_or(own.clone(), |lower| lower.intersection(&own)));
                }
            }
            lower.unwrap_or_default()
        };
        Family::ALL.into_iter().fold(PortSet::none(), |all, family| all.union(&of(family)))
    }

    /// The endpoints of each machine.
    fn endpoints(&self) -> &[Vec<EndpointId>] {
        self.served.get_or_init(|| {
            let mut served = vec![Vec::new(); self.site.hosts.len()];
            for (endpoint, id) in self.site.endpoints.iter().zip((0..).map(EndpointId)) {
                for host in &endpoint.hosts {
                    served[host.index()].push(id);
                }
            }
            served
        })
    }

    /// The ports at which a machine answers on a network, as far as the site says: those of its services, of the way that
    /// Ansible takes into it, and of the overlays that it is a member of. A service that does not say where it listens does so
    /// on the overlays for whoever is `inside`; what comes from beyond the site finds it where that comes in.
    fn listening(&self, host: HostId, network: NetworkId, inside: bool) -> PortSet {
        let site = self.site;
        let machine = self.host(host);
        let has_overlay = machine.interfaces.iter().any(|interface| self.members.is_overlay(interface.network));
        let here = |listen: &[NetworkId]| match listen {
            [] => !inside || !has_overlay || self.members.is_overlay(network),
            listen => listen.contains(&network),
        };
        let endpoints = self.endpoints()[host.index()].iter().map(|endpoint| &site.endpoints[endpoint.index()]);
        let endpoints = endpoints.filter(|endpoint| here(&endpoint.listen));
        let services = machine.services.iter().map(|service| &site.services[service.index()]);
        let peers = services.filter(|service| here(&service.listen)).flat_map(|service| &service.peers);
        let terms = endpoints.flat_map(|endpoint| &endpoint.ports).chain(peers);
        let served = terms.fold(PortSet::none(), |all, term| all.union(&PortSet::term(term)));
        let port = machine.connection.port();
        let tunnels = site.network_ids().filter_map(|id| Tunnels::of(site, id));
        let tunnels = tunnels.filter(|tunnels| machine.is_on(tunnels.overlay) && !self.members.is_overlay(network));
        let served =
            tunnels.fold(served, |all, tunnels| all.union(&PortSet::ports(Transport::Udp, tunnels.port, tunnels.port)));
        if machine.managed { served.union(&PortSet::ports(Transport::Tcp, port, port)) } else { served }
    }
}

/// Adds the ports that nobody is known to serve of a need that takes some ways to a machine.
fn add_unserved(
    taken: &[(&Arm, Vec<Way>)],
    host: HostId,
    serves: &mut dyn FnMut(NetworkId) -> PortSet,
    found: &mut BTreeMap<(HostId, NetworkId), PortSet>,
) {
    // What names no port asks for no program.
    for (arm, ways) in taken.iter().filter(|(arm, _)| !arm.ports.is_all()) {
        for network in ways.iter().filter_map(|way| way.last()) {
            let asked = PortSet { tcp: arm.ports.tcp.clone(), udp: arm.ports.udp.clone(), ..PortSet::none() };
            let unserved = asked.difference(&serves(network));
            if !unserved.is_none() {
                let all = found.entry((host, network)).or_default();
                *all = all.union(&unserved);
            }
        }
    }
}

impl From<crate::path::Path> for Way {
    fn from(path: crate::path::Path) -> Self {
        if path.is_routed() { Self::Routed(path.source, path.target) } else { Self::Direct(path.target) }
    }
}
