//! A storage that promises more than it holds
//!
//! ## What is wrong
//!
//! The disks on a storage have more room together than it has. They take what is written to them, so they fit until then.
//!
//! ## Why
//!
//! A thin pool that is full stops every guest on it at once, in the middle of a write, and some file systems do not survive
//! that.
//!
//! ## Example
//!
//! ```arv part
//!   datastores.local-lvm = { kind = LvmThin; size = 100GiB; }; # error: L0860
//!   datastores.local = { kind = Dir; };
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; disk = 60GiB; };
//!   hosts.b = { vmid = 3001; groups = [ groups.projects ]; disk = 60GiB; };
//! ```
//!
//! ## What to do
//!
//! Make disks smaller, or put some on another storage. If they are meant to be larger together than the storage is, `size`
//! is how much you promise of it at most.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::capacity::{largest, size};
use crate::availability::disks::{Stored, Where, of_guest};
use crate::availability::storage::volumes;
use crate::model::{Site, StorageKind};
use crate::origins::Origins;
use crate::place::report;

/// A storage that promises more than it holds.
pub static CODE: Code =
    Code::new("L0860", "a storage that promises more than it holds", include_str!("datastore_overcommitted.rs"));

/// Every storage with a size on which a disk takes what is written, once: of its nodes the one with the most.
pub(crate) fn check<'a>(
    site: &Site,
    origins: &Origins,
    stored: impl IntoIterator<Item = (&'a Where, &'a Stored)>,
    out: &mut Vec<Diagnostic>,
) {
    if !origins.all.hosts || !origins.all.datastores {
        return;
    }
    let mut found: Vec<(&Where, &Stored)> = Vec::new();
    for (at, stored) in stored {
        let datastore = &site.datastores[at.0.index()];
        let Some(room) = datastore.size.filter(|_| !datastore.kind.is_some_and(StorageKind::is_thick)) else {
            continue;
        };
        // A disk that is larger by itself is an error of its own.
        let disks = || stored.guests.iter().flat_map(|id| volumes(&site.hosts[id.index()]));
        let own = |volume: &crate::availability::storage::Volume| volume.datastore == datastore.named.name;
        if stored.bytes <= room || disks().filter(own).any(|volume| volume.size > room) {
            continue;
        }
        match found.last_mut().filter(|(other, _)| other.0 == at.0) {
            Some(most) if most.1.bytes >= stored.bytes => {}
            Some(most) => *most = (at, stored),
            None => found.push((at, stored)),
        }
    }
    for ((at, node), stored) in found {
        let datastore = &site.datastores[at.index()];
        let on = node.map_or_else(String::new, |node| format!(" on `{}`", site.nodes[node.index()].named.path));
        let message = format!(
            "the disks in `{}`{on} have {}, and it holds {}",
            datastore.named.path,
            size(stored.bytes),
            size(datastore.size.unwrap_or_default())
        );
        let largest = largest(site, &stored.guests, |host| of_guest(site, host, *at), size);
        let label = format!("the largest are of {largest}");
        out.push(
            report(&CODE, message, &datastore.named, datastore.named.key, &label)
                .help("make disks smaller, or put some on another storage"),
        );
    }
}
