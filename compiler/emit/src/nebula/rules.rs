//! Firewall rules of one direction, each with exactly one of `host`, `group`, `groups` and `cidr`.
//!
//! Nebula reads several of them in one rule as alternatives (`firewall.go`, `FirewallRule.match`), so a second one would
//! make the rule wider. A list is a disjunction, and there is no rule that denies. Whether a rule is about the member itself or about
//! what is behind it, its `local_cidr` says, which is a condition of its own.

use arvc_reach::Addresses;
use arvc_reach::policy::{Forward, Peer, Rule};
use arvc_reach::ports::PortSet;
use arvc_reach::through::{End, Ends};
use arvc_site::model::{HostId, NetworkId, Site};
use ipnet::IpNet;

use crate::yaml::{Entry, Yaml, entry, noted};

/// A list of rules as it is written; an empty one drops everything, and is written out.
pub struct Rules<'a> {
    addresses: &'a Addresses<'a>,
    member: HostId,
    /// The member's own addresses on the overlay, where something is behind it: its rules say then that they are about itself.
    own: Vec<IpNet>,
    list: Vec<Yaml>,
    said: String,
}

impl<'a> Rules<'a> {
    /// An empty list of a member.
    pub fn new(addresses: &'a Addresses<'a>, member: HostId, own: Vec<IpNet>) -> Self {
        Self { addresses, member, own, list: Vec::new(), said: String::new() }
    }

    /// The rules of one direction on the overlay. This file is the member's alone, so what machines of one policy share for one
    /// another's sake does not name the member itself.
    pub fn policy(mut self, overlay: NetworkId, rules: &[Rule]) -> Self {
        let own = Peer::Host(self.member);
        for rule in rules.iter().filter(|rule| rule.network == overlay && rule.peer != own) {
            let peers = match rule.there == overlay {
                true => peers(self.addresses.site, &rule.peer),
                // What is behind another member has no certificate.
                false => self.addresses.of(rule.there, &rule.peer).into_iter().map(cidr).collect(),
            };
            let own = self.own.clone();
            self.add(&rule.reason, &rule.ports, &peers, &own);
        }
        self
    }

    /// What comes in for what is behind the member.
    pub fn behind(mut self, forwards: &[Forward]) -> Self {
        for forward in forwards.iter().filter(|forward| forward.hidden) {
            let peers: Vec<Entry> = prefixes(&forward.from).map(cidr).collect();
            let own: Vec<IpNet> = prefixes(&forward.to).collect();
            self.add(&forward.reason, &forward.ports, &peers, &own);
        }
        self
    }

    /// As YAML.
    pub fn yaml(self) -> Yaml {
        Yaml::List(self.list)
    }

    fn add(&mut self, reason: &str, ports: &PortSet, peers: &[Entry], own: &[IpNet]) {
        let locals: Vec<Option<Entry>> = match own {
            [] => vec![None],
            own => own.iter().map(|own| Some(entry("local_cidr", Yaml::quoted(own.to_string())))).collect(),
        };
        let packets = packets(ports);
        for (peer, local) in peers.iter().flat_map(|peer| locals.iter().map(move |local| (peer, local))) {
            for (protocol, port) in &packets {
                let protocol = Yaml::quoted(*protocol);
                // Once for a run of rules with the same reason.
                let first = match self.said == reason {
                    true => entry("proto", protocol),
                    false => noted(reason, "proto", protocol),
                };
                reason.clone_into(&mut self.said);
                let mut fields = vec![first, entry("port", Yaml::quoted(port.clone())), peer.clone()];
                fields.extend(local.clone());
                self.list.push(Yaml::Map(fields));
            }
        }
    }
}

fn cidr(prefix: IpNet) -> Entry {
    entry("cidr", Yaml::quoted(prefix.to_string()))
}

/// The addresses of a forward's end: none of what is behind a member is the Internet.
fn prefixes(ends: &Ends) -> impl Iterator<Item = IpNet> + '_ {
    ends.iter().filter_map(|end| match end {
        End::Prefix(prefix) => Some(*prefix),
        End::Internet => None,
    })
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
fn packets(ports: &PortSet) -> Vec<(&'static str, String)> {
    if ports.is_all() {
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
    let mut packets = transport("tcp", &ports.tcp);
    packets.extend(transport("udp", &ports.udp));
    if ports.icmp {
        packets.push(("icmp", "any".to_owned()));
    }
    packets
}
