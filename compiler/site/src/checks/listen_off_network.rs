//! A service that listens where its machine is not
//!
//! ## What is wrong
//!
//! A service names the networks that it listens on, and a machine that runs it is on none of them.
//!
//! ## Why
//!
//! Nobody could reach the service there, and every flow to it would be one to nothing.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = { cidr = 10.0.20.0/24; };
//!   services.web = { name = "web"; listen = [ networks.lan ]; http = { ports = [ 80/tcp ]; }; };
//!   hosts.a = { # error: E0359
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     services = [ services.web ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Put the machine on one of those networks, or correct `listen`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Site;
use crate::origins::Origins;
use crate::place::{place, report};

/// A service that listens where its machine is not.
pub static CODE: Code =
    Code::new("E0359", "a service that listens where its machine is not", include_str!("listen_off_network.rs"));

/// Every service of every machine.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.networks {
        return;
    }
    for host in site.hosts.iter().filter(|host| !host.broken) {
        for service in host.services.iter().map(|service| &site.services[service.index()]) {
            if service.listen.is_empty() || service.listen.iter().any(|network| host.is_on(*network)) {
                continue;
            }
            let networks = service.listen.iter().map(|id| format!("`{}`", site.networks[id.index()].named.path));
            let networks = networks.collect::<Vec<_>>().join(", ");
            let message = format!("`{}` runs `{}`, which listens on {networks}", host.named.path, service.named.name);
            out.push(
                report(&CODE, message, &host.named, host.named.key, "the machine is on none of them")
                    .secondary(place(&service.named, service.named.key), "the service"),
            );
        }
    }
}
