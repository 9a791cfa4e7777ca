//! An overlay that this Nebula cannot have
//!
//! ## What is wrong
//!
//! A prefix of an overlay is IPv6, or it has several, and `nebula.version` is older than 1.10.
//!
//! ## Why
//!
//! An IPv6 address in an overlay, or a second address of a machine there, needs a certificate of version 2, which Nebula
//! knows since 1.10. Earlier versions stop at one with an error.
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
//! Name a version from 1.10 on that the guests have, or give the overlay one IPv4 prefix.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::unknown_nebula::minor;
use crate::model::{Family, Site};
use crate::place::report;

/// An overlay that this Nebula cannot have.
pub static CODE: Code =
    Code::new("E0339", "an overlay that this Nebula cannot have", include_str!("overlay_needs_newer_nebula.rs"));

/// Every overlay.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let version = &site.nebula.version;
    if minor(&version.value).is_none_or(|minor| minor >= 10) {
        return;
    }
    for network in site.networks.iter().filter(|network| network.is_overlay()) {
        let six = network.prefixes().find(|prefix| Family::of_prefix(&prefix.value) == Family::V6);
        let (kind, span, label) = match (six, network.more.first()) {
            (Some(prefix), _) => ("IPv6 overlay", prefix.span, format!("{} is IPv6", prefix.value)),
            (None, Some(second)) => ("overlay of several prefixes", second.span, "a second prefix".to_owned()),
            (None, None) => continue,
        };
        let message = format!("Nebula {} has no {kind} such as `{}`", version.value, network.named.path);
        out.push(
            report(&CODE, message, &network.named, span, &label)
                .note("certificates with IPv6 addresses, or several, exist since Nebula 1.10"),
        );
    }
}
