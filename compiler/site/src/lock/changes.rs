//! What differs between two locks of one environment, in words that an operator acts on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use super::{Datacenter, Environment, Numbers, Segment};
use crate::model::Vmid;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A machine is new, with these numbers.
    Added(String, Numbers),
    /// A machine is gone, and its numbers stay taken.
    Retired(String, Numbers),
    /// A machine has another name.
    Renamed(String, String),
    /// A machine has another VMID: it is destroyed, and another one made.
    Replaced(String, Option<Vmid>, Option<Vmid>),
    /// A machine is made anew with its number: a container instead of a VM, or the reverse.
    Remade(String, &'static str),
    /// A machine has another slot of its range, and so, mostly, other addresses.
    Renumbered(String, Option<u64>, u64),
    /// A machine has other addresses on a network.
    Moved(String, String, Vec<IpAddr>, Vec<IpAddr>),
    /// A network device of a machine has another place: the network, the old place and the new one.
    Device(String, String, u32, u32),
    /// A machine is in another Proxmox cluster.
    Migrated(String, Option<String>, Option<String>),
    /// A machine was placed on another node.
    Placed(String, Option<String>, Option<String>),
    /// What the files of the rules that machines share are called: each name with the machines that have it from now on.
    Policies(BTreeMap<String, Vec<String>>),
    /// The content of a zone changed; its new serial.
    Serial(String, u32),
    /// A machine's certificate is granted something that none of it was before.
    Granted(String),
    /// What is declared of fields of a machine that Terraform leaves alone is held from now on, or is not any more.
    Unmanaged(String),
    /// What others have to know of the environment changed: of which networks, clusters and shared addresses, and whether the lock
    /// had nothing of it yet.
    About(Vec<String>, bool),
}

/// What changes between two locks; `renamed` are pairs of an old and a new name.
pub fn changes(old: &Environment, new: &Environment, renamed: &[(String, String)]) -> Vec<Change> {
    let mut changes: Vec<Change> = renamed.iter().map(|(from, to)| Change::Renamed(from.clone(), to.clone())).collect();
    let before = |name: &str| {
        let name = renamed.iter().find(|(_, to)| to == name).map_or(name, |(from, _)| from);
        old.hosts.get(name).or_else(|| old.retired.get(name))
    };
    for (name, numbers) in &new.hosts {
        match before(name) {
            None => changes.push(Change::Added(name.clone(), numbers.clone())),
            Some(before) => {
                machine(name, before, numbers, &mut changes);
                changes.extend(remade(name, old, before, numbers));
                let (was, is) = (devices(old, before), devices(new, numbers));
                let moved = is.iter().filter_map(|(network, to)| Some((*network, *was.get(network)?, *to)));
                let moved = moved.filter(|(_, from, to)| from != to);
                changes.extend(
                    moved.map(|(network, from, to)| Change::Device(name.clone(), network.to_owned(), from, to)),
                );
            }
        }
    }
    let policies = policies(new, before);
    if !policies.is_empty() {
        changes.push(Change::Policies(policies));
    }
    for (name, numbers) in &new.retired {
        if old.retired.get(name) != Some(numbers) {
            changes.push(Change::Retired(name.clone(), numbers.clone()));
        }
    }
    for (zone, serial) in &new.serials {
        if old.serials.get(zone) != Some(serial) {
            changes.push(Change::Serial(zone.clone(), serial.serial));
        }
    }
    for (name, grants) in &new.certificates {
        // The first grant of a machine that is new is no news.
        if old.certificates.get(name).is_some_and(|old| old != grants) {
            changes.push(Change::Granted(name.clone()));
        }
    }
    for name in new
        .unmanaged
        .keys()
        .chain(old.unmanaged.keys().filter(|name| new.hosts.contains_key(*name) && !new.unmanaged.contains_key(*name)))
    {
        let was = renamed.iter().find(|(_, to)| to == name).map_or(name, |(from, _)| from);
        if old.hosts.contains_key(was) && old.unmanaged.get(was) != new.unmanaged.get(name) {
            changes.push(Change::Unmanaged(name.clone()));
        }
    }
    if changes.is_empty() && old != new {
        changes.push(about(old, new));
    }
    changes
}

/// What the files of machines that were there are called, where that is another name than before.
fn policies<'n>(new: &Environment, before: impl Fn(&str) -> Option<&'n Numbers>) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, numbers) in &new.hosts {
        if before(name).is_some_and(|before| before.policy != numbers.policy) {
            let files = numbers.policy.as_ref().unwrap_or(name);
            found.entry(files.clone()).or_default().push(name.clone());
        }
    }
    found
}

/// What others have to know. A lock that says less, and nothing else, may be one that an earlier release wrote.
fn about(old: &Environment, new: &Environment) -> Change {
    let (mut what, mut less) = (Vec::new(), true);
    if old.hosts != new.hosts {
        what.push("what kind of guest some machines are".to_owned());
    }
    for (name, network) in differing(&old.networks, &new.networks) {
        what.push(format!("the network {name}"));
        let plain = |segment: &Segment| Segment { datacenters: Vec::new(), handed_out: Vec::new(), ..segment.clone() };
        less &= match (old.networks.get(name), network) {
            (Some(old), Some(new)) => {
                plain(old) == plain(new) && old.datacenters.is_empty() && old.handed_out.is_empty()
            }
            (before, _) => before.is_none(),
        };
    }
    for (name, datacenter) in differing(&old.datacenters, &new.datacenters) {
        what.push(format!("the Proxmox cluster {name}"));
        less &= match (old.datacenters.get(name), datacenter) {
            (Some(old), Some(new)) => {
                let plain = |it: &Datacenter, old: &Datacenter| Datacenter {
                    files: if old.files.is_empty() { BTreeSet::new() } else { it.files.clone() },
                    arm64: if old.arm64.is_empty() { BTreeSet::new() } else { it.arm64.clone() },
                    ..it.clone()
                };
                *old == plain(new, old)
            }
            (before, _) => before.is_none(),
        };
    }
    for (name, _) in differing(&old.vips, &new.vips) {
        what.push(format!("the address {name}"));
        less &= !old.vips.contains_key(name);
    }
    Change::About(what, less)
}

/// The names of which two maps say different things, with what the second says.
fn differing<'a, T: PartialEq>(
    old: &'a BTreeMap<String, T>,
    new: &'a BTreeMap<String, T>,
) -> impl Iterator<Item = (&'a String, Option<&'a T>)> {
    let gone = old.keys().filter(|name| !new.contains_key(*name)).map(|name| (name, None));
    let other = new.iter().filter(|(name, it)| old.get(*name) != Some(it)).map(|(name, it)| (name, Some(it)));
    other.chain(gone)
}

/// The places of a machine's network devices, by the names of the networks.
fn devices<'n>(environment: &Environment, numbers: &'n Numbers) -> BTreeMap<&'n str, u32> {
    if !numbers.devices.is_empty() {
        return numbers.devices.iter().map(|(network, index)| (network.as_str(), *index)).collect();
    }
    let has_device = |name: &&str| environment.networks.get(*name).is_some_and(|network| network.bridge.is_some());
    numbers.addresses.keys().map(String::as_str).filter(has_device).zip(0..).collect()
}

/// A guest that keeps its VMID, and is another machine for all that.
fn remade(name: &str, lock: &Environment, old: &Numbers, new: &Numbers) -> Option<Change> {
    old.vmid.filter(|_| old.vmid == new.vmid)?;
    let what = match (old.container, new.container) {
        (true, false) => "a VM instead of a container",
        (false, true) if lock.knows_kinds() => "a container instead of a VM",
        _ => return None,
    };
    Some(Change::Remade(name.to_owned(), what))
}

fn machine(name: &str, old: &Numbers, new: &Numbers, changes: &mut Vec<Change>) {
    let name = name.to_owned();
    if old.vmid != new.vmid {
        changes.push(Change::Replaced(name.clone(), old.vmid, new.vmid));
    }
    if let Some(slot) = new.slot
        && old.slot != new.slot
    {
        changes.push(Change::Renumbered(name.clone(), old.slot, slot));
    }
    if old.datacenter != new.datacenter {
        changes.push(Change::Migrated(name.clone(), old.datacenter.clone(), new.datacenter.clone()));
    }
    for (network, addresses) in &new.addresses {
        if let Some(before) = old.addresses.get(network)
            && before != addresses
        {
            changes.push(Change::Moved(name.clone(), network.clone(), before.clone(), addresses.clone()));
        }
    }
    if old.node != new.node {
        changes.push(Change::Placed(name, old.node.clone(), new.node.clone()));
    }
}

impl Change {
    /// Whether a machine that may exist is destroyed or cut off by it.
    pub fn is_grave(&self) -> bool {
        matches!(self, Self::Replaced(..) | Self::Remade(..) | Self::Moved(..) | Self::Device(..) | Self::Migrated(..))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |it: &Option<String>| it.clone().unwrap_or_else(|| "none".into());
        let vmid = |it: &Option<Vmid>| it.map_or("none".into(), |it| it.0.to_string());
        let list = |it: &[IpAddr]| it.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Added(name, numbers) => write!(f, "new: {name}{}", said(numbers)),
            Self::Retired(name, numbers) => write!(f, "retired: {name}{}, taken until it is released", said(numbers)),
            Self::Renamed(from, to) => write!(f, "renamed: {from} is {to}"),
            Self::Replaced(name, from, to) => {
                write!(f, "replaced: {name} has VMID {} instead of {}: another machine", vmid(to), vmid(from))
            }
            Self::Remade(name, what) => write!(f, "replaced: {name} is {what}: another machine"),
            Self::Renumbered(name, None, to) => write!(f, "slot: {name} has slot {to}"),
            Self::Renumbered(name, Some(from), to) => write!(f, "other slot: {name} has slot {to} instead of {from}"),
            Self::Moved(name, network, from, to) => {
                write!(f, "other address: {name} on {network} has {} instead of {}", list(to), list(from))
            }
            Self::Device(name, network, from, to) => {
                write!(f, "other device: {name} on {network} has net{to} instead of net{from}")
            }
            Self::Migrated(name, from, to) => {
                write!(f, "other cluster: {name} is in {} instead of {}", or_none(to), or_none(from))
            }
            Self::Placed(name, None, Some(to)) => write!(f, "placed: {name} on {to}"),
            Self::Placed(name, Some(_), None) => write!(f, "placed: {name} is where the sources say"),
            Self::Placed(name, from, to) => write!(f, "placed: {name} on {} instead of {}", or_none(to), or_none(from)),
            Self::Policies(found) => {
                let of = |(files, machines): (&String, &Vec<String>)| format!("{files} ({})", few(machines, 3));
                write!(f, "names of rules: {}", few(&found.iter().map(of).collect::<Vec<_>>(), 5))
            }
            Self::Serial(zone, serial) => write!(f, "serial of {zone}: {serial}"),
            Self::Granted(name) => {
                write!(f, "certificate: {name} is granted more, or other, names, addresses or groups")
            }
            Self::Unmanaged(name) => write!(f, "applied: what is declared of {name} and left alone by Terraform"),
            Self::About(what, less) => {
                write!(f, "what other environments have to know of this one")?;
                if !what.is_empty() {
                    write!(f, ": {}", what.join(", "))?;
                }
                match less {
                    true if !what.is_empty() => {
                        write!(
                            f,
                            "; the lock says nothing of it yet, since the site did not, or since an earlier arvc wrote it"
                        )
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

/// The first of several, and how many more there are.
fn few(items: &[String], most: usize) -> String {
    match items.len().saturating_sub(most) {
        0 => items.join(", "),
        more => format!("{} and {more} more", items[..most].join(", ")),
    }
}

/// The numbers behind a name.
fn said(numbers: &Numbers) -> String {
    let mut text = match (numbers.vmid, numbers.slot) {
        (Some(vmid), _) => format!(" with VMID {}", vmid.0),
        (None, Some(slot)) => format!(" with slot {slot}"),
        (None, None) => String::new(),
    };
    for (network, addresses) in &numbers.addresses {
        for address in addresses {
            text += &format!(", {address} on {network}");
        }
    }
    text
}
