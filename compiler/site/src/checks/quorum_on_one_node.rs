//! A cluster on one node of several
//!
//! ## What is wrong
//!
//! All members of a cluster with `quorum = true` run on one Proxmox host, and the site has others.
//!
//! ## Why
//!
//! The loss of that node is the loss of the whole cluster, with every copy of its data. What makes a cluster worth its
//! trouble is that its members do not fail together.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   hosts.dns.node = nodes.pve;
//!   clusters.three = { # error: E0351
//!     quorum = true;
//!     groups = [ groups.projects ];
//!     members.a = { vmid = 3000; node = nodes.second; };
//!     members.b = { vmid = 3001; node = nodes.second; };
//!     members.c = { vmid = 3002; node = nodes.second; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Put the members on different nodes, three if there are three.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::losses::Loss;
use crate::availability::verdict::Stop;
use crate::model::{ClusterId, Site};
use crate::origins::Origins;
use crate::place::report;

/// A cluster on one node of several.
pub static CODE: Code = Code::new("E0351", "a cluster on one node of several", include_str!("quorum_on_one_node.rs"));

/// Every cluster of several members that needs a majority, unless the loss of that node is accepted.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || site.nodes.len() < 2 {
        return;
    }
    for (at, cluster) in site.clusters.iter().enumerate() {
        if !availability.judged(site, ClusterId(at as u32)) {
            continue;
        }
        let all = availability.shapes[at].members.len();
        let on_node = |stop: &&Stop| stop.lost.len() == all && matches!(stop.loss, Loss::Node(_));
        let Some(stop) = availability.stops[at].iter().find(on_node) else { continue };
        let node = stop.loss.named(site);
        let message = format!("all members of `{}` run on `{}`", cluster.named.path, node.path);
        let label = format!("the loss of `{}` is the loss of all {all}", node.path);
        out.push(report(&CODE, message, &cluster.named, cluster.named.key, &label).help(Availability::advice(
            site,
            origins,
            ClusterId(at as u32),
            &stop.lost,
        )));
    }
}
