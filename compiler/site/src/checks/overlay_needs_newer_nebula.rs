//! An IPv6 overlay for a Nebula that has none
//!
//! ## What is wrong
//!
//! The prefix of an overlay is IPv6, and `nebula.version` is older than 1.10.
//!
//! ## Why
//!
//! An IPv6 address in an overlay needs a certificate of version 2, which Nebula knows since 1.10. Earlier versions stop at
//! one with an error.
//!
//! ## Example
//!
//! ```arv part
//!   networks.six = {
//!     cidr = fd00:20::/64; # error: E0339
//!     underlay = networks.bridge;
//!     port = 4243/udp;
//!   };
//! ```
//!
//! ## What to do
//!
//! Name a version from 1.10 on that the guests have, or give the overlay an IPv4 prefix.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use ipnet::IpNet;

use super::unknown_nebula::minor;
use crate::model::{NetworkKind, Site};
use crate::place::report;

/// An IPv6 overlay for a Nebula that has none.
pub static CODE: Code =
    Code::new("E0339", "an IPv6 overlay for a Nebula that has none", include_str!("overlay_needs_newer_nebula.rs"));

/// Every overlay.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let version = &site.nebula.version;
    if minor(&version.value).is_none_or(|minor| minor >= 10) {
        return;
    }
    for network in &site.networks {
        if let (NetworkKind::Overlay { .. }, IpNet::V6(prefix)) = (&network.kind, network.prefix.value) {
            let message = format!("Nebula {} has no IPv6 overlay such as `{}`", version.value, network.named.path);
            out.push(
                report(&CODE, message, &network.named, network.prefix.span, &format!("{prefix} is IPv6"))
                    .note("certificates with IPv6 addresses exist since Nebula 1.10"),
            );
        }
    }
}
