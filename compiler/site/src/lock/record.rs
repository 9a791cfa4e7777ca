//! What the lock has to hold of a site that was resolved.

use std::collections::{BTreeMap, BTreeSet};

use super::{Datacenter, Environment, Grant, Numbers, Segment};
use crate::devices;
use crate::model::{Host, ImageSource, Kind, NetworkKind, Site};

/// The next lock of an environment: what the site says, what was retired, and what only grows.
///
/// `renamed` leads from the new name of a machine to the one that the lock knows.
pub(crate) fn record(site: &Site, held: &Environment, renamed: &BTreeMap<String, String>) -> Environment {
    let mut next = Environment {
        serials: held.serials.clone(),
        retired: held.retired.clone(),
        renamed: held.renamed.clone(),
        certificates: held.certificates.clone(),
        datacenters: datacenters(site),
        networks: networks(site),
        ..Environment::default()
    };
    for host in &site.hosts {
        let known = renamed.get(&host.named.name).unwrap_or(&host.named.name);
        let old = held.hosts.get(known).or_else(|| held.retired.get(known));
        let new = match old {
            // What is wrong with it is reported; what is held of it is still right.
            Some(old) if host.broken => old.clone(),
            _ => numbers(site, host),
        };
        if next.retired.get(known).is_some_and(|retired| same(retired, &new)) {
            next.retired.remove(known);
        }
        if known != &host.named.name {
            next.rename(known, &host.named.name);
        }
        next.hosts.insert(host.named.name.clone(), new);
    }
    let gone = |name: &str| !next.hosts.contains_key(name) && !renamed.values().any(|old| old == name);
    let gone: Vec<_> = held.hosts.iter().filter(|(name, _)| gone(name)).collect();
    next.retired.extend(gone.into_iter().map(|(name, numbers)| (name.clone(), numbers.clone())));
    grants(site, &mut next.certificates);
    next
}

impl Environment {
    /// Notes that a machine has another name. What its certificates were granted under the old one is granted to it.
    pub fn rename(&mut self, old: &str, new: &str) {
        // A name that was another machine's once is this one's now.
        self.renamed.remove(new);
        self.renamed.insert(old.to_owned(), new.to_owned());
        if let Some(grants) = self.certificates.remove(old) {
            self.certificates.entry(new.to_owned()).or_default().extend(grants);
        }
    }
}

/// Whether two records are of the same numbers, wherever the machine was placed.
fn same(one: &Numbers, other: &Numbers) -> bool {
    one.vmid == other.vmid && (one.vmid.is_some() || one.addresses == other.addresses)
}

/// The numbers that a machine has.
fn numbers(site: &Site, host: &Host) -> Numbers {
    let datacenter = host.node.map(|node| site.nodes[node.index()].datacenter);
    let mut numbers = Numbers {
        datacenter: datacenter.and_then(|id| site.datacenters.get(id.index())).map(|it| it.named.name.clone()),
        vmid: host.vmid.map(|vmid| vmid.value),
        node: host.node.filter(|_| is_chosen(site, host)).map(|node| site.nodes[node.index()].named.name.clone()),
        devices: devices::recorded(site, host),
        ..Numbers::default()
    };
    for interface in &host.interfaces {
        let network = &site.networks[interface.network.index()].named.name;
        let addresses = interface.addresses().map(|address| address.value);
        numbers.addresses.entry(network.clone()).or_default().extend(addresses);
    }
    numbers
}

/// Whether the node of a machine is arvc's choice, or was stated where it would be without that.
fn is_chosen(site: &Site, host: &Host) -> bool {
    let spread = host.cluster.is_some_and(|cluster| site.clusters[cluster.index()].spread);
    host.kind != Kind::Machine && (spread || host.ha.as_ref().is_some_and(|ha| !ha.nodes.is_empty()))
}

fn datacenters(site: &Site) -> BTreeMap<String, Datacenter> {
    let mut found: Vec<(String, Datacenter)> = site
        .datacenters
        .iter()
        .map(|datacenter| {
            let pool = datacenter.pool.clone();
            (datacenter.named.name.clone(), Datacenter { pool, firewall: true, ..Datacenter::default() })
        })
        .collect();
    for node in &site.nodes {
        if let Some((_, datacenter)) = found.get_mut(node.datacenter.index()) {
            datacenter.nodes.push(node.named.name.clone());
        }
    }
    for image in &site.images {
        let ImageSource::Template { vmid, node } = &image.source else { continue };
        let owner = node.and_then(|node| site.nodes.get(node.index())).map(|node| node.datacenter.index());
        for (at, (_, datacenter)) in found.iter_mut().enumerate() {
            if owner.is_none_or(|owner| owner == at) {
                datacenter.templates.insert(vmid.value);
            }
        }
    }
    found.into_iter().collect()
}

fn networks(site: &Site) -> BTreeMap<String, Segment> {
    let segment = |network: &crate::model::Network| Segment {
        prefixes: network.prefixes().map(|prefix| prefix.value).collect(),
        bridge: match &network.kind {
            NetworkKind::Bridge { bridge, vlan, .. } => Some((bridge.clone(), *vlan)),
            _ => None,
        },
    };
    site.networks.iter().map(|network| (network.named.name.clone(), segment(network))).collect()
}

/// Adds what this build's certificate plans grant.
fn grants(site: &Site, granted: &mut BTreeMap<String, BTreeSet<Grant>>) {
    for host in site.hosts.iter().filter(|host| host.status.is_there() && !host.broken) {
        let mut networks = Vec::new();
        for interface in &host.interfaces {
            let network = &site.networks[interface.network.index()];
            if network.is_overlay() {
                let lengths = interface.addresses().filter_map(|address| {
                    let prefix = network.prefix_of(address.value)?.value;
                    ipnet::IpNet::new(address.value, prefix.prefix_len()).ok()
                });
                networks.extend(lengths);
            }
        }
        if networks.is_empty() {
            continue;
        }
        let mut groups: Vec<String> =
            host.groups.iter().map(|group| site.groups[group.index()].named.name.clone()).collect();
        groups.sort();
        let grant = Grant { name: host.named.name.clone(), networks, groups };
        granted.entry(host.named.name.clone()).or_default().insert(grant);
    }
}
