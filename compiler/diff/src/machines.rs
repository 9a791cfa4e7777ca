//! What Terraform has to do to machines: made, destroyed, replaced, moved, rebooted, changed; told from two trees alone.
//!
//! What replaces or reboots a guest is the provider's own list (bpg/proxmox 0.111.1, `proxmoxtf/resource/vm` and `container`:
//! `ForceNew`, and the updates after which it reboots).

use std::collections::BTreeSet;

use crate::Texts;
use crate::terraform::{Address, Attributes, resources};

const VM: &str = "proxmox_virtual_environment_vm";
const CONTAINER: &str = "proxmox_virtual_environment_container";

/// What a change of an attribute does to its machine, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It is destroyed, and another one is made.
    Replaced,
    /// It migrates to another node.
    Moved,
    /// It reboots.
    Rebooted,
    /// It is changed as it runs.
    Changed,
}

/// An attribute that is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its path: `cpu.cores`.
    pub path: String,
    /// What it was, as Terraform writes it.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
    /// What that does.
    pub effect: Effect,
}

impl Attribute {
    /// Whether a value of it must not be shown: a foreign tree may have a secret in it.
    pub fn is_delicate(&self) -> bool {
        ["password", "secret", "token", "keys"].iter().any(|word| self.path.contains(word))
    }
}

/// A machine that is there before and after, and not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its name.
    pub name: String,
    /// The worst that happens to it.
    pub effect: Effect,
    /// What changed, by path.
    pub attributes: Vec<Attribute>,
}

/// What happens to the resources of a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machines {
    /// Machines that are made.
    pub created: Vec<String>,
    /// Machines that are destroyed.
    pub destroyed: Vec<String>,
    /// The old name and the new one.
    pub renamed: Vec<(String, String)>,
    /// Machines that change, by name.
    pub changed: Vec<Machine>,
    /// Of the other resources: how many come.
    pub added: usize,
    /// How many change.
    pub altered: usize,
    /// How many go.
    pub removed: usize,
    /// Files of either tree that could not be read, with what is wrong.
    pub unread: Vec<(String, String)>,
}

impl Machines {
    /// Whether Terraform has nothing to do, as far as it is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares the resources of two trees.
pub fn machines(before: &Texts, after: &Texts) -> Machines {
    let (mut old, new) = (resources(before), resources(after));
    let mut found = Machines::default();
    found.unread.extend(old.unread);
    found.unread.extend(new.unread);
    found.unread.sort();
    found.unread.dedup();
    for (from, to) in &new.moved {
        // What was renamed long ago is there under its new name.
        if let (Some(attributes), false) = (old.found.get(from).cloned(), old.found.contains_key(to)) {
            if is_machine(to) {
                found.renamed.push((from.name().to_owned(), to.name().to_owned()));
            }
            old.found.remove(from);
            old.found.insert(to.clone(), attributes);
        }
    }
    for (address, attributes) in &new.found {
        match old.found.get(address) {
            None if is_machine(address) => found.created.push(address.name().to_owned()),
            None => found.added += 1,
            Some(was) => {
                let changed = differences(address, was, attributes);
                let worst = changed.iter().map(|attribute| attribute.effect).min();
                match worst {
                    None => {}
                    Some(_) if !is_machine(address) => found.altered += 1,
                    Some(effect) => {
                        found.changed.push(Machine { name: address.name().to_owned(), effect, attributes: changed })
                    }
                }
            }
        }
    }
    for address in old.found.keys().filter(|address| !new.found.contains_key(*address)) {
        if is_machine(address) {
            found.destroyed.push(address.name().to_owned());
        } else {
            found.removed += 1;
        }
    }
    found.created.sort();
    found.destroyed.sort();
    found.changed.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// The attributes that differ, but for those that Terraform is told to leave alone, and for what is told to it alone.
fn differences(address: &Address, was: &Attributes, is: &Attributes) -> Vec<Attribute> {
    let ignored = ignored(is);
    let paths: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let differs = paths.into_iter().filter(|path| was.get(*path) != is.get(*path));
    let told = |path: &str| path == "lifecycle" || path.starts_with("lifecycle.");
    let differs = differs.filter(|path| !told(path) && !ignored.iter().any(|field| covers(field, path)));
    let attribute = |path: &String| Attribute {
        path: path.clone(),
        before: was.get(path).cloned(),
        after: is.get(path).cloned(),
        effect: effect(address, path, is),
    };
    differs.map(attribute).collect()
}

/// The fields of `ignore_changes`, as paths: `initialization[0].user_account` is `initialization.user_account`.
fn ignored(attributes: &Attributes) -> Vec<String> {
    let Some(list) = attributes.get("lifecycle.ignore_changes") else { return Vec::new() };
    let inner = list.trim_start_matches('[').trim_end_matches(']');
    let field = |text: &str| {
        let mut path = String::new();
        for (index, part) in text.trim().split('[').enumerate() {
            match part.split_once(']') {
                Some((number, rest)) if index > 0 => {
                    if let Ok(nth @ 1..) = number.trim().parse::<usize>() {
                        path.push_str(&format!("#{}", nth + 1));
                    }
                    path.push_str(rest);
                }
                _ => path.push_str(part),
            }
        }
        path
    };
    inner.split(',').map(field).filter(|field| !field.is_empty()).collect()
}

fn covers(field: &str, path: &str) -> bool {
    field == "all" || path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '#']))
}

fn is_machine(address: &Address) -> bool {
    [VM, CONTAINER].contains(&address.kind())
}

/// What the provider does when an attribute changes.
fn effect(address: &Address, path: &str, after: &Attributes) -> Effect {
    let first = path.split(['.', '#']).next().unwrap_or(path);
    let is_vm = address.kind() == VM;
    match first {
        "vm_id" | "clone" => Effect::Replaced,
        "node_name" if is_vm && after.get("migrate").is_some_and(|migrate| migrate == "true") => Effect::Moved,
        "node_name" => Effect::Replaced,
        "initialization" if path.contains("user_account") && is_vm => Effect::Changed,
        "operating_system" | "unprivileged" | "template" | "pool_id" | "mount_point" if !is_vm => Effect::Replaced,
        "disk" if path.ends_with("datastore_id") && !is_vm => Effect::Replaced,
        "initialization" if path.contains("user_account") => Effect::Replaced,
        "cpu" | "memory" | "initialization" | "agent" | "bios" | "machine" | "operating_system" | "serial_device"
        | "vga" | "scsi_hardware"
            if is_vm =>
        {
            Effect::Rebooted
        }
        _ => Effect::Changed,
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn tree(body: &str) -> Texts {
        let text = format!("resource \"{VM}\" \"a\" {{\n{body}\n}}\n");
        Texts::from([("terraform/guests.tf".to_owned(), text)])
    }

    fn worst(before: &str, after: &str) -> Option<Effect> {
        machines(&tree(before), &tree(after)).changed.first().map(|machine| machine.effect)
    }

    #[test]
    fn the_worst_attribute_decides() {
        assert_eq!(worst("vm_id = 1", "vm_id = 1"), None);
        assert_eq!(worst("vm_id = 1", "vm_id = 2\ntags = []"), Some(Effect::Replaced));
        assert_eq!(worst("node_name = \"a\"", "node_name = \"b\""), Some(Effect::Replaced));
        assert_eq!(
            worst("migrate = true\nnode_name = \"a\"", "migrate = true\nnode_name = \"b\""),
            Some(Effect::Moved)
        );
        assert_eq!(worst("cpu {\n cores = 1\n}", "cpu {\n cores = 2\n}"), Some(Effect::Rebooted));
        assert_eq!(worst("tags = []", "tags = [\"x\"]"), Some(Effect::Changed));
    }

    #[test]
    fn what_terraform_is_told_to_leave_alone_is_no_change() {
        let with = |cores: u8, keys: &str, more: &str| {
            format!(
                "cpu {{\n cores = {cores}\n}}\ninitialization {{\n user_account {{\n keys = [{keys}]\n }}\n}}\n\
                 lifecycle {{\n ignore_changes = [initialization[0].user_account{more}]\n}}"
            )
        };
        assert_eq!(worst(&with(1, "", ""), &with(1, "\"k\"", "")), None);
        assert_eq!(worst(&with(1, "", ""), &with(2, "", "")), Some(Effect::Rebooted));
        assert_eq!(worst(&with(1, "", ", cpu"), &with(2, "", ", cpu")), None);
        assert_eq!(worst(&with(1, "", ""), &with(1, "", ", cpu")), None, "the instruction itself changes no machine");
    }

    #[test]
    fn a_machine_of_another_folder_is_another_one() {
        let one = tree("vm_id = 1");
        let other = Texts::from([("two/guests.tf".to_owned(), one["terraform/guests.tf"].clone())]);
        let found = machines(&one, &other);
        assert_eq!((found.created, found.destroyed), (vec!["a".to_owned()], vec!["a".to_owned()]));
    }
}
