//! Which machines the end of a flow means, and which networks two machines may meet on.
//!
//! Both questions have one answer for the checks and for the policies, so that what is proved is what is emitted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_site::model::{
    End, EndpointId, Families, Family, Flow, FlowOrigin, HostId, Kind, Network, NetworkId, PortTerm, Site,
};
use arvc_site::segments::Segments;
use ipnet::IpNet;

use crate::path::Path;
use crate::ports::PortSet;
use crate::routers::{Identity, Routers};

/// Index of a set of networks that some machine is on, each with how it is on it ([`On`]).
pub(crate) type Profile = usize;

/// The machines of a site by what flows name them by.
pub(crate) struct Members<'a> {
    /// The site.
    pub site: &'a Site,
    /// All machines.
    pub all: Vec<HostId>,
    /// Every set of networks that some machine is on, sorted.
    pub profiles: Vec<Vec<NetworkId>>,
    /// For each profile and network of it, how its machines are on it.
    on: Vec<Vec<On>>,
    /// Each machine's profile.
    pub profile_of: Vec<Profile>,
    /// The routers of the networks.
    routers: Routers,
    /// For each two profiles, source and target, the paths of a flow that names no network.
    usual: Vec<Vec<Path>>,
    /// The ports of each endpoint.
    endpoints: Vec<PortSet>,
    /// The machines that serve each endpoint, sorted.
    served: Vec<Vec<HostId>>,
    groups: Vec<Vec<HostId>>,
    resolvers: Vec<HostId>,
    lighthouses: Vec<HostId>,
}

/// How a machine is on a network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct On {
    /// The families that it has an address of.
    families: Families,
    /// The segments that it may be on; none where the network has one alone.
    segments: Vec<u32>,
    /// Whether the network's router is its way out.
    default_route: bool,
    /// Whether nobody knows its address.
    leased: bool,
    /// Whether it asks there whom its server tells it to: nobody knows its address, and nobody here configures it.
    is_client: bool,
}

/// A part of a flow's ports, together with where they can be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arm {
    /// The ports.
    pub ports: PortSet,
    /// For the ports of an endpoint, which one it is.
    pub endpoint: Option<EndpointId>,
}

impl<'a> Members<'a> {
    /// Sorts the machines of a site.
    pub fn new(site: &'a Site) -> Self {
        let all: Vec<HostId> = site.host_ids().collect();
        let mut groups = vec![Vec::new(); site.groups.len()];
        let segments = Segments::new(site);
        let mut seen: BTreeMap<Vec<(NetworkId, On)>, Vec<HostId>> = BTreeMap::new();
        for (host, id) in site.hosts.iter().zip(&all) {
            for group in &host.groups {
                groups[group.index()].push(*id);
            }
            let interfaces = host.interfaces.iter().map(|interface| {
                let network = interface.network;
                let several = segments.whole(network).is_none();
                let segments = if several { segments.of(network, host) } else { Vec::new() };
                let (families, leased) = (interface.families(), interface.leased.is_some());
                let is_client = leased && host.kind == Kind::Machine && !host.managed;
                (network, On { families, segments, default_route: interface.default_route, leased, is_client })
            });
            let mut networks: Vec<(NetworkId, On)> = interfaces.collect();
            networks.sort_unstable();
            networks.dedup_by_key(|(network, _)| *network);
            seen.entry(networks).or_default().push(*id);
        }
        for group in &mut groups {
            group.dedup();
        }
        let mut profile_of = vec![0; site.hosts.len()];
        for (profile, hosts) in seen.values().enumerate() {
            for host in hosts {
                profile_of[host.index()] = profile;
            }
        }
        let resolver = |host: &HostId| {
            let services = &site.hosts[host.index()].services;
            services.iter().any(|service| site.services[service.index()].resolver.is_some())
        };
        let resolvers = all.iter().copied().filter(resolver).collect();
        let lighthouses = all.iter().copied().filter(|host| site.hosts[host.index()].lighthouse).collect();
        let ports =
            |terms: &[PortTerm]| terms.iter().fold(PortSet::none(), |set, term| set.union(&PortSet::term(term)));
        let endpoints = site.endpoints.iter().map(|endpoint| ports(&endpoint.ports)).collect();
        let mut served: Vec<Vec<HostId>> = site.endpoints.iter().map(|endpoint| endpoint.hosts.clone()).collect();
        served.iter_mut().for_each(|hosts| hosts.sort_unstable());
        let (profiles, on) = seen.into_keys().map(|networks| networks.into_iter().unzip()).unzip();
        let routers = Routers::new(site, &segments);
        let mut members = Self {
            site,
            all,
            profiles,
            on,
            profile_of,
            routers,
            usual: Vec::new(),
            endpoints,
            served,
            groups,
            resolvers,
            lighthouses,
        };
        let profiles = 0..members.profiles.len();
        let pairs = profiles.clone().flat_map(|own| profiles.clone().map(move |other| (own, other)));
        members.usual = pairs.map(|(own, other)| members.choose(own, other, &[], None)).collect();
        members
    }

    /// The machines that an end means by what they are, sorted. Ends that are addresses mean none here, except inside
    /// `all [ … ]`, where they stand for the machines that have an address among them.
    pub fn of(&self, end: &End) -> Vec<HostId> {
        let mut hosts = Vec::new();
        self.add(end, &mut hosts);
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    fn add(&self, end: &End, hosts: &mut Vec<HostId>) {
        match end {
            End::Any => hosts.extend(&self.all),
            End::Resolvers => hosts.extend(&self.resolvers),
            End::Lighthouses => hosts.extend(&self.lighthouses),
            End::Group(group) => hosts.extend(&self.groups[group.index()]),
            End::Host(host) => hosts.push(*host),
            End::Cluster(cluster) => hosts.extend(&self.site.clusters[cluster.index()].members),
            End::Service(service) => hosts.extend(&self.site.services[service.index()].hosts),
            End::Union(ends) => ends.iter().for_each(|end| self.add(end, hosts)),
            End::All(ends) => hosts.extend(self.in_all(ends)),
            End::Internet | End::Operators | End::Node(_) | End::Network(_) | End::Prefix(_) => {}
        }
    }

    fn in_all(&self, ends: &[End]) -> Vec<HostId> {
        let Some((first, rest)) = ends.split_first() else { return Vec::new() };
        let mut hosts = self.with_addresses(first);
        for end in rest {
            let other = self.with_addresses(end);
            hosts.retain(|host| other.binary_search(host).is_ok());
        }
        hosts
    }

    fn with_addresses(&self, end: &End) -> Vec<HostId> {
        let mut hosts = self.of(end);
        if let End::Union(ends) = end {
            hosts.extend(ends.iter().flat_map(|end| self.with_addresses(end)));
        }
        for network in 0..self.site.networks.len() as u32 {
            hosts.extend(self.placed(end, NetworkId(network)));
        }
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// The machines that an end of addresses means by their address on one network, sorted. A union is not looked into.
    pub fn placed(&self, end: &End, network: NetworkId) -> Vec<HostId> {
        let own = &self.site.networks[network.index()];
        let mut prefixes = self.prefixes(end);
        prefixes.retain(|prefix| meets(prefix, own));
        if prefixes.is_empty() {
            return Vec::new();
        }
        let leases = crate::address::leases(self.site, network);
        let inside = |host: &HostId| {
            let mut addresses = addresses_on(self.site, *host, network);
            let has = addresses.any(|address| prefixes.iter().any(|prefix| prefix.contains(&address)));
            // Whoever leases may have any address that is handed out.
            has || (self.is_leased(*host, network)
                && leases.iter().any(|lease| prefixes.iter().any(|prefix| overlaps(prefix, lease))))
        };
        self.all.iter().copied().filter(inside).collect()
    }

    /// Whether nobody knows a machine's address on a network that it is on.
    pub fn is_leased(&self, host: HostId, network: NetworkId) -> bool {
        let profile = self.profile_of[host.index()];
        let at = self.profiles[profile].binary_search(&network);
        at.is_ok_and(|at| self.on[profile][at].leased)
    }

    /// The prefixes that an end of addresses is made of. A node is no machine of the site and `internet` is no prefix.
    pub fn prefixes(&self, end: &End) -> Vec<IpNet> {
        match end {
            End::Network(network) => {
                self.site.networks[network.index()].prefixes().map(|prefix| prefix.value).collect()
            }
            End::Prefix(prefix) => vec![*prefix],
            End::Operators => self.site.operators.addresses.iter().map(|prefix| prefix.value).collect(),
            _ => Vec::new(),
        }
    }

    /// The networks of a machine's profile.
    pub fn networks(&self, profile: Profile) -> &[NetworkId] {
        &self.profiles[profile]
    }

    /// The families that the machines of a profile have an address of on a network.
    pub fn families(&self, profile: Profile, network: NetworkId) -> Families {
        let at = self.profiles[profile].iter().position(|other| *other == network);
        at.map_or(Families::NONE, |at| self.on[profile][at].families)
    }

    /// The paths of a flow from one machine to another: over the network that `via` names, else those that its endpoint
    /// listens on, else the overlays that both are on, else the segments that both are on; and where they share none of
    /// these, over an overlay to what is behind a member, or else through the router that both have. `via` and `listen` speak of the network that the target is met on.
    pub fn paths(&self, a: Profile, b: Profile, listen: &[NetworkId], via: Option<NetworkId>) -> Cow<'_, [Path]> {
        match via.is_none() && listen.is_empty() {
            true => Cow::Borrowed(&self.usual[a * self.profiles.len() + b]),
            false => Cow::Owned(self.choose(a, b, listen, via)),
        }
    }

    /// The paths of a flow, one part of its ports. What is essential is so for machines that somebody configures here: whoever
    /// leases its address asks whom its server tells it to, and no rule could name it.
    pub fn taken(&self, flow: &Flow, arm: &Arm, a: Profile, b: Profile) -> Cow<'_, [Path]> {
        let paths = self.paths(a, b, self.listen(arm), flow.via);
        let is_client =
            |path: &Path| self.profiles[a].binary_search(&path.source).is_ok_and(|at| self.on[a][at].is_client);
        match flow.origin == FlowOrigin::Essential && paths.iter().any(is_client) {
            true => Cow::Owned(paths.iter().copied().filter(|path| !is_client(path)).collect()),
            false => paths,
        }
    }

    fn choose(&self, a: Profile, b: Profile, listen: &[NetworkId], via: Option<NetworkId>) -> Vec<Path> {
        let mut common = self.common(a, b);
        let named = |network: &NetworkId| match via {
            Some(via) => *network == via,
            None => listen.is_empty() || listen.contains(network),
        };
        common.retain(named);
        if via.is_none() && listen.is_empty() {
            if common.iter().any(|network| self.is_overlay(*network)) {
                common.retain(|network| self.is_overlay(*network));
            } else if common.iter().any(|network| self.is_bridge(*network)) {
                common.retain(|network| self.is_bridge(*network));
            }
        }
        if common.is_empty() {
            let mut paths = self.behind(a, b);
            if paths.is_empty() {
                paths = self.by_router(a, b);
            }
            paths.retain(|path| named(&path.target));
            return paths;
        }
        common.into_iter().map(Path::direct).collect()
    }

    /// All paths on which a router or a member of an overlay stands between two machines.
    pub fn routed(&self, a: Profile, b: Profile) -> Vec<Path> {
        let mut paths = self.behind(a, b);
        paths.extend(self.by_router(a, b));
        paths
    }

    /// The member that leads from an overlay to a network behind it.
    pub fn gate(&self, overlay: NetworkId, network: NetworkId) -> Option<HostId> {
        let gate = self.site.networks[overlay.index()].leads_to(network)?;
        // One that cannot is told of, and leads nowhere.
        let host = &self.site.hosts[gate.index()];
        (host.status.is_there() && host.is_on(overlay) && host.is_on(network)).then_some(gate)
    }

    /// The paths over an overlay to a network behind one of its members: the first is on the overlay and not on the network.
    pub fn behind(&self, a: Profile, b: Profile) -> Vec<Path> {
        let mut paths = Vec::new();
        for overlay in self.networks(a) {
            for behind in &self.site.networks[overlay.index()].behind {
                let network = behind.network.value;
                let Some(gate) = self.gate(*overlay, network) else { continue };
                let gate = self.profile_of[gate.index()];
                let families = self.families(a, *overlay).intersection(self.families(gate, *overlay));
                let families = families.intersection(self.families(gate, network));
                let meet = !families.intersection(self.families(b, network)).is_none();
                if meet && !self.networks(a).contains(&network) {
                    paths.push(Path { source: *overlay, target: network });
                }
            }
        }
        paths
    }

    /// All paths through the router that two machines both have: each is on a network which the other is not on, and the same
    /// router is the way out of both, so that the answers come back by it.
    fn by_router(&self, a: Profile, b: Profile) -> Vec<Path> {
        let mut paths = Vec::new();
        for source in self.networks(a).iter().filter(|network| !self.networks(b).contains(network)) {
            for target in self.networks(b).iter().filter(|network| !self.networks(a).contains(network)) {
                let joined = |family| {
                    let router = self.router(a, *source, family);
                    router.is_some() && router == self.router(b, *target, family)
                };
                if Family::ALL.into_iter().any(joined) {
                    paths.push(Path { source: *source, target: *target });
                }
            }
        }
        paths
    }

    /// The router of a network that is one segment, for whoever is on it.
    pub fn router_of_all(&self, network: NetworkId, family: Family) -> Option<&Identity> {
        self.routers.of(network, family, &[])
    }

    /// The router of the segment that a machine is on, whether or not it is its way out.
    pub fn router_of_segment(&self, profile: Profile, network: NetworkId, family: Family) -> Option<&Identity> {
        let on = &self.on[profile][self.profiles[profile].binary_search(&network).ok()?];
        self.routers.of(network, family, &on.segments)
    }

    /// The router that is the way out of a machine on a network, in a family that it has an address of there.
    pub fn router(&self, profile: Profile, network: NetworkId, family: Family) -> Option<&Identity> {
        let on = &self.on[profile][self.profiles[profile].binary_search(&network).ok()?];
        let leads = on.default_route && on.families.contains(family);
        leads.then(|| self.routers.of(network, family, &on.segments)).flatten()
    }

    /// All networks that two machines meet on: both are there, with an address of one family, and may be on one segment.
    pub fn common(&self, a: Profile, b: Profile) -> Vec<NetworkId> {
        let networks = self.networks(a).iter().zip(&self.on[a]);
        let meet = |(network, own): &(&NetworkId, &On)| {
            !own.families.intersection(self.families(b, **network)).is_none() && self.joined(a, b, **network)
        };
        networks.filter(meet).map(|(network, _)| *network).collect()
    }

    /// Whether machines that are both on a network may be on one segment of it.
    fn joined(&self, a: Profile, b: Profile, network: NetworkId) -> bool {
        let of = |profile: Profile| {
            let at = self.profiles[profile].binary_search(&network).ok();
            at.map_or(&[][..], |at| self.on[profile][at].segments.as_slice())
        };
        let (own, other) = (of(a), of(b));
        own.is_empty() || other.is_empty() || own.iter().any(|segment| other.contains(segment))
    }

    /// Whether two machines that may meet on a network meet there wherever each of them runs.
    pub fn always(&self, a: Profile, b: Profile, network: NetworkId) -> bool {
        let segments = |profile: Profile| {
            let at = self.profiles[profile].binary_search(&network).ok();
            at.map_or(&[][..], |at| self.on[profile][at].segments.as_slice())
        };
        match (segments(a), segments(b)) {
            // Joined, or on no node that anybody could say, which is reported.
            ([], _) | (_, []) => true,
            ([own], [other]) => own == other,
            _ => false,
        }
    }

    /// Whether machines are on a network together, and on segments of it that are not joined.
    pub fn apart(&self, a: Profile, b: Profile) -> Option<NetworkId> {
        let there = self.networks(a).iter().copied().filter(|network| self.networks(b).contains(network));
        there.into_iter().find(|network| !self.joined(a, b, *network))
    }

    /// The networks of a machine on which it has an address of a family.
    fn of_family(&self, profile: Profile, family: Family) -> impl Iterator<Item = NetworkId> + '_ {
        let networks = self.networks(profile).iter().zip(&self.on[profile]);
        networks.filter(move |(_, on)| on.families.contains(family)).map(|(network, _)| *network)
    }

    /// The networks on which a machine meets addresses of a family that no machine of the site has: those that the
    /// addresses are `inside`, else the segments with a way out (a gateway of the family), or all of them if none has one.
    /// Never an overlay, unless the addresses are its own: beyond a tunnel there are only members. And never one where the
    /// machine has no address of the family.
    pub fn outward(
        &self,
        profile: Profile,
        family: Family,
        inside: &[NetworkId],
        listen: &[NetworkId],
        via: Option<NetworkId>,
    ) -> Vec<NetworkId> {
        let networks: Vec<NetworkId> = self.of_family(profile, family).collect();
        let mut paths: Vec<NetworkId> = networks.iter().copied().filter(|network| inside.contains(network)).collect();
        if let Some(via) = via {
            let possible = networks.contains(&via) && (inside.contains(&via) || !self.is_overlay(via));
            return if possible { vec![via] } else { Vec::new() };
        }
        if paths.is_empty() {
            paths = self.way_out(profile, family);
        }
        if !listen.is_empty() {
            paths.retain(|network| listen.contains(network));
        }
        paths
    }

    /// The segments of a machine that lead out of the site in a family.
    pub fn way_out(&self, profile: Profile, family: Family) -> Vec<NetworkId> {
        let routed = |network: &NetworkId| {
            let at = self.networks(profile).binary_search(network);
            let leads = at.is_ok_and(|at| self.on[profile][at].default_route);
            leads && self.site.networks[network.index()].gateway(family).is_some()
        };
        let with_router: Vec<NetworkId> = self.of_family(profile, family).filter(routed).collect();
        match with_router.is_empty() {
            // Not by a router that it was told not to take.
            true => {
                let unrouted = |network: &NetworkId| self.site.networks[network.index()].gateway(family).is_none();
                let all = self.of_family(profile, family);
                all.filter(|network| !self.is_overlay(*network) && unrouted(network)).collect()
            }
            false => with_router,
        }
    }

    /// Whether a network is an overlay.
    pub fn is_overlay(&self, network: NetworkId) -> bool {
        self.site.networks[network.index()].is_overlay()
    }

    fn is_bridge(&self, network: NetworkId) -> bool {
        self.site.networks[network.index()].is_bridge()
    }

    /// The parts of a flow's ports: first what it names by number, then each endpoint.
    pub fn arms(&self, ports: Option<&[PortTerm]>) -> Vec<Arm> {
        let Some(terms) = ports else { return vec![Arm { ports: PortSet::all(), endpoint: None }] };
        let mut plain = PortSet::none();
        let mut arms = Vec::new();
        for term in terms {
            match term {
                PortTerm::Endpoint(endpoint) => {
                    let ports = self.endpoints[endpoint.index()].clone();
                    let arm = Arm { ports, endpoint: Some(*endpoint) };
                    if !arms.contains(&arm) {
                        arms.push(arm);
                    }
                }
                term => plain = plain.union(&PortSet::term(term)),
            }
        }
        if !plain.is_none() {
            arms.insert(0, Arm { ports: plain, endpoint: None });
        }
        arms
    }

    /// The machines that an arm's ports are served by, sorted; `None` is every machine.
    pub fn served_by(&self, arm: &Arm) -> Option<&[HostId]> {
        arm.endpoint.map(|endpoint| self.served[endpoint.index()].as_slice())
    }

    /// The networks that an arm's ports are served on, if it says.
    pub fn listen(&self, arm: &Arm) -> &[NetworkId] {
        arm.endpoint.map_or(&[], |endpoint| self.site.endpoints[endpoint.index()].listen.as_slice())
    }
}

/// The addresses of a machine on a network, the main one first.
pub(crate) fn addresses_on(site: &Site, host: HostId, network: NetworkId) -> impl Iterator<Item = IpAddr> + '_ {
    let mut interfaces = site.hosts[host.index()].interfaces.iter();
    let interface = interfaces.find(move |interface| interface.network == network).into_iter();
    interface.flat_map(|interface| interface.addresses()).map(|address| address.value)
}

/// Whether a prefix and a network have an address in common.
pub(crate) fn meets(prefix: &IpNet, network: &Network) -> bool {
    network.prefixes().any(|own| overlaps(prefix, &own.value))
}

/// Whether two prefixes have an address in common.
pub(crate) fn overlaps(a: &IpNet, b: &IpNet) -> bool {
    a.contains(b) || b.contains(a)
}
