//! A cluster of two
//!
//! ## What is wrong
//!
//! A cluster with `quorum = true` has two members.
//!
//! ## Why
//!
//! It works as long as more than half of its members are there. Of two, more than half is both: the loss of either stops
//! it, so it fails more often than a single machine.
//!
//! ## Example
//!
//! ```arv part
//!   clusters.pair = { # error: E0350
//!     quorum = true;
//!     groups = [ groups.projects ];
//!     members.a.vmid = 3000;
//!     members.b.vmid = 3001;
//!   };
//! ```
//!
//! ## What to do
//!
//! Take three members, or one.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Site;
use crate::origins::Origins;
use crate::place::report;

/// A cluster of two.
pub static CODE: Code = Code::new("E0350", "a cluster of two", include_str!("quorum_of_two.rs"));

/// Every cluster that needs a majority.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts {
        return;
    }
    for cluster in site.clusters.iter().filter(|cluster| cluster.quorum && cluster.members.len() == 2) {
        let message = format!("`{}` has two members and needs more than half of them", cluster.named.path);
        out.push(
            report(&CODE, message, &cluster.named, cluster.named.key, "the loss of either member stops it")
                .help("take three members, or one"),
        );
    }
}
