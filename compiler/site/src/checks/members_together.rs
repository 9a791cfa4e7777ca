//! Members that are lost together
//!
//! ## What is wrong
//!
//! All members of a cluster run on one node, and the site has others.
//!
//! ## Why
//!
//! Members that do not vote stand in for one another. On one node they do so only until that node is lost, restarted or full.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   hosts.dns.node = nodes.pve;
//!   clusters.web = { # error: L0852
//!     groups = [ groups.projects ];
//!     members.a = { vmid = 3000; node = nodes.second; };
//!     members.b = { vmid = 3001; node = nodes.second; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Put them on different nodes, or leave `node` out and say `spread = true;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::losses::Loss;
use crate::model::{ClusterId, Site};
use crate::origins::Origins;
use crate::place::report;

/// Members that are lost together.
pub static CODE: Code = Code::new("L0852", "members that are lost together", include_str!("members_together.rs"));

/// Every cluster of several members that decides nothing by votes.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts {
        return;
    }
    for (at, cluster) in site.clusters.iter().enumerate() {
        let (id, named) = (ClusterId(at as u32), &cluster.named);
        let votes = availability.shapes[at].votes > 0;
        if votes || availability.accepted(site, id) || !availability.avoidable(site, id) {
            continue;
        }
        let Some(stop) = availability.stops[at].iter().find(|stop| matches!(stop.loss, Loss::Node(_))) else {
            continue;
        };
        let node = stop.loss.named(site);
        let message = format!("the loss of `{}` stops `{}`", node.path, named.path);
        let label = format!("it takes {}", stop.words(site, &availability.shapes[at]));
        out.push(
            report(&CODE, message, named, named.key, &label)
                .secondary(node.key, "the node")
                .help(Availability::advice(site, origins, id, &stop.lost)),
        );
    }
}
