//! An endpoint is not served by the target of its flow.
//!
//! ## What is wrong
//!
//! A flow names the ports of an endpoint, and no machine of the flow's target runs it; or no machine at all does.
//!
//! ## Why
//!
//! An endpoint stands for its ports on the machines that serve it, so that `groups.data : clusters.postgres.sql` opens
//! 5432 on the members of `postgres` alone. On a target without them it stands for nothing, and the flow would silently
//! open, need or forbid nothing.
//!
//! ## Example
//!
//! ```arv
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   services.db = { name = "db"; sql = { ports = [ 5432/tcp ]; }; };
//!   hosts.db = { vmid = 100; lighthouse = true; services = [ services.db ]; };
//!   hosts.app = { vmid = 101; };
//!   allow = [
//!     hosts.db -> hosts.app : services.db.sql, # error: E0405
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Name the machines that run the service as the target, let the target run it, or write the port as a number.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{Intents, words};
use crate::describe::end;
use crate::flows::Resolved;

/// An endpoint without a machine.
pub static CODE: Code =
    Code::new("E0405", "an endpoint is not served by the target of its flow", include_str!("endpoint_elsewhere.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let (site, space) = (intents.site, intents.space);
    for (_, claim) in intents.written() {
        let Resolved { flow, target, arms, .. } = &claim.flow;
        for arm in arms {
            let Some(endpoint) = arm.endpoint.map(|endpoint| &site.endpoints[endpoint.index()]) else { continue };
            let served = space.classes_of(&endpoint.hosts);
            if target.machines.meets(&served) || target.placed.iter().any(|(_, placed)| placed.meets(&served)) {
                continue;
            }
            let path = &endpoint.named.path;
            found.push(match endpoint.hosts.is_empty() {
                true => Diagnostic::new(&CODE, format!("no machine serves `{path}`"), flow.span, "used here")
                    .secondary(endpoint.named.key, "nobody runs this")
                    .help("add the service to a machine's `services`"),
                false => {
                    let hosts = endpoint.hosts.iter().map(|host| site.hosts[host.index()].named.name.as_str());
                    let label = format!("it is served by {}", words::names(hosts));
                    let message = format!("`{}` does not serve `{path}`", end(site, &flow.target));
                    Diagnostic::new(&CODE, message, flow.span, label)
                        .help("name a target that serves it, or write the port as a number")
                }
            });
        }
    }
}
