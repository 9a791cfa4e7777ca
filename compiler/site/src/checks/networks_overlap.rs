//! Addresses that two networks cannot both have
//!
//! ## What is wrong
//!
//! The prefix of an overlay, or of a network behind a `router`, has addresses in common with the prefix of another network.
//!
//! ## Why
//!
//! Nebula discards every peer whose address outside lies inside the overlay, so the tunnel never comes up; and a machine on
//! both networks would have two routes to one address. What is behind a router is never asked for where the same addresses are
//! on a segment of one's own.
//!
//! ## Example
//!
//! ```arv part
//!   networks.second = {
//!     cidr = 192.168.100.128/25; # error: E0332
//!     underlay = networks.bridge;
//!     port = 4243/udp;
//!   };
//! ```
//!
//! ## What to do
//!
//! Give the overlay, or the network behind the router, a prefix of its own.

use std::cmp::Ordering;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Network, Site};
use crate::place::{place, report};

/// Addresses that two networks cannot both have.
pub static CODE: Code =
    Code::new("E0332", "addresses that two networks cannot both have", include_str!("networks_overlap.rs"));

/// Each overlay against each other network. A site has a handful of networks.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for (at, first) in site.networks.iter().enumerate() {
        for second in &site.networks[at + 1..] {
            let (a, b) = (first.prefix.value, second.prefix.value);
            let apart = |network: &Network| network.is_overlay() || network.router.is_some();
            if !(apart(first) || apart(second)) || !(a.contains(&b) || b.contains(&a)) {
                continue;
            }
            // The overlay is the one to change: nothing outside depends on its addresses.
            let later = first.prefix.span > second.prefix.span;
            // One rank above a segment: what is behind a router is often somebody else's.
            let rank = |network: &Network| u8::from(apart(network)) + u8::from(network.is_overlay());
            let (change, keep) = match rank(first).cmp(&rank(second)) {
                Ordering::Equal if later => (first, second),
                Ordering::Greater => (first, second),
                _ => (second, first),
            };
            let message = format!("`{}` and `{}` have addresses in common", change.named.path, keep.named.path);
            let label = match change.is_overlay() {
                true => "an overlay has addresses of its own",
                false => "what is behind a router has addresses of its own",
            };
            out.push(report(&CODE, message, &change.named, change.prefix.span, label).secondary(
                place(&keep.named, keep.prefix.span),
                format!("`{}` is {}", keep.named.path, keep.prefix.value),
            ));
        }
    }
}
