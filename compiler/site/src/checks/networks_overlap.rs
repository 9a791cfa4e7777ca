//! Addresses that two networks cannot both have
//!
//! ## What is wrong
//!
//! The prefix of an overlay has addresses in common with the prefix of another network.
//!
//! ## Why
//!
//! Nebula discards every peer whose address outside lies inside the overlay, so the tunnel never comes up; and a machine on
//! both networks would have two routes to one address.
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
use ipnet::IpNet;

use crate::model::{Network, Site, Spanned};
use crate::place::{place, report};

/// Addresses that two networks cannot both have.
pub static CODE: Code =
    Code::new("E0332", "addresses that two networks cannot both have", include_str!("networks_overlap.rs"));

/// Each overlay against each other network. A site has a handful of networks.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for (at, first) in site.networks.iter().enumerate() {
        for second in &site.networks[at + 1..] {
            let meeting =
                |(a, b): &(Spanned<IpNet>, Spanned<IpNet>)| a.value.contains(&b.value) || b.value.contains(&a.value);
            let pairs = first.prefixes().flat_map(|a| second.prefixes().map(move |b| (a, b)));
            let Some((a, b)) = pairs.filter(|_| apart(first) || apart(second)).find(meeting) else {
                continue;
            };
            // The overlay is the one to change: nothing outside depends on its addresses.
            let later = a.span > b.span;
            let (change, keep) = match rank(first).cmp(&rank(second)) {
                Ordering::Equal if later => ((first, a), (second, b)),
                Ordering::Greater => ((first, a), (second, b)),
                _ => ((second, b), (first, a)),
            };
            let ((change, own), (keep, other)) = (change, keep);
            let message = format!("`{}` and `{}` have addresses in common", change.named.path, keep.named.path);
            let label = match change.is_overlay() {
                true => "an overlay has addresses of its own",
                false => "what is behind a router has addresses of its own",
            };
            out.push(
                report(&CODE, message, &change.named, own.span, label)
                    .secondary(place(&keep.named, other.span), format!("`{}` is {}", keep.named.path, other.value)),
            );
        }
    }
}

/// Whether a network shares its addresses with no other one.
fn apart(network: &Network) -> bool {
    network.is_overlay() || network.router.is_some()
}

/// Which of two is the one to change: what is behind a router is often somebody else's, and an overlay is nobody's.
fn rank(network: &Network) -> u8 {
    u8::from(apart(network)) + u8::from(network.is_overlay())
}
