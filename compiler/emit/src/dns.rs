//! `dns/`: what the site's resolvers answer, as zones and the configuration of Unbound on each of them; and in `dns/public/`,
//! the zones that the world's name servers have.
//!
//! What a name leads to is said by the site ([`arvc_site::names`]).

use std::collections::{BTreeMap, BTreeSet};

use arvc_reach::routers::{Identity, Routers};
use arvc_site::model::{Answer, Host, HostId, Interface, Network, NetworkId, NodeId, Service, Site, View};
use arvc_site::names::{self, Said, addresses, domains, said, servers};
use arvc_site::spelling::dns;

use crate::addresses::with_length;
use crate::resolvers;
use crate::tree::Tree;
use crate::zone::{self, Record, Zone};

/// What comes before the name of a domain's public zone, in its path and in the lock.
const PUBLIC: &str = "public/";

/// Writes `dns/`. A site without a resolver has none of its own view.
pub fn emit(site: &Site, header: &str, tree: &mut Tree) {
    let said = by_domain(said(site));
    for zone in public(site, &said) {
        tree.text(format!("dns/{PUBLIC}{}.zone", zone.origin), zone::document(header, &zone));
    }
    let resolvers = resolving(site);
    let Some((first, _)) = resolvers.first() else { return };
    let zones = internal(site, &said, &site.hosts[first.index()]);
    for zone in &zones {
        tree.text(format!("dns/{}.zone", zone.origin), zone::document(header, zone));
    }
    for (host, service) in resolvers {
        let host = &site.hosts[host.index()];
        // A Windows server has a resolver of its own.
        if host.connection.winrm {
            continue;
        }
        tree.text(format!("dns/unbound/{}.conf", host.named.name), unbound(site, host, service, &zones, header));
    }
}

/// What each zone says, by its name: its text without its serial, which is the same as long as its records are.
pub fn contents(site: &Site) -> BTreeMap<String, String> {
    let said = by_domain(said(site));
    let resolvers = resolving(site);
    let first = resolvers.first().map(|(first, _)| &site.hosts[first.index()]);
    let internal = first.map(|first| internal(site, &said, first)).into_iter().flatten();
    let internal = internal.map(|zone| (zone.origin.clone(), zone));
    let public = public(site, &said).into_iter().map(|zone| (format!("{PUBLIC}{}", zone.origin), zone));
    let text = |zone: Zone| zone::document("", &Zone { serial: 0, ..zone });
    internal.chain(public).map(|(name, zone)| (name, text(zone))).collect()
}

/// Resolvers with the service that makes them one, in the order of their names.
pub(crate) fn resolving(site: &Site) -> Vec<(HostId, &Service)> {
    let mut found: BTreeMap<HostId, &Service> = BTreeMap::new();
    for service in site.services.iter().filter(|service| service.resolver.is_some()) {
        for host in &service.hosts {
            if site.hosts[host.index()].status.is_there() {
                found.entry(*host).or_insert(service);
            }
        }
    }
    found.into_iter().collect()
}

/// The names of the zones that the site's resolvers answer.
pub(crate) fn zones(site: &Site) -> Vec<String> {
    let resolvers = resolving(site);
    let first = resolvers.first().map(|(first, _)| &site.hosts[first.index()]);
    let zones = first.map(|first| internal(site, &Sayings::new(), first));
    zones.into_iter().flatten().map(|zone| zone.origin).collect()
}

/// Where a resolver listens: on its overlays and on the bridges from which machines ask that share no overlay with it, or
/// where its service says.
pub(crate) fn places<'s>(site: &Site, host: &'s Host, service: &Service) -> Vec<&'s Interface> {
    let listens = |network: &Network| match service.listen.is_empty() {
        true => network.is_overlay() || is_asked_on(site, host, network),
        false => service.listen.iter().any(|id| std::ptr::eq(&site.networks[id.index()], network)),
    };
    host.interfaces.iter().filter(|interface| listens(&site.networks[interface.network.index()])).collect()
}

/// A zone of which no record is known yet. `place` is its name in the lock, which has its serial.
fn empty(site: &Site, place: &str, origin: &str, primary: &str, mailbox: &str) -> Zone {
    Zone {
        origin: origin.to_owned(),
        primary: primary.to_owned(),
        mailbox: format!("hostmaster.{mailbox}"),
        serial: site.serials.get(place).copied().unwrap_or(1),
        records: BTreeSet::new(),
        ttls: BTreeMap::new(),
    }
}

/// What is said of the names of each domain.
type Sayings = BTreeMap<String, Vec<Said>>;

fn by_domain(said: Vec<Said>) -> Sayings {
    let mut domains = Sayings::new();
    for said in said {
        domains.entry(said.domain.clone()).or_default().push(said);
    }
    domains
}

/// Adds what is said of a domain's names in a view.
fn add(zone: &mut Zone, said: &Sayings, view: View) {
    for said in said.get(&zone.origin).into_iter().flatten().filter(|said| said.is_in(view)) {
        let entry = (said.owner.clone(), record(&said.answer));
        zone.ttls.extend(said.ttl.map(|ttl| (entry.clone(), ttl)));
        zone.records.insert(entry);
    }
}

/// The zones that the site's resolvers answer: its domains, and the reverse zones of its networks.
fn internal(site: &Site, said: &Sayings, primary: &Host) -> Vec<Zone> {
    let domain = &site.domain;
    let primary = names::host_name(site, primary);
    let servers: BTreeSet<String> =
        resolving(site).iter().map(|(host, _)| names::host_name(site, &site.hosts[host.index()])).collect();
    let new = |origin: &str| empty(site, origin, origin, &primary, domain);
    let mut forward = new(domain);
    let mut zones: BTreeMap<String, Zone> = BTreeMap::new();
    for host in site.hosts.iter().filter(|host| host.status.is_there()) {
        let name = names::host_name(site, host);
        let cluster = host.cluster.map(|id| dns::whole(&site.clusters[id.index()].named.name, domain));
        let addresses = addresses(site, host).into_iter();
        for address in addresses.filter_map(|(address, network)| with_length(network, address)) {
            let (address, length) = (address.addr(), address.prefix_len());
            forward.records.insert((name.clone(), Record::Address(address)));
            forward.records.extend(cluster.clone().map(|cluster| (cluster, Record::Address(address))));
            let reverse = zone::reverse_zone(address, length);
            let zone = zones.entry(reverse).or_insert_with_key(|origin| new(origin));
            zone.records.insert((zone::reverse(address), Record::Ptr(name.clone())));
        }
    }
    for (id, node) in (0..).map(NodeId).zip(&site.nodes) {
        let name = dns::whole(&node.named.name, domain);
        for (address, network) in names::node_addresses(site, id) {
            forward.records.insert((name.clone(), Record::Address(address)));
            let Some(address) = network.and_then(|network| with_length(network, address)) else { continue };
            let (address, length) = (address.addr(), address.prefix_len());
            let zone = zones.entry(zone::reverse_zone(address, length)).or_insert_with_key(|origin| new(origin));
            zone.records.insert((zone::reverse(address), Record::Ptr(name.clone())));
        }
    }
    for vip in site.vips.iter().filter(|vip| !vip.owners.is_empty()) {
        let name = dns::whole(&vip.named.name, domain);
        let network = &site.networks[vip.network.index()];
        for address in vip.addresses().filter_map(|address| with_length(network, address.value)) {
            let (address, length) = (address.addr(), address.prefix_len());
            forward.records.insert((name.clone(), Record::Address(address)));
            let zone = zones.entry(zone::reverse_zone(address, length)).or_insert_with_key(|origin| new(origin));
            zone.records.insert((zone::reverse(address), Record::Ptr(name.clone())));
        }
    }
    zones.insert(domain.clone(), forward);
    for origin in domains(site) {
        let zone = zones.entry(origin.to_owned()).or_insert_with(|| new(origin));
        add(zone, said, View::Internal);
    }
    for zone in zones.values_mut() {
        let names = servers.iter().map(|server| (zone.origin.clone(), Record::Ns(server.clone())));
        zone.records.extend(names.collect::<Vec<_>>());
    }
    // The zone above says who answers a domain below it, and where those are (RFC 1034, 4.2.1).
    for origin in domains(site) {
        let parent = origin.split_once('.').and_then(|(_, rest)| names::zone_of(site, rest));
        let Some(parent) = parent else { continue };
        let below = |name: &str| name.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'));
        let glue = zones.get(domain).into_iter().flat_map(|zone| &zone.records);
        let is_server = |owner: &str| servers.contains(owner) && below(owner);
        let glue = glue.filter(|(owner, it)| matches!(it, Record::Address(_)) && is_server(owner)).cloned();
        let delegation = servers.iter().map(|server| (origin.to_owned(), Record::Ns(server.clone())));
        let further: Vec<(String, Record)> = delegation.chain(glue).collect();
        if let Some(zone) = zones.get_mut(parent) {
            zone.records.extend(further);
        }
    }
    zones.into_values().collect()
}

/// The zones of the world: those of domains that name the servers which it asks.
fn public(site: &Site, said: &Sayings) -> Vec<Zone> {
    let known: Vec<&str> = domains(site).into_iter().filter(|origin| !servers(site, origin).is_empty()).collect();
    let mut zones: BTreeMap<&str, Zone> = BTreeMap::new();
    for origin in &known {
        let primary = servers(site, origin).first().map_or("", |server| &server.value);
        let mut zone = empty(site, &format!("{PUBLIC}{origin}"), origin, primary, origin);
        add(&mut zone, said, View::Public);
        zones.insert(origin, zone);
    }
    for origin in &known {
        let named = || servers(site, origin).iter().map(|server| server.value.clone());
        let parent = origin.split_once('.').and_then(|(_, rest)| names::zone_of(site, rest));
        // The zone above says who answers this one, and where those are that are in it themselves (RFC 1034, 4.2.1).
        let glue: Vec<(String, Record)> = match zones.get(origin) {
            Some(zone) => {
                let is_server = |owner: &str| named().any(|server| server == owner);
                let records = zone.records.iter();
                records.filter(|(owner, it)| matches!(it, Record::Address(_)) && is_server(owner)).cloned().collect()
            }
            None => Vec::new(),
        };
        for (owner, further) in [(Some(*origin), Vec::new()), (parent, glue)] {
            let Some(zone) = owner.and_then(|owner| zones.get_mut(owner)) else { continue };
            zone.records.extend(named().map(|server| ((*origin).to_owned(), Record::Ns(server))));
            zone.records.extend(further);
        }
    }
    zones.into_values().collect()
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
        host.status.is_there()
            && host.named.name != resolver.named.name
            && is_on(host, network)
            && !shared.iter().any(|overlay| is_on(host, overlay))
    };
    network.is_bridge() && site.hosts.iter().any(asks)
}

/// The networks that machines ask from through a router: those which have the router of a network that is listened on, and a
/// machine that is on none of the resolver's.
fn asked_from<'s>(site: &'s Site, resolver: &Host, listens: &[&Network]) -> Vec<&'s Network> {
    let routers = Routers::of_site(site);
    let ids = || (0..).map(NetworkId).zip(&site.networks);
    let listens = ids().filter(|(_, network)| listens.iter().any(|other| std::ptr::eq(*other, *network)));
    let known: Vec<&Identity> = listens.flat_map(|(id, _)| routers.all(id)).collect();
    let asks = |id: NetworkId| {
        let asks = |host: &&Host| host.is_on(id) && !resolver.interfaces.iter().any(|own| host.is_on(own.network));
        site.hosts.iter().filter(|host| host.status.is_there()).any(|host| asks(&host))
    };
    let routed = ids().filter(|(id, _)| !resolver.is_on(*id) && routers.all(*id).any(|router| known.contains(&router)));
    routed.filter(|(id, _)| asks(*id)).map(|(_, network)| network).collect()
}

/// Unbound's configuration. It listens on the machine's overlay addresses, which are there only while Nebula runs
/// (`ip-freebind`), and on the bridges from which machines ask that share no overlay with it; it answers these networks
/// and those behind their router only.
fn unbound(site: &Site, host: &Host, service: &Service, zones: &[Zone], header: &str) -> String {
    let mut out: String = header.lines().flat_map(|line| ["# ", line, "\n"]).collect();
    out.push_str("#\n# For /etc/unbound/unbound.conf.d of the resolver; the zones lie in /etc/unbound.\nserver:\n");
    let places = places(site, host, service);
    for address in places.iter().flat_map(|interface| interface.addresses()) {
        out.push_str(&format!("  interface: {}\n", address.value));
    }
    out.push_str("  # An overlay's address is there only while Nebula runs.\n  ip-freebind: yes\n");
    out.push_str("  # Linux takes packets for that address from a bridge too, so the clients are named as well.\n");
    let networks: Vec<&Network> = places.iter().map(|interface| &site.networks[interface.network.index()]).collect();
    for network in networks.iter().copied().chain(asked_from(site, host, &networks)) {
        for prefix in network.prefixes() {
            out.push_str(&format!("  access-control: {} allow\n", prefix.value));
        }
    }
    out.push_str("  hide-identity: yes\n  hide-version: yes\n");
    out.push_str(
        "  # Nobody signs this domain: without the exception the root's proof that it does not exist makes it bogus.\n",
    );
    let domains = domains(site);
    for domain in &domains {
        out.push_str(&format!("  domain-insecure: \"{domain}.\"\n"));
    }
    out.push_str("  # Lifts Unbound's built-in empty zones of private addresses for ours alone.\n");
    let is_ours = |zone: &&Zone| !domains.contains(&zone.origin.as_str()) || is_built_in(&zone.origin);
    for zone in zones.iter().filter(is_ours) {
        out.push_str(&format!("  local-zone: \"{}.\" transparent\n", zone.origin));
    }
    for zone in zones {
        out.push_str(&format!("auth-zone:\n  name: \"{0}.\"\n  zonefile: \"/etc/unbound/{0}.zone\"\n", zone.origin));
        if leads_out(zone) {
            out.push_str("  # An alias of this zone leads out of it: only the resolver proper follows it there.\n");
            out.push_str("  for-downstream: no\n");
        }
    }
    out.push_str("forward-zone:\n  name: \".\"\n");
    for address in resolvers::asked(site, host, service.resolver.as_deref().unwrap_or_default()) {
        out.push_str(&format!("  forward-addr: {address}\n"));
    }
    out
}

/// Whether Unbound has an empty zone of its own that hides a domain (RFC 8375).
fn is_built_in(domain: &str) -> bool {
    domain == "home.arpa" || domain.ends_with(".home.arpa")
}

/// Whether an alias leads out of its zone. An answer from the zone itself would end there, and a machine's own resolver does
/// not ask on.
fn leads_out(zone: &Zone) -> bool {
    zone.records.iter().any(|(_, record)| match record {
        Record::Cname(target) => {
            *target != zone.origin && !target.strip_suffix(&zone.origin).is_some_and(|rest| rest.ends_with('.'))
        }
        _ => false,
    })
}
