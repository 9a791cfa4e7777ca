//! An address on an overlay that no certificate holds
//!
//! ## What is wrong
//!
//! An address of `vips`, a pool or a `dhcp` span is on a Nebula overlay.
//!
//! ## Why
//!
//! Nebula drops every packet whose address is not the one in the sender's certificate, on both sides of a tunnel. An address
//! that moves from one machine to another, or that nobody signed, is never answered there.
//!
//! ## Example
//!
//! ```arv part
//!   vips.api = {
//!     network = networks.overlay; # error: E0803
//!     address = 10.10.10.9;
//!     owners = [ hosts.dns ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Put the address on the network below the overlay. On the overlay, let clients have all members (`clusters.NAME` is a name
//! with an address for each), or put a proxy in front of them.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Site;
use crate::origins::Origins;
use crate::place::report;

/// An address on an overlay that no certificate holds.
pub static CODE: Code =
    Code::new("E0803", "an address on an overlay that no certificate holds", include_str!("vip_on_overlay.rs"));

const WHY: &str = "Nebula drops what is not the address of the sender's certificate";

/// Every address of several machines, and every span that something hands out.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    for (vip, origin) in site.vips.iter().zip(&origins.vips) {
        let Some(network) = site.networks.get(vip.network.index()).filter(|network| network.is_overlay()) else {
            continue;
        };
        let message = format!("`{}` is on the overlay `{}`", vip.named.path, network.named.path);
        out.push(
            report(&CODE, message, &vip.named, origin.network.unwrap_or(vip.named.key), WHY)
                .help("put it on the network below, or name the members one by one: a cluster's name has them all"),
        );
    }
    for network in site.networks.iter().filter(|network| network.is_overlay()) {
        let pools = network.pools.iter().map(|pool| (pool.numbers.span, "a pool"));
        let dhcp = network.dhcp.iter().map(|span| (span.span, "a span for DHCP"));
        for (span, what) in pools.chain(dhcp) {
            let message = format!("the overlay `{}` has {what}", network.named.path);
            out.push(
                report(&CODE, message, &network.named, span, WHY)
                    .help("hand out addresses on the network below, and give members of the overlay theirs by a range"),
            );
        }
    }
}
