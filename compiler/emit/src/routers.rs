//! What each router of the site has to let through: `routers/NAME.yml`, as facts for whatever its rules are written with.
//!
//! A router that is no node and no guest of ours is a layer of its own, which the site declares and nobody here configures. What it
//! hands on is [`through`](arvc_reach::through); a guest that is a router has it as rules besides.

use std::collections::BTreeMap;
use std::sync::Arc;

use arvc_reach::Addresses;
use arvc_reach::policy::Policies;
use arvc_reach::ports::PortSet;
use arvc_reach::routers::Identity;
use arvc_reach::through::{End, Ends, Through, routers};
use arvc_site::model::{HostId, Site};

use crate::tree::Tree;
use crate::yaml::{Yaml, document};

/// Where they are.
const FOLDER: &str = "routers";

/// Adds a file for each router that has something to let through.
pub fn emit(site: &Site, policies: &Policies, header: &str, tree: &mut Tree) {
    for router in routers(site) {
        let entries = entries(site, &router, policies);
        if entries.is_empty() {
            continue;
        }
        let names = router.networks.iter().map(|network| site.networks[network.index()].named.name.as_str());
        let document = document(
            header,
            &Yaml::map([
                ("router", Yaml::str(name(site, &router.router))),
                ("networks", Yaml::strs(names)),
                ("lets_through", Yaml::List(entries)),
            ]),
        );
        tree.text(format!("{FOLDER}/{}.yml", name(site, &router.router)), document);
    }
}

/// The routers that have a file in the tree.
pub fn listed(tree: &Tree) -> Vec<&str> {
    let files = tree.files.keys().filter_map(|path| path.strip_prefix(FOLDER)?.strip_prefix('/'));
    files.filter_map(|file| file.strip_suffix(".yml")).collect()
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

fn entries(site: &Site, router: &Through, policies: &Policies) -> Vec<Yaml> {
    let addresses = Addresses::new(site);
    // By what they carry and why: first the far ends that the machines of one policy have, then the machines of a far end.
    let mut found: BTreeMap<(Arc<str>, PortSet, Ends, bool), Ends> = BTreeMap::new();
    for opening in router.openings(&addresses, &policies.list, &policies.nodes) {
        found.entry((opening.reason, opening.ports, opening.far, opening.inward)).or_default().extend(opening.own);
    }
    let entry = |((reason, ports, far, inward), own): ((Arc<str>, PortSet, Ends, bool), Ends)| {
        let (from, to) = if inward { (far, own) } else { (own, far) };
        let mut entry = vec![("from", ends(&from)), ("to", ends(&to))];
        entry.extend(carried(&ports));
        entry.push(("why", Yaml::strs(reasons(&reason))));
        Yaml::map(entry)
    };
    found.into_iter().map(entry).collect()
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
