//! A site as data that random edits change: hosts of every kind in three ranges, and a cluster.

use std::collections::BTreeSet;
use std::fmt::Write;

use arvc_site::lock::Environment;
use arvc_tests::random::Choices;

/// What no edit changes. Each group has somebody who stays, so that no edit makes a set come or go.
const HEAD: &str = r#"let
  std = import "std";
in {
  name = "site";
  domain = "site.internal";

  nodes.alpha = {
    address = networks.lan.cidr.first;
    uplink.address = 198.51.100.10;
    forward = [ { port = networks.overlay.port; to = hosts.dns; } ];
  };
  nodes.beta = { address = networks.lan.cidr.host 2; uplink.address = 198.51.100.11; };

  networks.lan = {
    cidr = 192.168.100.0/24;
    prefixes = [ fd00:100::/64 ];
    bridge = "vmbr1";
    gateway = nodes.alpha;
  };
  networks.store = { cidr = 192.168.120.0/24; bridge = "vmbr3"; };
  networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.lan; port = 4242/udp; };

  ranges.core = { vmids = 1000..1019; addresses = 10..29; };
  ranges.apps = { vmids = 4000..4019; addresses = 50..69; };
  ranges.data = {
    slots = 1..20;
    vmid = n: 5000 + n;
    addresses = 101..120;
    on.lan.mac = n: bc:24:11:00:00:00 + n;
  };

  images.debian = { vmid = 9000; node = nodes.alpha; };
  images.box = { kind = Container; vmid = 9001; node = nodes.alpha; };

  groups = { core = {}; web = {}; data = {}; keep = {}; admin = {}; };

  operators.addresses = [ 203.0.113.9 ];
  accepted_losses = [ nodes.alpha, nodes.beta ];

  services.web = { name = "web"; http.ports = [ 8080/tcp ]; };
  services.sql = { name = "sql"; query.ports = [ 5432/tcp ]; };

  hosts.dns = {
    vmid = 1001;
    node = nodes.alpha;
    groups = [ groups.core ];
    lighthouse = true;
    relay = true;
    services = [ std.dns {} ];
  };
  hosts.first-web = { vmid = 4000; node = nodes.beta; groups = [ groups.web ]; services = [ services.web ]; };
  hosts.first-data = { vmid = 5001; node = nodes.beta; groups = [ groups.data ]; services = [ services.sql ]; };
  hosts.laptop = {
    kind = Machine;
    managed = false;
    groups = [ groups.admin ];
    on.overlay.address = networks.overlay.cidr.host 2;
  };

  allow = [
    groups.admin -> any,
    groups.core -> groups.web : [ services.web.http ],
    groups.web -> groups.data : [ services.sql.query ],
    groups.data -> groups.keep : [ services.sql.query ],
  ];

  never = [ internet -> groups.data ];

"#;

/// Names that hosts have by turns.
const NAMES: [&str; 9] = ["alfa", "bravo-1", "bravo-2", "bravo-3", "delta", "echo", "foxtrot", "golf", "hotel"];
const GROUPS: [&str; 3] = ["web", "data", "core"];
const MEMBERS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// `Vm`, `Container` or `Machine`.
    kind: &'static str,
    range: &'static str,
    vmid: Option<u32>,
    node: &'static str,
    groups: BTreeSet<&'static str>,
    stores: bool,
    memory: usize,
    disks: usize,
    status: &'static str,
    renamed_from: Option<String>,
}

/// The site: its hosts in the order of its text, and the members of its cluster.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub hosts: Vec<(String, Machine)>,
    pub members: Vec<&'static str>,
}

impl Plan {
    /// A site that somebody began with.
    pub fn first() -> Self {
        Self { hosts: Vec::new(), members: vec!["b", "c", "d"] }
    }

    pub fn text(&self) -> String {
        format!("{HEAD}{}}}\n", self.machines())
    }

    /// The part of its text that edits change.
    pub fn machines(&self) -> String {
        let mut text = String::new();
        for (name, machine) in &self.hosts {
            let _ = writeln!(text, "  hosts.{name} = {{ {}}};", machine.text(name));
        }
        let _ = writeln!(text, "  clusters.keep = {{ groups = [ groups.keep ];");
        let _ = writeln!(text, "    services = [ services.sql, {{ name = \"keep\"; peers = [ 2380/tcp ]; }} ];");
        for member in &self.members {
            let _ = writeln!(text, "    members.{member} = {{ range = ranges.data; node = nodes.alpha; }};");
        }
        text + "  };\n"
    }

    fn has(&self, name: &str) -> bool {
        self.hosts.iter().any(|(known, _)| known == name)
    }

    /// Whether all that another one has is in it, as it was.
    pub fn has_all_of(&self, other: &Self) -> bool {
        other.hosts.iter().all(|host| self.hosts.contains(host))
            && other.members.iter().all(|member| self.members.contains(member))
    }

    /// A host that is not there yet.
    pub fn add(&mut self, choices: &mut Choices) -> Option<String> {
        let name = *choices.pick(&NAMES);
        let machine = Machine::any(choices);
        if self.has(name) {
            return None;
        }
        let place = choices.below(self.hosts.len() + 1);
        self.hosts.insert(place, (name.to_owned(), machine));
        Some(name.to_owned())
    }

    /// One edit; the names that it is about, those that the machine has before it too.
    pub fn edit(&mut self, held: &Environment, choices: &mut Choices) -> BTreeSet<String> {
        let about = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        match choices.below(9) {
            0 | 1 => return self.add(choices).into_iter().collect(),
            2 => self.hosts.reverse(),
            3 => choices.shuffle(&mut self.hosts),
            4 if !self.hosts.is_empty() => {
                let (name, _) = self.hosts.remove(choices.below(self.hosts.len()));
                return about(&[&name]);
            }
            5 if !self.hosts.is_empty() => {
                let (at, new) = (choices.below(self.hosts.len()), *choices.pick(&NAMES));
                if !self.has(new) && !held.hosts.contains_key(new) && !held.retired.contains_key(new) {
                    let old = std::mem::replace(&mut self.hosts[at].0, new.to_owned());
                    self.hosts[at].1.renamed_from = Some(old.clone());
                    return about(&[&old, new]);
                }
            }
            6 if !self.hosts.is_empty() => {
                let at = choices.below(self.hosts.len());
                self.hosts[at].1.change(choices);
                return about(&[&self.hosts[at].0]);
            }
            7 => {
                let member = *choices.pick(&MEMBERS);
                if !self.members.contains(&member) {
                    self.members.push(member);
                    return about(&[&format!("keep-{member}")]);
                }
            }
            8 if self.members.len() > 2 => {
                let member = self.members.remove(choices.below(self.members.len()));
                return about(&[&format!("keep-{member}")]);
            }
            _ => {}
        }
        BTreeSet::new()
    }
}

impl Machine {
    fn any(choices: &mut Choices) -> Self {
        let range = *choices.pick(&["apps", "data", "core"]);
        let vmid = choices.once_in(4).then(|| match range {
            "apps" => 4000 + choices.below(20) as u32,
            "data" => 5001 + choices.below(20) as u32,
            _ => 1000 + choices.below(20) as u32,
        });
        let mut groups = BTreeSet::from([*choices.pick(&GROUPS)]);
        if choices.once_in(3) {
            groups.insert(*choices.pick(&GROUPS));
        }
        Self {
            kind: *choices.pick(&["Vm", "Vm", "Container", "Machine"]),
            range,
            vmid,
            node: *choices.pick(&["alpha", "beta"]),
            groups,
            stores: choices.once_in(3),
            memory: 1,
            disks: 0,
            status: "Present",
            renamed_from: None,
        }
    }

    /// Something of it that is no part of what it is.
    fn change(&mut self, choices: &mut Choices) {
        match choices.below(6) {
            0 => self.node = if self.node == "alpha" { "beta" } else { "alpha" },
            1 => self.stores = !self.stores,
            2 => self.memory += 1,
            3 => self.status = *choices.pick(&["Present", "Disabled", "Retired", "Planned"]),
            4 => drop(self.groups.insert(*choices.pick(&GROUPS))),
            _ => self.disks += 1,
        }
    }

    fn text(&self, name: &str) -> String {
        let mut text = String::new();
        let groups: Vec<String> = self.groups.iter().map(|group| format!("groups.{group}")).collect();
        let _ = write!(text, "groups = [ {} ]; ", groups.join(", "));
        // Who is in a group serves what is asked of it.
        let services = [("web", "services.web"), ("data", "services.sql")].into_iter();
        let services: Vec<&str> =
            services.filter(|(group, _)| self.groups.contains(group)).map(|(_, service)| service).collect();
        let _ = write!(text, "services = [ {} ]; ", services.join(", "));
        if let Some(old) = &self.renamed_from {
            let _ = write!(text, "renamed_from = \"{old}\"; ");
        }
        if self.status != "Present" {
            let _ = write!(text, "status = {}; ", self.status);
        }
        if self.kind == "Machine" {
            let number = 200 + NAMES.iter().position(|known| *known == name).unwrap_or(0);
            let _ = write!(text, "kind = Machine; on.lan.address = 192.168.100.{number}; ");
            let _ = write!(text, "on.overlay.address = 10.10.10.{number}; ");
            return text;
        }
        let _ = match self.vmid {
            Some(vmid) => write!(text, "vmid = {vmid}; "),
            None => write!(text, "range = ranges.{}; ", self.range),
        };
        let store = if self.stores { "store = {}; " } else { "" };
        // Proxmox clones a container only on the node where its template lies.
        let node = if self.kind == "Container" { "alpha" } else { self.node };
        let _ = write!(text, "node = nodes.{node}; on = {{ lan = {{}}; overlay = {{}}; {store}}}; ");
        let _ = write!(text, "memory = {}GiB; ", self.memory);
        match self.kind {
            "Container" => text.push_str("kind = Container; image = images.box; "),
            _ => {
                text.push_str("image = images.debian; ");
                for disk in 1..=self.disks {
                    let _ = write!(text, "disks.scsi{disk}.size = 8GiB; ");
                }
            }
        }
        text
    }
}
