//! What an edit costs: machines made, destroyed, replaced, moved, rebooted; certificates to sign; guests that Ansible touches.
//! Told from the trees alone.
//!
//! What replaces or reboots a guest is the provider's own list (bpg/proxmox 0.111.1, `proxmoxtf/resource/vm` and `container`:
//! `ForceNew`, and the updates after which it reboots).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Tree;
use crate::hcl::{Attributes, resources};

const VM: &str = "proxmox_virtual_environment_vm";
const CONTAINER: &str = "proxmox_virtual_environment_container";

/// What a change of an attribute does to its machine, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    Replaced,
    Moved,
    Rebooted,
    Changed,
}

/// One line for each kind of work that there is.
pub fn work(before: &Tree, after: &Tree) -> String {
    let mut out = String::new();
    let mut say = |what: &str, whom: Vec<String>| {
        if !whom.is_empty() {
            out.push_str(&format!("{what}: {}\n", whom.join(", ")));
        }
    };
    let machines = machines(before, after);
    say("Terraform creates", machines.created);
    say("Terraform destroys", machines.destroyed);
    say("Terraform renames", machines.renamed);
    for (effect, word) in [
        (Effect::Replaced, "Terraform replaces"),
        (Effect::Moved, "Terraform moves"),
        (Effect::Rebooted, "Terraform reboots"),
        (Effect::Changed, "Terraform changes in place"),
    ] {
        let of = |(name, (worst, paths)): (&String, &(Effect, Vec<String>))| {
            (*worst == effect).then(|| format!("{name} ({})", paths.join(", ")))
        };
        say(word, machines.changed.iter().filter_map(of).collect());
    }
    say("Terraform's other resources", machines.others);
    let (signed, dropped) = certificates(before, after);
    say("certificates to sign", signed);
    say("certificates to drop", dropped);
    say("Nebula's configuration changes on", hosts_of(before, after, "nebula/", ".yml"));
    say("variables change of", hosts_of(before, after, "ansible/inventory/host_vars/", ".yml"));
    let filters = hosts_of(before, after, "ansible/files/filter/", ".v4").into_iter();
    let filters: BTreeSet<String> = filters.chain(hosts_of(before, after, "ansible/files/filter/", ".v6")).collect();
    say("variables change of the groups", hosts_of(before, after, "ansible/inventory/group_vars/", ".yml"));
    say("packet filters change", filters.into_iter().collect());
    out
}

/// What happens to the resources of a tree.
#[derive(Debug, Default)]
pub struct Machines {
    pub created: Vec<String>,
    pub destroyed: Vec<String>,
    /// `old -> new`.
    pub renamed: Vec<String>,
    /// The worst that happens to a machine, and the attributes that changed.
    pub changed: BTreeMap<String, (Effect, Vec<String>)>,
    /// Of the other resources: how many come, go and change.
    pub others: Vec<String>,
}

pub fn machines(before: &Tree, after: &Tree) -> Machines {
    let ((mut old, _), (new, moved)) = (resources(before), resources(after));
    let mut found = Machines::default();
    for (from, to) in &moved {
        if let Some(attributes) = old.remove(from) {
            if is_machine(to) {
                found.renamed.push(format!("{} -> {}", name(from), name(to)));
            }
            old.insert(to.clone(), attributes);
        }
    }
    let (mut added, mut changed, mut removed) = (0, 0, 0);
    for (address, attributes) in &new {
        match old.get(address) {
            None if is_machine(address) => found.created.push(name(address).to_owned()),
            None => added += 1,
            Some(was) if was == attributes => {}
            Some(_) if !is_machine(address) => changed += 1,
            Some(was) => {
                let paths: BTreeSet<&String> = was.keys().chain(attributes.keys()).collect();
                let paths: Vec<&String> =
                    paths.into_iter().filter(|path| was.get(*path) != attributes.get(*path)).collect();
                let worst =
                    paths.iter().map(|path| effect(address, path, attributes)).min().expect("something changed");
                let paths = paths.into_iter().cloned().collect();
                found.changed.insert(name(address).to_owned(), (worst, paths));
            }
        }
    }
    for address in old.keys().filter(|address| !new.contains_key(*address)) {
        if is_machine(address) {
            found.destroyed.push(name(address).to_owned());
        } else {
            removed += 1;
        }
    }
    if added + changed + removed > 0 {
        found.others.push(format!("{added} more, {changed} changed, {removed} fewer"));
    }
    found
}

fn is_machine(address: &str) -> bool {
    [VM, CONTAINER].iter().any(|kind| address.strip_prefix(kind).is_some_and(|rest| rest.starts_with('.')))
}

fn name(address: &str) -> &str {
    address.split_once('.').map_or(address, |(_, name)| name)
}

/// What the provider does when an attribute changes.
fn effect(address: &str, path: &str, after: &Attributes) -> Effect {
    let first = path.split(['.', '#']).next().unwrap_or(path);
    let is_vm = address.starts_with(VM);
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

/// Whose certificate has to be signed again or for the first time, and whose is no longer any host's.
pub fn certificates(before: &Tree, after: &Tree) -> (Vec<String>, Vec<String>) {
    let plan = |tree: &Tree| -> BTreeMap<String, Value> {
        let plan: Value = serde_json::from_str(&tree["nebula/certificates.json"]).expect("a plan");
        plan["hosts"].as_object().expect("hosts").iter().map(|(host, value)| (host.clone(), value.clone())).collect()
    };
    let (old, new) = (plan(before), plan(after));
    let signed = new.iter().filter(|(host, value)| old.get(*host) != Some(value)).map(|(host, _)| host.clone());
    let dropped = old.keys().filter(|host| !new.contains_key(*host)).cloned();
    (signed.collect(), dropped.collect())
}

/// The stems of the files in a folder that differ, those that come or go left out.
fn hosts_of(before: &Tree, after: &Tree, folder: &str, end: &str) -> Vec<String> {
    let both = after.iter().filter_map(|(path, text)| Some((path, text, before.get(path)?)));
    let changed = both.filter(|(_, new, old)| new != old).map(|(path, ..)| path);
    changed.filter_map(|path| path.strip_prefix(folder)?.strip_suffix(end).map(str::to_owned)).collect()
}
