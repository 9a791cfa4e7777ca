//! A firewall that no environment owns
//!
//! ## What is wrong
//!
//! Environments of the project share a Proxmox cluster, and none of them owns its firewall.
//!
//! ## Why
//!
//! The guests' rules do nothing as long as the cluster's switch is off, and nobody turns it on.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.staging.datacenters.home = { nodes = ["pve"], pool = "staging", namespace = "stg", firewall = false }
//!   datacenters.home = {
//!     owns_firewall = false; # error: L0921
//!   };
//! ```
//!
//! ## What to do
//!
//! Let one of them own it: leave `owns_firewall` out there. If it does already, build it: `arv.lock` knows its last build.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::firewall_of_two::why;
use crate::lock::Held;
use crate::model::Site;
use crate::neighbours;
use crate::place::report;

/// A firewall that no environment owns.
pub static CODE: Code =
    Code::new("L0921", "a firewall that no environment owns", include_str!("firewall_of_nobody.rs"));

/// Every Proxmox cluster that the site shares and does not own the firewall of. One that it shares with nobody has an owner
/// that is no environment.
pub(crate) fn check(site: &Site, held: &Held, out: &mut Vec<Diagnostic>) {
    for (own, others) in neighbours::all(site, held).filter(|(own, _)| !own.owns_firewall.value) {
        let Some((environment, shared)) = others.first() else { continue };
        if others.iter().any(|(_, shared)| shared.other.firewall) {
            continue;
        }
        let names: Vec<String> = others.iter().map(|(name, _)| format!("`{name}`")).collect();
        let message = format!("no environment owns the firewall of `{}`", own.named.path);
        let label = format!("neither this site nor {}", names.join(", "));
        out.push(
            report(&CODE, message, &own.named, own.owns_firewall.span, &label)
                .note(why(own, environment, shared))
                .help("leave `owns_firewall` out in one of them, and build that"),
        );
    }
}
