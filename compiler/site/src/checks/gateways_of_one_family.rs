//! Two gateways of one family
//!
//! ## What is wrong
//!
//! A network names two routers for one family of addresses.
//!
//! ## Why
//!
//! A machine has one default route in each family. With two, what leaves by which router is a matter of luck, and
//! Proxmox takes one gateway of each family for a network device.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = {
//!     cidr = 10.0.20.0/24;
//!     bridge = "vmbr2";
//!     gateway = [
//!       10.0.20.1,
//!       10.0.20.2, # error: E0821
//!     ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Name one router of each family. Two that stand in for one another share an address, which is the one to name.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Family, Gateway, Network, Router};
use crate::place::{place, report};

/// Two gateways of one family.
pub static CODE: Code = Code::new("E0821", "two gateways of one family", include_str!("gateways_of_one_family.rs"));

/// The gateways of a bridge.
pub(crate) fn check(network: &Network, gateways: &[Gateway]) -> Option<Diagnostic> {
    // Where segments are not joined, each node is the router of its own.
    let apart = |first: &Gateway, second: &Gateway| match (first.router, second.router) {
        (Router::Node(first), Router::Node(second)) => !network.joined && first != second,
        _ => false,
    };
    let problem = |(at, second): (usize, &Gateway)| {
        let family = Family::of(second.address);
        let same = |first: &&Gateway| Family::of(first.address) == family && !apart(first, second);
        let first = gateways[..at].iter().find(same)?;
        let message = format!("`{}` has two {} gateways", network.named.path, family.name());
        Some(
            report(&CODE, message, &network.named, second.span, &format!("the second: {}", second.address))
                .secondary(place(&network.named, first.span), format!("the first: {}", first.address))
                .help("leave one of the two out; two routers that stand in for one another share an address, which is the one to name"),
        )
    };
    gateways.iter().enumerate().find_map(problem)
}
