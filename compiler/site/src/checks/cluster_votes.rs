//! A cluster that no loss leaves working
//!
//! ## What is wrong
//!
//! `votes` of a cluster is more than its members, or more than are left when one is lost; its primary waits for more
//! `replicas` than there are; or one member has the only copy of the data, and the others vote about it.
//!
//! ## Why
//!
//! Sentinels that have to agree in a number that is not there never agree: the primary is lost and nobody takes its place. A
//! primary that waits for a replica too many takes no write at all. Where nobody else has the data, there is nobody to take the
//! primary's place. It looks like a cluster until the first failure.
//!
//! ## Example
//!
//! ```arv part
//!   clusters.cache = {
//!     quorum = true;
//!     votes = 3; # error: E0856
//!     groups = [ groups.projects ];
//!     members = { a.vmid = 3000; b.vmid = 3001; c.vmid = 3002; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Take more than half of the members: 2 of 3, 3 of 5. Let a second member hold the data.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::verdict::counted;
use crate::model::{ClusterId, Site};
use crate::origins::Origins;
use crate::place::report;

/// A cluster that no loss leaves working.
pub static CODE: Code = Code::new("E0856", "a cluster that no loss leaves working", include_str!("cluster_votes.rs"));

/// Every cluster of several members.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts {
        return;
    }
    for (at, (cluster, shape)) in site.clusters.iter().zip(&availability.shapes).enumerate() {
        let (named, members) = (&cluster.named, counted(site, cluster));
        let half = members / 2 + 1;
        if let Some(votes) = cluster.votes
            && members > 2
            && votes.value >= members
        {
            let (message, label) = match votes.value > members {
                true => (
                    format!("`{}` has {members} members, of which {} have to agree", named.path, votes.value),
                    "they never do".to_owned(),
                ),
                false => (
                    format!("all members of `{}` have to agree that one of them is lost", named.path),
                    format!("the lost one does not: {} are left", members - 1),
                ),
            };
            out.push(
                report(&CODE, message, named, votes.span, &label)
                    .secondary(named.key, format!("it has {members} members"))
                    .help(format!("take {half}: more than half of {members}")),
            );
        }
        let replicas = cluster.replicas;
        if replicas.value > 0 && replicas.value >= shape.copies && shape.copies > 0 {
            let message = format!("the primary of `{}` waits for more replicas than there are", named.path);
            let label = format!("it has {}", shape.copies - 1);
            out.push(
                report(&CODE, message, named, replicas.span, &label)
                    .help("take one less than there are, so that one may be lost"),
            );
        }
        let holders = cluster.members.iter().map(|id| &site.hosts[id.index()]).filter(|host| !host.witness);
        if let [only] = holders.collect::<Vec<_>>().as_slice()
            && cluster.quorum
            && members > 2
            && replicas.value == 0
            && !availability.accepted(site, ClusterId(at as u32))
        {
            let message = format!("only `{}` of `{}` has the data", only.named.name, named.path);
            let label = format!("its loss leaves {} members to decide, and nobody to take its place", members - 1);
            out.push(
                report(&CODE, message, &only.named, only.named.key, &label)
                    .help("let another member hold the data too: without `witness`"),
            );
        }
    }
}
