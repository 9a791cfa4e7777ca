//! Machines in classes that no layer tells apart, so that a question about sets costs as much as there are policies.

use std::collections::{BTreeMap, BTreeSet};

use arvc_site::model::{End, Flow, GroupId, HostId, NetworkId, PortTerm};
use ipnet::IpNet;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Layers, Party};
use crate::members::{addresses_on, meets};
use crate::policy::Peer;
use crate::ports::PortSet;

/// The classes of a site's machines.
#[derive(Clone, Debug)]
pub struct Classes {
    /// Never empty, each sorted, ordered by their first machine. Machines that are not there are in none.
    pub list: Vec<Vec<HostId>>,
    /// The class of each machine.
    pub of: Vec<Option<usize>>,
}

/// What may tell a machine from another: its policy, its networks, what it is, and the peers of rules that hold it.
type Signature = (usize, usize, (u8, bool, bool), Vec<u32>);

impl Classes {
    /// Parties by their class, in the order in which they are met first; what is no machine is alone.
    pub fn grouped(&self, parties: &[Party]) -> Vec<Vec<Party>> {
        super::ask::grouped(self, parties)
    }

    /// Sorts the machines of a site.
    pub fn new(layers: &Layers) -> Self {
        Self::with(layers, [])
    }

    /// The same, so that flows do not tell the machines of a class apart either.
    pub fn with<'f>(layers: &Layers, flows: impl IntoIterator<Item = &'f Flow>) -> Self {
        let site = layers.site;
        let told_apart = layers.policies.told_apart.get_or_init(|| told_apart(layers));
        let mut asked = BTreeSet::new();
        for flow in flows {
            ends(layers, flow, &mut asked);
        }
        let mut marks: Vec<Vec<u32>> = vec![Vec::new(); site.hosts.len()];
        for (mark, hosts) in (0..).zip(told_apart.iter().chain(&asked)) {
            for host in hosts {
                marks[host.index()].push(mark);
            }
        }
        let mut alike: BTreeMap<Signature, Vec<HostId>> = BTreeMap::new();
        for (index, host) in site.hosts.iter().enumerate().filter(|(_, host)| host.status.is_there()) {
            let profile = layers.members.profile_of[index];
            let public = host.interfaces.iter().any(|interface| interface.public.is_some());
            let kind = (host.kind as u8, host.is_configured(), host.lighthouse || host.relay || public);
            let marks = std::mem::take(&mut marks[index]);
            let signature = (layers.policies.of_host[index], profile, kind, marks);
            alike.entry(signature).or_default().push(HostId(index as u32));
        }
        let mut list: Vec<Vec<HostId>> = alike.into_values().collect();
        list.sort_unstable();
        let mut of = vec![None; site.hosts.len()];
        for (class, hosts) in list.iter().enumerate() {
            for host in hosts {
                of[host.index()] = Some(class);
            }
        }
        Self { list, of }
    }
}

/// What the rules of all policies name, each once: the machines of one list of single machines together.
#[derive(PartialEq, Eq, Hash)]
enum Named<'a> {
    Peer(NetworkId, &'a Peer),
    Hosts(Vec<HostId>),
}

/// The sets of machines that the rules of all policies name, each once.
fn told_apart(layers: &Layers) -> Vec<Vec<HostId>> {
    let mut sets: Vec<Vec<HostId>> = peers(layers).iter().map(|peer| held(layers, peer)).collect();
    sets.sort_unstable();
    sets.dedup();
    sets
}

/// The machines of a flow's ends and endpoints, of its exceptions too.
fn ends(layers: &Layers, flow: &Flow, sets: &mut BTreeSet<Vec<HostId>>) {
    for end in [&flow.source, &flow.target] {
        let hosts = layers.parties(end).into_iter().filter_map(|party| match party {
            Party::Host(host) => Some(host),
            _ => None,
        });
        sets.insert(hosts.collect());
    }
    for term in flow.ports.iter().flatten() {
        if let PortTerm::Endpoint(endpoint) = term {
            sets.insert(layers.site.endpoints[endpoint.index()].hosts.clone());
        }
    }
    for flow in &flow.except {
        ends(layers, flow, sets);
    }
}

fn peers<'a>(layers: &Layers<'a>) -> FxHashSet<Named<'a>> {
    let mut found = FxHashSet::default();
    for policy in &layers.policies.list {
        for rules in [&policy.inbound, &policy.outbound] {
            // Machines that the same rule lists one by one stay together.
            let mut lists: FxHashMap<(NetworkId, &str, &PortSet), Vec<HostId>> = FxHashMap::default();
            for rule in rules {
                match &rule.peer {
                    Peer::Any | Peer::Internet | Peer::Node(_) => {}
                    Peer::Host(host) => {
                        lists.entry((rule.there, &rule.reason, &rule.ports)).or_default().push(*host);
                    }
                    peer => {
                        found.insert(Named::Peer(rule.there, peer));
                    }
                }
            }
            found.extend(lists.into_values().map(Named::Hosts));
        }
    }
    // A port that a node hands on goes to one machine.
    for forward in layers.site.nodes.iter().flat_map(|node| &node.forwards) {
        found.insert(Named::Hosts(vec![forward.to]));
    }
    for vip in &layers.site.vips {
        found.insert(Named::Hosts(vip.owners.clone()));
    }
    found
}

fn held(layers: &Layers, named: &Named) -> Vec<HostId> {
    let site = layers.site;
    let all = || layers.members.all.iter().copied();
    match named {
        Named::Hosts(hosts) => hosts.clone(),
        Named::Peer(_, Peer::Group(group)) => layers.members.of(&End::Group(*group)),
        Named::Peer(_, Peer::AllOf(groups)) => {
            let of = |group: &GroupId| layers.members.of(&End::Group(*group));
            let mut few = groups.iter().map(of).min_by_key(Vec::len).unwrap_or_default();
            few.retain(|host| groups.iter().all(|group| site.hosts[host.index()].groups.contains(group)));
            few
        }
        Named::Peer(_, peer) => {
            let prefixes: Vec<IpNet> = match *peer {
                Peer::Network(network) => site.networks[network.index()].prefixes().map(|it| it.value).collect(),
                Peer::Operators => site.operators.addresses.iter().map(|it| it.value).collect(),
                Peer::Prefix(prefix) => vec![*prefix],
                _ => Vec::new(),
            };
            // Routed packets carry the address of any network of their machine.
            let networks: Vec<NetworkId> = site
                .network_ids()
                .filter(|id| prefixes.iter().any(|prefix| meets(prefix, &site.networks[id.index()])))
                .collect();
            let inside = |host: &HostId| {
                networks.iter().any(|network| {
                    addresses_on(site, *host, *network).any(|it| prefixes.iter().any(|prefix| prefix.contains(&it)))
                })
            };
            all().filter(inside).collect()
        }
    }
}
