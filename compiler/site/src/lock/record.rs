//! What the lock has to hold of a site that was resolved.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use super::{Datacenter, Environment, Fetched, Grant, Numbers, Segment, SharedAddress, applied};
use crate::checks::pool_meets_range::spans;
use crate::downloads::downloads;
use crate::model::{Arch, Host, Kind, Network, NetworkKind, Site};
use crate::{allocation, devices, neighbours};

/// The next lock of an environment: what a site that was resolved with this one says, what was retired, and what only grows. It
/// is worth something only if nothing is wrong with the site; its serials and the names of its rules are those that it had, since
/// they belong to what is emitted.
///
/// `renamed` are the machines that were renamed since, as pairs of the old name and the new one.
pub fn record(site: &Site, held: &Environment, renamed: &[(String, String)]) -> Environment {
    let renamed = &renamed.iter().map(|(old, new)| (new.clone(), old.clone())).collect();
    let mut next = Environment {
        serials: held.serials.clone(),
        retired: held.retired.clone(),
        datacenters: datacenters(site),
        networks: networks(site),
        vips: vips(site),
        ..carried(site, held, renamed)
    };
    for host in &site.hosts {
        let known = renamed.get(&host.named.name).unwrap_or(&host.named.name);
        let old = held.hosts.get(known).or_else(|| held.retired.get(known));
        let new = match old {
            // What is wrong with it is reported; what is held of it is still right.
            Some(old) if host.broken => old.clone(),
            // What its rules are called is known when they are.
            _ => Numbers { policy: old.and_then(|old| old.policy.clone()), ..numbers(site, host) },
        };
        if let Some(retired) = next.retired.remove(known)
            && let Some(rest) = rest(retired, &new)
        {
            next.retired.insert(known.clone(), rest);
        }
        next.hosts.insert(host.named.name.clone(), new);
    }
    let gone = |name: &str| !next.hosts.contains_key(name) && !renamed.values().any(|old| old == name);
    let gone: Vec<_> = held.hosts.iter().filter(|(name, _)| gone(name)).collect();
    for (name, numbers) in gone {
        let left = match next.retired.remove(name) {
            Some(before) => both(numbers, before),
            None => numbers.clone(),
        };
        // Whoever is gone has no rules; if it comes back it is new to them.
        next.retired.insert(name.clone(), Numbers { policy: None, ..left });
    }
    grants(site, &mut next.certificates);
    next.unmanaged = applied::next(site, held, |name| renamed.get(name).map_or_else(|| name.to_owned(), String::clone));
    next
}

/// What names lead to now, and what certificates were granted under them before: all that a site itself has to know of its lock.
///
/// `renamed` leads from the new name of a machine to the one that the lock knows.
pub(crate) fn carried(site: &Site, held: &Environment, renamed: &BTreeMap<String, String>) -> Environment {
    let mut carried = Environment {
        renamed: held.renamed.clone(),
        certificates: held.certificates.clone(),
        ..Environment::default()
    };
    if renamed.is_empty() {
        return carried;
    }
    for host in &site.hosts {
        if let Some(known) = renamed.get(&host.named.name).filter(|known| **known != host.named.name) {
            carried.rename(known, &host.named.name);
        }
    }
    carried
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

/// What a machine that came back leaves taken: numbers that it had and has not now, as one that was a guest and is none.
///
/// Addresses follow from the number: where that is the same one, it is the same machine, whatever the rule says by now.
fn rest(retired: Numbers, new: &Numbers) -> Option<Numbers> {
    let numbered = retired.vmid.is_some() || retired.slot.is_some();
    let same = retired.vmid == new.vmid && (retired.slot.is_none() || retired.slot == new.slot);
    if same && numbered {
        return None;
    }
    let mut rest = retired;
    rest.vmid = rest.vmid.filter(|vmid| new.vmid != Some(*vmid));
    rest.slot = rest.slot.filter(|slot| new.slot != Some(*slot));
    for (network, addresses) in &mut rest.addresses {
        addresses.retain(|address| !new.addresses.get(network).is_some_and(|new| new.contains(address)));
    }
    rest.addresses.retain(|_, addresses| !addresses.is_empty());
    (rest.vmid.is_some() || !rest.addresses.is_empty()).then_some(rest)
}

/// The numbers of a machine that is gone, with those that it had left before.
fn both(numbers: &Numbers, before: Numbers) -> Numbers {
    let mut both = numbers.clone();
    (both.vmid, both.slot) = (both.vmid.or(before.vmid), both.slot.or(before.slot));
    both.datacenter = both.datacenter.or(before.datacenter);
    for (network, addresses) in before.addresses {
        let known = both.addresses.entry(network).or_default();
        known.extend(addresses);
        known.sort();
        known.dedup();
    }
    both
}

/// The numbers that a machine has.
fn numbers(site: &Site, host: &Host) -> Numbers {
    let datacenter = host.node.map(|node| site.nodes[node.index()].datacenter);
    let mut numbers = Numbers {
        datacenter: datacenter.and_then(|id| site.datacenters.get(id.index())).map(|it| it.named.name.clone()),
        vmid: host.vmid.map(|vmid| vmid.value),
        node: host.node.filter(|_| is_chosen(site, host)).map(|node| site.nodes[node.index()].named.name.clone()),
        slot: slot(site, host),
        devices: devices::recorded(site, host),
        container: host.kind == Kind::Container,
        arm64: arch(site, host) == Some(Arch::Arm64),
        ..Numbers::default()
    };
    for interface in &host.interfaces {
        let network = &site.networks[interface.network.index()].named.name;
        let addresses = interface.addresses().map(|address| address.value);
        // What something else gives to a machine is not held here.
        if interface.address.is_none() {
            continue;
        }
        numbers.addresses.entry(network.clone()).or_default().extend(addresses);
    }
    numbers
}

/// What the processor of a guest's node understands.
pub(crate) fn arch(site: &Site, host: &Host) -> Option<Arch> {
    let node = host.node.filter(|_| host.kind != Kind::Machine)?;
    Some(site.nodes.get(node.index())?.arch.value)
}

/// Whether the node of a machine is arvc's choice, or was stated where it would be without that.
fn is_chosen(site: &Site, host: &Host) -> bool {
    let spread = host.cluster.is_some_and(|cluster| site.clusters[cluster.index()].spread);
    host.kind != Kind::Machine && (spread || host.ha.as_ref().is_some_and(|ha| !ha.nodes.is_empty()))
}

/// The slot of a machine whose VMID does not say it.
fn slot(site: &Site, host: &Host) -> Option<u64> {
    let numbering = site.numbering.get(host.range?.index()).filter(|numbering| !numbering.has_vmids())?;
    host.slot.map(|slot| slot.value).filter(|slot| numbering.has(*slot))
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
            if node.arch.value == Arch::Arm64 {
                datacenter.arm64.insert(node.named.name.clone());
            }
        }
    }
    for image in &site.images {
        for (vmid, node) in image.templates() {
            let owner = node.and_then(|node| site.nodes.get(node.index())).map(|node| node.datacenter.index());
            for (at, (_, datacenter)) in found.iter_mut().enumerate() {
                if owner.is_none_or(|owner| owner == at) {
                    datacenter.templates.insert(vmid.value);
                }
            }
        }
    }
    for (download, volume) in
        downloads(site).into_iter().filter_map(|download| Some((download, download.volume(site)?)))
    {
        let node = Some(site.nodes[download.node.index()].named.name.clone()).filter(|_| !download.shared);
        if let Some((_, datacenter)) = found.get_mut(download.datacenter.index()) {
            datacenter.files.insert(Fetched { volume, node });
        }
    }
    found.into_iter().collect()
}

fn vips(site: &Site) -> BTreeMap<String, SharedAddress> {
    let vips = site.vips.iter().filter(|vip| !vip.broken).filter_map(|vip| {
        let network = site.networks.get(vip.network.index())?.named.name.clone();
        Some((
            vip.named.name.clone(),
            SharedAddress { network, addresses: vip.addresses().map(|it| it.value).collect() },
        ))
    });
    vips.collect()
}

fn networks(site: &Site) -> BTreeMap<String, Segment> {
    let segment = |network: &crate::model::Network| Segment {
        prefixes: network.prefixes().map(|prefix| prefix.value).collect(),
        bridge: match &network.kind {
            NetworkKind::Bridge { bridge, vlan, .. } => Some((bridge.clone(), *vlan)),
            _ => None,
        },
        datacenters: neighbours::limited_to(site, network)
            .into_iter()
            .flatten()
            .filter_map(|id| Some(site.datacenters.get(id.index())?.named.name.clone()))
            .collect(),
        handed_out: handed_out(network),
    };
    site.networks.iter().map(|network| (network.named.name.clone(), segment(network))).collect()
}

/// The addresses of a bridge that something else hands out.
fn handed_out(network: &Network) -> Vec<(IpAddr, IpAddr)> {
    let spans = spans(network).filter(|_| network.is_bridge()).filter_map(|(_, span)| {
        let prefix = network.prefix.value;
        Some((allocation::address(&prefix, span.value.0)?, allocation::address(&prefix, span.value.1)?))
    });
    let mut spans: Vec<_> = spans.collect();
    spans.sort();
    spans
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
pub(crate) fn withdrawn(site: &Site, granted: &BTreeMap<String, BTreeSet<Grant>>) -> BTreeMap<String, Vec<Grant>> {
    let mut withdrawn = BTreeMap::new();
    if granted.is_empty() {
        return withdrawn;
    }
    let hosts: HashMap<&str, &Host> = site.hosts.iter().map(|host| (host.named.name.as_str(), host)).collect();
    for (name, grants) in granted {
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
