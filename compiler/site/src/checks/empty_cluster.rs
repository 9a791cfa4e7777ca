//! A cluster without members
//!
//! ## What is wrong
//!
//! `members` of a cluster is empty.
//!
//! ## Why
//!
//! Nobody runs its services or serves its endpoints, so whatever is said about it is said of nobody.
//!
//! ## Example
//!
//! ```arv part
//!   clusters.none.members = {}; # error: L0305
//! ```
//!
//! ## What to do
//!
//! Give it members, or remove it.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Site;
use crate::origins::Origins;
use crate::place::report;

/// A cluster without members.
pub static CODE: Code = Code::new("L0305", "a cluster without members", include_str!("empty_cluster.rs"));

/// Every cluster.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts {
        return;
    }
    for cluster in site.clusters.iter().filter(|cluster| cluster.members.is_empty()) {
        let named = &cluster.named;
        out.push(report(&CODE, format!("`{}` has no members", named.path), named, named.key, "nobody is in it"));
    }
}
