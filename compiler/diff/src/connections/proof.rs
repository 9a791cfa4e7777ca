//! A site as one side: what the layers make of it, before anything is emitted.

use std::collections::{BTreeMap, BTreeSet};

use arvc_reach::layers::{Classes, Layer, Layers, Party, Path};
use arvc_reach::policy::Peer;
use arvc_reach::ports::PortSet;
use arvc_site::model::{HostId, NodeId, Site};
use ipnet::IpNet;

use super::{Paths, Reach, Side};

/// A site that was proved.
pub struct Proof<'a> {
    site: &'a Site,
    layers: &'a Layers<'a>,
    classes: Classes,
    parties: BTreeMap<String, Party>,
    /// Prefixes beyond the site's networks that a rule names.
    named: BTreeSet<IpNet>,
}

impl<'a> Proof<'a> {
    /// Sorts machines into classes.
    pub fn new(layers: &'a Layers<'a>) -> Self {
        let site = layers.site();
        let mut parties: BTreeMap<String, Party> = BTreeMap::new();
        let hosts = (0..site.hosts.len() as u32).map(|host| Party::Host(HostId(host)));
        let nodes = (0..site.nodes.len() as u32).map(|node| Party::Node(NodeId(node)));
        for party in nodes.chain([Party::Internet]).chain(hosts) {
            parties.insert(party.name(site), party);
        }
        if !site.operators.addresses.is_empty() {
            parties.insert(Party::Operators.name(site), Party::Operators);
        }
        let rules = layers.policies().iter().flat_map(|policy| policy.inbound.iter().chain(&policy.outbound));
        let peers =
            rules.filter_map(|rule| if let Peer::Prefix(prefix) = rule.peer { Some(prefix.trunc()) } else { None });
        let own = |prefix: &IpNet| {
            let inside = |address| site.networks.iter().any(|network| network.contains(address));
            let operators = site.operators.addresses.iter().any(|it| it.value.contains(prefix));
            let uplinks = site.nodes.iter().flat_map(|node| node.own_addresses());
            let public = site.hosts.iter().flat_map(|host| &host.interfaces).filter_map(|it| it.public);
            let somebody = uplinks.chain(public.map(|it| it.value)).any(|address| prefix.contains(&address));
            prefix.prefix_len() == 0 || operators || somebody || inside(prefix.addr())
        };
        let mut proof = Self { site, layers, classes: Classes::new(layers), parties, named: BTreeSet::new() };
        proof.add(peers.filter(|prefix| !own(prefix)).collect());
        proof
    }

    /// Lets two sides ask about the same prefixes: those that a rule of either names.
    pub fn align(&mut self, other: &mut Self) {
        let (own, others) = (self.named.clone(), other.named.clone());
        self.add(others);
        other.add(own);
    }

    fn add(&mut self, prefixes: BTreeSet<IpNet>) {
        for prefix in prefixes {
            let party = Party::Prefix(prefix);
            self.parties.insert(party.name(self.site), party);
            self.named.insert(prefix);
        }
    }

    /// Two addresses of the Internet that no rule names, one of each family, as far as there are such: for the Internet is what no
    /// rule names, where some of it is asked about by itself.
    fn somewhere(&self) -> Vec<Party> {
        let free = |prefix: &IpNet| !self.named.iter().any(|named| named.contains(prefix));
        let of = |v6: bool| {
            let world = self.layers.zone(&Party::Internet);
            let mut starts = world.iter().filter(|prefix| matches!(prefix, IpNet::V6(_)) == v6);
            starts.find_map(|prefix| {
                let mut candidates =
                    prefix.subnets(if v6 { 64 } else { 32 }.max(prefix.prefix_len())).ok()?.take(1 << 12);
                let found = candidates.find(|candidate| free(&IpNet::from(candidate.addr())))?;
                Some(Party::Prefix(IpNet::from(found.addr())))
            })
        };
        [false, true].into_iter().filter_map(of).collect()
    }

    fn path(&self, path: &Path, target: &Party) -> Vec<String> {
        let way = path.way.name(self.site);
        let vip = |address| {
            self.site.vips.iter().find(|vip| vip.addresses().any(|it| it.value == address) && is_host(target))
        };
        let mut names: Vec<String> = path
            .to
            .iter()
            .map(|address| {
                let family = if address.is_ipv6() { " by IPv6" } else { "" };
                match vip(*address) {
                    Some(vip) => format!("{way} at {}{family}", vip.named.path),
                    None => format!("{way}{family}"),
                }
            })
            .collect();
        if names.is_empty() {
            names.push(way);
        }
        names.sort();
        names.dedup();
        names
    }
}

fn is_host(party: &Party) -> bool {
    matches!(party, Party::Host(_))
}

impl Side for Proof<'_> {
    fn classes(&self) -> Vec<Vec<String>> {
        let name = |host: &HostId| self.site.hosts[host.index()].named.name.clone();
        let mut classes: Vec<Vec<String>> =
            self.classes.list.iter().map(|class| class.iter().map(name).collect()).collect();
        let zones = self.parties.iter().filter(|(_, party)| !is_host(party));
        classes.extend(zones.map(|(name, _)| vec![name.clone()]));
        classes
    }

    fn sets(&self) -> Vec<(String, Vec<String>)> {
        let site = self.site;
        let there = |host: &&HostId| self.classes.of[host.index()].is_some();
        let names = |hosts: &[HostId]| {
            hosts.iter().filter(there).map(|host| site.hosts[host.index()].named.name.clone()).collect::<Vec<_>>()
        };
        let all: Vec<HostId> = site.host_ids().collect();
        let mut members: Vec<Vec<HostId>> = vec![Vec::new(); site.groups.len()];
        for host in &all {
            for group in &site.hosts[host.index()].groups {
                members[group.index()].push(*host);
            }
        }
        let mut sets = vec![("any".to_owned(), names(&all))];
        sets.extend(site.groups.iter().zip(&members).map(|(group, hosts)| (group.named.path.clone(), names(hosts))));
        sets.extend(site.clusters.iter().map(|cluster| (cluster.named.path.clone(), names(&cluster.members))));
        sets
    }

    fn between(&self, pairs: &[(&str, &str)]) -> Vec<Paths> {
        let somewhere = if self.named.is_empty() { vec![Party::Internet] } else { self.somewhere() };
        let one = |(from, to): &(&str, &str)| {
            let mut paths = Paths::new();
            let (Some(source), Some(target)) = (self.parties.get(*from), self.parties.get(*to)) else { return paths };
            let of = |party: &Party| if *party == Party::Internet { somewhere.clone() } else { vec![party.clone()] };
            let (sources, targets) = (of(source), of(target));
            let pairs = sources.iter().flat_map(|source| targets.iter().map(move |target| (source, target)));
            // Who sends to nobody of the site meets nothing of it, but what stands in front of a machine.
            let pairs = pairs.filter(|(source, target)| target.is_of_the_site() || is_host(source));
            for path in pairs.flat_map(|(source, target)| self.layers.paths(source, target)) {
                let mut layers = BTreeMap::new();
                for step in &path.steps {
                    let all = || (PortSet::all(), PortSet::all());
                    let (lower, upper) = layers.entry(word(step.layer)).or_insert_with(all);
                    *lower = lower.intersection(&step.lower);
                    *upper = upper.intersection(&step.upper);
                }
                let reach = Reach { lower: path.lower(), upper: path.upper(), layers };
                for name in self.path(&path, target) {
                    match paths.get_mut(&name) {
                        // Two addresses of one machine: what passes to either.
                        Some(other) => {
                            other.lower = other.lower.union(&reach.lower);
                            other.upper = other.upper.union(&reach.upper);
                            for (layer, (lower, upper)) in &reach.layers {
                                if let Some(other) = other.layers.get_mut(layer) {
                                    *other = (other.0.union(lower), other.1.union(upper));
                                }
                            }
                        }
                        None => drop(paths.insert(name, reach.clone())),
                    }
                }
            }
            paths
        };
        pairs.iter().map(one).collect()
    }
}

/// A layer as a reviewer names it.
fn word(layer: Layer) -> &'static str {
    match layer {
        Layer::ProxmoxOut => "Proxmox out",
        Layer::ProxmoxIn => "Proxmox in",
        Layer::NodeIn => "Proxmox node",
        Layer::NebulaOut => "Nebula out",
        Layer::NebulaIn => "Nebula in",
        Layer::Address => "address",
        Layer::Tunnel => "tunnel",
        Layer::Router => "router",
        Layer::Filter => "packet filter",
        Layer::Forward => "packet filter of the router",
    }
}
