//! Addresses that no machine of the site has, partitioned so that no end of a flow tells two of a part apart.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use arvc_site::model::{End, Family, NetworkId, NodeId, Site};
use ipnet::IpNet;

use crate::address::{internet, node_on};

/// One part.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    /// The ends that hold it, as indices into the list that it was made from.
    pub ends: Vec<usize>,
    /// The networks whose prefix holds it.
    pub inside: Vec<NetworkId>,
    /// Its least address. All of them are of its family.
    pub sample: IpAddr,
}

impl Zone {
    /// The family of its addresses.
    pub fn family(&self) -> Family {
        Family::of(self.sample)
    }
}

/// An address as a number; the families one behind the other.
type Point = (u8, u128);
/// First and last address.
type Span = (Point, Point);

/// The parts that the ends make; addresses that none of them holds are in no part. Ends that are no addresses hold
/// nothing here.
pub(crate) fn zones(site: &Site, ends: &[End]) -> Vec<Zone> {
    // Most ends of a large site are no addresses.
    let sets = ends.iter().enumerate().map(|(index, end)| (index, spans(site, end)));
    let sets: Vec<(usize, Vec<Span>)> = sets.filter(|(_, spans)| !spans.is_empty()).collect();
    if sets.is_empty() {
        return Vec::new();
    }
    let networks = site
        .networks
        .iter()
        .zip(0..)
        .flat_map(|(network, id)| network.prefixes().map(move |prefix| (NetworkId(id), span(&prefix.value))));
    let networks: Vec<(NetworkId, Span)> = networks.collect();
    let holds = |spans: &[Span], point: Point| {
        let before = spans.partition_point(|(first, _)| *first <= point);
        before.checked_sub(1).is_some_and(|index| point <= spans[index].1)
    };
    let interfaces = site.hosts.iter().flat_map(|host| &host.interfaces);
    let addresses = interfaces.flat_map(|interface| interface.addresses());
    let mut taken: Vec<Point> = addresses.map(|address| point(address.value)).collect();
    taken.sort_unstable();
    taken.dedup();

    let mut cuts: BTreeSet<Point> = BTreeSet::new();
    let mentioned = sets.iter().flat_map(|(_, spans)| spans).chain(networks.iter().map(|(_, span)| span));
    let machines = taken.iter().filter(|machine| sets.iter().any(|(_, spans)| holds(spans, **machine)));
    let machines: Vec<Span> = machines.map(|machine| (*machine, *machine)).collect();
    for (first, last) in mentioned.chain(&machines) {
        cuts.insert(*first);
        cuts.extend(last.1.checked_add(1).map(|next| (last.0, next)));
    }

    let mut parts: BTreeMap<(Vec<usize>, Vec<NetworkId>, Family), Point> = BTreeMap::new();
    for cut in cuts.into_iter().filter(|cut| taken.binary_search(cut).is_err()) {
        let held = sets.iter().filter(|(_, spans)| holds(spans, cut)).map(|(index, _)| *index);
        let held: Vec<usize> = held.collect();
        if held.is_empty() {
            continue;
        }
        let inside = networks.iter().filter(|(_, (first, last))| *first <= cut && cut <= *last);
        // The prefixes of one network stand together.
        let mut inside: Vec<NetworkId> = inside.map(|(network, _)| *network).collect();
        inside.dedup();
        parts.entry((held, inside, Family::of(unpoint(cut)))).or_insert(cut);
    }
    parts.into_iter().map(|((ends, inside, _), least)| Zone { ends, inside, sample: unpoint(least) }).collect()
}

/// The addresses of an end as spans, sorted and apart.
fn spans(site: &Site, end: &End) -> Vec<Span> {
    let prefixes: Vec<IpNet> = match end {
        End::Internet => internet(site),
        End::Operators => site.operators.addresses.iter().map(|prefix| prefix.value).collect(),
        End::Node(node) => node_prefixes(site, *node),
        End::Network(network) => site.networks[network.index()].prefixes().map(|prefix| prefix.value).collect(),
        End::Prefix(prefix) => vec![*prefix],
        _ => Vec::new(),
    };
    // Prefixes hold one another or are apart, so the wider ones are spans that do not meet.
    let mut spans: Vec<Span> = IpNet::aggregate(&prefixes).iter().map(span).collect();
    spans.sort_unstable();
    spans
}

fn node_prefixes(site: &Site, node: NodeId) -> Vec<IpNet> {
    let networks = site.network_ids();
    let there = networks.flat_map(|network| node_on(site, network, node));
    let own = site.nodes[node.index()].addresses().map(|address| address.value);
    there.chain(own).map(IpNet::from).collect()
}

fn span(prefix: &IpNet) -> Span {
    (point(prefix.network()), point(prefix.broadcast()))
}

fn point(address: IpAddr) -> Point {
    match address {
        IpAddr::V4(address) => (4, u128::from(u32::from(address))),
        IpAddr::V6(address) => (6, u128::from(address)),
    }
}

fn unpoint((family, number): Point) -> IpAddr {
    match u32::try_from(number) {
        Ok(number) if family == 4 => Ipv4Addr::from(number).into(),
        _ => Ipv6Addr::from(number).into(),
    }
}
