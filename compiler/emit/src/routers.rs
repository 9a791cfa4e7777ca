//! What each router of the site has to let through: `routers/NAME.yml`, as facts for whatever its rules are written with.
//!
//! A router that is no node is a layer of its own, which the site declares and nobody here configures. Its rules follow from those
//! of the machines at both ends: what one of them lets in from beyond its network, or opens to beyond it, comes by the router.
//! Answers are not listed: a router tracks connections, or it needs the reverse of each entry as well.

use std::collections::{BTreeMap, BTreeSet};

use arvc_reach::Addresses;
use arvc_reach::policy::{Peer, Policies, Rule};
use arvc_reach::ports::PortSet;
use arvc_reach::routers::{Identity, Routers};
use arvc_site::model::{HostId, NetworkId, Site};
use ipnet::IpNet;

use crate::tree::Tree;
use crate::yaml::{Yaml, document};

/// Where they are.
const FOLDER: &str = "routers";

/// Adds a file for each router that has something to let through.
pub fn emit(site: &Site, policies: &Policies, header: &str, tree: &mut Tree) {
    for (router, networks) in routers(site) {
        let entries = Between { site, router: &router, networks: &networks }.entries(policies);
        if entries.is_empty() {
            continue;
        }
        let names = networks.iter().map(|network| site.networks[network.index()].named.name.as_str());
        let document = document(
            header,
            &Yaml::map([
                ("router", Yaml::str(name(site, &router))),
                ("networks", Yaml::strs(names)),
                ("lets_through", Yaml::List(entries)),
            ]),
        );
        tree.text(format!("{FOLDER}/{}.yml", name(site, &router)), document);
    }
}

/// The routers that have a file in the tree.
pub fn listed(tree: &Tree) -> Vec<&str> {
    let files = tree.files.keys().filter_map(|path| path.strip_prefix(FOLDER)?.strip_prefix('/'));
    files.filter_map(|file| file.strip_suffix(".yml")).collect()
}

/// Machines that are routers, and what else several networks name as one, each with its networks. A node lets everything
/// through, and an address of somebody else that one network alone names is the way out and no more.
fn routers(site: &Site) -> BTreeMap<Identity, Vec<NetworkId>> {
    let routers = Routers::of_site(site);
    let mut of: BTreeMap<Identity, BTreeSet<NetworkId>> = BTreeMap::new();
    for network in (0..site.networks.len() as u32).map(NetworkId) {
        for router in routers.all(network) {
            of.entry(router.clone()).or_default().insert(network);
        }
    }
    let of = of.into_iter().filter(|(router, networks)| match router {
        Identity::Node(_) => false,
        Identity::Host(_) | Identity::Owners(_) => true,
        Identity::Address(_) => networks.len() > 1,
    });
    of.map(|(router, networks)| (router, networks.into_iter().collect())).collect()
}

/// A name for files.
fn name(site: &Site, router: &Identity) -> String {
    let host = |host: &HostId| site.hosts[host.index()].named.name.clone();
    match router {
        Identity::Node(node) => site.nodes[node.index()].named.name.clone(),
        Identity::Host(id) => host(id),
        Identity::Owners(owners) => owners.iter().map(host).collect::<Vec<_>>().join("-"),
        Identity::Address(address) => address.to_string().replace(':', "-"),
    }
}

/// An end of an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Internet,
    Prefix(IpNet),
}

type Ends = BTreeSet<End>;

/// A router and its networks.
struct Between<'a> {
    site: &'a Site,
    router: &'a Identity,
    networks: &'a [NetworkId],
}

impl Between<'_> {
    fn entries(&self, policies: &Policies) -> Vec<Yaml> {
        let addresses = Addresses::new(self.site);
        // By what they carry and why: first the far ends that the machines of one policy have, then the machines of a far end.
        let mut found: BTreeMap<(&str, &PortSet, Ends, bool), Ends> = BTreeMap::new();
        let policies = self.networks.iter().flat_map(|network| policies.list.iter().map(move |it| (*network, it)));
        for (network, policy) in policies {
            let hosts = policy.hosts.iter().filter(|host| self.is_behind(**host, network));
            let own: Ends = hosts.flat_map(|host| addresses.of(network, &Peer::Host(*host))).map(End::Prefix).collect();
            if own.is_empty() {
                continue;
            }
            for (inward, rules) in [(true, &policy.inbound), (false, &policy.outbound)] {
                let mut beyond: BTreeMap<(&str, &PortSet), Ends> = BTreeMap::new();
                for rule in rules.iter().filter(|rule| rule.network == network) {
                    let far = self.far(&addresses, rule, inward);
                    if !far.is_empty() {
                        beyond.entry((&rule.reason, &rule.ports)).or_default().extend(far);
                    }
                }
                for ((reason, ports), far) in beyond {
                    found.entry((reason, ports, far, inward)).or_default().extend(own.iter().cloned());
                }
            }
        }
        let entry = |((reason, ports, far, inward), own): ((&str, &PortSet, Ends, bool), Ends)| {
            let (from, to) = if inward { (far, own) } else { (own, far) };
            let mut entry = vec![("from", ends(&from)), ("to", ends(&to))];
            entry.extend(carried(ports));
            entry.push(("why", Yaml::strs(reasons(reason))));
            Yaml::map(entry)
        };
        found.into_iter().map(entry).collect()
    }

    /// Whether a machine is on a network of the router, and is not the router itself: what that sends is handed on by nobody.
    fn is_behind(&self, id: HostId, network: NetworkId) -> bool {
        let host = &self.site.hosts[id.index()];
        let itself = match self.router {
            Identity::Host(router) => *router == id,
            Identity::Owners(owners) => owners.contains(&id),
            Identity::Node(_) | Identity::Address(_) => false,
        };
        !itself && host.status.is_there() && host.is_on(network)
    }

    /// The part of a rule's other end that the router leads to. What goes from machine to machine is said where it arrives.
    fn far(&self, addresses: &Addresses, rule: &Rule, inward: bool) -> Ends {
        if rule.there != rule.network {
            let all = if inward { addresses.of(rule.there, &rule.peer) } else { Vec::new() };
            return all.into_iter().map(End::Prefix).collect();
        }
        // What is behind a router and on no bridge has ways to the world of its own.
        let leads_out = self.site.networks[rule.network.index()].is_bridge();
        match rule.peer {
            Peer::Internet => Ends::from_iter(leads_out.then_some(End::Internet)),
            // Whoever asks for an address is answered on its own segment.
            Peer::Any if is_dhcp(&rule.ports) => Ends::new(),
            _ => {
                let mut all = addresses.of(rule.network, &rule.peer);
                all.retain(|prefix| self.leads_to(rule.network, prefix, leads_out));
                all.into_iter().map(End::Prefix).collect()
            }
        }
    }

    /// Whether the router leads from one of its networks to a prefix: in another of them, or in no network of the site.
    fn leads_to(&self, from: NetworkId, prefix: &IpNet, leads_out: bool) -> bool {
        let all = (0..self.site.networks.len() as u32).map(NetworkId);
        let holds = |id: &NetworkId| self.site.networks[id.index()].prefixes().any(|own| own.value.contains(prefix));
        let inside: Vec<NetworkId> = all.filter(holds).collect();
        match inside.is_empty() {
            true => leads_out,
            false => !inside.contains(&from) && inside.iter().any(|network| self.networks.contains(network)),
        }
    }
}

/// The flows of a merged rule, each once and without its ports, which stand beside it.
fn reasons(reason: &str) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for flow in reason.split("; ") {
        let (ends, ports) = flow.split_once(" : ").unwrap_or((flow, ""));
        // `nodes.pve: SSH` is no flow.
        let via = ports.split_once(" via ").map(|(_, via)| format!(" via {via}")).unwrap_or_default();
        let text = format!("{ends}{via}");
        if !list.contains(&text) {
            list.push(text);
        }
    }
    list
}

fn is_dhcp(ports: &PortSet) -> bool {
    let dhcp = |(first, last): &(u16, u16)| first == last && [67, 68, 546, 547].contains(first);
    ports.tcp.is_empty() && !ports.icmp && ports.others.is_empty() && ports.udp.iter().all(dhcp)
}

fn ends(ends: &Ends) -> Yaml {
    Yaml::strs(ends.iter().map(|end| match end {
        End::Internet => "internet".to_owned(),
        End::Prefix(prefix) if prefix.prefix_len() == prefix.max_prefix_len() => prefix.addr().to_string(),
        End::Prefix(prefix) => prefix.to_string(),
    }))
}

fn carried(ports: &PortSet) -> Vec<(&'static str, Yaml)> {
    if ports.is_all() {
        return vec![("protocols", Yaml::strs(["all"]))];
    }
    let ranges = |ranges: &[(u16, u16)]| {
        let one = |(first, last): &(u16, u16)| match first == last {
            true => Yaml::Int((*first).into()),
            false => Yaml::str(format!("{first}-{last}")),
        };
        Yaml::List(ranges.iter().map(one).collect())
    };
    let mut list = Vec::new();
    for (name, some) in [("tcp", &ports.tcp), ("udp", &ports.udp)] {
        if !some.is_empty() {
            list.push((name, ranges(some)));
        }
    }
    let others = ports.others.iter().flat_map(|(first, last)| *first..=*last).map(|number| Yaml::Int(number.into()));
    let icmp = ports.icmp.then(|| Yaml::str("icmp"));
    let protocols: Vec<Yaml> = icmp.into_iter().chain(others).collect();
    if !protocols.is_empty() {
        list.push(("protocols", Yaml::List(protocols)));
    }
    list
}
