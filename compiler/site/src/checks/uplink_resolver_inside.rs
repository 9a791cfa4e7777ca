//! A resolver that is not there yet
//!
//! ## What is wrong
//!
//! `uplink_resolvers` names an address on an overlay.
//!
//! ## Why
//!
//! A machine asks these before the overlay is there: to install Nebula, it has to resolve where packages are. On the overlay
//! nobody answers it yet.
//!
//! ## Example
//!
//! ```arv part
//!   uplink_resolvers = [ 10.10.10.11 ]; # error: E0861
//! ```
//!
//! ## What to do
//!
//! Name a resolver that is reached without the overlay: a public one, the router, an address on the bridge.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Site;
use crate::origins::Origins;

/// A resolver that is not there yet.
pub static CODE: Code =
    Code::new("E0861", "a resolver that is not there yet", include_str!("uplink_resolver_inside.rs"));

/// Every address.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    for address in &origins.uplink_resolvers {
        let overlays = site.networks.iter().filter(|network| network.is_overlay());
        let prefixes = overlays.flat_map(|overlay| overlay.prefixes().map(move |prefix| (overlay, prefix)));
        let found = prefixes.into_iter().find(|(_, prefix)| prefix.value.contains(&address.value));
        let Some((overlay, prefix)) = found else { continue };
        let message = format!("{} answers once the overlay is there", address.value);
        out.push(
            Diagnostic::new(&CODE, message, address.span, "it is asked before that")
                .secondary(prefix.span, format!("it is on `{}`", overlay.named.path))
                .help("name a resolver that is reached without the overlay"),
        );
    }
}
