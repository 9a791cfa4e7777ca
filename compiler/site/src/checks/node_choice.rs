//! A guest that nobody knows the node of
//!
//! ## What is wrong
//!
//! A guest names no node, and the site has none, or several.
//!
//! ## Why
//!
//! A guest runs on a Proxmox host. If the site has one it goes without saying; which of several is meant does not.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   hosts.dns.node = nodes.pve;
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; }; # error: E0343
//! ```
//!
//! ## What to do
//!
//! Name it: `node = nodes.pve;`. The members of a cluster are put on different nodes by `spread = true;`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{ClusterId, Kind, Site};
use crate::origins::Origins;
use crate::place::{place, report};

/// A guest that nobody knows the node of.
pub static CODE: Code = Code::new("E0343", "a guest that nobody knows the node of", include_str!("node_choice.rs"));

/// Every guest. That the site has no node is one problem, however many guests there are, and so is a cluster of which nothing
/// says where its members are.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.nodes {
        return;
    }
    let lost = site.hosts.iter().zip(&origins.hosts).filter(|(host, origin)| {
        host.kind != Kind::Machine && host.node.is_none() && !origin.kind_failed && !origin.node_failed
    });
    let lost = lost.map(|(host, _)| host);
    if site.nodes.is_empty() {
        let first = lost.min_by_key(|host| place(&host.named, host.named.key));
        out.extend(first.map(|host| {
            let label = format!("`{}` is a guest of Proxmox", host.named.path);
            report(&CODE, "the site has guests and no node".to_owned(), &host.named, host.named.key, &label)
                .help("declare the Proxmox host: `nodes.pve = { address = …; };`")
        }));
        return;
    }
    let nodes = site.nodes.iter().map(|node| format!("`{}`", node.named.path)).collect::<Vec<_>>().join(", ");
    let mut members: BTreeMap<ClusterId, usize> = BTreeMap::new();
    for cluster in lost.clone().filter_map(|host| host.cluster) {
        *members.entry(cluster).or_default() += 1;
    }
    out.extend(lost.filter_map(|host| {
        let more = match host.cluster {
            Some(cluster) => members.remove(&cluster)? - 1,
            None => 0,
        };
        let message = match more {
            0 => format!("`{}` does not say its node", host.named.path),
            1 => format!("`{}` and another member do not say their nodes", host.named.path),
            _ => format!("`{}` and {more} more members do not say their nodes", host.named.path),
        };
        let mut problem = report(&CODE, message, &host.named, host.named.key, "the site has several nodes")
            .help(format!("name one of {nodes}"));
        if let Some(cluster) = host.cluster {
            let path = &site.clusters[cluster.index()].named.path;
            problem = problem.help(format!("or put members on different nodes: `spread = true;` of `{path}`"));
        }
        Some(problem)
    }));
}
