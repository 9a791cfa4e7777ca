//! An `allow` whose path is there on some nodes alone
//!
//! ## What is wrong
//!
//! An `allow` opens a connection between two machines that meet only on segments that are not joined, and one of them may run on
//! several nodes: on some of these the two have no network between them.
//!
//! ## Why
//!
//! What is opened is there while both run on one node. When the HA manager has started one of them elsewhere, it is not.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes = {
//!     pve = { address = 192.168.100.1; addresses = [ 10.0.40.1 ]; };
//!     second = { address = 192.168.100.2; addresses = [ 10.0.40.2 ]; };
//!   };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = 192.168.100.254; };
//!   networks.inner = { cidr = 10.0.40.0/24; bridge = "vmbr3"; joined = false; gateway = [ nodes.pve, nodes.second ]; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.store = { vmid = 100; node = nodes.pve; on.inner = {}; };
//!   hosts.app = {
//!     vmid = 101;
//!     node = nodes.pve;
//!     datastore = "ceph";
//!     ha = { nodes = [ nodes.second ]; strict = true; };
//!     on.inner = {};
//!   };
//!   allow = [
//!     hosts.app -> hosts.store : 443/tcp, # error: L0863
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Put both on an overlay, or on a network whose segments are joined; or let both run on one node.

use std::collections::BTreeSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::Intents;
use super::not_everywhere::{Pair, is_plain, problem};

/// An `allow` whose path is there on some nodes alone.
pub static CODE: Code =
    Code::new("L0863", "an `allow` whose path is there on some nodes alone", include_str!("not_everywhere_allowed.rs"));

/// Every `allow` of the author, unless a need that is told speaks of the same machines.
pub(super) fn check(intents: &Intents, told: &BTreeSet<Pair>, found: &mut Vec<Diagnostic>) {
    if is_plain(intents) {
        return;
    }
    for (_, claim) in intents.authors() {
        let problem = problem(intents, claim, &CODE);
        found.extend(problem.filter(|(pair, _)| !told.contains(pair)).map(|(_, problem)| problem));
    }
}
