//! A gateway outside its network
//!
//! ## What is wrong
//!
//! The gateway of a network is no address of that network, or is neither an address nor a node.
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
//! Name an address of the network, or the node that routes for it. An IPv6 router may also be named by its address of the
//! link, `fe80::1`.

use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::address_in_use::for_all;
use crate::model::{Family, Gateway, Network};
use crate::place::report;

/// A gateway outside its network.
pub static CODE: Code = Code::new("E0331", "a gateway outside its network", include_str!("gateway_outside_network.rs"));

/// One gateway of a bridge.
pub(crate) fn check(network: &Network, gateway: &Gateway) -> Option<Diagnostic> {
    let address = gateway.address;
    let holder = network.prefix_of(address);
    let label = match holder {
        Some(prefix) => format!("{address} is {}", for_all(&prefix.value, address)?),
        // RFC 4861: routers are known by their address of the link, whatever the prefixes are.
        None if on_every_link(network, address) => return None,
        None => {
            let prefixes: Vec<String> = network.prefixes().map(|prefix| prefix.value.to_string()).collect();
            format!("{address} is not in {}", prefixes.join(" or "))
        }
    };
    let message = format!("the gateway of `{}` is no address of it", network.named.path);
    let prefix = holder.unwrap_or(network.prefix);
    Some(
        report(&CODE, message, &network.named, gateway.span, &label)
            .secondary(prefix.span, format!("`{}`", prefix.value)),
    )
}

/// Whether an address is one of the link alone, on a network with IPv6.
fn on_every_link(network: &Network, address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.is_unicast_link_local())
        && network.prefixes().any(|prefix| Family::of_prefix(&prefix.value) == Family::V6)
}

/// A gateway that is something else.
pub(crate) fn wrong_kind(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a gateway is an address or a node", span, "this is neither")
}
