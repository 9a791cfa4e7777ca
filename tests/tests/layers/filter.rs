//! `iptables-restore` files of both families, as the kernel walks them for the first packet of a connection; and what the other form
//! is told as.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Packet;

/// A machine's pair of files.
pub struct Filter {
    v4: Chains,
    v6: Chains,
}

pub type Chains = BTreeMap<String, Vec<Rule>>;

#[derive(Clone, Default)]
pub struct Rule {
    pub source: Option<(IpAddr, u32)>,
    pub dest: Option<(IpAddr, u32)>,
    pub device: Option<String>,
    /// The device that it leaves by.
    pub out: Option<String>,
    pub protocol: Option<String>,
    pub ports: Vec<(u16, u16)>,
    /// Whether it asks for a source port.
    pub reserved: bool,
    /// The only type of ICMP, if it names one.
    pub kind: Option<String>,
    pub target: String,
}

/// Whether an address is in a prefix.
pub fn inside(address: IpAddr, (prefix, length): (IpAddr, u32)) -> bool {
    match (address, prefix) {
        (IpAddr::V4(address), IpAddr::V4(prefix)) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            u32::from(address) & mask == u32::from(prefix) & mask
        }
        (IpAddr::V6(address), IpAddr::V6(prefix)) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            u128::from(address) & mask == u128::from(prefix) & mask
        }
        _ => false,
    }
}

/// `10.0.0.0/8`, or one address.
pub fn prefix(text: &str) -> (IpAddr, u32) {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let address: IpAddr = address.parse().expect("an address");
    let whole = if address.is_ipv4() { 32 } else { 128 };
    (address, length.map_or(whole, |length| length.parse().expect("a length")))
}

/// `80,443,8000:8010`.
pub fn ports(text: &str) -> Vec<(u16, u16)> {
    let port = |text: &str| text.parse().expect("a port");
    let range = |text: &str| match text.split_once(':') {
        Some((first, last)) => (port(first), port(last)),
        None => (port(text), port(text)),
    };
    text.split(',').map(range).collect()
}

impl Filter {
    pub fn read(v4: &str, v6: &str) -> Self {
        Self { v4: chains(v4), v6: chains(v6) }
    }

    /// Of a machine whose programs hand packets on.
    pub fn of_table(text: &str) -> Self {
        let [v4, v6] = super::table::chains(text);
        Self { v4, v6 }
    }

    pub fn ports(&self) -> Vec<u16> {
        let rules = self.v4.values().chain(self.v6.values()).flatten();
        rules.flat_map(|rule| &rule.ports).flat_map(|(first, last)| [*first, *last]).collect()
    }

    pub fn passes(&self, source: IpAddr, device: &str, packet: Packet) -> bool {
        let chains = if source.is_ipv4() { &self.v4 } else { &self.v6 };
        let way = Way { source, dest: None, device, out: None };
        walk(chains, "INPUT", way, packet).unwrap_or(false)
    }

    /// The types of ICMPv6 that it lets in at a device from the link, beside echo requests.
    pub fn of_the_link(&self, device: &str) -> Vec<&str> {
        let here = |rule: &&Rule| rule.device.as_deref().is_none_or(|own| own == device) && rule.target == "ACCEPT";
        let rules = self.v6.get("INPUT").into_iter().flatten().filter(here);
        rules.filter_map(|rule| rule.kind.as_deref()).filter(|kind| *kind != "128").collect()
    }

    /// Whether it hands anything on.
    pub fn is_router(&self) -> bool {
        self.v4.contains_key("FORWARD") || self.v6.contains_key("FORWARD")
    }

    /// Whether it hands a packet on from one device to another.
    pub fn hands_on(&self, source: IpAddr, dest: IpAddr, devices: (&str, &str), packet: Packet) -> bool {
        let chains = if source.is_ipv4() { &self.v4 } else { &self.v6 };
        let way = Way { source, dest: Some(dest), device: devices.0, out: Some(devices.1) };
        chains.contains_key("FORWARD") && walk(chains, "FORWARD", way, packet).unwrap_or(false)
    }
}

/// Where a packet comes from, and where it goes if it is handed on.
#[derive(Clone, Copy)]
struct Way<'a> {
    source: IpAddr,
    dest: Option<IpAddr>,
    device: &'a str,
    out: Option<&'a str>,
}

fn chains(text: &str) -> Chains {
    assert!(text.contains("\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"), "what no rule takes is dropped");
    let mut chains: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("-A ")) {
        // Neither established nor invalid: the packet is the first of its connection.
        if line.contains(" --ctstate ") {
            continue;
        }
        let mut words = line.split(' ').skip(1);
        let chain = words.next().expect("a chain");
        let mut rule = Rule::default();
        while let Some(option) = words.next() {
            let value = words.next().unwrap_or_else(|| panic!("{line}"));
            match option {
                "-s" => rule.source = Some(prefix(value)),
                "-d" => rule.dest = Some(prefix(value)),
                "-i" => rule.device = Some(value.to_owned()),
                "-o" => rule.out = Some(value.to_owned()),
                // The port of a system's own choice is none of these.
                "--sport" => rule.reserved = true,
                "-p" => rule.protocol = Some(value.to_owned()),
                "-m" => {}
                "--dport" | "--dports" => rule.ports = ports(value),
                "--icmp-type" | "--icmpv6-type" => rule.kind = Some(value.to_owned()),
                "-j" => rule.target = value.to_owned(),
                _ => panic!("not known: {line}"),
            }
        }
        chains.entry(chain.to_owned()).or_default().push(rule);
    }
    chains
}

/// The verdict of a chain, if it comes to one.
fn walk(chains: &Chains, chain: &str, way: Way, packet: Packet) -> Option<bool> {
    let source = way.source;
    let echo = if source.is_ipv4() { "8" } else { "128" };
    for rule in &chains[chain] {
        let matches = !rule.reserved
            && rule.source.is_none_or(|prefix| inside(source, prefix))
            && rule.dest.is_none_or(|prefix| way.dest.is_some_and(|dest| inside(dest, prefix)))
            && rule.device.as_deref().is_none_or(|own| own == way.device)
            && rule.out.as_deref().is_none_or(|own| way.out == Some(own))
            && rule.protocol.as_deref().is_none_or(|protocol| protocol == packet.protocol(source))
            && (packet != Packet::Echo || rule.protocol.is_none() || rule.kind.as_deref() == Some(echo))
            && (rule.ports.is_empty()
                || packet.port().is_some_and(|port| rule.ports.iter().any(|(a, b)| (*a..=*b).contains(&port))));
        if !matches {
            continue;
        }
        match rule.target.as_str() {
            "ACCEPT" => return Some(true),
            "DROP" => return Some(false),
            "RETURN" => return None,
            chain => {
                if let Some(verdict) = walk(chains, chain, way, packet) {
                    return Some(verdict);
                }
            }
        }
    }
    None
}
