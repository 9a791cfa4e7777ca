//! `dns/`: the forward zone, the reverse zones, and the configuration of Unbound on each resolver.
//!
//! A machine's name leads to its addresses on the overlay, or on its first network if it is on none: what is named is what
//! services listen on. A cluster's name leads to all of its members, since any of them may be the active one.

use std::collections::{BTreeMap, BTreeSet};

use arvc_site::model::{Answer, Host, HostId, Interface, Network, Service, Site, Status};

use crate::addresses::with_length;
use crate::resolvers;
use crate::tree::Tree;
use crate::zone::{self, Record, Zone};

/// Writes `dns/`. A site without a resolver has none.
pub fn emit(site: &Site, header: &str, tree: &mut Tree) {
    let resolvers = resolving(site);
    let Some((first, _)) = resolvers.first() else { return };
    let zones = zones(site, &site.hosts[first.index()]);
    for zone in &zones {
        tree.text(format!("dns/{}.zone", zone.origin), zone::document(header, zone));
    }
    for (host, service) in resolvers {
        let host = &site.hosts[host.index()];
        tree.text(format!("dns/unbound/{}.conf", host.named.name), unbound(site, host, service, &zones, header));
    }
}

/// What each zone says, by its name: its text without its serial, which is the same as long as its records are.
pub fn contents(site: &Site) -> BTreeMap<String, String> {
    let resolvers = resolving(site);
    let Some((first, _)) = resolvers.first() else { return BTreeMap::new() };
    let zones = zones(site, &site.hosts[first.index()]).into_iter();
    zones.map(|zone| (zone.origin.clone(), zone::document("", &Zone { serial: 0, ..zone }))).collect()
}

/// Resolvers with the service that makes them one, in the order of their names.
fn resolving(site: &Site) -> Vec<(HostId, &Service)> {
    let mut found: BTreeMap<HostId, &Service> = BTreeMap::new();
    for service in site.services.iter().filter(|service| service.resolver.is_some()) {
        for host in &service.hosts {
            if site.hosts[host.index()].status != Status::Planned {
                found.entry(*host).or_insert(service);
            }
        }
    }
    found.into_iter().collect()
}

/// The place that a machine's name leads to, with all of its addresses there.
fn named_place<'site>(site: &'site Site, host: &'site Host) -> Option<(&'site Interface, &'site Network)> {
    let interfaces = host.interfaces.iter().map(|interface| (interface, &site.networks[interface.network.index()]));
    interfaces.min_by_key(|(_, network)| (!network.is_overlay(), !network.joined))
}

fn zones(site: &Site, primary: &Host) -> Vec<Zone> {
    let domain = &site.domain;
    let primary = format!("{}.{domain}", primary.named.name);
    let servers: BTreeSet<String> =
        resolving(site).iter().map(|(host, _)| format!("{}.{domain}", site.hosts[host.index()].named.name)).collect();
    let mut zones: BTreeMap<String, BTreeSet<(String, Record)>> = BTreeMap::from([(domain.clone(), BTreeSet::new())]);
    for host in site.hosts.iter().filter(|host| host.status != Status::Planned) {
        let Some((interface, network)) = named_place(site, host) else { continue };
        for address in interface.addresses().filter_map(|address| with_length(network, address.value)) {
            let (address, length) = (address.addr(), address.prefix_len());
            let name = format!("{}.{domain}", host.named.name);
            let forward = zones.entry(domain.clone()).or_default();
            forward.insert((name.clone(), Record::Address(address)));
            if let Some(cluster) = host.cluster {
                let cluster = format!("{}.{domain}", site.clusters[cluster.index()].named.name);
                forward.insert((cluster, Record::Address(address)));
            }
            let reverse = zone::reverse_zone(address, length);
            zones.entry(reverse).or_default().insert((zone::reverse(address), Record::Ptr(name)));
        }
    }
    for vip in site.vips.iter().filter(|vip| !vip.owners.is_empty()) {
        let name = format!("{}.{domain}", vip.named.name);
        let address = vip.address.value;
        zones.entry(domain.clone()).or_default().insert((name.clone(), Record::Address(address)));
        let length = site.networks[vip.network.index()].prefix.value.prefix_len();
        let reverse = zones.entry(zone::reverse_zone(address, length)).or_default();
        reverse.insert((zone::reverse(address), Record::Ptr(name)));
    }
    let mut ttls = BTreeMap::new();
    for further in &site.records {
        let entry = (further.owner.clone(), record(&further.answer));
        ttls.extend(further.ttl.map(|ttl| (entry.clone(), ttl)));
        zones.entry(domain.clone()).or_default().insert(entry);
    }
    let zones = zones.into_iter().map(|(origin, mut records)| {
        records.extend(servers.iter().map(|server| (origin.clone(), Record::Ns(server.clone()))));
        let (primary, mailbox) = (primary.clone(), format!("hostmaster.{domain}"));
        Zone {
            primary,
            mailbox,
            serial: site.serials.get(&origin).copied().unwrap_or(1),
            ttls: if origin == *domain { ttls.clone() } else { BTreeMap::new() },
            records,
            origin,
        }
    });
    zones.collect()
}

/// A further record as the zone has it. The site has checked that its numbers and names are a zone's.
fn record(answer: &Answer) -> Record {
    match answer {
        Answer::Address(address) => Record::Address(*address),
        Answer::Cname(target) => Record::Cname(target.clone()),
        Answer::Txt(text) => Record::Txt(text.clone()),
        Answer::Mx { preference, host } => Record::Mx(*preference, host.clone()),
        Answer::Srv { priority, weight, ports, target } => Record::Srv(*priority, *weight, ports.first, target.clone()),
        Answer::Caa { flags, tag, value } => Record::Caa(*flags, tag.clone(), value.clone()),
    }
}

/// Whether a machine on the bridge has no overlay in common with the resolver, and so asks it over the bridge.
fn is_asked_on(site: &Site, resolver: &Host, network: &Network) -> bool {
    let is_on = |host: &Host, wanted: &Network| {
        host.interfaces.iter().any(|interface| std::ptr::eq(&site.networks[interface.network.index()], wanted))
    };
    let overlays = site.networks.iter().filter(|other| other.is_overlay());
    let shared: Vec<&Network> = overlays.filter(|overlay| is_on(resolver, overlay)).collect();
    let asks = |host: &Host| {
        host.status != Status::Planned
            && host.named.name != resolver.named.name
            && is_on(host, network)
            && !shared.iter().any(|overlay| is_on(host, overlay))
    };
    network.is_bridge() && site.hosts.iter().any(asks)
}

/// Unbound's configuration. It listens on the machine's overlay addresses, which are there only while Nebula runs
/// (`ip-freebind`), and on the bridges from which machines ask that share no overlay with it; it answers these networks
/// only.
fn unbound(site: &Site, host: &Host, service: &Service, zones: &[Zone], header: &str) -> String {
    let mut out: String = header.lines().flat_map(|line| ["# ", line, "\n"]).collect();
    out.push_str("#\n# For /etc/unbound/unbound.conf.d of the resolver; the zones lie in /etc/unbound.\nserver:\n");
    let listens = |network: &Network| match service.listen.is_empty() {
        true => network.is_overlay() || is_asked_on(site, host, network),
        false => service.listen.iter().any(|id| std::ptr::eq(&site.networks[id.index()], network)),
    };
    let places: Vec<(&Interface, &Network)> = host
        .interfaces
        .iter()
        .map(|interface| (interface, &site.networks[interface.network.index()]))
        .filter(|(_, network)| listens(network))
        .collect();
    for address in places.iter().flat_map(|(interface, _)| interface.addresses()) {
        out.push_str(&format!("  interface: {}\n", address.value));
    }
    out.push_str("  # An overlay's address is there only while Nebula runs.\n  ip-freebind: yes\n");
    out.push_str("  # Linux takes packets for that address from a bridge too, so the clients are named as well.\n");
    for prefix in places.iter().flat_map(|(_, network)| network.prefixes()) {
        out.push_str(&format!("  access-control: {} allow\n", prefix.value));
    }
    out.push_str("  hide-identity: yes\n  hide-version: yes\n");
    out.push_str(
        "  # Nobody signs this domain: without the exception the root's proof that it does not exist makes it bogus.\n",
    );
    out.push_str(&format!("  domain-insecure: \"{}.\"\n", site.domain));
    out.push_str("  # Lifts Unbound's built-in empty zones of private addresses for ours alone.\n");
    for zone in zones.iter().filter(|zone| zone.origin != site.domain) {
        out.push_str(&format!("  local-zone: \"{}.\" transparent\n", zone.origin));
    }
    for zone in zones {
        out.push_str(&format!("auth-zone:\n  name: \"{0}.\"\n  zonefile: \"/etc/unbound/{0}.zone\"\n", zone.origin));
    }
    out.push_str("forward-zone:\n  name: \".\"\n");
    for address in resolvers::asked(site, host, service.resolver.as_deref().unwrap_or_default()) {
        out.push_str(&format!("  forward-addr: {address}\n"));
    }
    out
}
