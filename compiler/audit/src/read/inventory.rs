//! Ansible's inventory: variables of hosts, as far as they say which filter a host has and what its devices are called.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use crate::place::Place;
use crate::text::yaml::Node;
use crate::tree::Reached;

/// Variables of all hosts and groups.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    hosts: BTreeMap<String, Vec<(String, Place, Node)>>,
    groups: BTreeMap<String, Vec<(String, Place, Node)>>,
    members: BTreeMap<String, BTreeSet<String>>,
}

/// What an inventory file is about.
pub(crate) enum About {
    Host(String),
    Group(String),
    Hosts,
}

/// What a path of an inventory is about.
pub(crate) fn about(path: &str) -> Option<About> {
    let stem = path.strip_suffix(".yml").or_else(|| path.strip_suffix(".yaml"))?;
    let parts: Vec<&str> = stem.split('/').collect();
    for (index, part) in parts.iter().enumerate() {
        let name = parts.get(index + 1).map(|name| (*name).to_owned());
        match (*part, name) {
            ("host_vars", Some(name)) => return Some(About::Host(name)),
            ("group_vars", Some(name)) => return Some(About::Group(name)),
            _ => {}
        }
    }
    let last = parts.last()?;
    (["hosts", "inventory"].contains(last) && parts.len() > 1 || *last == "hosts").then_some(About::Hosts)
}

impl Inventory {
    /// One more file.
    pub fn add(&mut self, about: About, node: &Node, file: u32) {
        let variables = node
            .pairs()
            .iter()
            .filter_map(|(key, value)| Some((key.text()?.to_owned(), Place { file, line: key.line }, value.clone())));
        match about {
            About::Host(name) => self.hosts.entry(name).or_default().extend(variables),
            About::Group(name) => self.groups.entry(name).or_default().extend(variables),
            About::Hosts => {
                for (name, group) in node.pairs() {
                    if let Some(name) = name.text() {
                        self.group(name, group, file, 0);
                    }
                }
            }
        }
    }

    fn group(&mut self, name: &str, group: &Node, file: u32, depth: usize) {
        for (host, variables) in group.get("hosts").map(Node::pairs).unwrap_or_default() {
            let Some(host) = host.text() else { continue };
            self.members.entry(host.to_owned()).or_default().insert(name.to_owned());
            self.hosts.entry(host.to_owned()).or_default();
            if variables.is_map() {
                self.add(About::Host(host.to_owned()), variables, file);
            }
        }
        if let Some(variables) = group.get("vars") {
            self.add(About::Group(name.to_owned()), variables, file);
        }
        for (child, inner) in group.get("children").map(Node::pairs).unwrap_or_default() {
            if let (Some(child), true) = (child.text(), depth < 32) {
                self.group(child, inner, file, depth + 1);
            }
        }
    }

    /// All hosts.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.keys().map(String::as_str)
    }

    /// A variable of a host: its own, that of its last group by name, that of all.
    pub fn variable(&self, host: &str, name: &str) -> Option<(&Node, Place)> {
        let find = |variables: &'_ [(String, Place, Node)]| variables.iter().rposition(|(own, ..)| own == name);
        let own = self.hosts.get(host).and_then(|variables| find(variables).map(|at| &variables[at]));
        let grouped = || {
            let groups = self.members.get(host)?.iter().rev();
            groups.filter_map(|group| self.groups.get(group)).find_map(|vars| find(vars).map(|at| &vars[at]))
        };
        let all = || self.groups.get("all").and_then(|variables| find(variables).map(|at| &variables[at]));
        own.or_else(grouped).or_else(all).map(|(_, place, node)| (node, *place))
    }

    /// A variable that is a text.
    pub fn text(&self, host: &str, name: &str) -> Option<(&str, Place)> {
        let (node, place) = self.variable(host, name)?;
        Some((node.text()?, place))
    }

    /// The address that Ansible finds a host at.
    pub fn address(&self, host: &str) -> Option<(IpAddr, Place)> {
        let (text, place) = self.text(host, "ansible_host")?;
        Some((text.parse().ok()?, place))
    }

    /// Where Ansible, and what the services are for, find each host by the variables.
    pub fn reached(&self) -> Vec<Reached> {
        let one = |host: &String, variable: &str| {
            let (text, place) = self.text(host, variable)?;
            Some(Reached { host: host.clone(), address: text.parse().ok()?, place })
        };
        self.hosts
            .keys()
            .flat_map(|host| ["ansible_host", "services_host"].into_iter().filter_map(move |it| one(host, it)))
            .collect()
    }

    /// The families of which the play turns forwarding on: IPv4, IPv6.
    pub fn forwards(&self, host: &str) -> (bool, bool) {
        let Some((node, _)) = self.variable(host, "security_forwards") else { return (false, false) };
        let has = |family: &str| node.items().iter().any(|item| item.text() == Some(family));
        (has("ipv4"), has("ipv6"))
    }

    /// Addresses that the play gives to devices of a host.
    pub fn further(&self, host: &str) -> Vec<(String, IpNet)> {
        let Some((node, _)) = self.variable(host, "bootstrap_addresses") else { return Vec::new() };
        let one =
            |item: &Node| Some((item.get("device")?.text()?.to_owned(), item.get("address")?.text()?.parse().ok()?));
        node.items().iter().filter_map(one).collect()
    }
}
