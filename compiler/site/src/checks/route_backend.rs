//! A backend that a proxy cannot hand requests on to
//!
//! ## What is wrong
//!
//! The backend of a route is an endpoint that has not exactly one TCP port, or it is the proxy itself; or a machine that may have the
//! address of `at` does not serve it.
//!
//! ## Why
//!
//! A proxy hands a request on to one port of one of the machines that serve the backend. With several ports nobody says which,
//! and a proxy that is its own backend hands the request on to itself without end. An address that machines have by turns leads to
//! the backend as long as the one that has it serves that, so each of them has to.
//!
//! ## Example
//!
//! ```arv part
//!   services.proxy = std.caddy {};
//!   services.app = { name = "app"; web = { ports = [ 8080/tcp, 8443/tcp ]; }; };
//!   hosts.proxy = { vmid = 3000; groups = [ groups.projects ]; services = [ services.proxy ]; };
//!   hosts.app = { vmid = 3001; groups = [ groups.projects ]; services = [ services.app ]; };
//!   routes."app.example.internal" = {
//!     frontend = services.proxy.https;
//!     backend = services.app.web; # error: E0883
//!   };
//! ```
//!
//! ## What to do
//!
//! Give the service an endpoint for each port, and name the one that is meant.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Route, Site};
use crate::names::tcp_ports;
use crate::place::{place, report};

/// A backend that a proxy cannot hand requests on to.
pub static CODE: Code =
    Code::new("E0883", "a backend that a proxy cannot hand requests on to", include_str!("route_backend.rs"));

/// One route.
pub(crate) fn check(site: &Site, route: &Route) -> Option<Diagnostic> {
    let frontend = &site.endpoints[route.frontend.value.index()];
    let backend = &site.endpoints[route.backend.value.index()];
    let span = route.backend.span;
    if route.backend.value == route.frontend.value {
        let message = format!("the proxy of `{}` would hand requests on to itself", route.named.name);
        let problem = report(&CODE, message, &route.named, span, "this is its frontend");
        return Some(problem.secondary(place(&route.named, route.frontend.span), "so is this"));
    }
    // Ports that are wrong are left out of the endpoint, and are reported there.
    if backend.ports.is_empty() {
        return None;
    }
    if let Some(problem) = elsewhere(site, route) {
        return Some(problem);
    }
    let mut ports = tcp_ports(&backend.ports);
    let label = match (ports.next(), ports.next()) {
        (Some((first, last)), None) if first == last => {
            let loops = !frontend.hosts.is_empty() && frontend.hosts == backend.hosts;
            let same = loops && tcp_ports(&frontend.ports).any(|(a, b)| (a..=b).contains(&first));
            if !same {
                return None;
            }
            let message = format!("the proxy of `{}` would hand requests on to itself", route.named.name);
            let label = format!("`{}` is the proxy's own port", backend.named.path);
            return Some(report(&CODE, message, &route.named, span, &label));
        }
        (None, _) => format!("`{}` has no TCP port", backend.named.path),
        _ => format!("`{}` has several TCP ports", backend.named.path),
    };
    let message = format!("the backend of `{}` has to be one TCP port", route.named.name);
    Some(
        report(&CODE, message, &route.named, span, &label)
            .secondary(backend.named.key, "this endpoint")
            .help("give the service an endpoint for each port, and name the one that is meant"),
    )
}

/// A machine that may have the address of the backend and does not serve it.
fn elsewhere(site: &Site, route: &Route) -> Option<Diagnostic> {
    let at = route.at?;
    let (vip, backend) = (&site.vips[at.value.index()], &site.endpoints[route.backend.value.index()]);
    if vip.broken {
        return None;
    }
    let other = vip.owners.iter().find(|owner| !backend.hosts.contains(owner))?;
    let other = &site.hosts[other.index()].named;
    let message =
        format!("`{}` may be at `{}`, which does not serve `{}`", vip.named.path, other.path, backend.named.path);
    let label = "requests would be lost while it is there";
    Some(
        report(&CODE, message, &route.named, at.span, label)
            .secondary(place(other, other.key), "the machine")
            .help("name an address whose owners all serve the backend, or leave `at` out"),
    )
}
