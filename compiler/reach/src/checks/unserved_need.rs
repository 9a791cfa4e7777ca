//! Nobody is known to listen where a `needs` goes
//!
//! ## What is wrong
//!
//! A need names a port of a machine, and no service of that machine has the port.
//!
//! ## Why
//!
//! A need is met if a connection is let through and somebody answers. The first is proved over the layers; the second can be
//! told only of services that the site knows. A port that nobody has is mostly a number mistyped, or a service that moved.
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
//!   networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   services.db = { name = "db"; sql.ports = [ 5432/tcp ]; };
//!   hosts.db = { vmid = 100; lighthouse = true; services = [ services.db ]; };
//!   hosts.app = {
//!     vmid = 101;
//!     needs = [
//!       hosts.app -> hosts.db : 5433/tcp, # error: L0413
//!     ];
//!   };
//!   allow = [ hosts.app -> hosts.db : 5000-6000/tcp ];
//! }
//! ```
//!
//! ## What to do
//!
//! Name the endpoint of a service instead of a number, or give the machine a service that has the port:
//! `services = [ { name = "db"; sql.ports = [ 5433/tcp ]; } ]`.

use std::collections::BTreeSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::needs::Merged;
use super::served_elsewhere;
use crate::layers::{Layers, Unserved};

/// A port that nobody has.
pub static CODE: Code =
    Code::new("L0413", "nobody is known to listen where a `needs` goes", include_str!("unserved_need.rs"));

pub(super) fn check(layers: &Layers, needs: &[Merged], told: &[Span], found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    let mut spans: BTreeSet<Span> = told.iter().copied().collect();
    for need in needs {
        let flow = need.first();
        let unserved = &need.found.unserved;
        // What it serves elsewhere is certainly not served here.
        let Some(first) = unserved.iter().max_by_key(|one| !one.elsewhere.is_none()) else { continue };
        if !spans.insert(flow.span) {
            continue;
        }
        let Unserved { target, network, packets, elsewhere } = first;
        let host = &site.hosts[target.index()];
        let over = &site.networks[network.index()].named.path;
        let name = &host.named.name;
        let diagnostic = match elsewhere.is_none() {
            false => served_elsewhere::diagnostic(name, elsewhere, over, flow.span),
            true => Diagnostic::new(
                &CODE,
                format!("no service of `{name}` listens on {packets}"),
                flow.span,
                "the need goes there",
            )
            .help("name the endpoint of a service, or give the machine one with this port"),
        };
        found.push(diagnostic.secondary(host.named.key, "this machine"));
    }
}
