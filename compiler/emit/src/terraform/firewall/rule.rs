//! Openings as rules of the Proxmox firewall, within what one rule can say (`PVE::Firewall`): addresses of one family
//! and up to 512 characters, 15 ports of which a range counts two, one protocol, no negation.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use arvc_reach::policy::{Peer, Rule};
use arvc_reach::ports::PortSet;
use arvc_reach::{Addresses, private_prefixes};
use ipnet::IpNet;

use super::repeated;
use crate::hcl::Body;

/// The longest `source` or `dest`.
const LIST_LENGTH: usize = 512;
/// The most numbers in a `dport`.
const PORT_NUMBERS: usize = 15;

/// Which way packets go, as the guest sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// To the guest.
    In,
    /// From the guest.
    Out,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxmoxRule {
    /// Which way.
    pub direction: Direction,
    /// ACCEPT, or DROP.
    pub accept: bool,
    /// The host's interface, for rules of a host.
    pub iface: Option<String>,
    /// The other end's addresses; `None` is anywhere.
    pub peer: Option<String>,
    /// The guest's own side, where that is not the guest itself but what it hands on; `None` is anywhere.
    pub own: Option<String>,
    /// The protocol; `None` is every one.
    pub proto: Option<String>,
    /// Destination ports; `None` is every one.
    pub dport: Option<String>,
    /// Why.
    pub comment: String,
}

impl ProxmoxRule {
    /// Adds the `rule` block. An attribute that says nothing is left out: Proxmox would not store it.
    pub fn print(&self, body: &mut Body) {
        body.block("rule", |rule| {
            let (kind, source, dest) = match self.direction {
                Direction::In => ("in", &self.peer, &self.own),
                Direction::Out => ("out", &self.own, &self.peer),
            };
            rule.set("type", kind)
                .set("action", if self.accept { "ACCEPT" } else { "DROP" })
                .set_some("iface", self.iface.as_deref())
                .set_some("source", source.as_deref())
                .set_some("dest", dest.as_deref())
                .set_some("proto", self.proto.as_deref())
                .set_some("dport", self.dport.as_deref())
                .set("comment", comment(&self.comment));
        });
    }
}

/// The rules of one direction, first match wins. Whatever speaks of the Internet comes last, behind drops of what the
/// Internet is not.
pub fn rules(addresses: &Addresses, direction: Direction, openings: &[&Rule]) -> Vec<ProxmoxRule> {
    let (internet, others): (Vec<&Rule>, Vec<&Rule>) =
        openings.iter().copied().partition(|opening| opening.peer == Peer::Internet);
    let mut list = Vec::new();
    for (ports, reason, peers) in together(addresses, &others) {
        for peer in peers {
            list.extend(accepts(direction, &peer, ports, reason));
        }
    }
    let mut list = repeated::without(list);
    if !internet.is_empty() {
        list.extend(lists(&private_prefixes(addresses.site)).into_iter().map(|(_, peer)| ProxmoxRule {
            direction,
            accept: false,
            iface: None,
            peer: Some(peer),
            own: None,
            proto: None,
            dport: None,
            comment: "not the Internet".to_owned(),
        }));
        for opening in internet {
            list.extend(accepts(direction, &Ends::Anywhere, &opening.ports, &opening.reason));
        }
    }
    list
}

/// The other end of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Every address of both families.
    Anywhere,
    /// A list of addresses of one family.
    Addresses(Family, String),
}

impl Ends {
    /// As an attribute; anywhere is none.
    pub fn list(self) -> Option<String> {
        match self {
            Self::Anywhere => None,
            Self::Addresses(_, list) => Some(list),
        }
    }
}

/// An address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// Openings of the same ports for the same reason, with all their other ends as often as one rule does not hold them: what a
/// hundred machines may do is one line of addresses, and a machine more is a change of that line. A peer that is nobody has
/// no rule at all: a rule without addresses would be open to everybody.
fn together<'a>(addresses: &Addresses, openings: &[&'a Rule]) -> Vec<(&'a PortSet, &'a str, Vec<Ends>)> {
    let mut places: HashMap<(&PortSet, &str), usize> = HashMap::new();
    let mut list: Vec<(&PortSet, &str, bool, Vec<IpNet>)> = Vec::new();
    for opening in openings {
        let place = *places.entry((&opening.ports, &opening.reason)).or_insert_with(|| {
            list.push((&opening.ports, &opening.reason, false, Vec::new()));
            list.len() - 1
        });
        let (_, _, anywhere, prefixes) = &mut list[place];
        match opening.peer {
            Peer::Any => *anywhere = true,
            _ => prefixes.extend(addresses.of(opening.there, &opening.peer)),
        }
    }
    let ends = |anywhere: bool, mut prefixes: Vec<IpNet>| {
        if anywhere {
            return vec![Ends::Anywhere];
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        ends(&prefixes)
    };
    list.into_iter().map(|(ports, reason, anywhere, prefixes)| (ports, reason, ends(anywhere, prefixes))).collect()
}

/// Addresses as ends of rules.
pub fn ends(prefixes: &[IpNet]) -> Vec<Ends> {
    lists(prefixes).into_iter().map(|(family, list)| Ends::Addresses(family, list)).collect()
}

/// One ACCEPT for each protocol of a port set.
pub fn accepts(direction: Direction, ends: &Ends, ports: &PortSet, reason: &str) -> Vec<ProxmoxRule> {
    let (v4, v6, peer) = match ends {
        Ends::Anywhere => (true, true, None),
        Ends::Addresses(family, list) => (*family == Family::V4, *family == Family::V6, Some(list.clone())),
    };
    let rule = |proto: Option<String>, dport: Option<String>| ProxmoxRule {
        direction,
        accept: true,
        iface: None,
        peer: peer.clone(),
        own: None,
        proto,
        dport,
        comment: reason.to_owned(),
    };
    if ports.is_all() {
        return vec![rule(None, None)];
    }
    let mut list = Vec::new();
    for (proto, ranges) in [("tcp", &ports.tcp), ("udp", &ports.udp)] {
        list.extend(dports(ranges).into_iter().map(|dport| rule(Some(proto.to_owned()), dport)));
    }
    if ports.icmp && v4 {
        list.push(rule(Some("icmp".to_owned()), None));
    }
    if ports.icmp && v6 {
        list.push(rule(Some("ipv6-icmp".to_owned()), None));
    }
    let others = ports.others.iter().flat_map(|(first, last)| *first..=*last);
    list.extend(others.map(|number| rule(Some(number.to_string()), None)));
    list
}

/// Ranges as values of `dport`. `None` in the list is every port.
fn dports(ranges: &[(u16, u16)]) -> Vec<Option<String>> {
    if ranges == [(0, u16::MAX)] {
        return vec![None];
    }
    let mut lists: Vec<(usize, Vec<String>)> = Vec::new();
    for &(first, last) in ranges {
        // A lone `0` is stored as no port at all, and so would open every one: it is written as a range.
        let (text, numbers) = match first == last && first != 0 {
            true => (first.to_string(), 1),
            false => (format!("{first}:{last}"), 2),
        };
        match lists.last_mut() {
            Some((count, list)) if *count + numbers <= PORT_NUMBERS => {
                *count += numbers;
                list.push(text);
            }
            _ => lists.push((numbers, vec![text])),
        }
    }
    lists.into_iter().map(|(_, list)| Some(list.join(","))).collect()
}

/// Prefixes as lists that fit, IPv4 first.
fn lists(prefixes: &[IpNet]) -> Vec<(Family, String)> {
    let mut lists: Vec<(Family, String)> = Vec::new();
    for family in [Family::V4, Family::V6] {
        let of_family = |prefix: &&IpNet| matches!(prefix, IpNet::V4(_)) == (family == Family::V4);
        for text in prefixes.iter().filter(of_family).flat_map(halved).map(|prefix| cidr(&prefix)) {
            match lists.last_mut() {
                Some((last, list)) if *last == family && list.len() + 1 + text.len() <= LIST_LENGTH => {
                    list.push(',');
                    list.push_str(&text);
                }
                _ => lists.push((family, text)),
            }
        }
    }
    lists
}

/// Proxmox takes no prefix of length 0; its halves are the same.
fn halved(prefix: &IpNet) -> Vec<IpNet> {
    match prefix.prefix_len() {
        0 => prefix.subnets(1).map(Iterator::collect).unwrap_or_default(),
        _ => vec![*prefix],
    }
}

/// A prefix as Proxmox stores it: no length for a single address, IPv6 compressed and without dotted ends. Any other
/// form differs from what the provider reads back, for ever.
pub fn cidr(prefix: &IpNet) -> String {
    let prefix = prefix.trunc();
    let address = match prefix.addr() {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => mapped(address),
        address => address.to_string(),
    };
    match prefix.prefix_len() == prefix.max_prefix_len() {
        true => address,
        false => format!("{address}/{}", prefix.prefix_len()),
    }
}

fn mapped(address: Ipv6Addr) -> String {
    let [.., high, low] = address.segments();
    match (high, low) {
        (0, 0) => "::ffff:0:0".to_owned(),
        _ => format!("::ffff:{high:x}:{low:x}"),
    }
}

/// A comment of a rule ends with its line in Proxmox's file, which stores it trimmed.
pub fn comment(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use arvc_reach::ports::PortSet;
    use arvc_site::model::Transport;
    use ipnet::IpNet;
    use pretty_assertions::assert_eq;

    use super::{Direction, Ends, Family, accepts, cidr, comment, dports, lists};

    fn net(text: &str) -> IpNet {
        text.parse().expect("a prefix")
    }

    #[test]
    fn a_lone_port_zero_is_a_range() {
        assert_eq!(dports(&[(0, 0), (7, 7)]), [Some("0:0,7".into())]);
    }

    #[test]
    fn more_than_fifteen_numbers_are_several_rules() {
        let ranges: Vec<(u16, u16)> = (1..=8).map(|n| (n * 10, n * 10 + 1)).collect();
        let lists = dports(&ranges);
        assert_eq!(lists.len(), 2);
        assert_eq!(lists[1], Some("80:81".into()));
    }

    #[test]
    fn every_port_is_no_port() {
        assert_eq!(dports(&[(0, 65535)]), [None]);
    }

    #[test]
    fn lists_hold_one_family_and_512_characters() {
        let many: Vec<IpNet> = (0..60).map(|n| net(&format!("203.0.113.{n}/32"))).chain([net("fd00::/8")]).collect();
        let lists = lists(&many);
        assert_eq!(lists.len(), 3);
        assert!(lists.iter().all(|(_, list)| list.len() <= 512));
        assert_eq!(lists[2], (Family::V6, "fd00::/8".into()));
    }

    #[test]
    fn everything_is_written_in_halves() {
        assert_eq!(lists(&[net("0.0.0.0/0")]), [(Family::V4, "0.0.0.0/1,128.0.0.0/1".into())]);
    }

    #[test]
    fn prefixes_have_the_form_that_proxmox_stores() {
        assert_eq!(cidr(&net("192.0.2.7/32")), "192.0.2.7");
        assert_eq!(cidr(&net("192.0.2.7/24")), "192.0.2.0/24");
        assert_eq!(cidr(&net("FD00:0::1/128")), "fd00::1");
        assert_eq!(cidr(&net("::ffff:0.0.0.0/96")), "::ffff:0:0/96");
        assert_eq!(cidr(&net("::ffff:192.0.2.1/128")), "::ffff:c000:201");
    }

    #[test]
    fn icmp_follows_the_family() {
        let ping = PortSet { icmp: true, ..PortSet::none() };
        let protos = |ends: &Ends| -> Vec<Option<String>> {
            accepts(Direction::In, ends, &ping, "").into_iter().map(|rule| rule.proto).collect()
        };
        assert_eq!(protos(&Ends::Anywhere), [Some("icmp".into()), Some("ipv6-icmp".into())]);
        assert_eq!(protos(&Ends::Addresses(Family::V6, "fd00::1".into())), [Some("ipv6-icmp".into())]);
    }

    #[test]
    fn everything_is_one_rule_without_protocol() {
        let rules = accepts(Direction::Out, &Ends::Anywhere, &PortSet::all(), "all");
        assert_eq!(rules.len(), 1);
        assert_eq!((&rules[0].proto, &rules[0].dport), (&None, &None));
        let tcp = accepts(Direction::Out, &Ends::Anywhere, &PortSet::ports(Transport::Tcp, 0, 65535), "tcp");
        assert_eq!((tcp[0].proto.as_deref(), &tcp[0].dport), (Some("tcp"), &None));
    }

    #[test]
    fn comments_are_one_trimmed_line() {
        assert_eq!(comment(" a\nIN ACCEPT\t# b\u{0} "), "a IN ACCEPT # b");
    }
}
