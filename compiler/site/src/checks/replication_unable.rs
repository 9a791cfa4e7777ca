//! A replication that cannot work
//!
//! ## What is wrong
//!
//! A guest's volumes are to be replicated, and something about that cannot be: it is no guest, a node is its own, of another
//! Proxmox cluster, or does not have the storage, a disk does not lie on ZFS, or the schedule is none.
//!
//! ## Why
//!
//! Proxmox replicates volumes on ZFS, under the name of the same storage on the other node. It refuses a job for a guest with
//! any other volume, unless that one is left out (`replicate = false`).
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   hosts.dns.node = nodes.pve;
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     node = nodes.second;
//!     datastore = "local-lvm";
//!     replication.to = [ nodes.pve ]; # error: E0864
//!   };
//! ```
//!
//! ## What to do
//!
//! Put the disks on a ZFS storage that all of these nodes have, or leave those that do not lie on ZFS out:
//! `disks.scsi1.replicate = false;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::invalid_name::shown;
use crate::availability::storage::{Known, known, volumes};
use crate::model::{Host, Kind, NodeId, Replication, Site, StorageKind};
use crate::place::report;

/// A replication that cannot work.
pub static CODE: Code = Code::new("E0864", "a replication that cannot work", include_str!("replication_unable.rs"));

/// Every machine with `replication`: the first thing that is wrong with it.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    out.extend(site.hosts.iter().filter_map(|host| problem(site, host)));
}

/// What is wrong with a machine's replication.
pub(crate) fn problem(site: &Site, host: &Host) -> Option<Diagnostic> {
    let replication = host.replication.as_ref()?;
    schedule(host, replication)
        .or_else(|| guest(host, replication))
        .or_else(|| nodes(site, host, replication))
        .or_else(|| disks(site, host, replication))
}

/// The letters and signs of Proxmox's calendar events (`PVE::CalendarEvent`).
fn schedule(host: &Host, replication: &Replication) -> Option<Diagnostic> {
    let text = &replication.schedule.value;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '/' | ':' | ',' | '.' | '-' | ' ');
    let known = text.len() <= 128 && !text.trim().is_empty() && text.chars().all(plain);
    (!known).then(|| {
        let message = format!("{} is no schedule", shown(text));
        report(&CODE, message, &host.named, replication.schedule.span, "Proxmox does not take it")
            .help("write a calendar event: `*/15` is every 15 minutes, `mon..fri 22:00` each working day at ten")
    })
}

fn guest(host: &Host, replication: &Replication) -> Option<Diagnostic> {
    if host.kind == Kind::Machine {
        let message = format!("Proxmox replicates guests, and `{}` is none", host.named.path);
        return Some(report(&CODE, message, &host.named, replication.span, "Proxmox does not run it"));
    }
    replication.to.is_empty().then(|| {
        let message = format!("`{}` is replicated to no node", host.named.path);
        report(&CODE, message, &host.named, replication.span, "`to` is empty").help("name one, or leave it out")
    })
}

fn nodes(site: &Site, host: &Host, replication: &Replication) -> Option<Diagnostic> {
    let home = &site.nodes[host.node?.index()];
    let wrong = |id: &NodeId| {
        let node = &site.nodes[id.index()];
        if Some(*id) == host.node {
            return Some((node, format!("`{}` runs there itself", host.named.path)));
        }
        if node.datacenter != home.datacenter {
            let cluster = &site.datacenters[home.datacenter.index()].named.path;
            return Some((node, format!("`{}` is not of `{cluster}`", node.named.path)));
        }
        let copied = volumes(host).filter(|volume| volume.replicated);
        let mut storages = copied.filter_map(|volume| site.datastore(volume.datastore));
        let absent = storages.find(|datastore| !datastore.broken && !datastore.is_on(*id))?;
        Some((node, format!("`{}` does not have `{}`", node.named.path, absent.named.path)))
    };
    let (node, why) = replication.to.iter().find_map(wrong)?;
    let message = format!("`{}` cannot be replicated to `{}`", host.named.path, node.named.path);
    Some(report(&CODE, message, &host.named, replication.span, &why).help("name other nodes that have its storages"))
}

fn disks(site: &Site, host: &Host, replication: &Replication) -> Option<Diagnostic> {
    let other =
        volumes(host).filter(|volume| volume.replicated).find(|volume| match known(site, volume.datastore) {
            Known::Shared(_) => true,
            Known::Local(kind) => kind != Some(StorageKind::Zfs),
            Known::Nothing => false,
        })?;
    let message = format!("a disk of `{}` does not lie on ZFS", host.named.path);
    let label = format!("Proxmox cannot replicate what is on `{}`", other.datastore);
    Some(
        report(&CODE, message, &host.named, replication.span, &label)
            .help("put it on a ZFS storage; a further disk may be left out: `replicate = false;`"),
    )
}
