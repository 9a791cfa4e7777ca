//! Firewall rules of one direction, each with exactly one of `host`, `group`, `groups` and `cidr`.
//!
//! Nebula reads several of them in one rule as alternatives (`firewall.go`, `FirewallRule.match`), so a second one would
//! make the rule wider. A list is a disjunction, and there is no rule that denies.

use arvc_reach::policy::{Peer, Rule};
use arvc_site::model::{NetworkId, Site};

use crate::yaml::{Entry, Yaml, entry, noted};

/// The rules of one direction on the overlay; an empty list drops everything, and is written out.
pub fn rules(site: &Site, overlay: NetworkId, rules: &[Rule]) -> Yaml {
    let mut list = Vec::new();
    let mut said = "";
    for rule in rules.iter().filter(|rule| rule.network == overlay) {
        let peers = peers(site, &rule.peer);
        let packets = packets(rule);
        for (peer, (protocol, port)) in peers.iter().flat_map(|peer| packets.iter().map(move |packet| (peer, packet))) {
            let protocol = *protocol;
            let protocol = Yaml::quoted(protocol);
            // Once for a run of rules with the same reason.
            let first =
                if said == &*rule.reason { entry("proto", protocol) } else { noted(&*rule.reason, "proto", protocol) };
            said = &rule.reason;
            list.push(Yaml::Map(vec![first, entry("port", Yaml::quoted(port.clone())), peer.clone()]));
        }
    }
    Yaml::List(list)
}

/// How rules name a peer, each in one way: a network by each of its prefixes. Who is not a member of the overlay cannot be
/// named on it.
fn peers(site: &Site, peer: &Peer) -> Vec<Entry> {
    let group = |id: &arvc_site::model::GroupId| Yaml::quoted(&site.groups[id.index()].named.name);
    let one = match peer {
        Peer::Any => entry("host", Yaml::quoted("any")),
        Peer::Host(host) => entry("host", Yaml::quoted(&site.hosts[host.index()].named.name)),
        Peer::Group(id) => entry("group", group(id)),
        Peer::AllOf(ids) => entry("groups", Yaml::List(ids.iter().map(group).collect())),
        Peer::Network(network) => {
            let prefixes = site.networks[network.index()].prefixes();
            return prefixes.map(|prefix| entry("cidr", Yaml::quoted(prefix.value.to_string()))).collect();
        }
        Peer::Prefix(prefix) => entry("cidr", Yaml::quoted(prefix.to_string())),
        Peer::Node(_) | Peer::Operators | Peer::Internet => return Vec::new(),
    };
    vec![one]
}

/// Protocol and port of each rule. A range is one rule, which Nebula expands port by port; the whole range is `any`. Port
/// 0 is left out of ranges, since `0-N` means any port. ICMP matches by `any` only.
fn packets(rule: &Rule) -> Vec<(&'static str, String)> {
    if rule.ports.is_all() {
        return vec![("any", "any".to_owned())];
    }
    let transport = |name: &'static str, ranges: &[(u16, u16)]| {
        let port = |(first, last): &(u16, u16)| match (*first.max(&1), *last) {
            (1, u16::MAX) => Some("any".to_owned()),
            (first, last) if first == last => Some(first.to_string()),
            (first, last) if first < last => Some(format!("{first}-{last}")),
            _ => None,
        };
        ranges.iter().filter_map(port).map(|port| (name, port)).collect::<Vec<_>>()
    };
    let mut packets = transport("tcp", &rule.ports.tcp);
    packets.extend(transport("udp", &rule.ports.udp));
    if rule.ports.icmp {
        packets.push(("icmp", "any".to_owned()));
    }
    packets
}
