//! A guest that may start from an older state
//!
//! ## What is wrong
//!
//! The HA manager may start a guest from the copy that Proxmox replicates, and that is only as new as the last run of the
//! replication.
//!
//! ## Why
//!
//! When its node is lost, the guest starts on another one with what was copied: what it wrote and acknowledged since is gone,
//! and other machines may know of it. A member of a cluster that comes back older than it was can bring it into disorder.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   nodes.third = { address = 192.168.100.3; };
//!   hosts.dns.node = nodes.pve;
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     node = nodes.second;
//!     datastore = "local-zfs";
//!     ha = { nodes = [ nodes.third ]; strict = true; };
//!     replication.to = [ nodes.third ]; # error: L0862
//!   };
//! ```
//!
//! ## What to do
//!
//! If what is lost so is no loss, say it: `accepted_losses = [ hosts.a ];`. Otherwise put the disk on a storage that the nodes
//! share. A shorter `schedule` loses less.

use std::collections::BTreeSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::replication_unable;
use crate::availability::storage::{starts_from_a_copy, stranded};
use crate::model::{Accepted, HostId, Site};
use crate::place::{place, report};

/// A guest that may start from an older state.
pub static CODE: Code =
    Code::new("L0862", "a guest that may start from an older state", include_str!("replica_behind.rs"));

/// Every guest that the HA manager keeps and that is replicated; those that share what says so are one.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let mut told = BTreeSet::new();
    for (host, id) in site.hosts.iter().zip(0..).filter(|(host, _)| host.status.is_there()) {
        let Some(replication) = host.replication.as_ref().filter(|_| starts_from_a_copy(site, host)) else { continue };
        let whole = host.cluster.map(Accepted::Cluster).into_iter().chain([Accepted::Host(HostId(id))]);
        let accepted = whole.into_iter().any(|it| site.accepted_losses.binary_search(&it).is_ok());
        // Where a disk stays behind altogether, that is reported.
        let wrong = stranded(site, host).is_some() || replication_unable::problem(site, host).is_some();
        if accepted || wrong || !told.insert(place(&host.named, replication.span)) {
            continue;
        }
        let message = format!("the HA manager may start `{}` from a copy that is behind", host.named.path);
        let schedule = &replication.schedule.value;
        let label = format!("what it wrote since the last run is lost: it runs at `{schedule}`");
        out.push(report(&CODE, message, &host.named, replication.span, &label).help(format!(
            "put the disk on a storage that the nodes share; if the loss is accepted: `accepted_losses = [ {} ];`",
            host.named.path
        )));
    }
}
