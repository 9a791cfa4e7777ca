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

use crate::model::Site;
use crate::place::{place, report};

/// An overlay's addresses are another network's too.
pub static CODE: Code =
    Code::new("E0332", "an overlay's addresses are another network's too", include_str!("networks_overlap.rs"));

/// Each overlay against each other network. A site has a handful of networks.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for (at, first) in site.networks.iter().enumerate() {
        for second in &site.networks[at + 1..] {
            let (a, b) = (first.prefix.value, second.prefix.value);
            if !(first.is_overlay() || second.is_overlay()) || !(a.contains(&b) || b.contains(&a)) {
                continue;
            }
            // The overlay is the one to change: nothing outside depends on its addresses.
            let later = first.prefix.span > second.prefix.span;
            let (change, keep) = match (first.is_overlay(), second.is_overlay()) {
                (true, true) if later => (first, second),
                (true, false) => (first, second),
                _ => (second, first),
            };
            let message = format!("`{}` and `{}` have addresses in common", change.named.path, keep.named.path);
            out.push(
                report(&CODE, message, &change.named, change.prefix.span, "an overlay has addresses of its own")
                    .secondary(
                        place(&keep.named, keep.prefix.span),
                        format!("`{}` is {}", keep.named.path, keep.prefix.value),
                    ),
            );
        }
    }
}
