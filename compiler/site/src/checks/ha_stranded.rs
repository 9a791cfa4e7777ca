//! A guest whose disk stays behind
//!
//! ## What is wrong
//!
//! The HA manager may start a guest on another node, and its disk lies on a storage of its own node.
//!
//! ## Why
//!
//! When the node is lost the HA manager looks for the disk on another one, does not find it, and leaves the guest in error. It
//! was stopped with its node, as it would have been without HA.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   hosts.dns.node = nodes.pve;
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     node = nodes.second;
//!     ha = {}; # error: E0855
//!   };
//! ```
//!
//! ## What to do
//!
//! Put the disk on a storage that the nodes share: `datastore = "ceph";`. Or leave `ha` out.

use std::collections::BTreeSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::storage::is_stranded;
use crate::model::Site;
use crate::place::{place, report};

/// A guest whose disk stays behind.
pub static CODE: Code = Code::new("E0855", "a guest whose disk stays behind", include_str!("ha_stranded.rs"));

/// Every guest that may be moved; those that share what says so are one problem.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let mut told = BTreeSet::new();
    for host in &site.hosts {
        let Some(ha) = host.ha.as_ref().filter(|_| is_stranded(site, host)) else { continue };
        if !told.insert(place(&host.named, ha.span)) {
            continue;
        }
        let message = format!("the disk of `{}` is on one node alone", host.named.path);
        let label = format!("the HA manager would not find `{}` elsewhere", host.datastore);
        out.push(
            report(&CODE, message, &host.named, ha.span, &label)
                .help("put the disk on a storage that the nodes share, or leave `ha` out"),
        );
    }
}
