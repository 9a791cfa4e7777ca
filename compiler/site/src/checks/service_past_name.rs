//! A name that leads past its service
//!
//! ## What is wrong
//!
//! A service is looked for by an SRV record, and the name of a machine that serves it leads to an address where the service does
//! not listen, or to none.
//!
//! ## Why
//!
//! An SRV record leads to the machine's name, and that has the addresses on the overlay, or on its first network if it is on none.
//! A service that listens on other networks is found and does not answer.
//!
//! ## Example
//!
//! ```arv part
//!   services.directory = {
//!     name = "directory";
//!     listen = [ networks.bridge ];
//!     ldap = {
//!       ports = [ 389/tcp ];
//!       srv = [ "_ldap._tcp" ]; # error: E0889
//!     };
//!   };
//!   hosts.directory = { vmid = 3000; groups = [ groups.projects ]; services = [ services.directory ]; };
//! ```
//!
//! ## What to do
//!
//! Let the service listen on the overlay as well, or write its records in `records` with a target that leads to where it listens.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Endpoint, Host, Site};
use crate::names::addresses;
use crate::origins::Origins;
use crate::place::place;

/// A name that leads past its service.
pub static CODE: Code = Code::new("E0889", "a name that leads past its service", include_str!("service_past_name.rs"));

/// Every name of a service, at the first machine that it leads past.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.networks || site.paths_broken {
        return;
    }
    for named in &site.names.services {
        let endpoint = &site.endpoints[named.endpoint.index()];
        let hosts = endpoint.hosts.iter().map(|id| &site.hosts[id.index()]);
        let mut hosts = hosts.filter(|host| host.status.is_there() && !host.broken);
        let Some((host, label)) = hosts.find_map(|host| Some((host, past(site, endpoint, host)?))) else { continue };
        let message = format!("`{}` leads past {} on `{}`", named.name, endpoint.named.told(), host.named.path);
        out.push(
            Diagnostic::new(&CODE, message, named.span, label)
                .secondary(place(&host.named, host.named.key), "the machine"),
        );
    }
}

/// Why the name of a machine does not lead to what it serves.
fn past(site: &Site, endpoint: &Endpoint, host: &Host) -> Option<String> {
    let found = addresses(site, host);
    let Some((address, network)) = found.first() else {
        return Some("the machine has no address".to_owned());
    };
    // A service that names no network listens on the overlays, where the name leads to as well.
    let listens = || endpoint.listen.iter().any(|id| std::ptr::eq(&site.networks[id.index()], *network));
    (!endpoint.listen.is_empty() && !listens())
        .then(|| format!("the machine's name leads to {address}, on `{}`", network.named.path))
}
