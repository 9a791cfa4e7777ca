//! What a move must not change, held as data: a machine's place on the overlay, its certificate, and the meaning of the
//! firewall on the overlay, as `reach` derives it and as the tree has it.

use std::collections::BTreeSet;

use arvc_reach::policy::{Peer, policies};
use arvc_site::model::Site;
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::{Tree, base, build, check, edited};

/// Edits that put a machine somewhere else, and whom.
const MOVES: &[(&str, &str)] =
    &[("move_to_another_node", "web-1"), ("move_to_another_bridge", "web-1"), ("move_to_a_machine", "web-1")];

fn site(text: &str) -> Site {
    check(text).site.expect("a site without an error is whole")
}

/// What each machine lets in and out on overlays, in words that do not depend on indices.
fn overlay_rules(site: &Site) -> BTreeSet<String> {
    let policies = policies(site);
    let mut found = BTreeSet::new();
    for policy in &policies.list {
        for (direction, rules) in [("in", &policy.inbound), ("out", &policy.outbound)] {
            for rule in rules.iter().filter(|rule| site.networks[rule.network.index()].is_overlay()) {
                let peer = match &rule.peer {
                    Peer::Group(group) => site.groups[group.index()].named.path.clone(),
                    Peer::Host(host) => site.hosts[host.index()].named.path.clone(),
                    Peer::Node(node) => site.nodes[node.index()].named.path.clone(),
                    Peer::Network(network) => site.networks[network.index()].named.path.clone(),
                    Peer::AllOf(groups) => groups
                        .iter()
                        .map(|group| site.groups[group.index()].named.path.as_str())
                        .collect::<Vec<_>>()
                        .join(" & "),
                    other => format!("{other:?}"),
                };
                for host in &policy.hosts {
                    let host = &site.hosts[host.index()].named.path;
                    found.insert(format!("{host} {direction} {peer} {:?}", rule.ports));
                }
            }
        }
    }
    found
}

fn certificate(tree: &Tree, host: &str) -> Value {
    let plan: Value = serde_json::from_str(&tree["nebula/certificates.json"]).expect("a plan");
    plan["hosts"][host].clone()
}

/// The rules of a Nebula configuration, without their reasons.
fn firewall(tree: &Tree, host: &str) -> Vec<String> {
    let text = &tree[&format!("nebula/{host}.yml")];
    let (_, rules) = text.split_once("\nfirewall:\n").expect("a firewall");
    rules.lines().filter(|line| !line.trim_start().starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn a_machine_that_moves_keeps_its_overlay_address_certificate_and_firewall_meaning() {
    let (before, (tree, _)) = (site(&base()), build(&base()));
    for (edit, moved) in MOVES {
        let text = edited(edit);
        let (after, (new, _)) = (site(&text), build(&text));
        let address = |site: &Site| {
            let host = site.hosts.iter().find(|host| host.named.name == *moved).expect("the machine is there");
            let on = host.interfaces.iter().find(|interface| site.networks[interface.network.index()].is_overlay());
            on.expect("it is on the overlay").address.unwrap().value
        };
        assert_eq!(address(&before), address(&after), "{edit}: overlay address");
        assert_eq!(overlay_rules(&before), overlay_rules(&after), "{edit}: what is open on the overlay");
        for host in &before.hosts {
            let host = &host.named.name;
            assert_eq!(certificate(&tree, host), certificate(&new, host), "{edit}: certificate of {host}");
            assert_eq!(firewall(&tree, host), firewall(&new, host), "{edit}: Nebula's rules of {host}");
        }
    }
}
