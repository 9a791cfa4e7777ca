//! An overlay's addresses are another network's too
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
//! Give the overlay a prefix of its own.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use ipnet::IpNet;

use crate::model::{Site, Spanned};
use crate::place::{place, report};

/// An overlay's addresses are another network's too.
pub static CODE: Code =
    Code::new("E0332", "an overlay's addresses are another network's too", include_str!("networks_overlap.rs"));

/// Each overlay against each other network. A site has a handful of networks.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for (at, first) in site.networks.iter().enumerate() {
        for second in &site.networks[at + 1..] {
            let meeting =
                |(a, b): &(Spanned<IpNet>, Spanned<IpNet>)| a.value.contains(&b.value) || b.value.contains(&a.value);
            let pairs = first.prefixes().flat_map(|a| second.prefixes().map(move |b| (a, b)));
            let Some((a, b)) = pairs.filter(|_| first.is_overlay() || second.is_overlay()).find(meeting) else {
                continue;
            };
            // The overlay is the one to change: nothing outside depends on its addresses.
            let later = a.span > b.span;
            let (change, keep) = match (first.is_overlay(), second.is_overlay()) {
                (true, true) if later => ((first, a), (second, b)),
                (true, false) => ((first, a), (second, b)),
                _ => ((second, b), (first, a)),
            };
            let ((change, own), (keep, other)) = (change, keep);
            let message = format!("`{}` and `{}` have addresses in common", change.named.path, keep.named.path);
            out.push(
                report(&CODE, message, &change.named, own.span, "an overlay has addresses of its own")
                    .secondary(place(&keep.named, other.span), format!("`{}` is {}", keep.named.path, other.value)),
            );
        }
    }
}
