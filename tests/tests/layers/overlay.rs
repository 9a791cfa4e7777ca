//! Nebula's firewall (`firewall.go`): a rule of one direction names its peer by certificate name, groups or address.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::Value;

use super::filter::{inside, prefix};
use super::{Packet, Tree};

/// A member: its certificate and its rules.
pub struct Member {
    pub addresses: Vec<IpAddr>,
    pub groups: BTreeSet<String>,
    name: String,
    outbound: Vec<Rule>,
    inbound: Vec<Rule>,
}

struct Rule {
    protocol: String,
    /// `None` is any.
    ports: Option<(u16, u16)>,
    peer: Peer,
    /// The own addresses that it is about, if it says so.
    local: Option<(IpAddr, u32)>,
}

enum Peer {
    Any,
    Host(String),
    Groups(Vec<String>),
    Cidr((IpAddr, u32)),
}

impl Member {
    pub fn read(tree: &Tree) -> BTreeMap<String, Self> {
        let plan: Value = serde_json::from_str(&tree.text("nebula/certificates.json")).expect("a plan");
        let hosts = plan["hosts"].as_object().expect("hosts").iter();
        hosts
            .map(|(host, certificate)| {
                let config = tree.text(&format!("nebula/{host}.yml"));
                let (_, firewall) = config.split_once("  outbound:").expect("outbound rules");
                let (outbound, inbound) = firewall.split_once("  inbound:").expect("inbound rules");
                let text = |value: &Value| value.as_str().expect("a text").to_owned();
                let list = |value: &Value| value.as_array().expect("a list").iter().map(text).collect::<Vec<String>>();
                let member = Self {
                    addresses: list(&certificate["networks"]).iter().map(|network| prefix(network).0).collect(),
                    groups: list(&certificate["groups"]).into_iter().collect(),
                    name: text(&certificate["name"]),
                    outbound: rules(outbound),
                    inbound: rules(inbound),
                };
                (host.clone(), member)
            })
            .collect()
    }

    pub fn ports(&self) -> Vec<u16> {
        let rules = self.outbound.iter().chain(&self.inbound);
        rules.filter_map(|rule| rule.ports).flat_map(|(first, last)| [first, last]).collect()
    }

    /// To one of the target's addresses.
    pub fn sends(&self, target: &Self, to: IpAddr, packet: Packet) -> bool {
        self.outbound.iter().any(|rule| rule.is_about(self) && rule.passes(target, to, packet))
    }

    /// From one of the source's addresses.
    pub fn takes(&self, source: &Self, from: IpAddr, packet: Packet) -> bool {
        self.inbound.iter().any(|rule| rule.is_about(self) && rule.passes(source, from, packet))
    }
}

impl Rule {
    /// Whether it is about the member itself, and not about what is behind it.
    fn is_about(&self, own: &Member) -> bool {
        self.local.is_none_or(|local| own.addresses.iter().any(|address| inside(*address, local)))
    }

    fn passes(&self, peer: &Member, address: IpAddr, packet: Packet) -> bool {
        let addressed = match self.ports {
            None => true,
            Some((first, last)) => packet.port().is_some_and(|port| (first..=last).contains(&port)),
        };
        let named = match &self.peer {
            Peer::Any => true,
            Peer::Host(name) => *name == peer.name,
            Peer::Groups(groups) => groups.iter().all(|group| peer.groups.contains(group)),
            Peer::Cidr(prefix) => inside(address, *prefix),
        };
        // Nebula has one word for ICMP of both families.
        let protocol = if packet == Packet::Echo { "icmp" } else { packet.protocol(address) };
        addressed && named && (self.protocol == "any" || self.protocol == protocol)
    }
}

/// The rules of one direction. Each names its peer in exactly one way: Nebula would take several as alternatives.
fn rules(text: &str) -> Vec<Rule> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.trim_start().starts_with('#')).collect();
    let starts: Vec<usize> = (0..lines.len()).filter(|index| lines[*index].starts_with("    - proto: ")).collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    starts.iter().zip(ends).map(|(start, end)| rule(&lines[*start..end])).collect()
}

fn rule(lines: &[&str]) -> Rule {
    let value = |text: &str| text.trim().trim_matches('"').to_owned();
    let (mut protocol, mut port, mut peers, mut local) = (String::new(), String::new(), Vec::new(), None);
    for line in lines.iter().filter(|line| !line.is_empty()) {
        match line.trim_start_matches([' ', '-']).split_once(':') {
            Some(("proto", text)) => protocol = value(text),
            Some(("port", text)) => port = value(text),
            Some(("host", text)) if value(text) == "any" => peers.push(Peer::Any),
            Some(("host", text)) => peers.push(Peer::Host(value(text))),
            Some(("group", text)) => peers.push(Peer::Groups(vec![value(text)])),
            Some(("groups", _)) => peers.push(Peer::Groups(Vec::new())),
            Some(("cidr", text)) => peers.push(Peer::Cidr(prefix(&value(text)))),
            Some(("local_cidr", text)) => local = Some(prefix(&value(text))),
            None if line.starts_with("        - ") => match peers.last_mut() {
                Some(Peer::Groups(groups)) => groups.push(value(line.trim_start_matches([' ', '-']))),
                _ => panic!("{lines:?}"),
            },
            _ => panic!("not known: {line}"),
        }
    }
    let number = |text: &str| text.parse::<u16>().expect("a port");
    let ports = match port.split_once('-') {
        _ if port == "any" => None,
        Some((first, last)) => Some((number(first), number(last))),
        None => Some((number(&port), number(&port))),
    };
    assert!(ports.is_none_or(|(first, _)| first > 0), "0 is any port: {lines:?}");
    assert_eq!(peers.len(), 1, "one peer a rule: {lines:?}");
    Rule { protocol, ports, peer: peers.remove(0), local }
}
