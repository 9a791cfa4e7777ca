//! Machines on more than one overlay
//!
//! ## What is wrong
//!
//! More than one overlay of the site has machines on it.
//!
//! ## Why
//!
//! A machine has one Nebula: one configuration, one certificate, one device. So the machines of a site are on one overlay,
//! which may span several bridges and places.
//!
//! ## Example
//!
//! ```arv part
//!   networks.backup = { # error: E0369
//!     cidr = 10.20.0.0/24;
//!     underlay = networks.bridge;
//!     port = 4243/udp;
//!   };
//!   hosts.vault = { vmid = 3000; groups = [ groups.projects ]; lighthouse = true; };
//! ```
//!
//! ## What to do
//!
//! Put all machines on one overlay and keep them apart by groups and `allow`, or make two sites.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{NetworkId, Site};
use crate::origins::Origins;
use crate::place::report;

/// Machines on more than one overlay.
pub static CODE: Code = Code::new("E0369", "machines on more than one overlay", include_str!("several_overlays.rs"));

/// Every overlay but the first one, as they are written, that a machine is on.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.networks {
        return;
    }
    let used = |id: NetworkId| site.hosts.iter().any(|host| host.is_on(id));
    let mut networks: Vec<_> = (0..).map(NetworkId).zip(&site.networks).collect();
    networks.sort_by_key(|(_, network)| network.named.key);
    let mut overlays = networks
        .into_iter()
        .filter(|(id, network)| network.is_overlay() && used(*id))
        .map(|(_, network)| &network.named);
    let Some(first) = overlays.next() else { return };
    for other in overlays {
        let message = format!("machines are on `{}` and on `{}`", first.path, other.path);
        out.push(
            report(&CODE, message, other, other.key, "a second overlay")
                .secondary(first.key, "the first one")
                .help("put all machines on one overlay, and keep them apart by groups and `allow`"),
        );
    }
}
