//! What options of iptables have for values; nft writes the most of them alike.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::packet::{Addresses, ICMP, ICMP6, Ports, TCP, UDP};

/// Words, those in quotes as one.
pub fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), None, false);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\'' if quoted.is_none_or(|quote| quote == letter) => {
                quoted = if quoted.is_none() { Some(letter) } else { None };
                any = true;
            }
            '\\' if quoted.is_some() => word.extend(letters.next()),
            ' ' | '\t' if quoted.is_none() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            letter => word.push(letter),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

/// A comma list of addresses and prefixes.
pub fn addresses(text: &str) -> Option<Addresses> {
    let nets: Option<Vec<IpNet>> = text.split(',').map(net).collect();
    Some(Addresses::nets(nets?))
}

/// An address or a prefix, whose mask may be written out.
pub fn net(text: &str) -> Option<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.into());
    }
    if let Ok(net) = text.parse() {
        return Some(net);
    }
    let (address, mask) = text.split_once('/')?;
    IpNet::with_netmask(address.parse().ok()?, mask.parse().ok()?).ok()
}

/// A protocol by name or number.
pub fn protocol(name: &str) -> Option<u8> {
    Some(match name.to_ascii_lowercase().as_str() {
        "tcp" => TCP,
        "udp" => UDP,
        "icmp" => ICMP,
        "icmpv6" | "ipv6-icmp" | "icmp6" => ICMP6,
        "igmp" => 2,
        "gre" => 47,
        "esp" => 50,
        "ah" => 51,
        "ospf" => 89,
        "vrrp" => 112,
        "sctp" => 132,
        "dccp" => 33,
        "udplite" => 136,
        "ipip" | "ipencap" => 4,
        "ipv6" => 41,
        "l2tp" => 115,
        number => number.parse().ok()?,
    })
}

/// A port by number or name.
pub fn port(text: &str) -> Option<u16> {
    Some(match text {
        "ssh" => 22,
        "domain" => 53,
        "http" => 80,
        "ntp" => 123,
        "https" => 443,
        number => number.parse().ok()?,
    })
}

pub fn ports(text: &str, many: bool) -> Option<Ports> {
    let parts: Vec<&str> = if many { text.split(',').collect() } else { vec![text] };
    let range = |part: &str| match part.split_once(':') {
        None => port(part).map(|port| (port, port)),
        Some((low, high)) => {
            Some((if low.is_empty() { 0 } else { port(low)? }, if high.is_empty() { u16::MAX } else { port(high)? }))
        }
    };
    Some(Ports(parts.into_iter().map(range).collect::<Option<_>>()?))
}

/// Types of ICMP; none means any.
pub fn icmp(text: &str, v6: bool) -> Option<Vec<u8>> {
    Some(match (text, v6) {
        ("any", _) => Vec::new(),
        ("echo-request", false) => vec![8],
        ("echo-reply", false) => vec![0],
        ("destination-unreachable", false) => vec![3],
        ("time-exceeded", false) => vec![11],
        ("parameter-problem", false) => vec![12],
        ("source-quench", false) => vec![4],
        ("destination-unreachable", true) => vec![1],
        ("packet-too-big", true) => vec![2],
        ("time-exceeded", true) => vec![3],
        ("parameter-problem", true) => vec![4],
        ("echo-request", true) => vec![128],
        ("echo-reply", true) => vec![129],
        ("mld-listener-query", true) => vec![130],
        ("mld-listener-report", true) => vec![131],
        ("mld-listener-done" | "mld-listener-reduction", true) => vec![132],
        ("mld2-listener-report", true) => vec![143],
        ("router-solicitation" | "nd-router-solicit", true) => vec![133],
        ("router-advertisement" | "nd-router-advert", true) => vec![134],
        ("neighbour-solicitation" | "neighbor-solicitation" | "nd-neighbor-solicit", true) => vec![135],
        ("neighbour-advertisement" | "neighbor-advertisement" | "nd-neighbor-advert", true) => vec![136],
        (text, _) => vec![text.split('/').next()?.parse().ok()?],
    })
}
