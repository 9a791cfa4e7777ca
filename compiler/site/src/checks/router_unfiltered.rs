//! `unfiltered` of a network whose router is the site's
//!
//! ## What is wrong
//!
//! A network says that its router filters nothing (`unfiltered = true`), and that router is a node or a machine of the site; or the network
//! has none: it is an overlay, or says neither `gateway` nor `router`.
//!
//! ## Why
//!
//! `unfiltered` speaks of a router of which the site knows nothing else, such as a provider's: what it lets through is then
//! no more "not known". What a router of the site lets through follows from the site: a node routes between its networks, and a machine
//! hands on what `allow` says.
//!
//! ## Example
//!
//! ```arv part
//!   networks.rack = { cidr = 198.51.100.0/24; bridge = "vmbr5"; gateway = 198.51.100.1; unfiltered = true; };
//!   networks.lan = {
//!     cidr = 192.168.7.0/24;
//!     bridge = "vmbr6";
//!     gateway = hosts.router;
//!     unfiltered = true; # error: E0419
//!   };
//!   hosts.router = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     on = { rack.address = 198.51.100.2; lan.address = 192.168.7.1; overlay = {}; bridge.default_route = false; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Leave `unfiltered` out. What a machine that routes is to let through stands in `allow`; if the network is behind a router of somebody
//! else, name that as its `gateway`, or as its `router` if it is on no bridge.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Gateway, Named, Router, Site};
use crate::place::{place, report};

/// `unfiltered` of a network whose router is the site's.
pub static CODE: Code =
    Code::new("E0419", "`unfiltered` of a network whose router is the site's", include_str!("router_unfiltered.rs"));

/// Of a network that names no router.
pub(crate) fn without_router(named: &Named, span: Span, is_overlay: bool) -> Diagnostic {
    let (message, label) = match is_overlay {
        true => (format!("the overlay `{}` has no router", named.path), "its members meet without one"),
        false => (format!("`{}` has no router", named.path), "of which router?"),
    };
    let help = match is_overlay {
        true => "leave it out; it is said of a network behind a router of somebody else",
        false => "name the router of somebody else: `gateway` of a bridge, `router` of a network on none",
    };
    report(&CODE, message, named, span, label).help(help)
}

/// Every network that says it.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for network in &site.networks {
        let Some(span) = network.unfiltered else { continue };
        let routers = network.gateways().iter().chain(&network.router);
        let owned = routers.filter_map(|gateway| Some((gateway, owner(site, gateway)?))).next();
        let Some((gateway, owner)) = owned else { continue };
        let path = &network.named.path;
        let message = format!("the router of `{path}` is `{owner}`, and the site says what that lets through");
        let diagnostic = report(&CODE, message, &network.named, span, "said of a router of somebody else");
        out.push(
            diagnostic
                .secondary(place(&network.named, gateway.span), format!("its router is `{owner}`"))
                .help("leave `unfiltered` out; what a machine that routes hands on stands in `allow`"),
        );
    }
}

/// Who of the site a router is.
fn owner<'s>(site: &'s Site, gateway: &Gateway) -> Option<&'s str> {
    let named = match gateway.router {
        Router::Node(node) => &site.nodes[node.index()].named,
        Router::Host(host) => &site.hosts[host.index()].named,
        Router::Vip(vip) => &site.vips[vip.index()].named,
        Router::Elsewhere => {
            let mut nodes = site.nodes.iter();
            &nodes.find(|node| node.own_addresses().any(|own| own == gateway.address))?.named
        }
    };
    Some(&named.path)
}
