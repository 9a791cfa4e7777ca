//! A guest whose disk stays behind
//!
//! ## What is wrong
//!
//! The HA manager may start a guest on another node, and its disk lies on a storage of its own node.
//!
//! ## Why
//!
//! When the node is lost the HA manager looks for the disk on another one, does not find it, and leaves the guest in error. It
//! was stopped with its node, as it would have been without HA.
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
//!     ha = {}; # error: E0855
//!   };
//! ```
//!
//! ## What to do
//!
//! Put the disk on a storage that the nodes share: `datastore = "ceph";`. On ZFS let Proxmox replicate it to the nodes that the
//! guest may be started on: `replication.to = [ nodes.third ]; ha.nodes = [ nodes.third ];`. Or leave `ha` out.

use std::collections::BTreeSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::replication_unable;
use crate::availability::storage::{Known, known, stranded};
use crate::model::Site;
use crate::place::{place, report};

/// A guest whose disk stays behind.
pub static CODE: Code = Code::new("E0855", "a guest whose disk stays behind", include_str!("ha_stranded.rs"));

/// Every guest that may be moved; those that share what says so are one problem.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let mut told = BTreeSet::new();
    for host in &site.hosts {
        let Some(ha) = host.ha.as_ref() else { continue };
        let Some((node, datastore)) = stranded(site, host) else { continue };
        // A copy that cannot be there is reported.
        if replication_unable::problem(site, host).is_some() || !told.insert(place(&host.named, ha.span)) {
            continue;
        }
        let node = &site.nodes[node.index()].named.path;
        let (message, label) = match known(site, datastore) {
            Known::Shared(_) => (
                format!(
                    "the HA manager may start `{}` on `{node}`, which does not have `{datastore}`",
                    host.named.path
                ),
                format!("a disk of `{}` would not be there", host.named.path),
            ),
            _ if host.replication.is_some() => (
                format!(
                    "the HA manager may start `{}` on `{node}`, where there is no copy of its disk",
                    host.named.path
                ),
                format!("the disk on `{datastore}` is not replicated there"),
            ),
            _ => (
                format!("the disk of `{}` is on one node alone", host.named.path),
                format!("the HA manager would not find `{datastore}` elsewhere"),
            ),
        };
        out.push(report(&CODE, message, &host.named, ha.span, &label).help(
            "put the disk on a storage that these nodes share, replicate it to them (ZFS), or name other nodes: `ha.nodes`",
        ));
    }
}
