//! The files of Proxmox itself: `cluster.fw`, `host.fw`, `VMID.fw`, and the configurations of machines.

mod contents;
mod line;
mod machine;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::centers::{Centers, Folders, Kind};
use crate::place::{Notes, Place, Why};
use crate::proxmox::{Center, Group, Id, Policy, Proxmox, Rule, Setting, Whose};
use contents::Contents;

/// What a file is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    Cluster,
    Node(String),
    Guest(u32),
    /// A machine's configuration: its number, its node, whether it is a container.
    Machine(u32, Option<String>, bool),
}

/// A file, and the folder that is for it what `/etc/pve` is.
#[derive(Debug)]
struct Read {
    about: About,
    root: String,
    file: u32,
    text: String,
}

/// All files of Proxmox of a tree.
#[derive(Debug, Default)]
pub(crate) struct Files(Vec<Read>);

/// What a path is about, and the folder that is for it what `/etc/pve` is.
fn about(path: &str) -> Option<(About, String)> {
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop()?;
    let last = |parts: &[&str]| parts.last().map(|part| (*part).to_owned());
    let pop =
        |parts: &mut Vec<&str>, name: &str| parts.truncate(parts.len() - usize::from(parts.last() == Some(&name)));
    let listed = parts.iter().rev().nth(1 + usize::from(name.ends_with(".conf"))) == Some(&"nodes");
    if let Some(stem) = name.strip_suffix(".fw") {
        let about = match stem {
            "cluster" => About::Cluster,
            "host" => About::Node(last(&parts).unwrap_or_else(|| "host".to_owned())),
            vmid => About::Guest(vmid.parse().ok()?),
        };
        match about {
            About::Node(_) if listed => parts.truncate(parts.len() - 2),
            About::Node(_) => {}
            _ => pop(&mut parts, "firewall"),
        }
        return Some((about, parts.join("/")));
    }
    let vmid = name.strip_suffix(".conf")?.parse().ok()?;
    let container = match parts.pop()? {
        "qemu-server" => false,
        "lxc" => true,
        _ => return None,
    };
    // Right under `/etc/pve` are those of the node itself, whatever it is called; a node may be called `pve` as well.
    let node = last(&parts).filter(|node| listed || !["pve", "local"].contains(&node.as_str()));
    if node.is_some() || parts.last() == Some(&"local") {
        parts.pop();
        pop(&mut parts, "nodes");
    }
    Some((About::Machine(vmid, node, container), parts.join("/")))
}

/// Whether a path is one that Proxmox has.
pub(crate) fn is(path: &str) -> bool {
    about(path).is_some()
}

impl Files {
    /// One more file.
    pub fn add(&mut self, path: &str, file: u32, text: &str) {
        let read = |(about, root)| Read { about, root, file, text: text.to_owned() };
        self.0.extend(about(path).map(read));
    }

    /// What its folders say of the data centres that they are of.
    pub fn folders<'f>(&'f self, folders: &mut Folders<'f>) {
        for Read { about, root, .. } in &self.0 {
            let own = folders.entry((Kind::Proxmox, root)).or_default();
            own.switch |= *about == About::Cluster;
            match about {
                About::Node(node) | About::Machine(_, Some(node), _) => drop(own.nodes.insert(node.clone())),
                _ => {}
            }
            own.single.insert(about.single());
        }
    }

    /// What all files say. The data centre's are read first, since others name what is in them.
    pub fn read(&self, centers: &Centers<'_>, proxmox: &mut Proxmox, notes: &mut Notes) {
        let (clusters, others): (Vec<_>, Vec<_>) = self.0.iter().partition(|read| read.about == About::Cluster);
        let mut there: BTreeMap<(Center, String), &str> = BTreeMap::new();
        for Read { about, root, file, text } in clusters.into_iter().chain(others) {
            let center = centers.center(Kind::Proxmox, root);
            let (single, about) = (about.single(), about.named(centers, center));
            match there.entry((center, single)) {
                Entry::Vacant(first) => {
                    read(about, center, text, *file, proxmox, notes);
                    first.insert(text);
                }
                // A link that was followed, or a copy.
                Entry::Occupied(first) if first.get() == text => {
                    if let About::Machine(vmid, Some(node), _) = about {
                        proxmox.guest(Id { center, vmid }).node.get_or_insert(node);
                    }
                }
                Entry::Occupied(first) => {
                    let place = Place { file: *file, line: 1 };
                    let words = format!("a second {} of one data centre: which of the two is there", first.key().1);
                    doubt(&about, center, notes.unread(place, words), place, proxmox);
                }
            }
        }
    }
}

impl About {
    /// A file of which a data centre has one alone.
    fn single(&self) -> String {
        match self {
            Self::Cluster => "cluster.fw".to_owned(),
            Self::Node(node) => format!("{node}/host.fw"),
            Self::Guest(vmid) => format!("{vmid}.fw"),
            Self::Machine(vmid, ..) => format!("{vmid}.conf"),
        }
    }

    fn named(&self, centers: &Centers<'_>, center: Center) -> Self {
        let own = |node: &String| centers.node(center, node);
        match self {
            Self::Node(node) => Self::Node(own(node)),
            Self::Machine(vmid, node, container) => Self::Machine(*vmid, node.as_ref().map(own), *container),
            other => other.clone(),
        }
    }
}

/// Nobody knows what a file says, since there are two of it.
fn doubt(about: &About, center: Center, why: Why, place: Place, proxmox: &mut Proxmox) {
    match about {
        About::Cluster => {
            proxmox.centers.0[center].enabled.value = Err(why.clone());
            proxmox.stray = Some(why);
        }
        About::Node(name) => {
            let node = proxmox.nodes.entry(name.clone()).or_default();
            node.enabled.value = Err(why.clone());
            node.rules.insert(0, Rule::unknown(why, place));
        }
        About::Guest(vmid) => {
            let guest = proxmox.guest(Id { center, vmid: *vmid });
            guest.options.enabled.value = Err(why.clone());
            guest.rules.insert(0, Rule::unknown(why, place));
        }
        About::Machine(vmid, ..) => {
            let guest = proxmox.guest(Id { center, vmid: *vmid });
            guest.nics.iter_mut().for_each(|nic| nic.bridge.value = Err(why.clone()));
            guest.gap = Some(why);
        }
    }
}

/// Reads one file.
fn read(about: About, center: Center, text: &str, file: u32, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    if let About::Machine(vmid, node, container) = about {
        machine::read((Id { center, vmid }, node, container), text, file, proxmox, notes);
        return;
    }
    let contents = Contents::of(&about, text, file, proxmox.center(center), notes);
    let Contents { rules, sets, aliases, groups, left_out, refused, mut options, .. } = contents;
    let mut set = Settings { options: &mut options, place: Place { file, line: 1 } };
    let whose = match about {
        About::Cluster => {
            let cluster = &mut proxmox.centers.0[center];
            cluster.enabled = set.moment("enable", notes);
            cluster.enabled.place.get_or_insert(set.place);
            cluster.policy_in = set.policy("policy_in", Policy::Drop);
            cluster.policy_out = set.policy("policy_out", Policy::Accept);
            cluster.rules.extend(rules);
            cluster.sets.extend(sets);
            cluster.aliases.extend(aliases);
            cluster.groups.extend(groups.into_iter().map(|(name, rules)| (name, Group { rules })));
            Whose::Cluster(center)
        }
        About::Node(name) => {
            let node = proxmox.nodes.entry(name.clone()).or_default();
            node.center = center;
            node.enabled = set.switch("enable", true);
            node.ndp = set.switch("ndp", true);
            node.nosmurfs = set.switch("nosmurfs", true);
            node.nftables = set.switch("nftables", false);
            node.rules.extend(rules);
            Whose::Node(name)
        }
        About::Guest(vmid) => {
            let guest = proxmox.guest(Id { center, vmid });
            let options = &mut guest.options;
            options.place = Some(set.place);
            options.enabled = set.switch("enable", false);
            options.dhcp = set.switch("dhcp", true);
            options.ndp = set.switch("ndp", true);
            options.radv = set.switch("radv", false);
            options.macfilter = set.switch("macfilter", true);
            options.ipfilter = set.switch("ipfilter", false);
            options.ips = set.switch("ips", false);
            options.policy_in = set.policy("policy_in", Policy::Drop);
            options.policy_out = set.policy("policy_out", Policy::Accept);
            guest.rules.extend(rules);
            guest.sets.extend(sets);
            guest.aliases.extend(aliases);
            Whose::Guest(Id { center, vmid })
        }
        About::Machine(..) => return,
    };
    if let Some((place, words)) = contents.strict.first() {
        let why = format!(
            "what the nftables engine of Proxmox makes of {}: it may refuse all of it for line {} ({words})",
            notes.source(*place).file,
            place.line
        );
        proxmox.strict.push((whose, why.into()));
    }
    proxmox.left_out.extend(left_out);
    if let Some(why) = refused {
        proxmox.stray = Some(why);
    }
}

/// The options of a file.
struct Settings<'a> {
    options: &'a mut contents::Options,
    place: Place,
}

impl Settings<'_> {
    fn switch(&mut self, key: &str, default: bool) -> Setting<bool> {
        match self.options.get(key) {
            Some((text, place)) => Setting { value: Ok(text == "1"), place: Some(*place) },
            None => Setting::default(default),
        }
    }

    /// 0, 1, or the second since 1970 up to which it is on, and one minute more.
    fn moment(&mut self, key: &str, notes: &mut Notes) -> Setting<bool> {
        let Some((text, place)) = self.options.get(key) else { return Setting::default(false) };
        let value = match text.parse::<u64>() {
            Ok(1) => Ok(true),
            // Nobody audits what ran in 2001.
            Ok(0..1_000_000_000) => Ok(false),
            _ => Err(notes.unread(*place, format!("{key}: {text} is on up to that second, and a minute more"))),
        };
        Setting { value, place: Some(*place) }
    }

    fn policy(&mut self, key: &str, default: Policy) -> Setting<Policy> {
        let Some((text, place)) = self.options.get(key) else {
            return Setting { value: Ok(default), place: Some(self.place) };
        };
        let value = match text.to_ascii_uppercase().as_str() {
            "ACCEPT" => Policy::Accept,
            "REJECT" => Policy::Reject,
            _ => Policy::Drop,
        };
        Setting { value: Ok(value), place: Some(*place) }
    }
}
