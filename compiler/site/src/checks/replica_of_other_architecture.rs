//! A copy that its node cannot start
//!
//! ## What is wrong
//!
//! A guest's volumes are replicated to a node whose processor does not understand its programs.
//!
//! ## Why
//!
//! Proxmox copies the volumes all the same, whatever is on them. When the guest's own node is lost, its owner finds that the copy
//! starts nowhere: programs for x86 do not run on ARM, nor the reverse. As a backup it is fine; as a place to go on it is none.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   nodes.board = { arch = Arm64; address = 192.168.100.3; };
//!   hosts.dns.node = nodes.pve;
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     node = nodes.second;
//!     datastore = "local-zfs";
//!     replication.to = [ nodes.board ]; # error: L0847
//!   };
//! ```
//!
//! ## What to do
//!
//! Replicate to a node of the same architecture. If the copy is a backup and nothing else, switch this lint off.

use std::collections::BTreeSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::replication_unable;
use crate::model::{Host, Kind, Node, Site, Status};
use crate::place::{place, report};

/// A copy that its node cannot start.
pub static CODE: Code =
    Code::new("L0847", "a copy that its node cannot start", include_str!("replica_of_other_architecture.rs"));

/// Every guest with `replication`; those that share what says so are one problem.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let mut told = BTreeSet::new();
    for host in &site.hosts {
        let Some(replication) = &host.replication else { continue };
        let Some((own, other)) = wrong(site, host) else { continue };
        // A copy that cannot be there is reported.
        let impossible = replication_unable::problem(site, host).is_some();
        if impossible || !told.insert(place(&host.named, replication.span)) {
            continue;
        }
        let (made_for, arch) = (own.arch.value.name(), other.arch.value.name());
        let message = format!("`{}` is made for {made_for}, and `{}` is {arch}", host.named.path, other.named.path);
        out.push(
            report(&CODE, message, &host.named, replication.span, "its copy could not be started there")
                .secondary(place(&other.named, other.arch.span), format!("the node is {arch}"))
                .help(format!("replicate it to a node that is {made_for}")),
        );
    }
}

/// A guest's own node, and one of another architecture that gets a copy. Where it is on the wrong node itself, or the HA manager may
/// start it on one, that is the mistake, and is told.
fn wrong<'a>(site: &'a Site, host: &Host) -> Option<(&'a Node, &'a Node)> {
    let replication = host.replication.as_ref().filter(|_| host.kind != Kind::Machine)?;
    let own = &site.nodes[host.node.filter(|_| host.status != Status::Retired)?.index()];
    let node = |id: &crate::model::NodeId| &site.nodes[id.index()];
    let differs = |node: &Node| node.arch.value != own.arch.value;
    let misplaced = host.image.is_some_and(|image| site.images[image.index()].arch.value != own.arch.value);
    if misplaced || host.placement.iter().map(node).any(differs) {
        return None;
    }
    Some((own, replication.to.iter().map(node).find(|node| differs(node))?))
}
