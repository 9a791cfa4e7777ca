//! The inventory: names and groups in one file, what differs between machines in `host_vars`, whole.
//!
//! Of two groups of one host the last name would win, so nothing that a role reads differs by group.

use std::collections::{BTreeMap, BTreeSet};

use arvc_reach::policy::{Peer, Policies, Policy};
use arvc_site::extra::ExtraField;
use arvc_site::model::{Family, GroupId, Host, HostId, Kind, Node, Site, Status};
use arvc_site::spelling::ansible as spelling;

use super::filters;
use super::reach;
use super::resolver::Resolvers;
use crate::addresses;
use crate::extra;
use crate::nebula::{Overlay, is_member, overlay};
use crate::resolvers;
use crate::tree::Tree;
use crate::yaml::{Entry, Yaml, document, entry};

/// A port that nobody serves (discard, RFC 863): a machine that may open every port of a lighthouse asks for this one, and
/// a refusal is an answer.
const DISCARD: u16 = 9;

/// Writes `ansible/inventory/`.
pub fn emit(
    site: &Site,
    policies: &Policies,
    resolvers: Option<&Resolvers<'_>>,
    filters: &BTreeMap<HostId, String>,
    header: &str,
    tree: &mut Tree,
) {
    let overlay = overlay(site);
    let hosts: Vec<(HostId, &Host)> =
        (0..).map(HostId).zip(&site.hosts).filter(|(_, host)| host.is_reached()).collect();
    tree.text(
        "ansible/inventory/hosts.yml",
        document(header, &groups(site, policies, overlay.as_ref(), resolvers, &hosts)),
    );
    let shared = [
        ("bootstrap_domain", Yaml::str(&site.domain)),
        ("bootstrap_resolvers", Yaml::strs(site.uplink_resolvers.iter().map(ToString::to_string))),
        ("bootstrap_authorized_keys", Yaml::strs(&site.operators.keys)),
    ];
    let nebula = overlay.as_ref().map(|_| {
        let authorities = [&site.nebula.authority].into_iter().chain(&site.nebula.trusted);
        [("nebula_version", Yaml::str(&site.nebula.version.value)), ("nebula_authorities", Yaml::strs(authorities))]
    });
    let shared = shared.into_iter().chain(nebula.into_iter().flatten()).map(|(name, value)| entry(name, value));
    let shared = shared.chain(resolvers.into_iter().flat_map(Resolvers::shared));
    let shared = Yaml::Map(shared.chain(extra::variables(&site.variables)).collect());
    tree.text("ansible/inventory/group_vars/all.yml", document(header, &shared));
    for (group, id) in site.groups.iter().zip((0..).map(GroupId)) {
        let members = || hosts.iter().any(|(_, host)| host.groups.contains(&id));
        if !group.variables.is_empty() && members() {
            let path = format!("ansible/inventory/group_vars/{}.yml", spelling::group(&group.named.name));
            tree.text(path, document(header, &Yaml::Map(extra::variables(&group.variables))));
        }
    }
    let mut routes = super::routes::routes(site);
    for (id, host) in hosts {
        let mut variables = reach::variables(site, host);
        if host.is_configured() {
            variables.extend(roles(site, overlay.as_ref(), policies.of(id), (id, host), filters.get(&id)));
            variables.extend(resolvers.into_iter().flat_map(|resolvers| resolvers.own(id, host, policies.of(id))));
        }
        variables.extend(routes.remove(&id).map(|routes| entry("site_routes", routes)));
        if let Some(description) = &host.named.description {
            variables.push(entry("site_description", Yaml::str(description)));
        }
        variables.extend(extra::variables(&own_variables(site, host)));
        let variables = Yaml::Map(variables);
        tree.text(format!("ansible/inventory/host_vars/{}.yml", host.named.name), document(header, &variables));
    }
    for node in nodes(site) {
        let mut variables = reach::of_node(site, node);
        if let Some(description) = &node.named.description {
            variables.push(entry("site_description", Yaml::str(description)));
        }
        variables.extend(extra::variables(&node.variables));
        let path = format!("ansible/inventory/host_vars/{}.yml", node.named.name);
        tree.text(path, document(header, &Yaml::Map(variables)));
    }
}

/// The Proxmox hosts that Ansible knows.
fn nodes(site: &Site) -> impl Iterator<Item = &Node> {
    site.nodes.iter().filter(|node| node.connection.managed)
}

fn groups(
    site: &Site,
    policies: &Policies,
    overlay: Option<&Overlay<'_>>,
    resolvers: Option<&Resolvers<'_>>,
    hosts: &[(HostId, &Host)],
) -> Yaml {
    let mut groups: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    // The play of the resolvers names them also where there is none of them.
    if resolvers.is_some() {
        groups
            .extend([spelling::RESOLVERS, spelling::RESOLVER_CLIENTS].map(|group| (group.to_owned(), BTreeSet::new())));
    }
    for (id, host) in hosts {
        let mut join = |group: String| {
            groups.entry(group).or_default().insert(&host.named.name);
        };
        // What the emitted roles are for, and what they are not for.
        join(if host.is_configured() { spelling::GUESTS } else { spelling::WINRM_GUESTS }.to_owned());
        for group in &host.groups {
            join(spelling::group(&site.groups[group.index()].named.name));
        }
        if let Some(cluster) = host.cluster {
            join(spelling::cluster(&site.clusters[cluster.index()].named.name));
        }
        for service in &host.services {
            let service = &site.services[service.index()];
            if service.role.is_some() {
                join(spelling::service(&service.named.name));
            }
        }
        if host.is_configured() && overlay.is_some_and(|overlay| is_member(host, overlay.id)) {
            join(spelling::NEBULA_MEMBERS.to_owned());
            if host.lighthouse {
                join(spelling::NEBULA_LIGHTHOUSES.to_owned());
            }
        }
        if let Some(resolvers) = resolvers {
            if resolvers.serves(*id) {
                join(spelling::RESOLVERS.to_owned());
            }
            if !resolvers.asked_by(*id, host, policies.of(*id)).is_empty() {
                join(spelling::RESOLVER_CLIENTS.to_owned());
            }
        }
    }
    for node in nodes(site) {
        // None of the emitted plays names this group.
        groups.entry(spelling::PROXMOX_NODES.to_owned()).or_default().insert(&node.named.name);
    }
    let empty = || Yaml::map::<&str>([]);
    let children = groups.into_iter().map(|(group, hosts)| {
        (group, Yaml::map([("hosts", Yaml::map(hosts.into_iter().map(|host| (host, empty()))))]))
    });
    Yaml::map([("all", Yaml::map([("children", Yaml::map(children))]))])
}

/// What the emitted roles read of a machine.
fn roles(
    site: &Site,
    overlay: Option<&Overlay<'_>>,
    policy: &Policy,
    (id, host): (HostId, &Host),
    filter: Option<&String>,
) -> Vec<Entry> {
    let member = overlay.and_then(|overlay| Some((overlay, host.interface_on(overlay.id)?)));
    let mut entries = Vec::new();
    let further = further_addresses(site, host);
    if !further.is_empty() {
        entries.push(entry("bootstrap_addresses", Yaml::List(further)));
    }
    entries.push(entry("bootstrap_hostname", Yaml::str(&host.named.name)));
    let resolvers = resolvers::of(site, host);
    if resolvers != site.uplink_resolvers {
        entries.push(entry("bootstrap_resolvers", Yaml::strs(resolvers.iter().map(ToString::to_string))));
    }
    if let Some((overlay, interface)) = member {
        let address = interface.address.map(|address| address.value.to_string());
        entries.extend(address.map(|address| entry("nebula_address", Yaml::str(address))));
        entries.push(entry("nebula_device", Yaml::str(&interface.device)));
        if !interface.more.is_empty() {
            let more = interface.more.iter().map(|address| address.value.to_string());
            entries.push(entry("nebula_further_addresses", Yaml::strs(more)));
        }
        entries.push(entry("nebula_name", Yaml::str(&host.named.name)));
        entries.push(entry("nebula_probes", probes(overlay, policy, host)));
    }
    let families: BTreeSet<Family> = policy.forward.iter().map(|forward| forward.family).collect();
    if !families.is_empty() {
        let names = families.into_iter().map(|family| if family == Family::V4 { "ipv4" } else { "ipv6" });
        entries.push(entry("security_forwards", Yaml::strs(names)));
    }
    if let Some(filter) = filter {
        if filters::is_table(site, id) {
            entries.push(entry("security_leaves_forwarding", Yaml::Bool(true)));
        }
        entries.push(entry("security_policy", Yaml::str(filter)));
    }
    entries
}

/// The addresses of a guest that neither Proxmox nor cloud-init gives to its devices. Those of the overlay are Nebula's.
fn further_addresses(site: &Site, host: &Host) -> Vec<Yaml> {
    if host.kind == Kind::Machine {
        return Vec::new();
    }
    let mut list = Vec::new();
    for interface in &host.interfaces {
        let network = &site.networks[interface.network.index()];
        for address in addresses::further(network, interface).filter(|_| network.is_bridge()) {
            list.push(Yaml::map([
                ("device", Yaml::str(&interface.device)),
                ("address", Yaml::str(address.to_string())),
            ]));
        }
    }
    list
}

/// What the services of a machine say, and above it what the machine says itself.
fn own_variables(site: &Site, host: &Host) -> Vec<ExtraField> {
    let services = host.services.iter().flat_map(|service| &site.services[service.index()].variables);
    let mut said: BTreeMap<&str, &ExtraField> = BTreeMap::new();
    for variable in services.chain(&host.variables) {
        said.insert(&variable.name, variable);
    }
    said.into_values().cloned().collect()
}

/// A TCP port of each lighthouse that this machine may open: it has to answer before a join counts as done. Lighthouses
/// join one after the other, so that the first one would wait for the second in vain: they have no probes.
fn probes(overlay: &Overlay<'_>, policy: &Policy, host: &Host) -> Yaml {
    if host.lighthouse {
        return Yaml::List(Vec::new());
    }
    let lighthouses = overlay.fixed.iter().filter(|(_, other)| other.lighthouse && other.status == Status::Present);
    let mut probes = Vec::new();
    for (id, other) in lighthouses {
        let names = |peer: &Peer| match peer {
            Peer::Any => true,
            Peer::Host(peer) => peer == id,
            Peer::Group(group) => other.groups.contains(group),
            Peer::AllOf(groups) => groups.iter().all(|group| other.groups.contains(group)),
            _ => false,
        };
        let rules = policy.outbound.iter().filter(|rule| rule.network == overlay.id && names(&rule.peer));
        let open = |rule: &arvc_reach::policy::Rule| {
            let whole = rule.ports.tcp.iter().any(|(first, last)| (*first..=*last).contains(&DISCARD));
            if whole { Some(DISCARD) } else { rule.ports.tcp.first().map(|(first, _)| *first) }
        };
        let address = other.interface_on(overlay.id).and_then(|interface| interface.address);
        let (Some(port), Some(address)) = (rules.filter_map(open).min(), address) else { continue };
        probes.push(Yaml::map([("address", Yaml::str(address.value.to_string())), ("port", Yaml::Int(port.into()))]));
    }
    Yaml::List(probes)
}
