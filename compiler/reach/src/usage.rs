//! What of a policy is used: what each `allow` opens and nothing needs, what others open anyway, what nothing listens to; and
//! the tightest policy that satisfies every need.
//!
//! Intents are compared, exactly, on classes of machines. Whether people use what nothing declares to need is not known here.

use std::collections::{BTreeMap, BTreeSet};

use arvc_site::model::{End, Flow, FlowOrigin, GroupId, HostId, NetworkId, PortTerm, Site, Transport};

use crate::checks::near::Near;
use crate::classes::Space;
use crate::describe::{end, ports, target, via};
use crate::flows::{Connections, Paths, Piece, Resolved, common, difference, is_subset};
use crate::members::Members;
use crate::path::Path;
use crate::ports::PortSet;

/// What is to be said of a policy.
#[derive(Clone, Debug)]
pub struct Usage<'a> {
    /// Of each flow of the author that there is something to say about.
    pub flows: Vec<Used<'a>>,
    /// Groups that no flow names and no need is about.
    pub groups: Vec<GroupId>,
}

impl Usage<'_> {
    /// Whether everything is used.
    pub fn is_empty(&self) -> bool {
        self.flows.is_empty() && self.groups.is_empty()
    }
}

/// A flow that is not used as a whole.
#[derive(Clone, Debug)]
pub struct Used<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// Whether other flows, essentials or peers open all of it: those that do.
    pub covered: Vec<&'a Flow>,
    /// Whether nothing that the machines of its target serve has one of its ports.
    pub deaf: bool,
    /// The needs that use a part of it, each statement once.
    pub needed: Vec<&'a Flow>,
    /// What it opens and nothing needs.
    pub besides: Vec<Part>,
}

/// Connections in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Who starts: the names of machines, and the ends that mean addresses.
    pub from: Vec<String>,
    /// Who gets it.
    pub to: Vec<String>,
    /// The network that it is met on.
    pub over: NetworkId,
    /// What is carried.
    pub packets: PortSet,
}

/// Looks at every flow of the author.
pub fn usage(site: &Site) -> Usage<'_> {
    let members = Members::new(site);
    let space = Space::new(&members, site.allow.iter().chain(&site.needs));
    let pieces = |flow: &Flow| Resolved::new(&space, flow).connections(&space, Paths::Used);
    let allow: Vec<Connections> = site.allow.iter().map(pieces).collect();
    let needs: Vec<Connections> = site.needs.iter().map(pieces).collect();
    let (by_allow, by_need) = (near(&allow), near(&needs));
    let mut flows = Vec::new();
    for (index, flow) in site.allow.iter().enumerate().filter(|(_, flow)| flow.origin == FlowOrigin::Author) {
        let own = &allow[index];
        if own.is_empty() {
            continue;
        }
        let others = touching(&by_allow, own, |(other, _)| *other as usize != index);
        let covered = match is_covered(&space, own, &allow, &others) {
            true => others.iter().map(|(other, _)| *other as usize).collect::<BTreeSet<_>>(),
            false => BTreeSet::new(),
        };
        let covered: Vec<&Flow> = covered
            .into_iter()
            .filter(|other| {
                allow[*other].iter().any(|piece| own.iter().any(|own| common(&space, own, piece).is_some()))
            })
            .map(|other| &site.allow[other])
            .collect();
        let wanted = touching(&by_need, own, |_| true);
        let meets = |place: &&(u32, u32)| {
            let need = &needs[place.0 as usize][place.1 as usize];
            own.iter().any(|own| common(&space, own, need).is_some())
        };
        let mut needed: Vec<&Flow> = Vec::new();
        let mut told = BTreeSet::new();
        for (need, _) in wanted.iter().filter(meets) {
            let need = &site.needs[*need as usize];
            if told.insert(need.span) {
                needed.push(need);
            }
        }
        let taken = wanted.iter().map(|(need, nth)| &needs[*need as usize][*nth as usize]);
        let left = difference(&space, own.clone(), taken);
        // What is open without the author is nothing that he could close here.
        let built = others.iter().filter(|(other, _)| site.allow[*other as usize].origin != FlowOrigin::Author);
        let left = difference(&space, left, built.map(|(other, nth)| &allow[*other as usize][*nth as usize]));
        let besides = parts(&space, left);
        let deaf = is_deaf(&space, flow);
        if !covered.is_empty() || deaf || !besides.is_empty() || needed.is_empty() {
            flows.push(Used { flow, covered, deaf, needed, besides });
        }
    }
    Usage { flows, groups: unnamed(site) }
}

type Place = (u32, u32);

fn near(flows: &[Connections]) -> Near {
    Near::new(flows.iter().enumerate().flat_map(|(index, pieces)| {
        pieces.iter().enumerate().map(move |(nth, piece)| ((index as u32, nth as u32), piece))
    }))
}

/// The pieces that may meet a set, each once, in the order of their places.
fn touching(near: &Near, own: &[Piece], wanted: impl Fn(&Place) -> bool) -> Vec<Place> {
    let mut places: Vec<Place> = own.iter().flat_map(|piece| near.to(piece)).filter(|place| wanted(place)).collect();
    places.sort_unstable();
    places.dedup();
    places
}

fn is_covered(space: &Space, own: &Connections, allow: &[Connections], others: &[Place]) -> bool {
    let pieces: Vec<Piece> = others.iter().map(|(other, nth)| allow[*other as usize][*nth as usize].clone()).collect();
    is_subset(space, own, &pieces)
}

/// Whether a flow names ports, and no machine of its target serves one of them. What is no machine of the site, and what Ansible does
/// not configure, may serve anything.
fn is_deaf(space: &Space, flow: &Flow) -> bool {
    let Some(terms) = &flow.ports else { return false };
    let mut asked = PortSet::none();
    for term in terms {
        match term {
            PortTerm::Ports(_) => asked = asked.union(&PortSet::term(term)),
            // An endpoint is served by who has it, and every machine answers an echo request.
            PortTerm::Endpoint(_) | PortTerm::Icmp | PortTerm::Proto(_) => return false,
        }
    }
    let site = space.members.site;
    let parties = space.parties(&flow.target);
    if !parties.zones.is_empty() || !parties.placed.is_empty() || parties.machines.is_empty() {
        return false;
    }
    let hosts: Vec<HostId> = parties.machines.iter().flat_map(|class| space.hosts(class)).copied().collect();
    let answers = |host: &HostId| {
        let host = &site.hosts[host.index()];
        let port = host.connection.port();
        !host.is_configured() || asked.meets(&PortSet::ports(Transport::Tcp, port, port))
    };
    if hosts.iter().any(answers) {
        return false;
    }
    let meant: BTreeSet<HostId> = hosts.into_iter().collect();
    !site.endpoints.iter().any(|endpoint| {
        endpoint.ports.iter().any(|term| PortSet::term(term).meets(&asked))
            && endpoint.hosts.iter().any(|host| meant.contains(host))
    })
}

/// Pieces in words; those that differ in their packets alone are one.
fn parts(space: &Space, left: Connections) -> Vec<Part> {
    let mut joined: BTreeMap<(Path, Vec<usize>, Vec<usize>), PortSet> = BTreeMap::new();
    for piece in left {
        let key = (piece.path, piece.sources.iter().collect(), piece.targets.iter().collect());
        let packets = joined.entry(key).or_default();
        *packets = packets.union(&piece.ports);
    }
    let names = |classes: &[usize]| -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for class in classes {
            match space.zone(*class) {
                Some(zone) => names.extend(space.ends_of(zone).map(|zone| end(space.members.site, zone))),
                None => names.extend(
                    space.hosts(*class).iter().map(|host| space.members.site.hosts[host.index()].named.name.clone()),
                ),
            }
        }
        names.sort();
        names.dedup();
        names
    };
    let mut parts: Vec<Part> = joined
        .into_iter()
        .map(|((path, sources, targets), packets)| Part {
            from: names(&sources),
            to: names(&targets),
            over: path.target,
            packets,
        })
        .collect();
    parts.sort();
    parts
}

/// Groups that no end of a flow names.
fn unnamed(site: &Site) -> Vec<GroupId> {
    let mut named = BTreeSet::new();
    let expected = site.expect.open.iter().chain(&site.expect.closed);
    for flow in site.allow.iter().chain(&site.never).chain(&site.needs).chain(expected) {
        groups(flow, &mut named);
    }
    (0..site.groups.len() as u32).map(GroupId).filter(|group| !named.contains(group)).collect()
}

fn groups(flow: &Flow, named: &mut BTreeSet<GroupId>) {
    let mut ends = vec![&flow.source, &flow.target];
    while let Some(end) = ends.pop() {
        match end {
            End::Group(group) => drop(named.insert(*group)),
            End::Union(parts) | End::All(parts) => ends.extend(parts),
            _ => {}
        }
    }
    flow.except.iter().for_each(|flow| groups(flow, named));
}

/// What needs have in common that one `allow` satisfies: the target, the ports, the path, as they are written.
type Wanted = (String, String, Option<NetworkId>);

/// The tightest policy: a flow for each target that something needs, from exactly those that need it, as it is written in
/// `allow`. What the essentials and peers open needs none.
pub fn tightest(site: &Site) -> Vec<String> {
    let members = Members::new(site);
    let built = site.allow.iter().filter(|flow| flow.origin != FlowOrigin::Author);
    let space = Space::new(&members, site.allow.iter().chain(&site.needs));
    let pieces = |flow: &Flow| Resolved::new(&space, flow).connections(&space, Paths::Used);
    let built: Vec<Connections> = built.map(pieces).collect();
    let near = near(&built);
    let named = Named::new(site);
    let mut wanted: BTreeMap<Wanted, (BTreeSet<HostId>, BTreeSet<String>)> = BTreeMap::new();
    for need in &site.needs {
        let own = pieces(need);
        let open = touching(&near, &own, |_| true);
        let open: Vec<Piece> = open.iter().map(|(flow, nth)| built[*flow as usize][*nth as usize].clone()).collect();
        if is_subset(&space, &own, &open) {
            continue;
        }
        let key = (target(site, need), ports(site, need), via(site, need));
        let sources = wanted.entry(key).or_default();
        match &need.source {
            End::Host(host) => drop(sources.0.insert(*host)),
            // What stands in a list has no name in the language.
            End::Service(service) if site.services[service.index()].named.in_list().is_some() => {
                let hosts = site.services[service.index()].hosts.iter().copied().collect();
                sources.1.extend(named.words(&hosts));
            }
            source => drop(sources.1.insert(end(site, source))),
        }
    }
    // Between the same ends, all ports stand in one flow; where one needs everything, none is named.
    let mut flows: BTreeMap<(String, String, Option<NetworkId>), Vec<String>> = BTreeMap::new();
    for ((target, ports, via), (hosts, others)) in wanted {
        let mut ends: Vec<String> = named.words(&hosts).into_iter().chain(others).collect();
        let source = match ends.len() {
            1 => ends.remove(0),
            _ => format!("[ {} ]", ends.join(", ")),
        };
        flows.entry((target, source, via)).or_default().push(ports);
    }
    let lines = flows.into_iter().map(|((target, source, via), mut ports)| {
        // Lists are written out, so that they can stand in one.
        let terms = |text: &String| text.trim_start_matches(" : ").trim_matches(['[', ']', ' ']).to_owned();
        let ports = match (ports.iter().any(String::is_empty), ports.len()) {
            (true, _) => String::new(),
            (false, 1) => ports.remove(0),
            (false, _) => format!(" : [ {} ]", ports.iter().map(terms).collect::<Vec<_>>().join(", ")),
        };
        let via = via.map(|via| format!(" via {}", site.networks[via.index()].named.path)).unwrap_or_default();
        format!("{source} -> {target}{ports}{via}")
    });
    lines.collect()
}

/// The clusters and groups of a site by exactly their machines.
struct Named<'a> {
    site: &'a Site,
    sets: BTreeMap<Vec<HostId>, String>,
}

impl<'a> Named<'a> {
    fn new(site: &'a Site) -> Self {
        let mut members: Vec<Vec<HostId>> = vec![Vec::new(); site.groups.len()];
        for (host, index) in site.hosts.iter().zip(0..) {
            for group in &host.groups {
                members[group.index()].push(HostId(index));
            }
        }
        let mut sets = BTreeMap::new();
        let groups = members.into_iter().zip(&site.groups).map(|(hosts, group)| (hosts, &group.named.path));
        let clusters = site.clusters.iter().map(|cluster| (cluster.members.clone(), &cluster.named.path));
        for (mut hosts, path) in groups.chain(clusters).filter(|(hosts, _)| hosts.len() > 1) {
            hosts.sort_unstable();
            hosts.dedup();
            sets.insert(hosts, path.clone());
        }
        Self { site, sets }
    }

    /// Machines in words of the language: the cluster or the group that is exactly these, else each by itself.
    fn words(&self, hosts: &BTreeSet<HostId>) -> Vec<String> {
        match self.sets.get(&hosts.iter().copied().collect::<Vec<_>>()) {
            Some(path) => vec![path.clone()],
            None => hosts.iter().map(|host| self.site.hosts[host.index()].named.written()).collect(),
        }
    }
}
