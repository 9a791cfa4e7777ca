//! The Proxmox VM firewall (`pve-firewall`): security groups that a guest inserts, the first match wins, and DROP behind them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::filter::{inside, ports, prefix};
use super::{Packet, Tree};

/// A network device of a guest.
pub struct Device {
    pub addresses: Vec<IpAddr>,
    /// The network that it is on.
    pub network: String,
    /// Its name in the guest, where the site gives it no other.
    pub name: String,
    /// What it may send from besides, as a router; of what is spared (`nomatch`) the longer prefix decides.
    handed: Vec<((IpAddr, u32), bool)>,
    inward: Vec<Rule>,
    outward: Vec<Rule>,
}

/// A rule of one direction, read once: the proof asks each of them very often.
struct Rule {
    accepts: bool,
    /// The other end; `None` is anybody.
    peers: Option<Vec<(IpAddr, u32)>>,
    /// The guest's own side, where it is a router and hands on; `None` is anybody too.
    own: Option<Vec<(IpAddr, u32)>>,
    protocol: Option<String>,
    /// The type, of ICMPv6 by that name.
    kind: Option<String>,
    /// `None` is every port.
    ports: Option<Vec<(u16, u16)>>,
}

/// The attributes of a block.
type Block = BTreeMap<String, String>;

const GROUP: &str = "proxmox_virtual_environment_cluster_firewall_security_group";

/// The devices of each guest.
pub fn read(tree: &Tree) -> BTreeMap<String, Vec<Device>> {
    let groups = resources(&tree.text("terraform/firewall_groups.tf"), GROUP);
    let guests = tree.text("terraform/firewall_guests.tf");
    let sets = resources(&guests, "proxmox_virtual_environment_firewall_ipset");
    let inserted = resources(&guests, "proxmox_virtual_environment_firewall_rules");
    let read = |(guest, text): (String, String)| {
        let insertions = blocks(&text, "rule");
        let devices: Vec<Device> = (0..)
            .map_while(|index| sets.get(&format!("{guest}_net{index}")).map(|set| (index, set)))
            .map(|(index, set)| {
                let device = format!("net{index}");
                assert!(set.contains(&format!("\"ipfilter-{device}\"")), "Proxmox knows the set by its name");
                let addresses = blocks(set, "cidr");
                assert!(!addresses.is_empty(), "{guest} has an address");
                let of_others = |entry: &&Block| {
                    matches!(entry.get("comment").map(String::as_str), Some("It hands on" | "Not the Internet"))
                };
                let handed = addresses.iter().filter(of_others);
                let handed = handed.map(|entry| (prefix(&entry["name"]), entry.contains_key("nomatch"))).collect();
                let addresses = addresses.iter().filter(|entry| !of_others(entry));
                let addresses = addresses.map(|entry| prefix(&entry["name"]).0).collect();
                let here = insertions.iter().filter(|insertion| insertion["iface"] == device);
                let rules = here.flat_map(|insertion| {
                    let group = insertion["security_group"].strip_prefix(&format!("{GROUP}.")).expect("a group");
                    blocks(&groups[group.trim_end_matches(".name")], "rule")
                });
                let (inward, outward): (Vec<Block>, Vec<Block>) = rules.partition(|rule| rule["type"] == "in");
                let rules =
                    |blocks: Vec<Block>, ends: [&str; 2]| blocks.iter().map(|block| Rule::read(block, ends)).collect();
                let (_, network) = set.split_once(" on ").expect("the set says its network");
                let network = network.split('"').next().unwrap_or_default().to_owned();
                let (inward, outward) = (rules(inward, ["source", "dest"]), rules(outward, ["dest", "source"]));
                Device { addresses, handed, network, name: format!("eth{index}"), inward, outward }
            })
            .collect();
        let known: Vec<String> = (0..devices.len()).map(|index| format!("net{index}")).collect();
        assert!(
            insertions.iter().all(|insertion| known.contains(&insertion["iface"])),
            "{guest}: a device without a set"
        );
        (guest, devices)
    };
    inserted.into_iter().map(read).collect()
}

impl Rule {
    fn read(block: &Block, [end, own]: [&str; 2]) -> Self {
        let list = |end: &str| block.get(end).map(|list| list.split(',').map(prefix).collect());
        Self {
            accepts: block["action"] == "ACCEPT",
            peers: list(end),
            own: list(own),
            protocol: block.get("proto").cloned(),
            kind: block.get("dport").cloned().filter(|_| block.get("proto").is_some_and(|proto| proto == "icmpv6")),
            ports: block.get("dport").map(|text| ports(text)),
        }
    }

    fn matches(&self, own: IpAddr, other: IpAddr, packet: Packet) -> bool {
        let ported = match (&self.ports, packet.port()) {
            (None, _) => true,
            (Some(ports), Some(port)) => ports.iter().any(|(a, b)| (*a..=*b).contains(&port)),
            (Some(_), None) => false,
        };
        ported
            && self.protocol.as_deref().is_none_or(|protocol| protocol == packet.protocol(other))
            && self.peers.as_ref().is_none_or(|peers| peers.iter().any(|peer| inside(other, *peer)))
            && self.own.as_ref().is_none_or(|list| list.iter().any(|prefix| inside(own, *prefix)))
    }
}

impl Device {
    pub fn ports(&self) -> Vec<u16> {
        let named = self.inward.iter().chain(&self.outward).flat_map(|rule| rule.ports.iter().flatten());
        named.flat_map(|(first, last)| [*first, *last]).collect()
    }

    pub fn sends(&self, own: IpAddr, target: IpAddr, packet: Packet) -> bool {
        verdict(&self.outward, own, target, packet)
    }

    pub fn takes(&self, source: IpAddr, own: IpAddr, packet: Packet) -> bool {
        verdict(&self.inward, own, source, packet)
    }

    /// The types of ICMPv6 that rules let in and out, as Proxmox reads them: by this name of the protocol, the port is the type.
    pub fn of_the_link(&self) -> (Vec<&str>, Vec<&str>) {
        fn kinds(rules: &[Rule]) -> Vec<&str> {
            let typed = rules.iter().filter(|rule| rule.accepts && rule.protocol.as_deref() == Some("icmpv6"));
            typed.filter_map(|rule| rule.kind.as_deref()).collect()
        }
        (kinds(&self.inward), kinds(&self.outward))
    }

    /// Whether it may send from an address, of its own or of another.
    pub fn may_use(&self, source: IpAddr) -> bool {
        let holding = self.handed.iter().filter(|(net, _)| inside(source, *net));
        let longest = holding.max_by_key(|((_, length), _)| *length);
        self.addresses.contains(&source) || longest.is_some_and(|(_, spared)| !spared)
    }
}

fn verdict(rules: &[Rule], own: IpAddr, other: IpAddr, packet: Packet) -> bool {
    rules.iter().find(|rule| rule.matches(own, other, packet)).is_some_and(|rule| rule.accepts)
}

/// The bodies of the resources of a type, by name.
fn resources(text: &str, kind: &str) -> BTreeMap<String, String> {
    let head = format!("resource \"{kind}\" \"");
    let parts = text.split(&head).skip(1);
    parts
        .map(|part| {
            let (name, body) = part.split_once("\" {\n").expect("a resource");
            let (body, _) = body.split_once("\n}\n").expect("its end");
            (name.to_owned(), format!("{body}\n"))
        })
        .collect()
}

/// The blocks of a kind in a resource.
fn blocks(body: &str, kind: &str) -> Vec<Block> {
    let head = format!("  {kind} {{\n");
    let attributes = |block: &str| {
        let (block, _) = block.split_once("  }\n").expect("the block's end");
        let pairs = block.lines().filter_map(|line| line.split_once(" = "));
        pairs.map(|(key, value)| (key.trim().to_owned(), value.trim_matches('"').to_owned())).collect()
    };
    body.split(&head).skip(1).map(attributes).collect()
}
