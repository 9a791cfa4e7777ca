//! What an operator sees when he looks at the texts of a tree: whose a file or a block is, what a rule takes, who may speak to
//! whom in the overlay. It shares nothing with the audit, and knows only how arvc writes its files.

use std::collections::BTreeSet;

use crate::edits::{Edit, Files};

/// A text before or after a change, with the line that the change begins in (from 0).
#[derive(Clone, Copy, Debug)]
pub struct Spot<'t> {
    /// The whole file.
    pub text: &'t str,
    /// The line.
    pub line: usize,
}

impl<'t> Spot<'t> {
    /// Where a change is, before it is made, or after it.
    pub fn of(files: &'t Files, edit: &Edit) -> Self {
        Self { text: &files[&edit.file], line: edit.line - 1 }
    }

    /// The lines of the file.
    pub fn lines(self) -> Vec<&'t str> {
        self.text.lines().collect()
    }

    /// The header of the resource around the line, and all of its lines.
    pub fn resource(self) -> (&'t str, Vec<&'t str>) {
        let lines = self.lines();
        let start = (0..=self.line).rev().find(|at| lines[*at].starts_with("resource ")).unwrap_or(0);
        let end = (start..lines.len()).find(|at| lines[*at] == "}").unwrap_or(lines.len() - 1);
        (lines[start], lines[start..=end].to_vec())
    }

    /// The lines of the rule around the line: a line of iptables, a block of Terraform, an item of Nebula; those without a rule
    /// have none.
    pub fn rule(self, file: &str) -> Vec<&'t str> {
        let lines = self.lines();
        let begins = |line: &str| line == "  rule {" || line.starts_with("    - proto:");
        let ends = |at: usize| match file.ends_with(".tf") {
            true => lines[at] == "  }",
            false => !lines.get(at + 1).is_some_and(|next| next.starts_with("      ")),
        };
        if file.ends_with(".tf") || file.ends_with(".yml") {
            let Some(start) = (0..lines.len().min(self.line + 1)).rev().find(|at| begins(lines[*at])) else {
                return Vec::new();
            };
            let end = (start..lines.len()).find(|at| ends(*at)).unwrap_or(start);
            return if end < self.line { Vec::new() } else { lines[start..=end].to_vec() };
        }
        lines.get(self.line).filter(|line| line.starts_with("-A ")).into_iter().copied().collect()
    }
}

/// The value of `key = "value"` or `key: "value"` among lines.
pub fn value<'t>(lines: &[&'t str], key: &str) -> Option<&'t str> {
    lines.iter().find_map(|line| {
        let bare = line.trim().trim_start_matches("- ");
        let (own, value) = bare.split_once(['=', ':'])?;
        (own.trim() == key).then(|| value.trim().trim_end_matches(',').trim_matches('"'))
    })
}

/// Packets that a rule may take: a protocol or all, ports or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takes {
    /// The protocol, if not all.
    pub protocol: Option<String>,
    /// The ports, if not all.
    pub ports: Option<Vec<(u16, u16)>>,
}

impl Takes {
    /// What the lines of a rule say.
    pub fn of(rule: &[&str]) -> Self {
        if let [line] = rule
            && line.starts_with("-A ")
        {
            let words: Vec<&str> = line.split(' ').collect();
            let behind = |name: &str| words.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1]);
            let ports = behind("--dport").or(behind("--dports")).map(ranges);
            return Self { protocol: behind("-p").map(str::to_owned), ports };
        }
        let any = |value: &&str| *value != "any";
        let protocol = value(rule, "proto").filter(any).map(str::to_owned);
        // Of ICMP, Proxmox has the type there.
        let icmp = protocol.as_deref().is_some_and(|name| name.starts_with("icmp"));
        let ports = value(rule, "dport").filter(|_| !icmp).or(value(rule, "port").filter(any)).map(ranges);
        let by_macro = || value(rule, "macro").map(|name| if name == "Ping" { "icmp" } else { "tcp" }.to_owned());
        let protocol = protocol.or_else(by_macro);
        Self { protocol, ports }
    }

    /// Whether it takes such a packet.
    pub fn has(&self, protocol: &str, port: Option<u16>) -> bool {
        let own = |name: &str| name == protocol || protocol == "icmp" && name.contains("icmp");
        let inside = |ports: &Vec<(u16, u16)>| {
            port.is_some_and(|port| ports.iter().any(|(low, high)| (*low..=*high).contains(&port)))
        };
        self.protocol.as_deref().is_none_or(own) && self.ports.as_ref().is_none_or(inside)
    }

    /// Whether a packet may be taken by both.
    pub fn meets(&self, other: &Self) -> bool {
        let protocols = self.protocol.is_none() || other.protocol.is_none() || self.protocol == other.protocol;
        let overlap = |own: &Vec<(u16, u16)>, theirs: &Vec<(u16, u16)>| {
            own.iter().any(|(low, high)| theirs.iter().any(|(from, to)| low <= to && from <= high))
        };
        let ports = match (&self.ports, &other.ports) {
            (Some(own), Some(theirs)) => overlap(own, theirs),
            _ => true,
        };
        protocols && ports
    }

    /// Whether all that the other takes is taken by this one.
    pub fn holds(&self, other: &Self) -> bool {
        let protocol = self.protocol.is_none() || self.protocol == other.protocol;
        let inside = |own: &Vec<(u16, u16)>, theirs: &Vec<(u16, u16)>| {
            theirs.iter().all(|(from, to)| own.iter().any(|(low, high)| low <= from && to <= high))
        };
        protocol
            && match (&self.ports, &other.ports) {
                (None, _) => true,
                (Some(own), Some(theirs)) => inside(own, theirs),
                (Some(_), None) => false,
            }
    }
}

fn ranges(text: &str) -> Vec<(u16, u16)> {
    let one = |part: &str| {
        let (low, high) = part.split_once([':', '-']).unwrap_or((part, part));
        Some((low.parse().ok()?, high.parse().ok()?))
    };
    text.split(',').filter_map(one).collect()
}

/// A rule of the overlay.
#[derive(Debug)]
pub struct OverlayRule {
    /// What it takes.
    pub takes: Takes,
    /// A member by name, or `any`. One subject is enough.
    pub host: Option<String>,
    /// A group, or `any`.
    pub group: Option<String>,
    /// Groups of which all are demanded.
    pub groups: Vec<String>,
}

/// A member of an overlay: its certificate, its rules.
#[derive(Debug)]
pub struct Member {
    /// The name in its certificate.
    pub name: String,
    /// Its groups there.
    pub groups: Vec<String>,
    /// What it sends.
    pub outbound: Vec<OverlayRule>,
    /// What it takes.
    pub inbound: Vec<OverlayRule>,
    /// The relays that it lists.
    pub relays: Vec<String>,
    /// Its addresses in the overlay.
    pub addresses: Vec<String>,
    /// Whether others find one another by it.
    pub is_lighthouse: bool,
}

impl OverlayRule {
    fn of(lines: &[&str]) -> Self {
        let list = value(lines, "groups").unwrap_or("");
        let list = list.trim_matches(['[', ']']).split(", ").map(|name| name.trim_matches('"').to_owned());
        let text = |key| value(lines, key).map(str::to_owned);
        let groups = list.filter(|name| !name.is_empty()).collect();
        Self { takes: Takes::of(lines), host: text("host"), group: text("group"), groups }
    }

    /// Whether it is about this member.
    pub fn names(&self, other: &Member) -> bool {
        let has = |group: &String| other.groups.contains(group);
        self.host.as_ref().is_some_and(|host| host == "any" || *host == other.name)
            || self.group.as_ref().is_some_and(|group| group == "any" || has(group))
            || !self.groups.is_empty() && self.groups.iter().all(has)
    }
}

/// The members of all overlays, from their configurations and the plan.
pub fn members(files: &Files) -> Vec<Member> {
    let Some(plan) = files.get("nebula/certificates.json") else { return Vec::new() };
    let plan: serde_json::Value = serde_json::from_str(plan).expect("JSON");
    let texts = |value: &serde_json::Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|one| one.as_str()).map(str::to_owned).collect()
    };
    let mut found = Vec::new();
    for (path, text) in files {
        let Some(key) = path.strip_prefix("nebula/").and_then(|name| name.strip_suffix(".yml")) else { continue };
        let certificate = &plan["hosts"][key];
        let (mut outbound, mut inbound) = (Vec::new(), Vec::new());
        let lines: Vec<&str> = text.lines().collect();
        let mut inward = false;
        let mut relays = Vec::new();
        let mut section = "";
        for (at, line) in lines.iter().enumerate() {
            inward |= line.starts_with("  inbound:");
            if !line.starts_with("    ") {
                section = line;
            }
            if line.starts_with("    - proto:") {
                let more = lines[at + 1..].iter().take_while(|line| line.starts_with("      "));
                let rule: Vec<&str> = std::iter::once(*line).chain(more.copied()).collect();
                if inward { &mut inbound } else { &mut outbound }.push(OverlayRule::of(&rule));
            } else if section == "  relays:" && line.starts_with("    - ") {
                relays.push(line.trim().trim_start_matches("- ").trim_matches('"').to_owned());
            }
        }
        let networks = texts(&certificate["networks"]);
        found.push(Member {
            name: certificate["name"].as_str().unwrap_or(key).to_owned(),
            groups: texts(&certificate["groups"]),
            outbound,
            inbound,
            relays,
            addresses: networks.iter().filter_map(|net| net.split('/').next()).map(str::to_owned).collect(),
            is_lighthouse: text.contains("am_lighthouse: true"),
        });
    }
    found
}

/// What one member may send to another: where a rule of the sender's and one of the receiver's meet, without what another such
/// pair holds as well.
pub fn flows(members: &[Member]) -> BTreeSet<(String, String, String)> {
    let mut found = BTreeSet::new();
    for from in members {
        for to in members.iter().filter(|to| to.name != from.name) {
            let mut all: Vec<&Takes> = Vec::new();
            for out in from.outbound.iter().filter(|rule| rule.names(to)) {
                for inward in to.inbound.iter().filter(|rule| rule.names(from) && rule.takes.meets(&out.takes)) {
                    all.push(if out.takes.holds(&inward.takes) { &inward.takes } else { &out.takes });
                }
            }
            let more = |one: &Takes| all.iter().any(|other| **other != *one && other.holds(one));
            let widest = all.iter().filter(|one| !more(one));
            found.extend(widest.map(|one| (from.name.clone(), to.name.clone(), format!("{one:?}"))));
        }
    }
    found
}

/// The machines whose filter is of this name.
pub fn with_filter(files: &Files, name: &str) -> BTreeSet<String> {
    let variables = files.iter().filter_map(|(path, text)| {
        let host = path.strip_prefix("ansible/inventory/host_vars/")?.strip_suffix(".yml")?;
        Some((host, text))
    });
    let line = format!("security_policy: {name}");
    variables.filter(|(_, text)| text.lines().any(|own| own == line)).map(|(host, _)| host.to_owned()).collect()
}

/// The guests that take a security group.
pub fn with_group(files: &Files, label: &str) -> BTreeSet<String> {
    let text = &files["terraform/firewall_guests.tf"];
    let name = format!("_security_group.{label}.name");
    let mut found = BTreeSet::new();
    for block in text.split("\nresource ") {
        if block.contains(&name) {
            found.extend(guest_of(&block.lines().collect::<Vec<_>>()));
        }
    }
    found
}

/// The guest of a resource that is replaced with it.
pub fn guest_of(lines: &[&str]) -> Option<String> {
    let line = lines.iter().find(|line| line.contains("replace_triggered_by"))?;
    line.split('.').nth(1).map(str::to_owned)
}

/// Whether a guest has an address of a family below the overlay; of a machine that is none, nobody doubts it.
pub fn speaks(files: &Files, guest: &str, family: &str) -> bool {
    machine(files, guest).is_none_or(|text| text.contains(&format!("ip{family} {{")))
}

/// Whether a guest is a container.
pub fn is_container(files: &Files, guest: &str) -> bool {
    let header = format!("_container\" \"{guest}\" {{");
    files.get("terraform/containers.tf").is_some_and(|text| text.contains(&header))
}

/// The block of a guest in the files of guests.
fn machine<'f>(files: &'f Files, guest: &str) -> Option<&'f str> {
    let texts = ["terraform/guests.tf", "terraform/containers.tf"].into_iter().filter_map(|path| files.get(path));
    let header = format!("\" \"{guest}\" {{");
    let mut blocks = texts.flat_map(|text| text.split("\nresource "));
    blocks.find(|block| block.lines().next().is_some_and(|line| line.ends_with(&header)))
}

/// A block of a guest's firewall.
pub fn guest_block<'f>(files: &'f Files, kind: &str, label: &str) -> Option<&'f str> {
    let header = format!("{kind}\" \"{label}\" {{");
    let mut blocks = files.get("terraform/firewall_guests.tf")?.split("\nresource ");
    blocks.find(|block| block.lines().next().is_some_and(|line| line.ends_with(&header)))
}

/// The rules of a group of Proxmox, as they are written.
pub fn group<'f>(files: &'f Files, label: &str) -> Option<&'f str> {
    let header = format!("_security_group\" \"{label}\" {{");
    let mut blocks = files.get("terraform/firewall_groups.tf")?.split("\nresource ");
    blocks.find(|block| block.lines().next().is_some_and(|line| line.ends_with(&header)))
}
