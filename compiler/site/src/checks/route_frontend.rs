//! A frontend that no client can connect to
//!
//! ## What is wrong
//!
//! The frontend of a route is an endpoint without a TCP port, or one that no machine serves.
//!
//! ## Why
//!
//! The name of the route leads to the machines that serve its frontend, and clients connect to them over TCP. With HTTP/3 they
//! do so first, too.
//!
//! ## Example
//!
//! ```arv part
//!   services.proxy = std.caddy {};
//!   services.wiki = { name = "wiki"; http = { ports = [ 8080/tcp ]; }; };
//!   hosts.wiki = { vmid = 3000; groups = [ groups.projects ]; services = [ services.wiki ]; };
//!   routes."wiki.example.internal" = {
//!     frontend = services.proxy.https; # error: E0882
//!     backend = services.wiki.http;
//!   };
//! ```
//!
//! ## What to do
//!
//! Let a machine run the proxy, or name an endpoint that has a TCP port.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Route, Site};
use crate::names::tcp_ports;
use crate::place::report;

/// A frontend that no client can connect to.
pub static CODE: Code =
    Code::new("E0882", "a frontend that no client can connect to", include_str!("route_frontend.rs"));

/// One route.
pub(crate) fn check(site: &Site, route: &Route) -> Option<Diagnostic> {
    let frontend = &site.endpoints[route.frontend.value.index()];
    let (message, label) = if frontend.hosts.is_empty() {
        let message = format!("nobody serves the frontend of `{}`", route.named.name);
        (message, format!("no machine runs what `{}` belongs to", frontend.named.path))
    } else if !frontend.ports.is_empty() && tcp_ports(&frontend.ports).next().is_none() {
        let message = format!("the frontend of `{}` has no TCP port", route.named.name);
        (message, format!("`{}` has none", frontend.named.path))
    } else {
        return None;
    };
    Some(report(&CODE, message, &route.named, route.frontend.span, &label))
}
