//! A storage that carries whole clusters
//!
//! ## What is wrong
//!
//! So many members of a cluster have their disks on one shared storage, or on one machine that serves it, that its loss stops
//! the cluster. The loss of no node does.
//!
//! ## Why
//!
//! Members on different nodes survive the loss of each. If their disks lie on one NAS, they all stop with it. A Ceph pool keeps
//! copies on several nodes itself, so it is not lost as one.
//!
//! ## Example
//!
//! ```arv part
//!   nodes = { second = { address = 192.168.100.2; }; third = { address = 192.168.100.3; }; };
//!   datastores = { nas = { kind = Nfs; }; local-lvm = { kind = LvmThin; }; local = { kind = Dir; }; }; # error: L0859
//!   hosts.dns.node = nodes.pve;
//!   hosts.dns-2 = { vmid = 1002; node = nodes.third; groups = [ groups.infrastructure ]; lighthouse = true; services = [ std.dns {} ]; };
//!   clusters.cache = {
//!     quorum = true;
//!     spread = true;
//!     groups = [ groups.projects ];
//!     members = {
//!       a = { vmid = 3000; datastore = "nas"; };
//!       b = { vmid = 3001; datastore = "nas"; };
//!       c = { vmid = 3002; };
//!     };
//!   };
//! ```
//!
//! ## What to do
//!
//! Put the disks of members on storages that are not lost together, on those of their nodes for example. If the loss is
//! accepted: `accepted_losses = [ datastores.nas ];`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::losses::Loss;
use crate::availability::verdict::Stop;
use crate::model::{ClusterId, Site};
use crate::origins::Origins;
use crate::place::report;

/// A storage that carries whole clusters.
pub static CODE: Code = Code::new("L0859", "a storage that carries whole clusters", include_str!("storage_carries.rs"));

/// One report a storage or machine that serves one, however many clusters.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes || !origins.all.datastores {
        return;
    }
    let mut stopped: BTreeMap<Loss, Vec<(usize, &Stop)>> = BTreeMap::new();
    for (at, stops) in availability.stops.iter().enumerate() {
        // What a node stops is said of the node.
        let by_node = stops.iter().any(|stop| matches!(stop.loss, Loss::Node(_)));
        if by_node || !availability.judged(site, ClusterId(at as u32)) {
            continue;
        }
        for stop in stops.iter().filter(|stop| matches!(stop.loss, Loss::Storage(_) | Loss::Machine(_))) {
            stopped.entry(stop.loss).or_default().push((at, stop));
        }
    }
    for (loss, clusters) in stopped {
        let named = loss.named(site);
        let (at, stop) = clusters[0];
        let first = &site.clusters[at].named.path;
        let others = match clusters.len() - 1 {
            0 => String::new(),
            1 => " and one more cluster".to_owned(),
            more => format!(" and {more} more clusters"),
        };
        let message = format!("the loss of `{}` stops `{first}`{others}", named.path);
        let taken = stop.words(site, &availability.shapes[at]);
        out.push(
            report(&CODE, message, named, named.key, &format!("it takes the disks of {taken}"))
                .secondary(site.clusters[at].named.key, format!("`{first}` survives the loss of each node"))
                .help(format!(
                    "put the disks of members on storages that are not lost together; if the loss is accepted: \
                     `accepted_losses = [ {} ];`",
                    named.path
                )),
        );
    }
}
