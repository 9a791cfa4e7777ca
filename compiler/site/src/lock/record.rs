//! What the lock has to hold of a site that was resolved.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Datacenter, Environment, Grant, Numbers, Segment, applied};
use crate::model::{Host, ImageSource, NetworkKind, Site};

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
    next.unmanaged = applied::next(site, held, |name| renamed.get(name).map_or_else(|| name.to_owned(), String::clone));
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
        if let Some(fields) = self.unmanaged.remove(old) {
            self.unmanaged.insert(new.to_owned(), fields);
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
        ..Numbers::default()
    };
    for interface in &host.interfaces {
        let network = &site.networks[interface.network.index()].named.name;
        let addresses = interface.addresses().map(|address| address.value);
        numbers.addresses.entry(network.clone()).or_default().extend(addresses);
    }
    numbers
}

fn datacenters(site: &Site) -> BTreeMap<String, Datacenter> {
    let mut found: Vec<(String, Datacenter)> = site
        .datacenters
        .iter()
        .map(|datacenter| {
            let entry = Datacenter {
                declared: datacenter.declared,
                pool: datacenter.pool.value.clone(),
                namespace: datacenter.namespace.value.clone(),
                mappings: datacenter.mappings.iter().map(|mapping| mapping.name.value.clone()).collect(),
                firewall: datacenter.owns_firewall.value,
                ..Datacenter::default()
            };
            (datacenter.named.name.clone(), entry)
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
    for host in site.hosts.iter().filter(|host| !host.broken) {
        if let Some(grant) = grant(site, host) {
            granted.entry(host.named.name.clone()).or_default().insert(grant);
        }
    }
}

/// What a machine's certificate says, if it is there and a member of an overlay.
fn grant(site: &Site, host: &Host) -> Option<Grant> {
    if !host.status.is_there() {
        return None;
    }
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
    let mut groups: Vec<String> =
        host.groups.iter().map(|group| site.groups[group.index()].named.name.clone()).collect();
    groups.sort();
    (!networks.is_empty()).then(|| Grant { name: host.named.name.clone(), networks, groups })
}

/// What certificates that were granted say and what their machines have no more: another name, an address, a group, or all of it.
/// One that says less than the present one is as good as that.
pub(crate) fn withdrawn(site: &Site, lock: &Environment) -> BTreeMap<String, Vec<Grant>> {
    let hosts: HashMap<&str, &Host> = site.hosts.iter().map(|host| (host.named.name.as_str(), host)).collect();
    let mut withdrawn = BTreeMap::new();
    for (name, grants) in &lock.certificates {
        let host = hosts.get(name.as_str());
        if host.is_some_and(|host| host.broken) {
            continue;
        }
        let present = host.and_then(|host| grant(site, host));
        let covers = |old: &Grant| present.as_ref().is_some_and(|present| present.covers(old));
        let old: Vec<Grant> = grants.iter().filter(|old| !covers(old)).cloned().collect();
        if !old.is_empty() {
            withdrawn.insert(name.clone(), old);
        }
    }
    withdrawn
}
