//! Two clusters under one name
//!
//! ## What is wrong
//!
//! Two clusters find their members under the same `scope` of the same `dcs`.
//!
//! ## Why
//!
//! Members find their cluster by that name. Two clusters under one name take each other's leader lock, and the members of one
//! refuse the data of the other (in Patroni, a system id mismatch), or copy over it.
//!
//! ## Example
//!
//! ```arv part
//!   clusters.etcd = {
//!     quorum = true;
//!     groups = [ groups.projects ];
//!     members = { a.vmid = 3000; b.vmid = 3001; c.vmid = 3002; };
//!   };
//!   clusters.one = { dcs = clusters.etcd; groups = [ groups.projects ]; members.a.vmid = 3003; };
//!   clusters.two = {
//!     dcs = clusters.etcd;
//!     scope = "one"; # error: E0858
//!     groups = [ groups.projects ];
//!     members.a.vmid = 3004;
//!   };
//! ```
//!
//! ## What to do
//!
//! Leave `scope` out: it is the cluster's own name. Or write another one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Cluster, ClusterId, Site};
use crate::place::report;

/// Two clusters under one name.
pub static CODE: Code = Code::new("E0858", "two clusters under one name", include_str!("scope_taken.rs"));

/// Every cluster whose members meet in another one.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let mut taken: BTreeMap<(ClusterId, &str), &Cluster> = BTreeMap::new();
    // A name that is stated gives way to one that follows from the cluster's own.
    let (own, stated): (Vec<_>, Vec<_>) = site.clusters.iter().partition(|cluster| cluster.scope.is_none());
    for cluster in own.into_iter().chain(stated) {
        let Some(dcs) = cluster.dcs else { continue };
        let scope = cluster.scope.as_ref().map_or(cluster.named.name.as_str(), |scope| scope.value.as_str());
        match taken.entry((dcs, scope)) {
            Entry::Vacant(entry) => drop(entry.insert(cluster)),
            Entry::Occupied(entry) => {
                let (first, dcs) = (&entry.get(), &site.clusters[dcs.index()].named.path);
                let named = &cluster.named;
                let message = format!("`{}` and `{}` have one scope in `{dcs}`", first.named.path, named.path);
                let span = cluster.scope.as_ref().map_or(named.key, |scope| scope.span);
                let other = first.scope.as_ref().map_or(first.named.key, |scope| scope.span);
                out.push(
                    report(&CODE, message, named, span, &format!("`{scope}` is taken"))
                        .secondary(other, format!("it is the scope of `{}`", first.named.path))
                        .help("leave `scope` out: it is the cluster's own name"),
                );
            }
        }
    }
}
