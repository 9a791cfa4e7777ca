//! A cluster that one loss stops
//!
//! ## What is wrong
//!
//! The loss of one node stops a cluster that would survive it if its members were placed otherwise.
//!
//! ## Why
//!
//! A cluster decides with more than half of its members. Where one node has so many of them that too few are left without it,
//! the cluster is no safer than a single machine on that node.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   nodes.third = { address = 192.168.100.3; };
//!   hosts.dns.node = nodes.pve;
//!   clusters.cache = { # error: E0857
//!     quorum = true;
//!     groups = [ groups.projects ];
//!     members.a = { vmid = 3000; node = nodes.third; };
//!     members.b = { vmid = 3001; node = nodes.third; };
//!     members.c = { vmid = 3002; node = nodes.second; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Put the members on different nodes, or leave `node` out and say `spread = true;`. If the loss may stop it:
//! `accepted_losses = [ clusters.cache ];`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::losses::Loss;
use crate::model::{ClusterId, Site};
use crate::origins::Origins;
use crate::place::report;

/// A cluster that one loss stops.
pub static CODE: Code = Code::new("E0857", "a cluster that one loss stops", include_str!("loss_stops_cluster.rs"));

/// Every cluster that decides by votes, and that the nodes could carry. One whose members are all on one node has an
/// error of its own.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts {
        return;
    }
    for (at, cluster) in site.clusters.iter().enumerate() {
        if !availability.judged(site, ClusterId(at as u32)) || !availability.avoidable(site, ClusterId(at as u32)) {
            continue;
        }
        let (shape, named) = (&availability.shapes[at], &cluster.named);
        let stops = availability.stops[at].iter().filter(|stop| matches!(stop.loss, Loss::Node(_)));
        let stops: Vec<_> = stops.collect();
        let Some(first) = stops.first() else { continue };
        if first.lost.len() == shape.members.len() {
            continue;
        }
        let names: Vec<_> = stops.iter().map(|stop| format!("`{}`", stop.loss.named(site).path)).collect();
        let message = format!("the loss of {} stops `{}`", names.join(" or "), named.path);
        let mut problem = report(&CODE, message, named, named.key, &format!("it takes {}", first.words(site, shape)));
        for member in &first.lost {
            let host = &site.hosts[member.index()].named;
            if let Some(span) = origins.hosts[member.index()].node {
                problem = problem.secondary(span, format!("`{}` runs on `{}`", host.name, first.loss.named(site).path));
            }
        }
        out.push(problem.help(Availability::advice(site, origins, ClusterId(at as u32), &first.lost)));
    }
}
