//! A gateway outside its network
//!
//! ## What is wrong
//!
//! The gateway of a network is no address of that network, or is neither an address nor one of the site's nodes, machines and `vips`.
//!
//! ## Why
//!
//! A machine looks for its gateway among its neighbours. One that is not among them is never found, and the machine has no
//! way out.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = {
//!     cidr = 10.0.20.0/24;
//!     bridge = "vmbr2";
//!     gateway = 10.0.21.1; # error: E0331
//!   };
//! ```
//!
//! ## What to do
//!
//! Name an address of the network, or the node or machine that routes for it, which has to be on it.

use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::address_in_use::for_all;
use crate::model::{Named, Spanned};
use crate::place::report;

/// A gateway outside its network.
pub static CODE: Code = Code::new("E0331", "a gateway outside its network", include_str!("gateway_outside_network.rs"));

/// The gateway of a bridge.
pub(crate) fn check(named: &Named, prefix: Spanned<IpNet>, gateway: IpAddr, span: Span) -> Option<Diagnostic> {
    let label = match for_all(&prefix.value, gateway) {
        _ if !prefix.value.contains(&gateway) => format!("{gateway} is not in {}", prefix.value),
        Some(what) => format!("{gateway} is {what}"),
        None => return None,
    };
    let message = format!("the gateway of `{}` is no address of it", named.path);
    Some(report(&CODE, message, named, span, &label).secondary(prefix.span, format!("`{}`", prefix.value)))
}

/// A machine that is named as a gateway and has no address on the network.
pub(crate) fn not_there(network: &Named, router: &Named, span: Span) -> Diagnostic {
    let message = format!("the gateway of `{}` is no address of it", network.path);
    let label = format!("`{}` is not on `{}`", router.path, network.path);
    report(&CODE, message, network, span, &label)
}

/// A gateway that is something else.
pub(crate) fn wrong_kind(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a router is an address, a node, a machine or one of `vips`", span, "this is none of them")
}
