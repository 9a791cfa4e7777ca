//! The files of Proxmox itself: `cluster.fw`, `host.fw`, `VMID.fw`, and the configurations of machines.

mod contents;
mod line;
mod machine;

use crate::place::{Notes, Place};
use crate::proxmox::{Group, Id, Policy, Proxmox, Setting, Whose};
use contents::Contents;

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

/// Reads one file.
pub(crate) fn read(about: About, text: &str, file: u32, proxmox: &mut Proxmox, notes: &mut Notes) {
    proxmox.present = true;
    if let About::Machine(vmid, node, container) = about {
        machine::read((vmid, node, container), text, file, proxmox, notes);
        return;
    }
    let contents = Contents::of(&about, text, file, proxmox.center(0), notes);
    let Contents { rules, sets, aliases, groups, left_out, refused, mut options, .. } = contents;
    let mut set = Settings { options: &mut options, place: Place { file, line: 1 } };
    let whose = match about {
        About::Cluster => {
            let cluster = &mut proxmox.centers.0[0];
            cluster.enabled = set.moment("enable", notes);
            cluster.enabled.place.get_or_insert(set.place);
            cluster.policy_in = set.policy("policy_in", Policy::Drop);
            cluster.policy_out = set.policy("policy_out", Policy::Accept);
            cluster.rules.extend(rules);
            cluster.sets.extend(sets);
            cluster.aliases.extend(aliases);
            cluster.groups.extend(groups.into_iter().map(|(name, rules)| (name, Group { rules })));
            Whose::Cluster
        }
        About::Node(name) => {
            let node = proxmox.nodes.entry(name.clone()).or_default();
            node.enabled = set.switch("enable", true);
            node.ndp = set.switch("ndp", true);
            node.nosmurfs = set.switch("nosmurfs", true);
            node.nftables = set.switch("nftables", false);
            node.rules.extend(rules);
            Whose::Node(name)
        }
        About::Guest(vmid) => {
            let guest = proxmox.guest(Id { center: 0, vmid });
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
            Whose::Guest(Id { center: 0, vmid })
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
