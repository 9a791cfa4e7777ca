//! More votes than a majority
//!
//! ## What is wrong
//!
//! `votes` of a cluster is more than half of its members needs, so that it survives the loss of fewer members than it could.
//!
//! ## Why
//!
//! Whoever takes the primary's place needs more than half of all votes anyway, which is what keeps two from doing so. To ask
//! for more adds no safety: 4 of 5 is stopped by the loss of two members, and 3 of 5 is not.
//!
//! ## Example
//!
//! ```arv part
//!   clusters.cache = {
//!     quorum = true;
//!     votes = 4; # error: L0866
//!     groups = [ groups.projects ];
//!     members = { a.vmid = 3000; b.vmid = 3001; c.vmid = 3002; d.vmid = 3003; e.vmid = 3004; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Leave `votes` out: it is more than half of the members.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::verdict::counted;
use crate::model::{ClusterId, Site};
use crate::origins::Origins;
use crate::place::report;

/// More votes than a majority.
pub static CODE: Code = Code::new("L0866", "more votes than a majority", include_str!("votes_beyond_majority.rs"));

/// Every cluster that states its votes. One that no loss leaves working has an error of its own.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts {
        return;
    }
    for (at, cluster) in site.clusters.iter().enumerate() {
        let Some(votes) = cluster.votes else { continue };
        let (named, members) = (&cluster.named, counted(site, cluster));
        let half = members / 2 + 1;
        if votes.value <= half || votes.value >= members || availability.accepted(site, ClusterId(at as u32)) {
            continue;
        }
        let message = format!("{} of the {members} members of `{}` have to agree", votes.value, named.path);
        let stopped = members - votes.value + 1;
        let label = format!("the loss of {stopped} stops it; with {half} it would be that of {}", members - half + 1);
        out.push(
            report(&CODE, message, named, votes.span, &label)
                .help(format!("leave `votes` out: more than half is {half}, and is enough")),
        );
    }
}
