//! The files of Proxmox itself: `cluster.fw`, `host.fw`, `VMID.fw`, and the configurations of machines.

use std::collections::HashMap;

use ipnet::IpNet;

use super::iptables::net;
use super::rule::{Fields, rules};
use crate::place::{Notes, Place};
use crate::proxmox::{Group, Guest, IpSet, Nic, Policy, Proxmox, Rule, Setting};

/// What a file is about.
pub(crate) enum About {
    Cluster,
    Node(String),
    Guest(u32),
    /// A machine's configuration: its number, its node, whether it is a container.
    Machine(u32, Option<String>, bool),
}

/// What a path is about.
pub(crate) fn about(path: &str) -> Option<About> {
    let mut parts = path.rsplit('/');
    let (name, folder, above, top) = (parts.next()?, parts.next(), parts.next(), parts.next());
    if let Some(stem) = name.strip_suffix(".fw") {
        return Some(match stem {
            "cluster" => About::Cluster,
            "host" => About::Node(folder.unwrap_or("host").to_owned()),
            vmid => About::Guest(vmid.parse().ok()?),
        });
    }
    let vmid = name.strip_suffix(".conf")?.parse().ok()?;
    // Right under `/etc/pve` are those of the node itself, whatever it is called; a node may be called `pve` as well.
    let node = || above.filter(|above| *above != "pve" || top == Some("nodes")).map(str::to_owned);
    match folder? {
        "qemu-server" => Some(About::Machine(vmid, node(), false)),
        "lxc" => Some(About::Machine(vmid, node(), true)),
        _ => None,
    }
}

/// A file in sections: lines with their numbers, without comments.
struct Sections<'a>(Vec<(String, Vec<(u32, &'a str)>)>);

impl<'a> Sections<'a> {
    fn of(text: &'a str) -> Self {
        let mut sections: Vec<(String, Vec<(u32, &str)>)> = vec![(String::new(), Vec::new())];
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                sections.push((head.trim().to_ascii_lowercase(), Vec::new()));
            } else if !line.is_empty() {
                sections.last_mut().expect("one is there").1.push((index as u32 + 1, line));
            }
        }
        Self(sections)
    }
}

/// Reads one file.
pub(crate) fn read(about: About, text: &str, file: u32, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    let sections = Sections::of(text);
    let at = |line| Place { file, line };
    let mut options: HashMap<String, (String, Place)> = HashMap::new();
    let mut aliases: HashMap<String, (IpNet, Place)> = HashMap::new();
    let mut own: Vec<Rule> = Vec::new();
    let mut groups: Vec<(String, Vec<Rule>)> = Vec::new();
    if let About::Machine(vmid, node, container) = about {
        machine(vmid, node, container, &sections.0[0].1, file, proxmox, notes);
        return;
    }
    for (head, lines) in &sections.0 {
        for (line, text) in lines {
            let place = at(*line);
            match head.as_str() {
                "options" => match text.split_once(':') {
                    Some((key, value)) => {
                        options.insert(key.trim().to_ascii_lowercase(), (value.trim().to_owned(), place));
                    }
                    None => drop(notes.unread(place, format!("an option that is none: {text}"))),
                },
                "aliases" => {
                    let mut words = text.split_whitespace();
                    match (words.next(), words.next().and_then(net)) {
                        (Some(name), Some(net)) => {
                            aliases.insert(name.to_ascii_lowercase(), (net.trunc(), place));
                        }
                        _ => drop(notes.unread(place, format!("an alias that is none: {text}"))),
                    }
                }
                "rules" => own.extend(rule(text, place, notes)),
                head if head.starts_with("group ") => {
                    let name = head["group ".len()..].trim().to_owned();
                    if groups.last().is_none_or(|(last, _)| *last != name) {
                        groups.push((name, Vec::new()));
                    }
                    groups.last_mut().expect("it is there").1.extend(rule(text, place, notes));
                }
                head if head.starts_with("ipset ") => {}
                _ => drop(notes.unread(place, format!("a line in no section that is known: {text}"))),
            }
        }
    }
    let known = |name: &str| {
        aliases.get(name).map(|(net, _)| *net).or_else(|| proxmox.cluster.aliases.get(name).map(|(net, _)| *net))
    };
    let sets: Vec<(String, IpSet)> = sections
        .0
        .iter()
        .filter_map(|(head, lines)| {
            let name = head.strip_prefix("ipset ")?.trim().to_owned();
            Some((name, set(lines, file, &known, notes)))
        })
        .collect();
    let mut set = Options { options, place: at(1), notes };
    match about {
        About::Cluster => {
            let cluster = &mut proxmox.cluster;
            cluster.enabled = set.switch("enable", false);
            cluster.enabled.place.get_or_insert(at(1));
            cluster.policy_in = set.policy("policy_in", Policy::Drop);
            cluster.policy_out = set.policy("policy_out", Policy::Accept);
            cluster.rules.extend(own);
            cluster.sets.extend(sets);
            cluster.aliases.extend(aliases);
            let named = groups.into_iter().map(|(name, rules)| (name, Group { rules }));
            proxmox.groups.extend(named);
        }
        About::Node(name) => {
            let node = proxmox.nodes.entry(name).or_default();
            node.enabled = set.switch("enable", true);
            node.ndp = set.switch("ndp", true);
            node.nosmurfs = set.switch("nosmurfs", true);
            node.nftables = set.switch("nftables", false);
            node.rules.extend(own);
        }
        About::Guest(vmid) => {
            let guest = proxmox.guests.entry(vmid).or_insert_with(|| Guest::new(vmid));
            let options = &mut guest.options;
            options.place = Some(at(1));
            options.enabled = set.switch("enable", false);
            options.dhcp = set.switch("dhcp", true);
            options.ndp = set.switch("ndp", true);
            options.radv = set.switch("radv", false);
            options.macfilter = set.switch("macfilter", true);
            options.ipfilter = set.switch("ipfilter", false);
            options.policy_in = set.policy("policy_in", Policy::Drop);
            options.policy_out = set.policy("policy_out", Policy::Accept);
            guest.rules.extend(own);
            guest.sets.extend(sets);
            guest.aliases.extend(aliases);
        }
        About::Machine(..) => {}
    }
}

/// The options of a file.
struct Options<'a> {
    options: HashMap<String, (String, Place)>,
    place: Place,
    notes: &'a mut Notes,
}

impl Options<'_> {
    fn switch(&mut self, key: &str, default: bool) -> Setting<bool> {
        let Some((text, place)) = self.options.get(key) else {
            return Setting { value: Ok(default), place: None };
        };
        // pve-firewall reads these two words, and leaves a line with another out (`parse_vmfw_option`).
        match text.as_str() {
            "1" => Setting { value: Ok(true), place: Some(*place) },
            "0" => Setting { value: Ok(false), place: Some(*place) },
            other => {
                self.notes.unread(
                    *place,
                    format!("the value {other} of {key}: pve-firewall knows 0 and 1, and leaves the line out"),
                );
                Setting { value: Ok(default), place: None }
            }
        }
    }

    fn policy(&mut self, key: &str, default: Policy) -> Setting<Policy> {
        let Some((text, place)) = self.options.get(key) else {
            return Setting { value: Ok(default), place: Some(self.place) };
        };
        let value = match text.to_ascii_uppercase().as_str() {
            "ACCEPT" => Ok(Policy::Accept),
            "DROP" => Ok(Policy::Drop),
            "REJECT" => Ok(Policy::Reject),
            other => Err(self.notes.unread(*place, format!("the policy {other}"))),
        };
        Setting { value, place: Some(*place) }
    }
}

fn set(lines: &[(u32, &str)], file: u32, known: &dyn Fn(&str) -> Option<IpNet>, notes: &mut Notes) -> IpSet {
    let line = lines.first().map_or(1, |(line, _)| line.saturating_sub(1).max(1));
    let mut set = IpSet { entries: Vec::new(), gap: None, place: Place { file, line } };
    for (line, text) in lines {
        let (spared, name) = match text.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, *text),
        };
        let plain = name.trim_start_matches("dc/").trim_start_matches("guest/").to_ascii_lowercase();
        match net(name).or_else(|| known(&plain)) {
            Some(net) => set.entries.push((net.trunc(), spared)),
            None => set.gap = Some(notes.unread(Place { file, line: *line }, format!("the entry {name} of an IP set"))),
        }
    }
    set
}

/// `[|]IN|OUT|FORWARD ACTION|MACRO(ACTION) [-OPTION VALUE]…` or `[|]GROUP NAME [-i IF]`.
fn rule(text: &str, place: Place, notes: &mut Notes) -> Vec<Rule> {
    let enabled = !text.starts_with('|');
    let mut words = text.trim_start_matches('|').split_whitespace();
    let (direction, action) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut fields = Fields { enabled, ..Fields::default() };
    if direction.eq_ignore_ascii_case("group") {
        action.clone_into(&mut fields.group);
    } else {
        direction.clone_into(&mut fields.direction);
        match action.split_once('(') {
            Some((name, inner)) => {
                name.clone_into(&mut fields.macro_name);
                inner.trim_end_matches(')').clone_into(&mut fields.action);
            }
            None => action.clone_into(&mut fields.action),
        }
    }
    let mut broken = None;
    while let Some(option) = words.next() {
        let value = words.next().unwrap_or_default().to_owned();
        match option.trim_start_matches('-') {
            "i" | "iface" => fields.iface = value,
            "source" => fields.source = value,
            "dest" => fields.dest = value,
            "p" | "proto" => fields.proto = value,
            "dport" => fields.dport = value,
            "sport" => fields.sport = value,
            "icmp-type" => fields.icmp = value,
            "log" => {}
            other => broken = Some(format!("the option {other}")),
        }
    }
    let mut rules = rules(&fields, place, notes);
    if broken.is_some() {
        rules.iter_mut().for_each(|rule| rule.broken.clone_from(&broken));
    }
    rules
}

/// The configuration of a machine: its name, its devices, their addresses.
fn machine(
    vmid: u32,
    node: Option<String>,
    container: bool,
    lines: &[(u32, &str)],
    file: u32,
    proxmox: &mut Proxmox,
    notes: &mut Notes,
) {
    let guest = proxmox.guests.entry(vmid).or_insert_with(|| Guest::new(vmid));
    guest.place = Some(Place { file, line: 1 });
    guest.node = node;
    guest.container = container;
    let mut configured: HashMap<usize, HashMap<String, String>> = HashMap::new();
    for (line, text) in lines {
        let Some((key, value)) = text.split_once(':') else { continue };
        let (key, value) = (key.trim(), value.trim());
        let fields = || {
            value
                .split(',')
                .filter_map(|part| part.split_once('='))
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .collect()
        };
        match key {
            "name" | "hostname" => guest.name = Some(value.to_owned()),
            _ => {
                if let Some(index) = key.strip_prefix("ipconfig").and_then(|index| index.parse().ok()) {
                    configured.insert(index, fields());
                } else if let Some(index) = key.strip_prefix("net").and_then(|index| index.parse().ok()) {
                    let place = Place { file, line: *line };
                    guest.nics.push(nic(index, &fields(), place, notes));
                }
            }
        }
    }
    guest.nics.sort_by_key(|nic| nic.index);
    for nic in &mut guest.nics {
        if let Some(fields) = configured.get(&nic.index) {
            nic.device.get_or_insert_with(|| format!("eth{}", nic.index));
            addresses(fields, nic);
        }
    }
}

fn nic(index: usize, fields: &HashMap<String, String>, place: Place, notes: &mut Notes) -> Nic {
    let bridge = match fields.get("bridge") {
        Some(bridge) => Ok(bridge.clone()),
        None => Err(notes.unread(place, "a device without a bridge")),
    };
    let mut nic = Nic {
        index,
        name: format!("net{index}"),
        bridge: Setting { value: bridge, place: Some(place) },
        vlan: fields.get("tag").and_then(|tag| tag.parse().ok()),
        firewall: Setting { value: Ok(fields.get("firewall").is_some_and(|value| value == "1")), place: Some(place) },
        addresses: Vec::new(),
        gateways: Vec::new(),
        dhcp: false,
        device: fields.get("name").cloned(),
        place,
    };
    addresses(fields, &mut nic);
    nic
}

fn addresses(fields: &HashMap<String, String>, nic: &mut Nic) {
    for key in ["ip", "ip6"] {
        match fields.get(key).map(String::as_str) {
            Some("dhcp" | "auto") => nic.dhcp = true,
            Some(text) => nic.addresses.extend(text.parse::<IpNet>()),
            None => {}
        }
    }
    nic.gateways.extend(["gw", "gw6"].iter().filter_map(|key| fields.get(*key)?.parse::<std::net::IpAddr>().ok()));
}
