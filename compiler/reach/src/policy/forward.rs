//! What a machine of ours that is a router hands on: the openings of the machines behind it, on the devices that they cross.

use std::collections::BTreeMap;
use std::sync::Arc;

use arvc_site::model::{Family, Host, HostId, Kind, NetworkId, Site};
use arvc_site::names::is_private;
use ipnet::IpNet;

use super::{NodeRule, Peer, Policy};
use crate::address::Addresses;
use crate::ports::PortSet;
use crate::routers::{Identity, Routers};
use crate::through::{End, Ends, Opening, routers};

/// One opening of one family from one network to another. Answers are not listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Forward {
    /// The family of all addresses.
    pub family: Family,
    /// The network that it comes in by; none where the site does not say what leads to the source.
    pub into: Option<NetworkId>,
    /// The network that it leaves by; the same.
    pub out: Option<NetworkId>,
    /// Who begins.
    pub from: Ends,
    /// Who is asked for.
    pub to: Ends,
    /// What passes.
    pub ports: PortSet,
    /// Why, as in a rule.
    pub reason: Arc<str>,
    /// Whether it leaves with the router's own address as the source, so that nobody there has to know of the network that it comes
    /// from: out of an overlay, to what is behind its member.
    pub hidden: bool,
}

/// The packets of one forward, and why it is there: a key under which the machines of one side come together.
type Key = (Option<NetworkId>, Option<NetworkId>, Family, Ends, bool, PortSet, Arc<str>);

/// Gives each router that is a guest or that Ansible configures what it hands on. Machines of one policy that hand on different
/// things are parted.
pub(super) fn add(site: &Site, list: &mut Vec<Policy>, nodes: &[NodeRule]) {
    let through = routers(site);
    let overlays = site.networks.iter().any(|network| !network.behind.is_empty());
    if through.iter().all(|router| router.router.hosts().is_empty()) && !overlays {
        return;
    }
    let (addresses, routers) = (Addresses::new(site), Routers::of_site(site));
    let mut found = behind(site, &addresses, list);
    for router in &through {
        for id in router.router.hosts() {
            let host = &site.hosts[id.index()];
            if host.status.is_there() && (host.kind != Kind::Machine || host.is_configured()) {
                let feet = Feet { site, routers: &routers, host, router: &router.router };
                found.entry(*id).or_default().extend(feet.forwards(router.openings(&addresses, list, nodes)));
            }
        }
    }
    for (id, mut forwards) in found {
        forwards.sort();
        forwards.dedup();
        if !forwards.is_empty() {
            part(list, id, forwards);
        }
    }
}

/// What members of an overlay hand on to what is behind them: what other members may open there, from their addresses on the overlay.
fn behind(site: &Site, addresses: &Addresses, policies: &[Policy]) -> BTreeMap<HostId, Vec<Forward>> {
    let mut found: BTreeMap<(HostId, Key), Ends> = BTreeMap::new();
    for policy in policies {
        let there = policy.hosts.iter().filter(|host| site.hosts[host.index()].status.is_there());
        let there: Vec<Peer> = there.map(|host| Peer::Host(*host)).collect();
        for rule in policy.outbound.iter().filter(|rule| rule.network != rule.there) {
            let Some(gate) = site.networks[rule.network.index()].leads_to(rule.there) else { continue };
            let far = addresses.of(rule.there, &rule.peer);
            for family in Family::ALL {
                let of_family = |prefix: &IpNet| Family::of_prefix(prefix) == family;
                let far: Ends = far.iter().copied().filter(of_family).map(End::Prefix).collect();
                let own = there.iter().flat_map(|host| addresses.of(rule.network, host));
                let own: Ends = own.filter(of_family).map(End::Prefix).collect();
                if far.is_empty() || own.is_empty() {
                    continue;
                }
                let ends = (Some(rule.network), Some(rule.there), family, far);
                let key = (ends.0, ends.1, ends.2, ends.3, true, rule.ports.clone(), rule.reason.clone());
                found.entry((gate, key)).or_default().extend(own);
            }
        }
    }
    // What the same may open to several is one.
    let mut whole: BTreeMap<(HostId, Key), Ends> = BTreeMap::new();
    for ((gate, (into, out, family, to, inward, ports, reason)), from) in found {
        whole.entry((gate, (into, out, family, from, inward, ports, reason))).or_default().extend(to);
    }
    let mut of: BTreeMap<HostId, Vec<Forward>> = BTreeMap::new();
    for ((gate, (into, out, family, from, _, ports, reason)), to) in whole {
        of.entry(gate).or_default().push(Forward { family, into, out, from, to, ports, reason, hidden: true });
    }
    of
}

/// Takes a machine out of its policy and into one of what it hands on.
fn part(list: &mut Vec<Policy>, id: HostId, forward: Vec<Forward>) {
    let Some(at) = list.iter().position(|policy| policy.hosts.contains(&id)) else { return };
    let (inbound, outbound) = (list[at].inbound.clone(), list[at].outbound.clone());
    list[at].hosts.retain(|host| *host != id);
    let alike = list.iter().position(|it| it.forward == forward && it.inbound == inbound && it.outbound == outbound);
    match alike {
        Some(alike) => {
            list[alike].hosts.push(id);
            list[alike].hosts.sort_unstable();
        }
        None => list.push(Policy { name: String::new(), hosts: vec![id], inbound, outbound, forward }),
    }
    list.retain(|policy| !policy.hosts.is_empty());
}

/// Where a router of ours stands.
struct Feet<'a> {
    site: &'a Site,
    routers: &'a Routers,
    host: &'a Host,
    router: &'a Identity,
}

impl Feet<'_> {
    fn forwards(&self, openings: Vec<Opening>) -> Vec<Forward> {
        let mut found: BTreeMap<Key, Ends> = BTreeMap::new();
        for opening in openings {
            for family in Family::ALL {
                let own: Ends = opening.own.iter().filter(|end| is_of(end, family)).cloned().collect();
                if own.is_empty() {
                    continue;
                }
                let near = self.host.is_on(opening.network).then_some(opening.network);
                for (beyond, far) in self.by_network(&opening.far, family, opening.network) {
                    let (into, out) = if opening.inward { (beyond, near) } else { (near, beyond) };
                    let reason = opening.reason.clone();
                    let key = (into, out, family, far, opening.inward, opening.ports.clone(), reason);
                    found.entry(key).or_default().extend(own.iter().cloned());
                }
            }
        }
        let forward = |((into, out, family, far, inward, ports, reason), own): (Key, Ends)| {
            let (from, to) = if inward { (far, own) } else { (own, far) };
            Forward { family, into, out, from, to, ports, reason, hidden: false }
        };
        let mut list: Vec<Forward> = found.into_iter().map(forward).collect();
        let translated: Vec<Forward> = list.iter().filter_map(|forward| self.translated(forward)).collect();
        list.extend(translated);
        list
    }

    /// The same as it leaves for the world where the router is nobody's whom arvc configures: it is taken to give a private source its
    /// own address there, as any router in front of such a network has to.
    fn translated(&self, forward: &Forward) -> Option<Forward> {
        let out = forward.out?;
        let private = |end: &End| matches!(end, End::Prefix(prefix) if is_private(prefix.addr()));
        let world = |end: &End| !private(end);
        if self.host.kind == Kind::Machine
            || self.host.is_configured()
            || !forward.from.iter().any(private)
            || self.way_out(forward.family) != Some(out)
        {
            return None;
        }
        let own = self.host.interface_on(out)?.addresses();
        let own = own.map(|own| own.value).filter(|own| Family::of(*own) == forward.family);
        let from: Ends = own.map(|own| End::Prefix(own.into())).collect();
        let to: Ends = forward.to.iter().filter(|end| world(end)).cloned().collect();
        (!from.is_empty() && !to.is_empty()).then(|| Forward { into: None, from, to, ..forward.clone() })
    }

    /// Who is beyond, by the network that leads there. What lies on the near network itself is reached without a router.
    fn by_network(&self, far: &Ends, family: Family, near: NetworkId) -> BTreeMap<Option<NetworkId>, Ends> {
        let mut of: BTreeMap<Option<NetworkId>, Ends> = BTreeMap::new();
        let mut add = |network: Option<NetworkId>, end: End| {
            of.entry(network).or_default().insert(end);
        };
        for end in far.iter().filter(|end| is_of(end, family)) {
            let End::Prefix(prefix) = end else {
                add(self.way_out(family), End::Internet);
                continue;
            };
            let own = self.on().flat_map(|network| self.prefixes(network).map(move |own| (network, own)));
            let own: Vec<(NetworkId, IpNet)> = own.collect();
            if let Some((network, _)) = own.iter().find(|(_, own)| own.contains(prefix)) {
                add(Some(*network), end.clone());
                continue;
            }
            for (network, own) in own.iter().filter(|(network, own)| *network != near && prefix.contains(own)) {
                add(Some(*network), End::Prefix(*own));
            }
            add(self.way_out(family), end.clone());
        }
        of
    }

    /// The networks that it has an address on, without overlays.
    fn on(&self) -> impl Iterator<Item = NetworkId> + '_ {
        let networks = self.host.interfaces.iter().map(|interface| interface.network);
        networks.filter(|network| !self.site.networks[network.index()].is_overlay())
    }

    fn prefixes(&self, network: NetworkId) -> impl Iterator<Item = IpNet> + '_ {
        self.site.networks[network.index()].prefixes().map(|prefix| prefix.value)
    }

    /// The network whose router it hands on to what it does not know: never one that it is the router of itself.
    fn way_out(&self, family: Family) -> Option<NetworkId> {
        let leads = |network: &NetworkId| {
            let default_route = self.host.interface_on(*network).is_some_and(|interface| interface.default_route);
            let elsewhere = self.routers.all(*network).any(|router| router != self.router);
            default_route && elsewhere && self.site.networks[network.index()].gateway(family).is_some()
        };
        self.on().find(leads)
    }
}

/// Whether an end has addresses of a family.
fn is_of(end: &End, family: Family) -> bool {
    match end {
        End::Internet => true,
        End::Prefix(prefix) => Family::of_prefix(prefix) == family,
    }
}
