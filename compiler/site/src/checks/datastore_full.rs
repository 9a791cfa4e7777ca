//! Disks that do not fit on their storage
//!
//! ## What is wrong
//!
//! A disk is larger than the storage that it lies on, or disks are together, on a storage where each takes all of its size at
//! once (`Lvm`, `Iscsi`).
//!
//! ## Why
//!
//! Proxmox makes one disk after the other until there is no room, half-way through an apply. A disk that is larger than its
//! storage ends with errors in the guest, as soon as it has written that much.
//!
//! ## Example
//!
//! ```arv part
//!   datastores.vg = { kind = Lvm; size = 100GiB; };
//!   datastores.local-lvm = { kind = LvmThin; };
//!   datastores.local = { kind = Dir; };
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; datastore = "vg"; disk = 60GiB; };
//!   hosts.b = { vmid = 3001; groups = [ groups.projects ]; datastore = "vg"; disk = 60GiB; }; # error: E0863
//! ```
//!
//! ## What to do
//!
//! Make disks smaller, or put some on another storage.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::capacity::{largest, size};
use crate::availability::disks::{Stored, Where, of_guest};
use crate::availability::storage::volumes;
use crate::model::{Site, StorageKind};
use crate::origins::Origins;
use crate::place::{place, report};

/// Disks that do not fit on their storage.
pub static CODE: Code = Code::new("E0863", "disks that do not fit on their storage", include_str!("datastore_full.rs"));

/// Every storage that says how much it holds. Of disks that are too much together the place is the guest with which they are,
/// in the order of names.
pub(crate) fn check<'a>(
    site: &Site,
    origins: &Origins,
    stored: impl IntoIterator<Item = (&'a Where, &'a Stored)>,
    out: &mut Vec<Diagnostic>,
) {
    if !origins.all.hosts || !origins.all.datastores {
        return;
    }
    for host in site.hosts.iter().filter(|host| host.status.is_there()) {
        for volume in volumes(host) {
            let Some(datastore) = site.datastore(volume.datastore).filter(|it| !it.broken) else { continue };
            let Some(room) = datastore.size.filter(|room| volume.size > *room) else { continue };
            let message = format!(
                "a disk of `{}` has {}, and `{}` holds {}",
                host.named.path,
                size(volume.size),
                datastore.named.path,
                size(room)
            );
            out.push(
                report(&CODE, message, &host.named, host.named.key, "it is larger than its storage")
                    .secondary(place(&datastore.named, datastore.named.key), "its storage")
                    .help("make it smaller, or put it on another storage"),
            );
        }
    }
    for ((at, node), stored) in stored {
        let datastore = &site.datastores[at.index()];
        let thick = datastore.kind.is_some_and(StorageKind::is_thick);
        let Some(room) = datastore.size.filter(|room| thick && stored.bytes > *room) else { continue };
        let mut sum = 0_u64;
        let over = stored.guests.iter().map(|id| &site.hosts[id.index()]).find(|host| {
            sum = sum.saturating_add(of_guest(site, host, *at));
            sum > room
        });
        let Some(host) = over else { continue };
        // One disk that is larger by itself is reported.
        if volumes(host).any(|volume| volume.datastore == datastore.named.name && volume.size > room) {
            continue;
        }
        let on = node.map_or_else(String::new, |node| format!(" on `{}`", site.nodes[node.index()].named.path));
        let message = format!(
            "the disks in `{}`{on} have {}, and it holds {}",
            datastore.named.path,
            size(stored.bytes),
            size(room)
        );
        let largest = largest(site, &stored.guests, |host| of_guest(site, host, *at), size);
        out.push(
            report(&CODE, message, &host.named, host.named.key, &format!("the largest are of {largest}"))
                .secondary(place(&datastore.named, datastore.named.key), "what they lie on")
                .help("make disks smaller, or put some on another storage"),
        );
    }
}
