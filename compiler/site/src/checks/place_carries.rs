//! A place that carries whole clusters
//!
//! ## What is wrong
//!
//! All that stands in one place is lost together, and that stops a cluster that survives the loss of each single node.
//!
//! ## Why
//!
//! Members on three nodes in one rack are lost with the rack's power. What `places` and `within` say is what fails as one.
//!
//! ## Example
//!
//! ```arv part
//!   places.rack = {}; # error: L0851
//!   nodes.pve.places = [ places.rack ];
//!   nodes.second = { address = 192.168.100.2; places = [ places.rack ]; };
//!   nodes.third = { address = 192.168.100.3; };
//!   hosts.dns.node = nodes.pve;
//!   clusters.cache = {
//!     quorum = true;
//!     groups = [ groups.projects ];
//!     members.a = { vmid = 3000; node = nodes.pve; };
//!     members.b = { vmid = 3001; node = nodes.second; };
//!     members.c = { vmid = 3002; node = nodes.third; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Put members into three places, or accept the loss: `accepted_losses = [ places.rack ];`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::losses::Loss;
use crate::availability::verdict::Stop;
use crate::model::{ClusterId, PlaceId, Site};
use crate::origins::Origins;
use crate::place::report;

/// A place that carries whole clusters.
pub static CODE: Code = Code::new("L0851", "a place that carries whole clusters", include_str!("place_carries.rs"));

/// One report a place, however many clusters.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes {
        return;
    }
    let mut stopped: BTreeMap<PlaceId, Vec<(usize, &Stop)>> = BTreeMap::new();
    for at in 0..site.clusters.len() {
        // What a node stops is said of the node.
        let by_node = availability.stops[at].iter().any(|stop| matches!(stop.loss, Loss::Node(_)));
        if by_node || !availability.judged(site, ClusterId(at as u32)) {
            continue;
        }
        for stop in &availability.stops[at] {
            if let Loss::Place(place) = stop.loss {
                stopped.entry(place).or_default().push((at, stop));
            }
        }
    }
    for (place, clusters) in stopped {
        let named = &site.places[place.index()].named;
        let (at, stop) = clusters[0];
        let first = &site.clusters[at].named.path;
        let others = match clusters.len() - 1 {
            0 => String::new(),
            1 => " and one more cluster".to_owned(),
            more => format!(" and {more} more clusters"),
        };
        let message = format!("the loss of `{}` stops `{first}`{others}", named.path);
        let taken = stop.words(site, &availability.shapes[at]);
        out.push(
            report(&CODE, message, named, named.key, &format!("it takes {taken}"))
                .secondary(site.clusters[at].named.key, format!("`{first}` survives the loss of each node"))
                .help(format!(
                    "put members into other places; if the loss is accepted: `accepted_losses = [ {} ];`",
                    named.path
                )),
        );
    }
}
