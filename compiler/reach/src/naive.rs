//! Random small sites, on which the algebra and the policies are held against one connection at a time.

use arvc_site::model::*;
use arvc_syntax::source::Span;
use proptest::prelude::*;
use std::net::IpAddr;

use crate::address::Addresses;
use crate::classes::Space;
use crate::fixture::*;
use crate::flows::{Paths, Piece, Resolved, common, difference};
use crate::members::{Members, addresses_on};
use crate::path::Path;
use crate::policy::{Policies, policies};
use crate::ports::PortSet;

/// Packets that no built-in rule speaks of.
pub(crate) fn packets() -> [(&'static str, PortSet); 4] {
    [
        ("80/tcp", PortSet::ports(Transport::Tcp, 80, 80)),
        ("54/udp", PortSet::ports(Transport::Udp, 54, 54)),
        ("icmp", PortSet::icmp()),
        ("proto 47", PortSet::protocol(47)),
    ]
}

/// Another bridge, which the node is the router of too.
const FAR: NetworkId = NetworkId(2);

/// Every path of the site: over each network, and through the node.
const PATHS: [Path; 5] = [
    Path { source: BRIDGE, target: BRIDGE },
    Path { source: OVERLAY, target: OVERLAY },
    Path { source: FAR, target: FAR },
    Path { source: BRIDGE, target: FAR },
    Path { source: FAR, target: BRIDGE },
];

/// Addresses that no machine has: on the bridges (the node, another), on the overlay, the operators', public, private.
const STRANGERS: [&str; 11] = [
    "192.168.100.1",
    "192.168.100.99",
    "192.168.101.99",
    "10.10.10.99",
    "203.0.113.3",
    "9.9.9.9",
    "172.16.0.1",
    "fd00:100::99",
    "fd00:10::99",
    "2606:4700::1111",
    "fd00:200::1",
];

/// What a flow is decided by, one connection at a time, straight from the rules of the language.
pub(crate) struct Naive<'a>(pub &'a Site);

impl Naive<'_> {
    fn networks(&self, host: HostId) -> Vec<NetworkId> {
        self.0.hosts[host.index()].interfaces.iter().map(|interface| interface.network).collect()
    }

    pub fn meet(&self, a: HostId, b: HostId, path: Path) -> bool {
        let families =
            |host, network| addresses_on(self.0, host, network).map(|address| address.is_ipv4()).collect::<Vec<bool>>();
        let (own, other) = (families(a, path.source), families(b, path.target));
        match path.is_routed() {
            false => own.into_iter().any(|family| other.contains(&family)),
            // The node is no router of IPv6, and whoever is on the other's network answers there.
            true => {
                let beside = self.networks(a).contains(&path.target) || self.networks(b).contains(&path.source);
                own.contains(&true) && other.contains(&true) && !beside
            }
        }
    }

    fn overlay(&self, network: NetworkId) -> bool {
        self.0.networks[network.index()].is_overlay()
    }

    fn is(&self, end: &End, host: HostId) -> bool {
        let machine = &self.0.hosts[host.index()];
        match end {
            End::Any => true,
            End::Group(group) => machine.groups.contains(group),
            End::Host(other) => *other == host,
            End::Cluster(cluster) => self.0.clusters[cluster.index()].members.contains(&host),
            End::Service(service) => machine.services.contains(service),
            End::Lighthouses => machine.lighthouse,
            End::Union(ends) => ends.iter().any(|end| self.is(end, host)),
            End::All(ends) => ends.iter().all(|end| self.is(end, host)),
            _ => false,
        }
    }

    fn has(&self, end: &End, address: IpAddr) -> bool {
        let site = self.0;
        match end {
            End::Union(ends) => ends.iter().any(|end| self.has(end, address)),
            End::Internet => !crate::private_prefixes(site).iter().any(|prefix| prefix.contains(&address)),
            End::Operators => site.operators.addresses.iter().any(|prefix| prefix.value.contains(&address)),
            End::Network(network) => site.networks[network.index()].contains(address),
            End::Prefix(prefix) => prefix.contains(&address),
            End::Node(node) => site.nodes[node.index()].address.value == address,
            _ => false,
        }
    }

    fn placed(&self, end: &End, host: HostId, network: NetworkId) -> bool {
        addresses_on(self.0, host, network).any(|address| match end {
            // The prefix of a network may hold the address that a machine has on another one; a network does not.
            End::Network(other) => *other == network,
            End::Union(ends) => ends.iter().any(|end| self.placed(end, host, network)),
            End::Internet | End::Node(_) => false,
            end => self.has(end, address),
        })
    }

    fn paths(&self, a: HostId, b: HostId, via: Option<NetworkId>) -> Vec<Path> {
        let meant = |path: &Path| self.meet(a, b, *path) && via.is_none_or(|via| via == path.target);
        let (routed, direct): (Vec<Path>, Vec<Path>) =
            PATHS.into_iter().filter(meant).partition(|path| path.is_routed());
        let overlay = Path::direct(OVERLAY);
        match direct.as_slice() {
            [] => routed,
            some if some.contains(&overlay) => vec![overlay],
            some => some.to_vec(),
        }
    }

    /// The ports of a flow at a target machine; at addresses without a machine an endpoint has none.
    fn carries(&self, flow: &Flow, target: Option<HostId>, packet: &PortSet) -> bool {
        let Some(terms) = &flow.ports else { return true };
        terms.iter().any(|term| match term {
            PortTerm::Endpoint(endpoint) => {
                let endpoint = &self.0.endpoints[endpoint.index()];
                target.is_some_and(|target| endpoint.hosts.contains(&target))
                    && endpoint.ports.iter().any(|term| packet.is_subset(&PortSet::term(term)))
            }
            term => packet.is_subset(&PortSet::term(term)),
        })
    }

    pub fn opens(&self, flow: &Flow, a: HostId, b: HostId, path: Path, packet: &PortSet) -> bool {
        if a == b || !self.meet(a, b, path) || !self.carries(flow, Some(b), packet) {
            return false;
        }
        let by_name = self.is(&flow.source, a) && self.is(&flow.target, b);
        let source = self.is(&flow.source, a) || self.placed(&flow.source, a, path.source);
        let target = self.is(&flow.target, b) || self.placed(&flow.target, b, path.target);
        let by_address = self.placed(&flow.source, a, path.source) || self.placed(&flow.target, b, path.target);
        let via = flow.via.is_none_or(|via| via == path.target);
        (by_name && self.paths(a, b, flow.via).contains(&path)) || (source && target && by_address && via)
    }

    fn forbids(&self, flow: &Flow, a: HostId, b: HostId, path: Path, packet: &PortSet) -> bool {
        let source = self.is(&flow.source, a) || self.placed(&flow.source, a, path.source);
        let target = self.is(&flow.target, b) || self.placed(&flow.target, b, path.target);
        let spared = || flow.except.iter().any(|except| self.opens(except, a, b, path, packet));
        a != b
            && self.meet(a, b, path)
            && source
            && target
            && flow.via.is_none_or(|via| via == path.target)
            && self.carries(flow, Some(b), packet)
            && !spared()
    }

    /// Whether a flow opens a machine to an address that is no machine's; `inward` from the address.
    fn opens_outside(
        &self,
        flow: &Flow,
        host: HostId,
        address: IpAddr,
        network: NetworkId,
        inward: bool,
        packet: &PortSet,
    ) -> bool {
        let of_family =
            |network: &NetworkId| addresses_on(self.0, host, *network).any(|own| own.is_ipv4() == address.is_ipv4());
        let own: Vec<NetworkId> = self.networks(host).into_iter().filter(of_family).collect();
        let holds = |network: &NetworkId| self.0.networks[network.index()].contains(address);
        let inside: Vec<NetworkId> = own.iter().copied().filter(holds).collect();
        let met = match flow.via {
            Some(via) => own.contains(&via) && (inside.contains(&via) || !self.overlay(via)) && via == network,
            None if inside.is_empty() => network != OVERLAY && own.contains(&network),
            None => inside.contains(&network),
        };
        let (stranger, machine) = if inward { (&flow.source, &flow.target) } else { (&flow.target, &flow.source) };
        let named = self.is(machine, host) || self.placed(machine, host, network);
        met && self.has(stranger, address) && named && self.carries(flow, inward.then_some(host), packet)
    }
}

/// Whether pieces hold a connection of classes.
fn holds(pieces: &[Piece], source: usize, target: usize, path: Path, packet: &PortSet) -> bool {
    pieces.iter().any(|piece| {
        piece.path == path
            && piece.sources.iter().any(|class| class == source)
            && piece.targets.iter().any(|class| class == target)
            && packet.is_subset(&piece.ports)
    })
}

/// Whether rules let a packet to or from an address through.
fn passes(
    site: &Site,
    policies: &Policies,
    host: HostId,
    network: NetworkId,
    inbound: bool,
    other: IpAddr,
    packet: &PortSet,
) -> bool {
    let policy = policies.of(host);
    let rules = if inbound { &policy.inbound } else { &policy.outbound };
    rules
        .iter()
        .filter(|rule| rule.network == network && packet.is_subset(&rule.ports))
        .any(|rule| Addresses::new(site).of(rule.there, &rule.peer).iter().any(|prefix| prefix.contains(&other)))
}

fn simple_end() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Any),
        Just(End::Internet),
        Just(End::Operators),
        Just(End::Lighthouses),
        (0..3u32).prop_map(|group| End::Group(GroupId(group))),
        (0..6u32).prop_map(|host| End::Host(HostId(host))),
        Just(End::Cluster(ClusterId(0))),
        Just(End::Service(ServiceId(0))),
        Just(End::Node(NodeId(0))),
        prop_oneof![Just(BRIDGE), Just(OVERLAY), Just(FAR)].prop_map(End::Network),
        prop_oneof![
            Just("10.10.10.8/30"),
            Just("192.168.100.0/28"),
            Just("9.0.0.0/8"),
            Just("fd00:100::8/126"),
            Just("fd00::/16"),
            Just("::/0")
        ]
        .prop_map(|text| End::Prefix(prefix(text))),
    ]
}

fn machine_end() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Any),
        (0..3u32).prop_map(|group| End::Group(GroupId(group))),
        Just(End::Cluster(ClusterId(0))),
        Just(End::Service(ServiceId(0))),
    ]
}

fn any_end() -> impl Strategy<Value = End> {
    prop_oneof![
        5 => simple_end(),
        1 => prop::collection::vec(simple_end(), 1..3).prop_map(End::Union),
        1 => prop::collection::vec(machine_end(), 1..3).prop_map(End::All),
    ]
}

fn term() -> impl Strategy<Value = PortTerm> {
    prop_oneof![
        Just(tcp(80, 80)),
        Just(tcp(79, 90)),
        Just(udp(54, 54)),
        Just(PortTerm::Icmp),
        Just(PortTerm::Proto(47)),
        Just(PortTerm::Endpoint(EndpointId(0))),
    ]
}

fn any_flow() -> impl Strategy<Value = Flow> {
    let via = prop_oneof![4 => Just(None), 1 => prop_oneof![Just(BRIDGE), Just(FAR), Just(OVERLAY)].prop_map(Some)];
    (any_end(), any_end(), prop::collection::vec(term(), 0..3), via).prop_map(|(source, target, ports, via)| Flow {
        via,
        span: Span::new(0, 0),
        ..flow(source, target, &ports)
    })
}

/// Six machines of three groups on some of two bridges and the overlay, with addresses of one family or both; a cluster, a
/// service, a lighthouse. Both bridges have the node as their router of IPv4.
pub(crate) fn any_site() -> impl Strategy<Value = Site> {
    let some = || prop_oneof![3 => Just(3u8), 1 => Just(1u8), 1 => Just(2u8)];
    let on =
        prop_oneof![2 => Just(3u8), 1 => Just(1u8), 1 => Just(2u8), 2 => Just(4u8), 1 => Just(6u8), 1 => Just(5u8)];
    let machine = (prop::collection::btree_set(0..3u32, 0..3), on, [some(), some(), some()]);
    let flows = (prop::collection::vec(any_flow(), 0..4), any_flow(), prop::collection::vec(any_flow(), 0..2));
    (prop::collection::vec(machine, 6), flows).prop_map(|(machines, (allow, never, except))| {
        let mut site = site();
        for name in ["x", "y", "z"] {
            group(&mut site, name);
        }
        network(&mut site, "far", "192.168.101.0/24", bridge("vmbr2", &[("192.168.101.1", Some(NodeId(0)))]));
        for (network, six) in [(BRIDGE, "fd00:100::/64"), (OVERLAY, "fd00:10::/64"), (FAR, "fd00:101::/64")] {
            site.networks[network.index()].more.push(at(prefix(six)));
        }
        for (index, (groups, on, families)) in machines.into_iter().enumerate() {
            let groups: Vec<GroupId> = groups.into_iter().map(GroupId).collect();
            let networks = [BRIDGE, OVERLAY, FAR].into_iter().filter(|network| on & (1 << network.0) != 0);
            let host = host_on(&mut site, &format!("h{index}"), &groups, &networks.collect::<Vec<_>>());
            for interface in &mut site.hosts[host.index()].interfaces {
                let six = site.networks[interface.network.index()].more[0].value.hosts().nth(index + 10);
                let six = at(six.expect("a large prefix"));
                match families[interface.network.index()] {
                    1 => {}
                    2 => interface.address = six,
                    _ => interface.more.push(six),
                }
            }
        }
        site.hosts[1].lighthouse = true;
        cluster(&mut site, "c", &[HostId(0), HostId(1)]);
        serve(&mut site, "s", &[HostId(1), HostId(2)], &[tcp(80, 80)]);
        site.allow = allow;
        site.never = vec![Flow { except, ..never }];
        site
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_connection_is_decided_as_one_connection_alone_would_be(site in any_site()) {
        let naive = Naive(&site);
        let members = Members::new(&site);
        let space = Space::new(&members, site.allow.iter().chain(&site.never));
        let allow: Vec<Vec<Piece>> = site.allow.iter().map(|flow| Resolved::new(&space, flow).connections(&space, Paths::Used)).collect();
        let never = Resolved::new(&space, &site.never[0]).connections(&space, Paths::Every);
        let policies = policies(&site);
        let class = |host: HostId| space.classes_of(&[host]).iter().next().unwrap();
        for (name, packet) in packets() {
            for path in PATHS {
                for a in members.all.iter().copied() {
                    for b in members.all.iter().copied().filter(|b| *b != a) {
                        let case = format!("{a:?} -> {b:?} : {name} over {path:?}");
                        let (from, to) = (class(a), class(b));
                        let mut open = false;
                        for (flow, pieces) in site.allow.iter().zip(&allow) {
                            let expected = naive.opens(flow, a, b, path, &packet);
                            prop_assert_eq!(holds(pieces, from, to, path, &packet), expected, "{}", case);
                            open |= expected;
                        }
                        let expected = naive.forbids(&site.never[0], a, b, path, &packet);
                        prop_assert_eq!(holds(&never, from, to, path, &packet), expected, "never {}", case);
                        if naive.meet(a, b, path) {
                            for source in addresses_on(&site, a, path.source) {
                                for target in addresses_on(&site, b, path.target) {
                                    let takes = passes(&site, &policies, b, path.target, true, source, &packet);
                                    let sends = passes(&site, &policies, a, path.source, false, target, &packet);
                                    // A prefix beyond a router holds machines as well as strangers. Where a flow says `via` that
                                    // is so at one end, and the other one is closed.
                                    match path.is_routed() {
                                        true => prop_assert_eq!(takes && sends, open, "{}", case),
                                        false => prop_assert_eq!((takes, sends), (open, open), "{}", case),
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn addresses_that_no_machine_has_are_decided_one_by_one_too(site in any_site()) {
        let naive = Naive(&site);
        let members = Members::new(&site);
        let space = Space::new(&members, site.allow.iter().chain(&site.never));
        let policies = policies(&site);
        for flow in &site.allow {
            let pieces = Resolved::new(&space, flow).connections(&space, Paths::Used);
            for (host, stranger) in members.all.iter().flat_map(|host| STRANGERS.map(|text| (*host, address(text)))) {
                let held: Vec<usize> = (0..space.ends.len()).filter(|end| naive.has(&space.ends[*end], stranger)).collect();
                let networks = [BRIDGE, OVERLAY, FAR].into_iter();
                let inside: Vec<NetworkId> = networks.filter(|network| naive.has(&End::Network(*network), stranger)).collect();
                let zone = space.zones.iter().position(|zone| {
                    zone.ends == held && zone.inside == inside && zone.family() == Family::of(stranger)
                });
                for (name, packet) in packets() {
                    for (network, inward) in [BRIDGE, OVERLAY, FAR].into_iter().flat_map(|network| [(network, true), (network, false)]) {
                        let case = format!("{host:?} {stranger} {name} over {network:?}, inward {inward}");
                        let expected = naive.opens_outside(flow, host, stranger, network, inward, &packet);
                        let own = space.classes_of(&[host]).iter().next().unwrap();
                        let found = zone.is_some_and(|zone| {
                            let zone = space.zone_class(zone);
                            let (from, to) = if inward { (zone, own) } else { (own, zone) };
                            holds(&pieces, from, to, Path::direct(network), &packet)
                        });
                        prop_assert_eq!(found, expected, "{}", case);
                        // On the other bridge the node is met at its address there.
                        let node_elsewhere = network == FAR && stranger == site.nodes[0].address.value;
                        if expected && !node_elsewhere {
                            prop_assert!(passes(&site, &policies, host, network, inward, stranger, &packet), "rules {}", case);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_left_of_a_set_does_not_meet_what_was_taken_and_is_nothing_but_the_set(site in any_site()) {
        let members = Members::new(&site);
        let space = Space::new(&members, site.allow.iter().chain(&site.never));
        let all: Vec<Vec<Piece>> = site.allow.iter().map(|flow| Resolved::new(&space, flow).connections(&space, Paths::Used)).collect();
        for (from, what) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
            let left = difference(&space, from.clone(), what);
            prop_assert!(!left.iter().any(|a| what.iter().any(|b| common(&space, a, b).is_some())));
            prop_assert!(difference(&space, left.clone(), from).is_empty());
            let rest = difference(&space, from.clone(), &left);
            prop_assert!(difference(&space, rest, what).is_empty());
        }
    }
}
