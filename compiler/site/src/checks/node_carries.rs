//! A node that carries whole clusters
//!
//! ## What is wrong
//!
//! The loss of a node stops clusters that decide by votes, and the site has too few nodes for another placement.
//!
//! ## Why
//!
//! Three members on one node fail with it, as one machine would; on two nodes, one of them has two of three. The cluster
//! still helps when one member fails, or is restarted; against the loss of the node it does nothing.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.lab = { address = 192.168.100.2; }; # error: L0850
//!   hosts.dns.node = nodes.pve;
//!   clusters.cache = {
//!     quorum = true;
//!     groups = [ groups.projects ];
//!     members.a = { vmid = 3000; node = nodes.lab; };
//!     members.b = { vmid = 3001; node = nodes.lab; };
//!     members.c = { vmid = 3002; node = nodes.pve; };
//!   };
//! ```
//!
//! ## What to do
//!
//! A cluster of three survives the loss of a node on three nodes, or with a third member elsewhere. If the loss is accepted, as
//! in a lab: `accepted_losses = [ nodes.lab ];`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::losses::Loss;
use crate::model::{ClusterId, NodeId, Site};
use crate::origins::Origins;
use crate::place::report;

/// A node that carries whole clusters.
pub static CODE: Code = Code::new("L0850", "a node that carries whole clusters", include_str!("node_carries.rs"));

/// One report for the site, however many clusters and nodes.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes {
        return;
    }
    let mut stopped: BTreeMap<NodeId, Vec<usize>> = BTreeMap::new();
    for (at, _) in site.clusters.iter().enumerate() {
        let id = ClusterId(at as u32);
        if !availability.judged(site, id)
            || availability.avoidable(site, id)
            || on_one_of_several(site, availability, at)
        {
            continue;
        }
        for stop in &availability.stops[at] {
            if let Loss::Node(node) = stop.loss {
                stopped.entry(node).or_default().push(at);
            }
        }
    }
    let Some((node, clusters)) = stopped.first_key_value() else { return };
    let names = |clusters: &[usize]| words(clusters.iter().map(|at| site.clusters[*at].named.path.as_str()));
    let named = &site.nodes[node.index()].named;
    let message = format!("the loss of `{}` stops {}", named.path, names(clusters));
    let stop = availability.stops[clusters[0]].iter().find(|stop| stop.loss == Loss::Node(*node));
    let taken = stop.map_or_else(String::new, |stop| stop.words(site, &availability.shapes[clusters[0]]));
    let whose =
        if clusters.len() > 1 { format!(" of `{}`", site.clusters[clusters[0]].named.path) } else { String::new() };
    let mut problem = report(&CODE, message, named, named.key, &format!("it takes {taken}{whose}"));
    for (node, clusters) in stopped.iter().skip(1).take(3) {
        let named = &site.nodes[node.index()].named;
        problem = problem.secondary(named.key, format!("its loss stops {}", names(clusters)));
    }
    let accepted = words_plain(stopped.keys().map(|node| site.nodes[node.index()].named.path.as_str()));
    out.push(problem.help(format!(
        "three nodes carry a cluster of three; if the loss is accepted: `accepted_losses = [ {accepted} ];`"
    )));
}

/// Such a cluster has an error of its own.
fn on_one_of_several(site: &Site, availability: &Availability, at: usize) -> bool {
    let all = availability.shapes[at].members.len();
    site.nodes.len() > 1
        && availability.stops[at].iter().any(|stop| stop.lost.len() == all && matches!(stop.loss, Loss::Node(_)))
}

/// `a`, `b` and 3 more.
fn words<'a>(paths: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<_> = paths.map(|path| format!("`{path}`")).collect();
    match all.as_slice() {
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} and {} more clusters", rest.len())
        }
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => all.join(""),
    }
}

fn words_plain<'a>(paths: impl Iterator<Item = &'a str>) -> String {
    paths.collect::<Vec<_>>().join(", ")
}
