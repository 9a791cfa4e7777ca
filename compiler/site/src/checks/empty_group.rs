//! A group that nobody is in
//!
//! ## What is wrong
//!
//! No machine names a group.
//!
//! ## Why
//!
//! A rule about it opens nothing, and a claim about it holds of nobody: often the group's name changed at the machines and
//! not in the rules.
//!
//! ## Example
//!
//! ```arv part
//!   groups.spare = {}; # error: L0302
//! ```
//!
//! ## What to do
//!
//! Put a machine into it, or remove it.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Site;
use crate::origins::Origins;
use crate::place::report;

/// A group that nobody is in.
pub static CODE: Code = Code::new("L0302", "a group that nobody is in", include_str!("empty_group.rs"));

/// Every group.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts {
        return;
    }
    let mut used = vec![false; site.groups.len()];
    for group in site.hosts.iter().flat_map(|host| &host.groups) {
        used[group.index()] = true;
    }
    for (group, _) in site.groups.iter().zip(used).filter(|(_, used)| !used) {
        let named = &group.named;
        out.push(report(&CODE, format!("nobody is in `{}`", named.path), named, named.key, "no machine names it"));
    }
}
