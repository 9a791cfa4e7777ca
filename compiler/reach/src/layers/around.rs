//! The ways of a machine around the site: out into the world, and in again at an address that the world leads to. That is one of the
//! target's own, one that the world knows it by, one at which a node hands ports on to it, or a node's.

use std::borrow::Cow;
use std::net::IpAddr;

use arvc_site::model::{Family, HostId, Kind, NetworkId, NodeId, Site};
use arvc_site::names::is_private;
use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::decide::{Ends, Layers, Other, open, unknown};
use super::leased::Foot;
use super::world::{add_doubt_of_address, one_address};
use super::{Layer, Party, Path, Step, Way, edge, handed};
use crate::address::{node_on, subtract};
use crate::ports::PortSet;

/// Where nodes hand ports on to each machine: the node, an address of it, and the ports.
pub(super) type HandedOn = FxHashMap<HostId, Vec<(NodeId, IpAddr, PortSet)>>;

/// Where a machine starts into the world.
struct Start {
    /// The network that it leaves by, and what it sends from there; none of one that is somewhere in the world.
    by: Option<(NetworkId, Foot)>,
    /// The same as the world sees it.
    seen: Vec<IpNet>,
}

/// Looks the ports up that nodes hand on.
pub(super) fn handed_on(site: &Site) -> HandedOn {
    let mut all = HandedOn::default();
    for (id, node) in site.node_ids().map(|id| (id, &site.nodes[id.index()])) {
        for forward in &node.forwards {
            let ports = PortSet::from(forward.ports);
            let list = all.entry(forward.to).or_default();
            let mut addresses: Vec<IpAddr> = node.known_addresses().filter(|own| node.hands_on_at(*own)).collect();
            addresses.sort_unstable();
            addresses.dedup();
            for address in addresses {
                match list.iter_mut().find(|(node, at, _)| (*node, *at) == (id, address)) {
                    Some((_, _, known)) => *known = known.union(&ports),
                    None => list.push((id, address, ports.clone())),
                }
            }
        }
    }
    all
}

impl Layers<'_> {
    /// The ways of a machine to another one through the world: to each address that the world leads to, of a network that the first is
    /// not on and that no router of both leads to, and to those at which somebody in front of the second hands on to it. What the
    /// second one sees is what a router makes of the first's address.
    pub(super) fn by_the_world(&self, a: HostId, b: HostId, known: &[Path]) -> Vec<Path> {
        let mut paths = Vec::new();
        for interface in &self.host(b).interfaces {
            let last = interface.network;
            let there = &self.site.networks[last.index()];
            let beside = there.is_overlay() || self.host(a).is_on(last);
            let public = |to: &IpAddr| interface.public.is_some_and(|public| public.value == *to);
            let by_router =
                |to: &IpAddr| known.iter().any(|path| path.way.last() == Some(last) && path.to.contains(to));
            let led = !beside && there.prefixes().any(|prefix| !is_private(prefix.value.addr()));
            let met = if led { self.met(b, last) } else { Vec::new() };
            for to in met.into_iter().filter(|to| !is_private(*to) && !public(to) && !by_router(to)) {
                for start in self.starts(a, to) {
                    let inwards = edge::inwards(self, last, b, to, &self.led_out(&start));
                    paths.push(self.around(a, &start, (b, last, to), inwards));
                }
            }
            let Some(to) = interface.public.map(|public| public.value) else { continue };
            if beside && self.met(b, last).contains(&to) {
                continue;
            }
            let Some((_, own)) = self.known_as(b, to) else { continue };
            for start in self.starts(a, to) {
                let (family, from) = (Family::of(own), Other::Zone(&start.seen));
                let router = self.handing(b, last, family);
                let inwards = handed::from_the_world(self, router, family, &from, &Other::Address(own));
                paths.push(self.around(a, &start, (b, last, to), inwards));
            }
        }
        for (node, to, ports) in self.handed_on_to.get(&b).into_iter().flatten() {
            paths.extend(self.by_a_node(a, b, *node, *to, ports));
        }
        paths
    }

    /// The same to where a node hands ports on. What its own guests send there is for the node itself; who else is met at a private
    /// address of it, nobody says.
    fn by_a_node(&self, a: HostId, b: HostId, node: NodeId, to: IpAddr, ports: &PortSet) -> Vec<Path> {
        let forward = self.site.nodes[node.index()].forwards.iter().find(|forward| forward.to == b);
        let Some((forward, (last, _))) = forward.and_then(|it| Some((it, self.handed_to(node, it)?))) else {
            return Vec::new();
        };
        let own = |start: &Start| {
            let network = start.by.as_ref().map(|(network, _)| *network);
            network.is_some_and(|network| self.node_in_front(a, network, Family::of(to)) == Some(node))
        };
        let starts = if is_private(to) { self.starts_inside(a, to) } else { self.starts(a, to) };
        let way = |start: Start| {
            let what = "whether it hands on what comes from inside is not known";
            let doubt = is_private(to).then(|| unknown(Layer::Router, Party::Node(node), what.to_owned()));
            let inwards = doubt.into_iter().chain([hands_on(node, ports)]).chain(self.astray(node, forward));
            self.around(a, &start, (b, last, to), inwards.collect())
        };
        starts.into_iter().filter(|start| !own(start)).map(way).collect()
    }

    /// The ways of a machine to the addresses of a node that the world leads to. At one that the machine is on a network of, or whose
    /// router it has, that is not the world.
    pub(super) fn to_node_by_the_world(&self, a: HostId, node: NodeId) -> Vec<Path> {
        let mut addresses: Vec<IpAddr> = self.site.nodes[node.index()].known_addresses().collect();
        addresses.retain(|address| !is_private(*address));
        addresses.sort_unstable();
        addresses.dedup();
        let mut paths = Vec::new();
        for to in addresses {
            for start in self.starts(a, to) {
                let network = start.by.as_ref().map(|(network, _)| *network);
                let near = |network: NetworkId| {
                    let there = &self.site.networks[network.index()];
                    there.routed_by(node) || node_on(self.site, network, node).contains(&to)
                };
                if network.is_some_and(near) {
                    continue;
                }
                let mut networks = self.site.network_ids();
                let Some(last) = network.or_else(|| networks.find(|it| !node_on(self.site, *it, node).is_empty()))
                else {
                    continue;
                };
                // A rule that lets the machine in holds its own address.
                let own = start.by.as_ref().filter(|(_, foot)| foot.prefixes() == start.seen);
                let hears = self.node_in(node, &start.seen, own.map(|(network, _)| (a, *network)));
                let steps = self.handed_away(node, to).into_iter().chain([hears]).collect();
                paths.push(self.out_to(a, &start, Way::Direct(last), to, steps, None));
            }
        }
        paths
    }

    /// The ways of a node to a machine at an address that somebody in front of that has. What a router of somebody else hands on to an
    /// address that the world knows the machine by, it is not known.
    pub(super) fn node_around(&self, node: NodeId, host: HostId) -> Vec<Path> {
        let mut paths = Vec::new();
        let handed = self.handed_on_to.get(&host).into_iter().flatten();
        for (at, to, ports) in handed.filter(|(at, to, _)| *at != node && !is_private(*to)) {
            let forward = self.site.nodes[at.index()].forwards.iter().find(|forward| forward.to == host);
            let Some((forward, (last, _))) = forward.and_then(|it| Some((it, self.handed_to(*at, it)?))) else {
                continue;
            };
            let mut steps = self.doubt_of_handed(node, *at, *to);
            steps.push(hands_on(*at, ports));
            steps.extend(self.astray(*at, forward));
            paths.push(self.sent_by_node(node, (host, last), *to, steps));
        }
        for interface in &self.host(host).interfaces {
            let Some(to) = interface.public.map(|public| public.value) else { continue };
            let Some((network, own)) = self.known_as(host, to).filter(|(_, own)| *own != to) else { continue };
            let note = format!("what {to} hands on to it is not known");
            let (family, seen) = (Family::of(own), self.sent_into_the_world(node, Family::of(to)));
            let mut steps = vec![unknown(Layer::Router, Party::Prefix(IpNet::from(to)), note)];
            let (router, from) = (self.handing(host, network, family), Other::Zone(&seen));
            steps.extend(handed::from_the_world(self, router, family, &from, &Other::Address(own)));
            paths.push(self.sent_by_node(node, (host, network), to, steps));
        }
        paths
    }

    /// What is not known of a node that sends to an address of another one: by which address, if it has none of the world.
    pub(super) fn doubt_of_node(&self, node: NodeId, to: IpAddr) -> Vec<Step> {
        let mut own = self.site.nodes[node.index()].known_addresses();
        let known = own.any(|own| Family::of(own) == Family::of(to) && !is_private(own));
        let note = "what routes between the two".to_owned();
        let doubt = (!known || is_private(to)).then(|| unknown(Layer::Router, Party::Prefix(IpNet::from(to)), note));
        doubt.into_iter().collect()
    }

    /// The same where the other one hands ports on: what comes from a network that it is the router of is for itself.
    pub(super) fn doubt_of_handed(&self, node: NodeId, at: NodeId, to: IpAddr) -> Vec<Step> {
        let own = self.site.nodes[node.index()].own_addresses().filter(|own| own.is_ipv4() == to.is_ipv4());
        let behind = own.map(IpNet::from).any(|own| self.is_behind(at, &own));
        let note = "which of its addresses it sends from is not known".to_owned();
        let doubt = behind.then(|| unknown(Layer::Router, Party::Prefix(IpNet::from(to)), note));
        doubt.into_iter().chain(self.doubt_of_node(node, to)).collect()
    }

    fn sent_by_node(&self, node: NodeId, target: (HostId, NetworkId), to: IpAddr, between: Vec<Step>) -> Path {
        let seen = self.sent_into_the_world(node, Family::of(to));
        let from = one_address(&seen).map_or(Other::Zone(&seen), Other::Address);
        let ends = Ends { source: None, target: Some(target), to: Other::Address(to), from };
        let mut path = self.path(Way::Direct(target.1), one_address(&seen), to, &ends, between);
        add_doubt_of_address(&mut path.steps, &seen);
        path
    }

    /// Whether an address is one that the world knows a machine by, and none of its own.
    pub(super) fn is_known_as(&self, target: &Party, address: IpAddr) -> bool {
        let known = |host: HostId| self.known_as(host, address).is_some_and(|(_, own)| own != address);
        matches!(target, Party::Host(host) if known(*host))
    }

    /// The own address of a machine that is met at an address which somebody in front of it has.
    pub(super) fn own_of(&self, host: HostId, address: IpAddr) -> IpAddr {
        let handed = self.handed_on_to.get(&host).into_iter().flatten().find(|(_, at, _)| *at == address);
        let handed = handed.and_then(|(node, ..)| {
            let mut forwards = self.site.nodes[node.index()].forwards.iter().filter(|forward| forward.to == host);
            Some(self.handed_to(*node, forwards.next()?)?.1)
        });
        handed.or_else(|| Some(self.known_as(host, address)?.1)).unwrap_or(address)
    }

    /// Where a machine starts for an address of the world.
    fn starts(&self, a: HostId, to: IpAddr) -> Vec<Start> {
        let family = Family::of(to);
        // What leads out behind a router that nobody describes, that router has itself, by a network that the site does not have.
        if self.is_somewhere(a) || self.is_undescribed_router(a, family) {
            return vec![Start { by: None, seen: self.world(family) }];
        }
        let exits =
            self.exits(a, &[IpNet::from(to)]).into_iter().filter(|(_, first, _)| self.leads_out(*first, family));
        let start = |(_, first, _)| {
            let foot = self.foot(a, first, family)?;
            Some(Start { seen: self.seen_as(a, first, &foot.prefixes()), by: Some((first, foot)) })
        };
        exits.filter_map(start).collect()
    }

    /// Whether a machine that nobody configures is the router of a network, and has none itself.
    fn is_undescribed_router(&self, host: HostId, family: Family) -> bool {
        let (own, profile) = (self.host(host), self.members.profile_of[host.index()]);
        let routes = |network: NetworkId| {
            let router = self.members.router_of_segment(profile, network, family);
            router.is_some_and(|router| router.hosts().contains(&host))
        };
        let bare =
            own.kind == Kind::Machine && !own.is_configured() && self.members.way_out(profile, family).is_empty();
        bare && own.interfaces.iter().any(|it| routes(it.network))
    }

    /// The same for an address that the world leads nobody to: who is met there sees what the machine sends.
    fn starts_inside(&self, a: HostId, to: IpAddr) -> Vec<Start> {
        let exits = self.exits(a, &[IpNet::from(to)]).into_iter();
        let start = |(family, first, _)| {
            let foot = self.foot(a, first, family)?;
            Some(Start { seen: foot.prefixes(), by: Some((first, foot)) })
        };
        exits.filter_map(start).collect()
    }

    /// Where a machine comes from as routers in front of others see it: what leads out of its network is in the world, whichever address it
    /// gives it.
    fn led_out<'s>(&self, start: &'s Start) -> Cow<'s, [IpNet]> {
        let own = start.by.as_ref().is_some_and(|(_, foot)| foot.prefixes() == start.seen);
        match own || self.apart.is_empty() {
            true => Cow::Borrowed(&start.seen),
            false => subtract(&start.seen, &self.apart).into(),
        }
    }

    /// The way from where a machine starts to another one. `inwards` is what stands in front of that.
    fn around(&self, a: HostId, start: &Start, (b, last, to): (HostId, NetworkId, IpAddr), inwards: Vec<Step>) -> Path {
        let first = start.by.as_ref().map(|(network, _)| *network);
        let way = first.map_or(Way::Direct(last), |first| Way::Routed(first, last));
        self.out_to(a, start, way, to, inwards, Some((b, last)))
    }

    fn out_to(
        &self,
        a: HostId,
        start: &Start,
        way: Way,
        to: IpAddr,
        inwards: Vec<Step>,
        target: Option<(HostId, NetworkId)>,
    ) -> Path {
        let (seen, family) = (&start.seen, Family::of(to));
        let from = one_address(seen).map_or(Other::Zone(seen), Other::Address);
        let source = start.by.as_ref().map(|(network, _)| (a, *network));
        let ends = Ends { source, target, to: Other::Address(to), from };
        let led = || open(Layer::Router, Party::Internet, "what leads out of its network leads there");
        let mut between = Vec::new();
        match &start.by {
            None => between.push(open(Layer::Router, Party::Internet, "it is somewhere in the world")),
            Some((first, foot)) => {
                let own = foot.prefixes();
                between.extend(handed::outwards(self, a, *first, &own, &[IpNet::from(to)]));
                if !is_private(to) {
                    let router = self.undescribed(a, *first, family, &[IpNet::from(to)]);
                    between.push(router.unwrap_or_else(led));
                }
            }
        }
        between.extend(inwards);
        let known = start.by.as_ref().and_then(|(_, foot)| foot.known());
        let mut path = self.path(way, known, to, &ends, between);
        let Some((first, foot)) = &start.by else {
            add_doubt_of_address(&mut path.steps, seen);
            return path;
        };
        let own = foot.prefixes();
        if *seen != own {
            add_doubt_of_address(&mut path.steps, seen);
        }
        // What a router makes of a private address is one of the world, whichever it is.
        if self.host(a).kind != Kind::Machine || own.iter().any(|own| !is_private(own.addr())) {
            self.doubt(&mut path, (Some((a, *first)), foot), (target, &Foot::Known(to)));
        }
        path
    }
}

/// A node that hands ports on, and nothing else.
fn hands_on(node: NodeId, ports: &PortSet) -> Step {
    let (lower, upper) = (ports.clone(), ports.clone());
    Step { lower, upper, ..open(Layer::Router, Party::Node(node), &format!("it hands on {ports}")) }
}
