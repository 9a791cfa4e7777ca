//! A machine that is gone, and a new one like it
//!
//! ## What is wrong
//!
//! `arv.lock` holds a machine that the sources do not name any more, and a machine that it does not know is just like it: with a
//! number of the same range, in the same Proxmox cluster, on the same networks, and in the groups that the old one's certificate
//! has. And there are as many new ones of this sort as are gone, or the names are alike.
//!
//! ## Why
//!
//! Whoever only changes a name means the same machine. To `arv.lock` it is another one: Terraform destroys the old one with its
//! disks, and makes a new one with another VMID and other addresses.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.hosts.store = { vmid = 3000, on = { bridge = "192.168.100.30", overlay = "10.10.10.30" } }
//!   hosts.shop = { # error: L0834
//!     range = ranges.data;
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! If it is the same machine, say so: `renamed_from = "store";`, or `arvc lock rename store shop`. If not, nothing is to be done:
//! the next build enters both, and says this no more.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use arvc_syntax::diagnostic::{Code, Diagnostic, distance};

use crate::allocate::{self, Renames};
use crate::allocation::RangeIndex;
use crate::lock::{Held, Numbers};
use crate::model::{Host, Kind, NetworkId, RangeId, Site};
use crate::origins::Origins;
use crate::place::{place, report};

/// A machine that is gone, and a new one like it.
pub static CODE: Code =
    Code::new("L0834", "a machine that is gone, and a new one like it", include_str!("looks_renamed.rs"));

/// How many pairs are shown of machines of one sort.
const SHOWN: usize = 4;

/// So many of one sort are compared by their names, each with each.
const COMPARED: usize = 64;

/// What machines have in common that are alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sort {
    range: RangeId,
    guest: bool,
    datacenter: Option<String>,
    networks: Vec<String>,
}

/// Machines of one sort: those that are gone, and those that are new.
#[derive(Default)]
struct Pair<'a> {
    gone: Vec<(&'a str, &'a Numbers)>,
    new: Vec<&'a Host>,
}

/// What the lock holds and the sources do not name, against what it does not know.
pub(crate) fn check(site: &Site, origins: &Origins, renames: &Renames, held: &Held, out: &mut Vec<Diagnostic>) {
    if held.own.hosts.is_empty() || !origins.all.hosts {
        return;
    }
    let present: HashSet<&str> = site.hosts.iter().map(|host| renames.known(held, &host.named.name)).collect();
    let gone: Vec<_> = held.own.hosts.iter().filter(|(name, _)| !present.contains(name.as_str())).collect();
    if gone.is_empty() {
        return;
    }
    let ranges = RangeIndex::new(&site.ranges, &site.numbering);
    let mut sorts: BTreeMap<Sort, Pair<'_>> = BTreeMap::new();
    for (name, numbers) in gone {
        if let Some(sort) = sort_of_gone(site, &ranges, numbers) {
            sorts.entry(sort).or_default().gone.push((name, numbers));
        }
    }
    let new = site.hosts.iter().filter(|host| !host.broken && host.status.is_there());
    for host in new.filter(|host| renames.numbers(held, &host.named.name).is_none()) {
        if let Some(pair) = sort_of_new(site, host).and_then(|sort| sorts.get_mut(&sort)) {
            pair.new.push(host);
        }
    }
    for pair in sorts.values() {
        let alike = pairs(site, held, pair);
        out.extend(diagnostic(&alike));
    }
}

fn sort_of_gone(site: &Site, ranges: &RangeIndex, numbers: &Numbers) -> Option<Sort> {
    let networks: Vec<String> = numbers.addresses.keys().cloned().collect();
    let range = match numbers.vmid {
        Some(vmid) => {
            let datacenter = site.datacenters.iter().position(|it| Some(&it.named.name) == numbers.datacenter.as_ref());
            ranges.find(&site.numbering, vmid, datacenter.map(|at| crate::model::DatacenterId(at as u32)))?
        }
        None => {
            let slot = numbers.slot?;
            let gives = |id: &RangeId| {
                let numbering = &site.numbering[id.index()];
                !numbering.has_vmids()
                    && numbers.addresses.iter().any(|(network, addresses)| {
                        let network =
                            (0..).map(NetworkId).zip(&site.networks).find(|(_, it)| it.named.name == *network);
                        network.is_some_and(|(id, _)| {
                            addresses.iter().any(|address| numbering.slot_of_address(id, *address) == Some(slot))
                        })
                    })
            };
            (0..site.ranges.len() as u32).map(RangeId).find(gives)?
        }
    };
    let guest = numbers.vmid.is_some();
    let only = match site.datacenters.as_slice() {
        [only] if guest => Some(only.named.name.clone()),
        _ => None,
    };
    let datacenter = numbers.datacenter.clone().or(only);
    Some(Sort { range, guest, datacenter, networks })
}

fn sort_of_new(site: &Site, host: &Host) -> Option<Sort> {
    let names = host.interfaces.iter().filter(|interface| interface.address.is_some());
    let names: BTreeSet<&str> =
        names.map(|interface| site.networks[interface.network.index()].named.name.as_str()).collect();
    let datacenter = allocate::datacenter(site, host).and_then(|id| site.datacenters.get(id.index()));
    Some(Sort {
        range: host.range?,
        guest: host.kind != Kind::Machine,
        datacenter: datacenter.map(|it| it.named.name.clone()),
        networks: names.into_iter().map(str::to_owned).collect(),
    })
}

/// Which machine that is gone may be which new one.
fn pairs<'a>(site: &Site, held: &Held, pair: &Pair<'a>) -> Vec<(&'a str, &'a Numbers, &'a Host)> {
    let as_many = pair.gone.len() == pair.new.len();
    let mut alike = Vec::new();
    if pair.gone.len().max(pair.new.len()) > COMPARED {
        // So many at once are renamed by a rule, which keeps their order.
        let all = pair.gone.iter().zip(&pair.new).filter(|_| as_many);
        alike.extend(all.map(|((name, numbers), host)| (*name, *numbers, *host)));
        alike.retain(|(name, _, host)| same_groups(site, held, name, host));
        return alike;
    }
    let mut near = Vec::new();
    for (old, (name, _)) in pair.gone.iter().enumerate() {
        for (new, host) in pair.new.iter().enumerate().filter(|(_, host)| same_groups(site, held, name, host)) {
            near.push((distance(name, &host.named.name), old, new));
        }
    }
    near.sort_unstable();
    let (mut olds, mut news) = (HashSet::new(), HashSet::new());
    for (distance, old, new) in near {
        let (name, numbers) = pair.gone[old];
        let host = pair.new[new];
        let names_alike = distance * 2 <= name.len().max(host.named.name.len());
        if (as_many || names_alike) && !olds.contains(&old) && !news.contains(&new) {
            olds.insert(old);
            news.insert(new);
            alike.push((name, numbers, host));
        }
    }
    alike
}

/// Whether a machine is in the groups of a certificate that another one was granted. Of one that was granted none, nobody
/// knows its groups.
fn same_groups(site: &Site, held: &Held, gone: &str, host: &Host) -> bool {
    let Some(grants) = held.own.certificates.get(gone) else { return true };
    let mut groups: Vec<&str> =
        host.groups.iter().map(|group| site.groups[group.index()].named.name.as_str()).collect();
    groups.sort_unstable();
    grants.iter().any(|grant| grant.groups.iter().map(String::as_str).eq(groups.iter().copied()))
}

fn diagnostic(alike: &[(&str, &Numbers, &Host)]) -> Option<Diagnostic> {
    let (name, numbers, host) = alike.first()?;
    let named = &host.named;
    let more = match alike.len() {
        1 => String::new(),
        2 => "; so is one other".to_owned(),
        count => format!("; so are {} others", count - 1),
    };
    let message = format!("`{}` is new, and `{name}`, which was like it, is gone{more}", named.path);
    let mut problem = report(&CODE, message, named, named.key, &format!("is this what `{name}` was?"));
    for (name, _, host) in alike[1..].iter().take(SHOWN) {
        problem = problem.secondary(place(&host.named, host.named.key), format!("and this `{name}`?"));
    }
    problem = problem.note(match (numbers.vmid, host.vmid) {
        (Some(old), Some(new)) => format!(
            "Terraform destroys `{name}` with VMID {} and its disks, and makes `{}` with VMID {}",
            old.0, named.name, new.value.0
        ),
        _ => format!("`{}` has other addresses, and those of `{name}` stay taken", named.name),
    });
    problem = problem.help(format!(
        "if it is the same machine: `renamed_from = \"{name}\";`, or `arvc lock rename {name} {}`",
        named.name
    ));
    for (name, _, host) in alike[1..].iter().take(SHOWN) {
        problem = problem.help(format!("`arvc lock rename {name} {}`", host.named.name));
    }
    Some(problem.help("if not, the next build enters both, and says this no more"))
}
