//! A lighthouse or relay that nobody can ask
//!
//! ## What is wrong
//!
//! A machine has `lighthouse = true` or `relay = true`, and is on no overlay; or it is on an overlay and on nothing that the
//! overlay's packets could travel on.
//!
//! ## Why
//!
//! Lighthouses and relays serve the members of an overlay that they are on themselves. Members find them by an address
//! below the overlay that stands in their configuration: nobody could tell them another one.
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
//! Put the machine on the overlay and on the network below it (`on = { bridge = …; overlay = …; };`), or remove the flag. A
//! machine that is elsewhere is on the network of its provider, and the node hands the overlay's port on to the lighthouse inside, so
//! that the two find each other:
//!
//! ```arv part
//!   nodes.pve.uplink.address = 203.0.113.1;
//!   nodes.pve.forward = [ { port = networks.overlay.port; to = hosts.dns; } ];
//!   networks.provider.cidr = 203.0.113.0/24;
//!   hosts.vps = {
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     lighthouse = true;
//!     on = { provider.address = 203.0.113.5; overlay.address = 10.10.10.200; };
//!   };
//! ```

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Host, NetworkId, NetworkKind, Site};
use crate::origins::Origins;
use crate::place::report;

/// A lighthouse or relay that nobody can ask.
pub static CODE: Code =
    Code::new("E0335", "a lighthouse or relay that nobody can ask", include_str!("lighthouse_off_overlay.rs"));

/// Every lighthouse and relay.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.networks {
        return;
    }
    for host in site.hosts.iter().filter(|host| (host.lighthouse || host.relay) && !host.broken) {
        let on = |id: NetworkId| host.is_on(id);
        let overlays = host.interfaces.iter().filter_map(|interface| {
            let network = &site.networks[interface.network.index()];
            let NetworkKind::Overlay { underlay, .. } = network.kind else { return None };
            Some((network, underlay))
        });
        let overlays: Vec<_> = overlays.collect();
        if overlays.is_empty() {
            let message = format!("`{}` is {} and on no overlay", host.named.path, what(host));
            out.push(report(&CODE, message, &host.named, host.named.key, "nobody can ask it"));
        }
        let below = host.interfaces.iter().any(|interface| !site.networks[interface.network.index()].is_overlay());
        for (overlay, underlay) in overlays.into_iter().filter(|(_, underlay)| !on(*underlay) && !below) {
            let underlay = &site.networks[underlay.index()].named;
            let help = format!("put it on `{}`, or, if it is elsewhere, on the network of its provider", underlay.path);
            let message = format!("`{}` is {} of `{}`", host.named.path, what(host), overlay.named.path);
            let label = format!("it is on no network that packets of `{}` could come by", overlay.named.path);
            let message = message + " and has no address below it";
            out.push(report(&CODE, message, &host.named, host.named.key, &label).help(help));
        }
    }
}

fn what(host: &Host) -> &'static str {
    match (host.lighthouse, host.relay) {
        (true, true) => "a lighthouse and a relay",
        (true, false) => "a lighthouse",
        _ => "a relay",
    }
}
