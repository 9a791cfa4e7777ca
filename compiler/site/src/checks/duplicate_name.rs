//! Two machines have one name
//!
//! ## What is wrong
//!
//! A host is called like the member of a cluster, like a cluster, like a node or like an address of `vips`.
//!
//! ## Why
//!
//! Member `01` of cluster `postgres` is the host `postgres-01`. Hosts, clusters and nodes share the names of the site's
//! domain and of the inventory, so one name must lead to one of them.
//!
//! ## Example
//!
//! ```arv part
//!   clusters.pair.members.one = { vmid = 3000; groups = [ groups.projects ]; };
//!   hosts.pair-one = { vmid = 3001; groups = [ groups.projects ]; }; # error: E0312
//! ```
//!
//! ## What to do
//!
//! Rename one of them.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Site};
use crate::place::{place, report};

/// Two machines have one name.
pub static CODE: Code = Code::new("E0312", "two machines have one name", include_str!("duplicate_name.rs"));

/// Hosts, members, clusters, nodes and shared addresses. Reported at the one that stands later in the sources.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let hosts = site.hosts.iter().map(|host| &host.named);
    let clusters = site.clusters.iter().map(|cluster| &cluster.named);
    let nodes = site.nodes.iter().map(|node| &node.named);
    let vips = site.vips.iter().map(|vip| &vip.named);
    let mut all: Vec<&Named> = hosts.chain(clusters).chain(nodes).chain(vips).collect();
    all.sort_by_key(|named| (named.name.as_str(), place(named, named.key)));
    for same in all.chunk_by(|a, b| a.name == b.name) {
        let [first, others @ ..] = same else { continue };
        for other in others {
            let message = format!("`{}` and `{}` have one name", first.path, other.path);
            let label = format!("it is called `{}`", other.name);
            out.push(
                report(&CODE, message, other, other.key, &label)
                    .secondary(place(first, first.key), format!("so is `{}`", first.path))
                    .help("rename one of them"),
            );
        }
    }
}
