//! Members that share a node without need
//!
//! ## What is wrong
//!
//! A cluster is spread, and a node has two members more than another one that could have one of them.
//!
//! ## Why
//!
//! `spread` leaves a member where it is, so a node that comes later gets none by itself, and members that two branches added
//! can lie on one node. A member that moves is a machine that is moved: that is for its owner to say.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   nodes.third = { address = 192.168.100.3; };
//!   hosts.dns.node = nodes.pve;
//!   # arv.lock: environments.site.hosts.web-b = { vmid = 3001, node = "second" }
//!   # arv.lock: environments.site.hosts.web-c = { vmid = 3002, node = "second" }
//!   clusters.web = { # error: L0858
//!     spread = true;
//!     groups = [ groups.projects ];
//!     members = { b.vmid = 3001; c.vmid = 3002; d = { vmid = 3003; node = nodes.third; }; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Let go of the node of one of them, `arvc lock release web-c --node`: the next build chooses again. Or name it by `node`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::{Availability, spread};
use crate::model::{Host, Site};
use crate::origins::Origins;
use crate::place::report;

/// Members that share a node without need.
pub static CODE: Code = Code::new("L0858", "members that share a node without need", include_str!("spread_uneven.rs"));

/// Every cluster that is spread, unless a loss that stops it is reported.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes {
        return;
    }
    for (at, cluster) in site.clusters.iter().enumerate() {
        if !cluster.spread || !availability.stops[at].is_empty() {
            continue;
        }
        let chosen = |id: &crate::model::HostId| origins.hosts[id.index()].node.is_none();
        let Some(uneven) = spread::uneven(site, cluster, chosen) else { continue };
        let host: &Host = &site.hosts[uneven.member.index()];
        let path = |node: crate::model::NodeId| format!("`{}`", site.nodes[node.index()].named.path);
        let message = format!(
            "{} members of `{}` are on {}, and {} on {}",
            uneven.there,
            cluster.named.path,
            path(uneven.on),
            if uneven.here == 0 { "none".to_owned() } else { uneven.here.to_string() },
            path(uneven.free),
        );
        let label = format!("`arv.lock` holds `{}` there", host.named.name);
        out.push(report(&CODE, message, &cluster.named, cluster.named.key, &label).help(spread::release(host)));
    }
}
