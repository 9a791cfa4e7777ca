//! A public route that the world does not find
//!
//! ## What is wrong
//!
//! A route is for the world, but its proxy has no address that the world knows: no node hands the frontend's port on to it, and
//! it has no public address of its own. Or the address that the world would be told is a private one.
//!
//! ## Why
//!
//! The public view of the domain says where the name leads. Without a public address there is nothing that it could say.
//!
//! ## Example
//!
//! ```arv part
//!   domains."example.org".servers = [ "ns1.example.net" ];
//!   services.proxy = std.caddy {};
//!   services.wiki = { name = "wiki"; http = { ports = [ 8080/tcp ]; }; };
//!   hosts.proxy = { vmid = 3000; groups = [ groups.projects ]; services = [ services.proxy ]; };
//!   hosts.wiki = { vmid = 3001; groups = [ groups.projects ]; services = [ services.wiki ]; };
//!   routes."wiki.example.org" = {
//!     frontend = services.proxy.https; # error: E0884
//!     backend = services.wiki.http;
//!     exposure = Public;
//!   };
//!   allow = [ services.proxy -> hosts.wiki : [ services.wiki.http ], internet -> hosts.proxy : 443/tcp ];
//! ```
//!
//! ## What to do
//!
//! Let a node with an `uplink` hand the port on: `forward = [ { port = 443/tcp; to = hosts.proxy; } ];`. If the node itself is
//! behind a router, say the router's address: `uplink.public`. A machine that stands behind a router of its own, or at a provider
//! that translates, says the address that the world knows at its interface: `on.lan.public`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Site, Status, View};
use crate::names::{is_private, public_addresses, tcp_ports};
use crate::origins::Origins;
use crate::place::report;

/// A public route that the world does not find.
pub static CODE: Code =
    Code::new("E0884", "a public route that the world does not find", include_str!("route_not_public.rs"));

/// Every public route.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !(origins.all.hosts && origins.all.nodes && origins.all.networks) {
        return;
    }
    for route in site.names.routes.iter().filter(|route| route.exposure == View::Public) {
        let frontend = &site.endpoints[route.frontend.value.index()];
        let hosts = || frontend.hosts.iter().map(|id| &site.hosts[id.index()]);
        if hosts().any(|host| host.broken) || hosts().all(|host| host.status == Status::Planned) {
            continue;
        }
        let addresses = public_addresses(site, route.frontend.value);
        let private = addresses.iter().find(|address| is_private(**address));
        let label = match (addresses.is_empty(), private) {
            (true, _) => "no node hands its port on, and it has no public address".to_owned(),
            (_, Some(private)) => format!("the node that hands its port on is reached by {private}, which is private"),
            _ => continue,
        };
        let port = tcp_ports(&frontend.ports).next().map_or(443, |(first, _)| first);
        let host = hosts().next().map_or("hosts.proxy", |host| host.named.path.as_str());
        let message = format!("the world does not find `{}`", route.named.name);
        let problem = report(&CODE, message, &route.named, route.frontend.span, &label);
        out.push(match private {
            None => problem.help(format!(
                "let a node with an `uplink` hand it on: `forward = [ {{ port = {port}/tcp; to = {host}; }} ];`, or state the \
                 address that the world reaches the machine by: `on.NETWORK.public`"
            )),
            Some(_) => {
                problem.help("state the address that the world reaches the node by: `public = …;` beside `address`")
            }
        });
    }
}
