//! The nodes themselves: their own firewall, and what guests may open on them.

use std::collections::BTreeMap;

use arvc_reach::Addresses;
use arvc_reach::policy::{Peer, Rule};
use arvc_reach::ports::PortSet;
use arvc_site::model::{NetworkId, NetworkKind, NodeId, Router};
use ipnet::IpNet;

use crate::hcl::{Body, fixed};
use crate::terraform::Folder;
use crate::terraform::firewall::rule::{Direction, ProxmoxRule, accepts, ends};
use crate::terraform::firewall::{cluster, multicast};
use crate::terraform::name::{self, kind};
use crate::terraform::scope::Scope;

/// Adds the file.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let mut file = Body::new();
    for (id, node) in &scope.nodes {
        let resource = name::resource(&node.named.name);
        file.resource(&fixed(kind::NODE_FIREWALL), &resource, |body| {
            body.set("node_name", node.named.name.as_str())
                .gap()
                .set("enabled", true)
                .set("ndp", true)
                .set("nftables", false)
                .set("nosmurfs", true)
                .set("log_level_in", "nolog")
                .set("log_level_out", "nolog")
                .set("log_level_forward", "nolog")
                .set("smurf_log_level", "nolog")
                .set("tcp_flags_log_level", "nolog")
                .gap()
                .set("depends_on", cluster::access(scope));
        });
        let rules = rules(scope, *id);
        if !rules.is_empty() {
            file.comment("What the node serves to machines; it routes and forwards without any rule here.").resource(
                &fixed(kind::FIREWALL_RULES),
                &name::part("node", resource.text()),
                |body| {
                    body.set("node_name", node.named.name.as_str());
                    for rule in rules {
                        rule.print(body);
                    }
                },
            );
        }
    }
    folder.file("firewall_node.tf", "", &file);
}

/// The other end of what machines may open towards the node.
fn rules(scope: &Scope, node: NodeId) -> Vec<ProxmoxRule> {
    let mut sources: BTreeMap<(NetworkId, &PortSet, &str), Vec<IpNet>> = BTreeMap::new();
    let all = Addresses::new(scope.site);
    let policies = scope.policies.list.iter();
    let openings = policies.flat_map(|policy| policy.outbound.iter().map(move |rule| (policy, rule)));
    for (policy, rule) in openings.filter(|(_, rule)| rule.peer == Peer::Node(node)) {
        let Rule { network, ports, reason, .. } = rule;
        let addresses = policy.hosts.iter().flat_map(|host| all.of(*network, &Peer::Host(*host)));
        sources.entry((*network, ports, reason)).or_default().extend(addresses);
    }
    let mut list = listeners(scope, node);
    list.extend(among_nodes(scope, node));
    for ((network, ports, reason), mut prefixes) in sources {
        // On an overlay the node is no member: whatever the policy says of one is Nebula's.
        let NetworkKind::Bridge { bridge, vlan, .. } = &scope.site.networks[network.index()].kind else { continue };
        prefixes.sort_unstable();
        prefixes.dedup();
        // Linux names the node's own side of a VLAN after bridge and tag.
        let iface = vlan.map_or_else(|| bridge.clone(), |tag| format!("{bridge}.{tag}"));
        for end in ends(&prefixes) {
            let rules = accepts(Direction::In, &end, ports, reason);
            list.extend(rules.into_iter().map(|rule| ProxmoxRule { iface: Some(iface.clone()), ..rule }));
        }
    }
    list
}

/// What it lets in from other nodes and the operators, by whatever device: who sends is known by address alone.
fn among_nodes(scope: &Scope, node: NodeId) -> Vec<ProxmoxRule> {
    let mut sources: BTreeMap<(&str, &PortSet), Vec<IpNet>> = BTreeMap::new();
    for rule in scope.policies.nodes.iter().filter(|rule| rule.node == node) {
        sources.entry((&rule.reason, &rule.ports)).or_default().extend(rule.sources(scope.site));
    }
    let rules = sources.into_iter().flat_map(|((reason, ports), mut prefixes)| {
        prefixes.sort_unstable();
        prefixes.dedup();
        ends(&prefixes).into_iter().flat_map(|end| accepts(Direction::In, &end, ports, reason)).collect::<Vec<_>>()
    });
    rules.collect()
}

/// On bridges where the node has an address of IPv6, it has to say that it listens.
fn listeners(scope: &Scope, node: NodeId) -> Vec<ProxmoxRule> {
    let own = &scope.site.nodes[node.index()];
    let mut ifaces: Vec<String> = Vec::new();
    for network in &scope.site.networks {
        let NetworkKind::Bridge { bridge, vlan, gateways } = &network.kind else { continue };
        let gateways = gateways.iter().filter(|gateway| gateway.router == Router::Node(node));
        let all = own.addresses().map(|address| address.value).chain(gateways.map(|gateway| gateway.address));
        if all.into_iter().any(|address| address.is_ipv6() && network.contains(address)) {
            ifaces.push(vlan.map_or_else(|| bridge.clone(), |tag| format!("{bridge}.{tag}")));
        }
    }
    ifaces.sort();
    ifaces.dedup();
    ifaces.into_iter().map(|iface| ProxmoxRule { iface: Some(iface), ..multicast::query() }).collect()
}
