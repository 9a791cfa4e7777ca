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
    /// Its name in the guest.
    pub name: String,
    rules: Vec<Rule>,
}

/// The attributes of a `rule` block.
type Rule = BTreeMap<String, String>;

const GROUP: &str = "proxmox_virtual_environment_cluster_firewall_security_group";

/// The devices of each guest, in their order.
pub fn guests(tree: &Tree) -> BTreeMap<String, Vec<Device>> {
    let groups = resources(&tree.text("terraform/firewall_groups.tf"), GROUP);
    let text = tree.text("terraform/firewall_guests.tf");
    let sets = resources(&text, "proxmox_virtual_environment_firewall_ipset");
    let inserted = resources(&text, "proxmox_virtual_environment_firewall_rules");
    let guests = inserted.into_iter().map(|(guest, text)| {
        let insertions = blocks(&text, "rule");
        let devices = (0..).map_while(|number| Some((number, sets.get(&format!("{guest}_net{number}"))?)));
        let devices: Vec<Device> =
            devices.map(|(number, set)| Device::read(number, set, &insertions, &groups)).collect();
        let known = |insertion: &Rule| (0..devices.len()).any(|number| insertion["iface"] == format!("net{number}"));
        assert!(!devices.is_empty() && insertions.iter().all(known), "{guest}: each insertion is of a device");
        (guest, devices)
    });
    guests.collect()
}

impl Device {
    fn read(number: usize, set: &str, insertions: &[Rule], groups: &BTreeMap<String, String>) -> Self {
        assert!(set.contains(&format!("\"ipfilter-net{number}\"")), "Proxmox knows the set by its name");
        let addresses: Vec<IpAddr> = blocks(set, "cidr").iter().map(|entry| prefix(&entry["name"]).0).collect();
        assert!(!addresses.is_empty(), "a device has an address: {set}");
        let own = insertions.iter().filter(|insertion| insertion["iface"] == format!("net{number}"));
        let rules = own.flat_map(|insertion| {
            let group = insertion["security_group"].strip_prefix(&format!("{GROUP}.")).expect("a group");
            blocks(&groups[group.trim_end_matches(".name")], "rule")
        });
        let (_, network) = set.split_once(" on ").expect("the set says its network");
        let network = network.split('"').next().unwrap_or_default().to_owned();
        Self { addresses, network, name: format!("eth{number}"), rules: rules.collect() }
    }

    pub fn ports(&self) -> Vec<u16> {
        let named = self.rules.iter().filter_map(|rule| rule.get("dport"));
        named.flat_map(|text| ports(text)).flat_map(|(first, last)| [first, last]).collect()
    }

    pub fn sends(&self, target: IpAddr, packet: Packet) -> bool {
        self.verdict("out", "dest", target, packet)
    }

    pub fn takes(&self, source: IpAddr, packet: Packet) -> bool {
        self.verdict("in", "source", source, packet)
    }

    fn verdict(&self, direction: &str, end: &str, other: IpAddr, packet: Packet) -> bool {
        let addressed = |rule: &&Rule| match rule.get(end) {
            None => true,
            Some(list) => list.split(',').any(|text| inside(other, prefix(text))),
        };
        let carries = |rule: &&Rule| {
            let protocol = rule.get("proto").is_none_or(|protocol| protocol == packet.protocol(other));
            let named =
                |port| rule.get("dport").is_none_or(|text| ports(text).iter().any(|(a, b)| (*a..=*b).contains(&port)));
            protocol && (packet.port().map_or(!rule.contains_key("dport"), named))
        };
        let mut rules = self.rules.iter().filter(|rule| rule["type"] == direction);
        rules.find(|rule| addressed(rule) && carries(rule)).is_some_and(|rule| rule["action"] == "ACCEPT")
    }
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
fn blocks(body: &str, kind: &str) -> Vec<Rule> {
    let head = format!("  {kind} {{\n");
    let attributes = |block: &str| {
        let (block, _) = block.split_once("  }\n").expect("the block's end");
        let pairs = block.lines().filter_map(|line| line.split_once(" = "));
        pairs.map(|(key, value)| (key.trim().to_owned(), value.trim_matches('"').to_owned())).collect()
    };
    body.split(&head).skip(1).map(attributes).collect()
}
