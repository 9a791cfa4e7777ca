//! The paths between two parties, and what each layer on them does.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use arvc_site::model::{End, EndpointId, Family, Host, HostId, Kind, NetworkId, NodeId, PortTerm, Router, Site};
use arvc_site::segments::Segments;
use arvc_verdict::Counted;
use ipnet::IpNet;
use rustc_hash::{FxHashMap, FxHashSet};

use super::index::Indexes;
use super::leased::{self, Foot};
pub(super) use super::lists::Other;
use super::lists::{Asked, Known, Said};
use super::{Layer, Party, Path, Step, Way, around, behind, edge, handed, led, pools, tunnel};
use crate::address::{Addresses, internet, subtract};
use crate::members::{Members, addresses_on};
use crate::policy::Policies;
use crate::ports::PortSet;

/// A site with its policies, ready to be asked.
pub struct Layers<'a> {
    pub(super) site: &'a Site,
    pub(crate) policies: &'a Policies,
    pub(crate) members: Arc<Members<'a>>,
    pub(super) segments: Segments,
    /// Lighthouses and relays.
    pub(crate) hubs: Vec<HostId>,
    /// Whether a member reaches a lighthouse of an overlay by itself, of those that were asked for.
    pub(super) hub_reached: RefCell<FxHashMap<(NetworkId, HostId, HostId), bool>>,
    /// The tunnels that were asked for.
    pub(super) tunnels: RefCell<FxHashMap<(NetworkId, HostId, HostId), Step>>,
    /// Which layers the packets of overlays meet.
    counted: Cell<Counted>,
    /// How much is found out of a path.
    pub(super) detail: Cell<Detail>,
    /// What each list of rules said about each other end that it was asked about.
    pub(super) said: RefCell<FxHashMap<Asked, Said>>,
    pub(super) addresses: Addresses<'a>,
    /// Everything but the site's own and private prefixes.
    internet: Arc<[IpNet]>,
    /// The same without the operators, who are asked for by themselves.
    strangers: Arc<[IpNet]>,
    /// The addresses of the site's machines and nodes, once somebody asked.
    pub(super) given: Arc<OnceLock<FxHashSet<IpAddr>>>,
    /// The site's prefixes into which nobody says that the world leads.
    pub(super) apart: Arc<[IpNet]>,
    /// Where nodes hand ports on to machines.
    pub(super) handed_on_to: Arc<around::HandedOn>,
    /// The addresses of each peer on each network that was asked for.
    pub(super) known: RefCell<Known>,
    pub(super) indexes: Indexes,
    /// The ways out to each zone that was asked for, by the networks that a machine has.
    ways_out: RefCell<Exits>,
    /// The endpoints of each machine, once somebody asks what listens.
    pub(super) served: OnceCell<Vec<Vec<EndpointId>>>,
}

/// What layers look up of a site alone, once for those of several threads.
pub(crate) struct Ground<'a> {
    pub(crate) members: Arc<Members<'a>>,
    internet: Arc<[IpNet]>,
    strangers: Arc<[IpNet]>,
    given: Arc<OnceLock<FxHashSet<IpAddr>>>,
    apart: Arc<[IpNet]>,
    handed_on_to: Arc<around::HandedOn>,
}

impl<'a> Ground<'a> {
    pub fn new(site: &'a Site) -> Self {
        let (members, internet) = (Members::new(site), internet(site));
        let strangers = subtract(&internet, &members.prefixes(&End::Operators)).into();
        let (apart, given) = (led::apart(site).into(), Arc::default());
        let handed_on_to = around::handed_on(site).into();
        Self { members: Arc::new(members), internet: internet.into(), strangers, apart, given, handed_on_to }
    }
}

/// How much of a path is found out: who asks for many needs little of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Everything.
    #[default]
    Whole,
    /// Everything, by somebody who asks for so many that what lists of rules said is worth keeping.
    Often,
    /// The ways and addresses alone: no path has a step, and none is another's twin.
    Ways,
}

/// A network by which a machine meets addresses of a family that no machine has, and those that it meets there.
pub(super) type Exit = (Family, NetworkId, Rc<[IpNet]>);

/// The exits of machines of a profile to a zone.
type Exits = FxHashMap<(usize, Party), Rc<[Exit]>>;

/// One end of a path that is judged.
pub(super) struct Ends<'o> {
    pub(super) source: Option<(HostId, NetworkId)>,
    pub(super) target: Option<(HostId, NetworkId)>,
    /// What the source's rules see.
    pub(super) to: Other<'o>,
    /// What the target's rules see.
    pub(super) from: Other<'o>,
}

impl<'a> Layers<'a> {
    /// Looks everything up.
    pub fn new(site: &'a Site, policies: &'a Policies) -> Self {
        Self::on(&Ground::new(site), policies)
    }

    /// The same where the site is looked up already.
    pub(crate) fn on(ground: &Ground<'a>, policies: &'a Policies) -> Self {
        let site = ground.members.site;
        Self {
            site,
            policies,
            segments: Segments::new(site),
            hubs: site
                .hosts
                .iter()
                .zip((0..).map(HostId))
                .filter(|(host, _)| host.status.is_there() && (host.lighthouse || host.relay))
                .map(|(_, id)| id)
                .collect(),
            hub_reached: RefCell::default(),
            tunnels: RefCell::default(),
            counted: Cell::default(),
            detail: Cell::default(),
            said: RefCell::default(),
            addresses: Addresses::new(site),
            strangers: ground.strangers.clone(),
            given: ground.given.clone(),
            apart: ground.apart.clone(),
            handed_on_to: ground.handed_on_to.clone(),
            internet: ground.internet.clone(),
            members: ground.members.clone(),
            known: RefCell::default(),
            indexes: Indexes::default(),
            ways_out: RefCell::default(),
            served: OnceCell::new(),
        }
    }

    /// The policies that the layers are emitted from.
    pub fn policies(&self) -> &'a [crate::policy::Policy] {
        &self.policies.list
    }

    /// What Proxmox hosts let in to themselves besides what machines may send them.
    pub fn rules_of_nodes(&self) -> &'a [crate::policy::NodeRule] {
        &self.policies.nodes
    }

    /// The families that the site has, of which the operators have every address of the Internet: no stranger is left there.
    pub fn without_strangers(&self) -> Vec<Family> {
        let of = |prefixes: &[IpNet], family| prefixes.iter().any(|prefix| Family::of_prefix(prefix) == family);
        let networks = self.site.networks.iter().flat_map(|network| network.prefixes());
        let own: Vec<IpNet> = networks.map(|prefix| prefix.value).collect();
        let emptied =
            |family: &Family| of(&own, *family) && of(&self.internet, *family) && !of(&self.strangers, *family);
        Family::ALL.into_iter().filter(emptied).collect()
    }

    /// Everything but the site's own and private prefixes.
    pub(super) fn internet(&self) -> &[IpNet] {
        &self.internet
    }

    /// Looks at some layers only below the overlays.
    pub(super) fn look_at(&self, counted: Counted) {
        if self.counted.replace(counted) != counted {
            self.hub_reached.borrow_mut().clear();
            self.tunnels.borrow_mut().clear();
        }
    }

    /// Finds out less of each path, while something is asked.
    pub(crate) fn in_detail<T>(&self, detail: Detail, ask: impl FnOnce() -> T) -> T {
        let before = self.detail.replace(detail);
        let answer = ask();
        self.detail.set(before);
        answer
    }

    /// Whether the layer of a step is looked at.
    pub(super) fn counts(&self, step: &Step) -> bool {
        self.looks_at(step.layer)
    }

    /// Whether a layer is looked at.
    pub(super) fn looks_at(&self, layer: Layer) -> bool {
        self.counted.get().counts(layer.kind())
    }

    /// The site.
    pub fn site(&self) -> &'a Site {
        self.site
    }

    /// Who an end is: machines that are there, and zones of addresses.
    pub fn parties(&self, end: &End) -> Vec<Party> {
        let there = |host: &HostId| self.is_there(*host);
        let mut parties: Vec<Party> = self.members.of(end).into_iter().filter(there).map(Party::Host).collect();
        self.add_zones(end, &mut parties);
        parties
    }

    fn add_zones(&self, end: &End, parties: &mut Vec<Party>) {
        match end {
            End::Union(ends) => ends.iter().for_each(|end| self.add_zones(end, parties)),
            End::Internet => parties.push(Party::Internet),
            End::Operators => parties.push(Party::Operators),
            End::Node(node) => parties.push(Party::Node(*node)),
            End::Prefix(_) | End::Network(_) => {
                let prefixes = self.members.prefixes(end);
                let networks = self.site.network_ids();
                let mut hosts: Vec<HostId> = networks.flat_map(|id| self.members.placed(end, id)).collect();
                hosts.sort_unstable();
                hosts.dedup();
                hosts.retain(|host| self.is_there(*host));
                // What is a machine's or a node's is asked for as that.
                let alone = |prefix: &IpNet| prefix.prefix_len() == prefix.max_prefix_len();
                let nodes = self.site.node_ids().filter(|node| {
                    let mut own = self.site.nodes[node.index()].known_addresses();
                    own.any(|own| prefixes.iter().any(|prefix| prefix.contains(&own)))
                });
                let nodes: Vec<NodeId> = nodes.collect();
                let owned = !hosts.is_empty() || !nodes.is_empty();
                parties.extend(prefixes.into_iter().filter(|it| !owned || !alone(it)).map(Party::Prefix));
                parties.extend(hosts.into_iter().map(Party::Host));
                parties.extend(nodes.into_iter().map(Party::Node));
            }
            _ => {}
        }
    }

    /// The words of a flow's ports, as the set of what they let through; an endpoint's are those of the machines that serve it.
    pub fn ports(&self, terms: Option<&[PortTerm]>) -> PortSet {
        self.members.arms(terms).iter().fold(PortSet::none(), |all, arm| all.union(&arm.ports))
    }

    /// Every path from one party to another; none if they never meet.
    pub fn paths(&self, source: &Party, target: &Party) -> Vec<Path> {
        self.paths_by(source, target, &|_| true)
    }

    /// The paths by some ways alone: what decides on others is not asked.
    pub(crate) fn paths_by(&self, source: &Party, target: &Party, wanted: &dyn Fn(Way) -> bool) -> Vec<Path> {
        let mut paths = match (source, target) {
            (Party::Host(a), Party::Host(b)) if a == b => Vec::new(),
            (Party::Host(a), Party::Host(b)) => self.between(*a, *b, wanted),
            (Party::Host(a), Party::Node(node)) => self.to_node(*a, *node),
            (Party::Node(node), Party::Host(b)) => self.node_to(*node, *b),
            (Party::Host(a), zone) => self.outwards(*a, zone),
            (zone, Party::Host(b)) => self.inwards(zone, *b),
            (zone, Party::Node(node)) => self.management(zone, *node),
            (Party::Node(node), zone) => self.node_to_strangers(*node, zone),
            (zone, other) => self.between_strangers(zone, other),
        };
        paths.retain(|path| wanted(path.way));
        // What a connection uses by itself stands first.
        paths.sort_by_key(|path| match path.way {
            Way::Direct(network) => (!self.members.is_overlay(network), false),
            Way::Routed(..) | Way::Elsewhere => (true, true),
        });
        if self.detail.get() == Detail::Ways {
            return paths;
        }
        let mut at = 0;
        // Addresses that every step treats alike are one path.
        while at < paths.len() {
            let same = |path: &Path| path.way == paths[at].way && path.steps == paths[at].steps;
            let twin = (0..at).find(|index| same(&paths[*index]));
            match twin {
                Some(twin) => {
                    let further = paths.remove(at).to;
                    paths[twin].to.extend(further);
                }
                None => at += 1,
            }
        }
        paths
    }

    /// The addresses of a zone; a machine and a node are none.
    pub fn zone(&self, party: &Party) -> Cow<'_, [IpNet]> {
        match party {
            Party::Internet => Cow::Borrowed(&*self.strangers),
            Party::Operators => self.members.prefixes(&End::Operators).into(),
            Party::Prefix(prefix) => vec![*prefix].into(),
            Party::Part(_, addresses) => addresses.to_vec().into(),
            Party::Host(_) | Party::Node(_) => Cow::default(),
        }
    }

    fn between(&self, a: HostId, b: HostId, wanted: &dyn Fn(Way) -> bool) -> Vec<Path> {
        let mut paths = self.inside(a, b, wanted);
        if self.is_there(a) && self.is_there(b) {
            let by_the_world = self.by_the_world(a, b, &paths);
            paths.extend(by_the_world);
        }
        paths
    }

    /// The paths that the site says, without those through the world.
    pub(super) fn inside(&self, a: HostId, b: HostId, wanted: &dyn Fn(Way) -> bool) -> Vec<Path> {
        let profile = |host: HostId| self.members.profile_of[host.index()];
        let (own, other) = (profile(a), profile(b));
        let mut paths = Vec::new();
        if !self.is_there(a) || !self.is_there(b) {
            return paths;
        }
        for network in self.members.common(own, other).into_iter().filter(|it| wanted(Way::Direct(*it))) {
            for to in self.met(b, network) {
                let Some(from) = self.address(a, network, Family::of(to)) else { continue };
                paths.push(self.direct(network, (a, from), (b, to)));
            }
            paths.extend(leased::beside(self, a, b, network));
        }
        paths.extend(behind::paths(self, a, b));
        paths.extend(self.routed(a, b));
        paths.extend(leased::routed(self, a, b));
        paths
    }

    /// From a network of the first into one of the second that it is not on, by routers.
    pub(super) fn routed(&self, a: HostId, b: HostId) -> Vec<Path> {
        let profile = |host: HostId| self.members.profile_of[host.index()];
        let (own, other) = (profile(a), profile(b));
        let mut paths = Vec::new();
        for first in self.members.networks(own).iter().copied() {
            for last in self.members.networks(other).iter().copied().filter(|last| *last != first) {
                if self.members.networks(own).contains(&last)
                    || self.members.is_overlay(first)
                    || self.members.is_overlay(last)
                {
                    continue;
                }
                for to in self.met(b, last) {
                    let Some(from) = self.address(a, first, Family::of(to)) else { continue };
                    if let Some(router) = edge::between(self, (a, first, from), (b, last, to)) {
                        let seen = self.translated_between((a, first, from), last, to);
                        let ends = Ends {
                            source: Some((a, first)),
                            target: Some((b, last)),
                            to: Other::Member(b, to),
                            from: seen.as_deref().map_or(Other::Member(a, from), Other::Zone),
                        };
                        paths.push(self.path(Way::Routed(first, last), Some(from), to, &ends, router));
                    }
                }
            }
        }
        paths
    }

    pub(super) fn direct(&self, network: NetworkId, (a, from): (HostId, IpAddr), (b, to): (HostId, IpAddr)) -> Path {
        let tunneled = self.members.is_overlay(network) && self.detail.get() != Detail::Ways;
        let between = tunneled.then(|| tunnel::step(self, network, a, b));
        let between = between.into_iter().collect();
        let ends = Ends {
            source: Some((a, network)),
            target: Some((b, network)),
            to: Other::Member(b, to),
            from: Other::Member(a, from),
        };
        self.path(Way::Direct(network), Some(from), to, &ends, between)
    }

    pub(super) fn path(&self, way: Way, from: Option<IpAddr>, to: IpAddr, ends: &Ends, between: Vec<Step>) -> Path {
        if self.detail.get() == Detail::Ways {
            return Path { way, from, to: vec![to], steps: Vec::new() };
        }
        let mut steps = Vec::new();
        if let Some((host, network)) = ends.source {
            steps.extend(self.leave(host, network, &ends.to));
        }
        steps.extend(between);
        if let Some((host, network)) = ends.target {
            steps.extend(self.arrive(host, network, &ends.from));
        }
        Path { way, from, to: vec![to], steps }
    }

    /// What the source's own layers let out.
    pub(super) fn leave(&self, host: HostId, network: NetworkId, to: &Other) -> Option<Step> {
        let rules = &self.policies.of(host).outbound;
        if self.members.is_overlay(network) {
            return Some(self.step(Layer::NebulaOut, host, network, rules, to));
        }
        self.has_proxmox(host, network).then(|| {
            let own = self.step(Layer::ProxmoxOut, host, network, rules, to);
            handed::besides(self, own, host, network, to)
        })
    }

    /// What the target's own layers let in.
    pub(super) fn arrive(&self, host: HostId, network: NetworkId, from: &Other) -> Vec<Step> {
        let machine = &self.site.hosts[host.index()];
        let rules = &self.policies.of(host).inbound;
        let mut steps = Vec::new();
        if self.members.is_overlay(network) {
            steps.push(self.step(Layer::NebulaIn, host, network, rules, from));
        } else if self.has_proxmox(host, network) {
            let own = self.step(Layer::ProxmoxIn, host, network, rules, from);
            steps.push(handed::besides(self, own, host, network, from));
        }
        let at = Party::Host(host);
        match machine.is_configured() {
            true => steps.push(self.step(Layer::Filter, host, network, rules, from)),
            false if machine.kind == Kind::Machine || self.members.is_overlay(network) => {
                steps.push(open(Layer::Filter, at, "arvc configures none on this machine"));
            }
            false => {}
        }
        steps
    }

    fn outwards(&self, host: HostId, zone: &Party) -> Vec<Path> {
        let mut paths = Vec::new();
        for (family, network, part) in self.exits_to(host, zone).iter() {
            let (family, network) = (*family, *network);
            let Some(foot) = self.foot(host, network, family) else { continue };
            let Some(to) = part.first().map(IpNet::addr) else { continue };
            let own = foot.prefixes();
            let ends =
                Ends { source: Some((host, network)), target: None, to: kept(zone, part), from: Other::Zone(&own) };
            let mut between = handed::outwards(self, host, network, &own, part);
            match self.lost(host, part, family, "it has no way out") {
                Some(lost) => between = vec![lost],
                None if between.is_empty()
                    && (*zone.whole() != Party::Internet || !self.leads_out(network, family)) =>
                {
                    between.extend(self.undescribed(host, network, family, part));
                }
                None => {}
            }
            let there = self.members.site.network_ids().find(|it| self.site.networks[it.index()].contains(to));
            between.extend(there.and_then(|there| pools::answered(self, there, part)));
            let mut path = self.path(Way::Direct(network), foot.known(), to, &ends, between);
            self.doubt(&mut path, (Some((host, network)), &foot), (None, &Foot::Known(to)));
            paths.push(path);
        }
        paths
    }

    fn inwards(&self, zone: &Party, host: HostId) -> Vec<Path> {
        let mut paths = Vec::new();
        for (family, network, part) in self.exits_to(host, zone).iter() {
            let (family, network) = (*family, *network);
            for foot in self.met_at(host, network).into_iter().filter(|foot| Family::of(foot.sample()) == family) {
                let to = foot.sample();
                let between = match zone.whole() {
                    // Who are several.
                    Party::Operators => self.inwards_of(network, host, to, part),
                    _ => edge::inwards(self, network, host, to, part),
                };
                let ends = Ends {
                    source: None,
                    target: Some((host, network)),
                    to: Other::Address(to),
                    from: kept(zone, part),
                };
                let mut path = self.path(Way::Direct(network), None, to, &ends, between);
                self.doubt(&mut path, (None, &Foot::Known(to)), (Some((host, network)), &foot));
                paths.push(path);
            }
        }
        paths
    }

    /// The [exits](Self::exits) to a zone, which machines on the same networks have in common.
    pub(super) fn exits_to(&self, host: HostId, zone: &Party) -> Rc<[Exit]> {
        let key = (self.members.profile_of[host.index()], zone.clone());
        if let Some(known) = self.ways_out.borrow().get(&key) {
            return known.clone();
        }
        let exits = self.exits(host, &self.zone(zone)).into_iter();
        let exits: Rc<[Exit]> = exits.map(|(family, network, part)| (family, network, part.into())).collect();
        self.ways_out.borrow_mut().insert(key, exits.clone());
        exits
    }

    /// The networks by which a machine meets addresses that no machine has, with those that it meets there.
    pub(super) fn exits(&self, host: HostId, prefixes: &[IpNet]) -> Vec<(Family, NetworkId, Vec<IpNet>)> {
        let profile = self.members.profile_of[host.index()];
        let mut exits: Vec<(Family, NetworkId, Vec<IpNet>)> = Vec::new();
        for prefix in prefixes {
            let family = Family::of_prefix(prefix);
            let networks = self.site.network_ids();
            let inside: Vec<NetworkId> =
                networks.filter(|id| crate::members::meets(prefix, &self.site.networks[id.index()])).collect();
            for network in self.members.outward(profile, family, &inside, &[], None) {
                match exits.iter_mut().find(|(a, b, _)| (*a, *b) == (family, network)) {
                    Some((_, _, part)) => part.push(*prefix),
                    None => exits.push((family, network, vec![*prefix])),
                }
            }
        }
        exits
    }

    /// The addresses by which a machine is met on a network: its own, and those that it may have by turns.
    pub(super) fn met(&self, host: HostId, network: NetworkId) -> Vec<IpAddr> {
        let shared =
            self.site.vips.iter().filter(|vip| vip.network == network && vip.owners.binary_search(&host).is_ok());
        let own = addresses_on(self.site, host, network);
        own.chain(shared.flat_map(|vip| vip.addresses().map(|it| it.value))).collect()
    }

    pub(super) fn address(&self, host: HostId, network: NetworkId, family: Family) -> Option<IpAddr> {
        addresses_on(self.site, host, network).find(|address| Family::of(*address) == family)
    }

    fn is_there(&self, host: HostId) -> bool {
        self.host(host).status.is_there()
    }

    pub(crate) fn host(&self, host: HostId) -> &'a Host {
        &self.site.hosts[host.index()]
    }

    /// Whether the Proxmox firewall stands between a machine and a network: every guest's device has it.
    pub(crate) fn has_proxmox(&self, host: HostId, network: NetworkId) -> bool {
        self.host(host).kind != Kind::Machine && self.site.networks[network.index()].is_bridge()
    }
}

/// The addresses of a zone as rules meet them: of a prefix, what is a machine's or a node's is asked for as that.
fn kept<'o>(zone: &Party, part: &'o Rc<[IpNet]>) -> Other<'o> {
    match zone.whole() {
        Party::Prefix(_) => Other::Others(part),
        _ => Other::Kept(part),
    }
}

/// A layer that lets everything through.
pub(super) fn open(layer: Layer, at: Party, note: &str) -> Step {
    let all = PortSet::all();
    Step { layer, at, lower: all.clone(), upper: all, rules: Rc::default(), note: Some(note.to_owned()) }
}

/// A layer of which the site does not say what it does.
pub(super) fn unknown(layer: Layer, at: Party, note: String) -> Step {
    Step { layer, at, lower: PortSet::none(), upper: PortSet::all(), rules: Rc::default(), note: Some(note) }
}

/// The party that a router is.
pub(super) fn router(router: Router, address: IpAddr) -> Party {
    match router {
        Router::Node(node) => Party::Node(node),
        Router::Host(host) => Party::Host(host),
        Router::Elsewhere | Router::Vip(_) => Party::Prefix(IpNet::from(address)),
    }
}
