//! An overlay without lighthouse
//!
//! ## What is wrong
//!
//! No machine of an overlay has `lighthouse = true`.
//!
//! ## Why
//!
//! Members ask a lighthouse where the others are. Without one no tunnel ever comes up.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.overlay = { # error: E0334
//!     cidr = 10.10.10.0/24;
//!     underlay = networks.bridge;
//!     port = 4242/udp;
//!   };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.a = { vmid = 100; };
//! }
//! ```
//!
//! ## What to do
//!
//! Set `lighthouse = true;` at a machine that every member reaches and that is there before the others.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{NetworkId, Site, Status};
use crate::origins::Origins;
use crate::place::report;

/// An overlay without lighthouse.
pub static CODE: Code =
    Code::new("E0334", "an overlay without lighthouse", include_str!("overlay_without_lighthouse.rs"));

/// Every overlay that a machine is on.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    // A machine that is not understood might be the lighthouse.
    if !origins.all.hosts || site.hosts.iter().any(|host| host.broken) {
        return;
    }
    for (id, network) in (0..).map(NetworkId).zip(&site.networks) {
        if !network.is_overlay() {
            continue;
        }
        let members = || {
            let on = move |host: &&crate::model::Host| host.interfaces.iter().any(|it| it.network == id);
            site.hosts.iter().filter(on)
        };
        if members().next().is_none() || members().any(|host| host.lighthouse && host.status == Status::Present) {
            continue;
        }
        let message = format!("no machine of `{}` is a lighthouse", network.named.path);
        let mut diagnostic =
            report(&CODE, message, &network.named, network.named.key, "its members cannot find one another");
        if let Some(host) = members().find(|host| host.lighthouse) {
            diagnostic = diagnostic.note(format!("`{}` is one, but is not there: see its `status`", host.named.path));
        }
        out.push(diagnostic.help("set `lighthouse = true;` at a machine that every member reaches"));
    }
}
