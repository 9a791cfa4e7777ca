//! `iptables-restore` files of IPv4, as the kernel walks them for the first packet of a connection.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::Packet;

/// A machine's file.
pub struct Filter {
    chains: BTreeMap<String, Vec<Rule>>,
}

#[derive(Default)]
struct Rule {
    source: Option<(Ipv4Addr, u32)>,
    device: Option<String>,
    protocol: Option<String>,
    ports: Vec<(u16, u16)>,
    echo: bool,
    target: String,
}

/// Whether an address is in a prefix.
pub fn inside(address: Ipv4Addr, (prefix, length): (Ipv4Addr, u32)) -> bool {
    let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
    u32::from(address) & mask == u32::from(prefix) & mask
}

/// `10.0.0.0/8`, or one address.
pub fn prefix(text: &str) -> (Ipv4Addr, u32) {
    let (address, length) = text.split_once('/').unwrap_or((text, "32"));
    (address.parse().expect("an address"), length.parse().expect("a length"))
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
    pub fn read(text: &str) -> Self {
        assert!(text.contains("\n:INPUT DROP [0:0]\n"), "what no rule takes is dropped");
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
                    "-i" => rule.device = Some(value.to_owned()),
                    "-p" => rule.protocol = Some(value.to_owned()),
                    "-m" => {}
                    "--dport" | "--dports" => rule.ports = ports(value),
                    "--icmp-type" => rule.echo = value == "8",
                    "-j" => rule.target = value.to_owned(),
                    _ => panic!("not known: {line}"),
                }
            }
            chains.entry(chain.to_owned()).or_default().push(rule);
        }
        Self { chains }
    }

    pub fn ports(&self) -> Vec<u16> {
        self.chains.values().flatten().flat_map(|rule| &rule.ports).flat_map(|(first, last)| [*first, *last]).collect()
    }

    pub fn passes(&self, source: Ipv4Addr, device: &str, packet: Packet) -> bool {
        self.walk("INPUT", source, device, packet).unwrap_or(false)
    }

    /// The verdict of a chain, if it comes to one.
    fn walk(&self, chain: &str, source: Ipv4Addr, device: &str, packet: Packet) -> Option<bool> {
        for rule in &self.chains[chain] {
            let matches = rule.source.is_none_or(|prefix| inside(source, prefix))
                && rule.device.as_deref().is_none_or(|own| own == device)
                && rule.protocol.as_deref().is_none_or(|protocol| protocol == packet.protocol())
                && (packet != Packet::Echo || rule.protocol.is_none() || rule.echo)
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
                    if let Some(verdict) = self.walk(chain, source, device, packet) {
                        return Some(verdict);
                    }
                }
            }
        }
        None
    }
}
