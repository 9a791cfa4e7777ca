//! A lighthouse or relay on no overlay
//!
//! ## What is wrong
//!
//! A machine has `lighthouse = true` or `relay = true`, and is on no overlay.
//!
//! ## Why
//!
//! Lighthouses and relays serve the members of an overlay that they are on themselves.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.far = { # error: E0335
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     relay = true;
//!     on.bridge.address = 192.168.100.200;
//!   };
//! ```
//!
//! ## What to do
//!
//! Put the machine on the overlay (`on.overlay = …;`), or remove the flag.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{NetworkKind, Site};
use crate::place::report;

/// A lighthouse or relay on no overlay.
pub static CODE: Code =
    Code::new("E0335", "a lighthouse or relay on no overlay", include_str!("lighthouse_off_overlay.rs"));

/// Every lighthouse and relay.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for host in site.hosts.iter().filter(|host| (host.lighthouse || host.relay) && !host.broken) {
        let overlay =
            |id: crate::model::NetworkId| matches!(site.networks[id.index()].kind, NetworkKind::Overlay { .. });
        if host.interfaces.iter().any(|interface| overlay(interface.network)) {
            continue;
        }
        let what = match (host.lighthouse, host.relay) {
            (true, true) => "a lighthouse and a relay",
            (true, false) => "a lighthouse",
            _ => "a relay",
        };
        let message = format!("`{}` is {what} and on no overlay", host.named.path);
        out.push(report(&CODE, message, &host.named, host.named.key, "nobody can ask it"));
    }
}
