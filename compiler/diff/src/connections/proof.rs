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
    /// Where operators are, by the sides that are compared: one that comes or goes opens and closes what the others keep.
    operators: BTreeSet<IpNet>,
    /// What is told as the operators: the later side's, where the sides differ.
    called: Vec<String>,
}

impl<'a> Proof<'a> {
    /// Sorts machines into classes.
    pub fn new(layers: &'a Layers<'a>) -> Self {
        let site = layers.site();
        let mut parties: BTreeMap<String, Party> = BTreeMap::new();
        // A machine that is planned, or that is retired, is not there: nothing is asked of it, whatever rules its policy has.
        let hosts = site.host_ids().filter(|host| site.hosts[host.index()].status.is_there()).map(Party::Host);
        let nodes = (0..site.nodes.len() as u32).map(|node| Party::Node(NodeId(node)));
        for party in nodes.chain([Party::Internet]).chain(hosts) {
            parties.insert(party.name(site), party);
        }
        let rules = layers.policies().iter().flat_map(|policy| policy.inbound.iter().chain(&policy.outbound));
        let peers = rules.map(|rule| &rule.peer).chain(layers.rules_of_nodes().iter().map(|rule| &rule.peer));
        let peers = peers.filter_map(|peer| if let Peer::Prefix(prefix) = peer { Some(prefix.trunc()) } else { None });
        let own = |prefix: &IpNet| {
            let inside = |address| site.networks.iter().any(|network| network.contains(address));
            let uplinks = site.nodes.iter().flat_map(|node| node.own_addresses());
            let public = site.hosts.iter().flat_map(|host| &host.interfaces).filter_map(|it| it.public);
            let somebody = uplinks.chain(public.map(|it| it.value)).any(|address| prefix.contains(&address));
            prefix.prefix_len() == 0 || somebody || inside(prefix.addr())
        };
        let (named, operators) = (BTreeSet::new(), BTreeSet::new());
        let mut proof = Self { site, layers, classes: Classes::new(layers), parties, named, operators, called: vec![] };
        let operators = site.operators.addresses.iter().map(|prefix| prefix.value.trunc());
        let operators: BTreeSet<IpNet> = operators.filter(|prefix| proof.somebody(prefix).is_none()).collect();
        proof.called = operators.iter().map(|prefix| Party::Prefix(*prefix).name(site)).collect();
        proof.add(peers.filter(|prefix| !own(prefix)).collect(), operators);
        proof
    }

    /// Lets two sides ask about the same prefixes: those that a rule of either names, and those of the operators of either.
    pub fn align(&mut self, other: &mut Self) {
        let (own, others) =
            ((self.named.clone(), self.operators.clone()), (other.named.clone(), other.operators.clone()));
        if !other.called.is_empty() && self.called != other.called {
            self.called.clear();
        }
        self.add(others.0, others.1);
        other.add(own.0, own.1);
    }

    fn add(&mut self, named: BTreeSet<IpNet>, operators: BTreeSet<IpNet>) {
        for prefix in named.iter().chain(&operators) {
            let party = Party::Prefix(*prefix);
            let who = self.somebody(prefix).unwrap_or_else(|| party.clone());
            self.parties.insert(party.name(self.site), who);
        }
        self.named.extend(named);
        self.operators.extend(operators);
    }

    /// The machine or node that has a single address.
    fn somebody(&self, prefix: &IpNet) -> Option<Party> {
        let address = (prefix.prefix_len() == prefix.max_prefix_len()).then(|| prefix.addr())?;
        let node = self.site.node_ids().find(|node| {
            let mut own = self.site.nodes[node.index()].known_addresses();
            own.any(|own| own == address)
        });
        let has = |host: &HostId| {
            let host = &self.site.hosts[host.index()];
            let mut own = host.interfaces.iter().flat_map(|interface| interface.addresses());
            host.status.is_there() && own.any(|own| own.value == address)
        };
        node.map(Party::Node).or_else(|| self.site.host_ids().find(has).map(Party::Host))
    }

    /// Two addresses of the Internet that no rule names, one of each family, as far as there are such: for the Internet is what no
    /// rule names, where some of it is asked about by itself.
    fn somewhere(&self) -> Vec<Party> {
        let apart = self.named.iter().chain(&self.operators);
        let free = |prefix: &IpNet| !apart.clone().any(|named| named.contains(prefix));
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
        let known: BTreeSet<&str> = classes.iter().flatten().map(String::as_str).collect();
        let zones: Vec<Vec<String>> =
            self.parties.keys().filter(|name| !known.contains(name.as_str())).map(|name| vec![name.clone()]).collect();
        classes.extend(zones);
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
        sets.push((Party::Operators.name(site), self.called.clone()));
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
