//! A cluster of an even size
//!
//! ## What is wrong
//!
//! A cluster with `quorum = true` has 4, 6 or another even number of members.
//!
//! ## Why
//!
//! It works as long as more than half of its members are there. Four survive the loss of one, as three do; the fourth is
//! only one more that can fail.
//!
//! ## Example
//!
//! ```arv part
//!   clusters.four = { # error: L0303
//!     quorum = true;
//!     groups = [ groups.projects ];
//!     members = { a.vmid = 3000; b.vmid = 3001; c.vmid = 3002; d.vmid = 3003; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Take one member more, or one less.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Site;
use crate::origins::Origins;
use crate::place::report;

/// A cluster of an even size.
pub static CODE: Code = Code::new("L0303", "a cluster of an even size", include_str!("even_quorum.rs"));

/// Every cluster that needs a majority. Two are an error of their own.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts {
        return;
    }
    for cluster in &site.clusters {
        let members = cluster.members.len();
        if !cluster.quorum || members < 4 || members % 2 == 1 {
            continue;
        }
        let message = format!("`{}` has {members} members", cluster.named.path);
        let label = format!("it survives the loss of {}, as one of {} does", members / 2 - 1, members - 1);
        out.push(report(&CODE, message, &cluster.named, cluster.named.key, &label).help("take an odd number"));
    }
}
