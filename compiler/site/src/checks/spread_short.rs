//! More members than nodes to spread over
//!
//! ## What is wrong
//!
//! A cluster is to be spread, and has more members than there are nodes for it.
//!
//! ## Why
//!
//! `spread` puts the members on different nodes. Where they are too few some share one, as evenly as it can be, and the HA
//! manager is not told to keep them apart, since it could not.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   hosts.dns.node = nodes.pve;
//!   clusters.web = { # error: L0854
//!     spread = true;
//!     groups = [ groups.projects ];
//!     members = { a.vmid = 3000; b.vmid = 3001; c.vmid = 3002; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Take fewer members, or more nodes. If it does not matter, place them by `node`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::model::{ClusterId, Kind, Site};
use crate::origins::Origins;
use crate::place::report;

/// More members than nodes to spread over.
pub static CODE: Code = Code::new("L0854", "more members than nodes to spread over", include_str!("spread_short.rs"));

/// Every cluster that is spread, unless a loss that stops it is reported.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes {
        return;
    }
    for (at, cluster) in site.clusters.iter().enumerate() {
        let nodes = availability.nodes(site, ClusterId(at as u32));
        let guests = cluster.members.iter().filter(|id| site.hosts[id.index()].kind != Kind::Machine).count();
        if !cluster.spread || nodes == 0 || guests <= nodes || !availability.stops[at].is_empty() {
            continue;
        }
        let message = format!("`{}` has {guests} members for {nodes} {}", cluster.named.path, nodes_word(nodes));
        let label = format!("up to {} share a node", guests.div_ceil(nodes));
        out.push(
            report(&CODE, message, &cluster.named, cluster.named.key, &label).help("take fewer members, or more nodes"),
        );
    }
}

fn nodes_word(count: usize) -> &'static str {
    if count == 1 { "node" } else { "nodes" }
}
