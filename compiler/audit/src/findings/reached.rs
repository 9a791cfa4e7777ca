//! `not-its-address`: Ansible finds a machine at an address that another one has, or that it does not have itself. So its play
//! configures the other one: with its filter, its certificate and its services.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::Report;
use crate::packet::is_public;
use crate::tree::Tree;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    let mut owners: BTreeMap<IpAddr, BTreeSet<&str>> = BTreeMap::new();
    let mut own: BTreeMap<&str, Vec<IpAddr>> = BTreeMap::new();
    let (nodes, machines) = (&tree.wiring.nodes, &tree.wiring.machines);
    for name in tree.hosts.keys().chain(nodes.keys()).chain(machines.keys()) {
        let addresses = stated(tree, name);
        addresses.iter().for_each(|address| _ = owners.entry(*address).or_default().insert(name));
        own.insert(name, addresses);
    }
    let near: BTreeSet<IpNet> = tree.networks();
    for reached in &tree.reached {
        let has = own.get(reached.host.as_str()).map(Vec::as_slice).unwrap_or_default();
        if has.contains(&reached.address) {
            continue;
        }
        let (host, address) = (&reached.host, reached.address);
        let others = owners.get(&address).into_iter().flatten();
        let words = match others.copied().find(|other| other != host) {
            Some(other) => format!("Ansible finds {host} at {address}, which is {other}'s"),
            // What a DHCP server gives it, or a router in front of it translates, is in no file.
            None if has.is_empty() || asks(tree, host) => continue,
            None if is_public(address) && !near.iter().any(|net| net.contains(&address)) => continue,
            None => format!("Ansible finds {host} at {address}, which it does not have"),
        };
        report.add("not-its-address", &[Some(reached.place)], words, "write one of its own addresses");
    }
}

/// What everything but the inventory says that a machine or a node has.
fn stated(tree: &Tree, name: &str) -> Vec<IpAddr> {
    let said = [tree.wiring.nodes.get(name), tree.wiring.machines.get(name)].into_iter().flatten().flatten();
    let mut all: Vec<IpAddr> = said.copied().collect();
    if let Some(host) = tree.hosts.get(name) {
        let nics = tree.guest(host).into_iter().flat_map(|guest| &guest.nics);
        all.extend(nics.flat_map(|nic| &nic.addresses).map(IpNet::addr));
        all.extend(host.devices.keys());
        all.extend(host.members.iter().flat_map(|member| tree.members[*member].addresses()));
    }
    all
}

fn asks(tree: &Tree, name: &str) -> bool {
    let guest = tree.hosts.get(name).and_then(|host| tree.guest(host));
    guest.is_some_and(|guest| guest.nics.iter().any(|nic| nic.dhcp))
}
