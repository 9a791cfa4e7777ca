//! A guest on a network without bridge
//!
//! ## What is wrong
//!
//! A VM or container is on a network that has neither `bridge` nor `underlay`.
//!
//! ## Why
//!
//! A guest's NIC is on a bridge of its node. A network without one is only known: the site says who has which address.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = { cidr = 10.0.20.0/24; };
//!   hosts.a = { # error: E0355
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     on = { bridge = {}; overlay = {}; lan = {}; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Name the network's bridge (`bridge = "vmbr2";`), or take the guest off it.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Network};
use crate::place::report;

/// A guest on a network without bridge.
pub static CODE: Code =
    Code::new("E0355", "a guest on a network without bridge", include_str!("guest_on_plain_network.rs"));

/// A guest that is on `network`.
pub(crate) fn diagnostic(named: &Named, network: &Network) -> Diagnostic {
    let message = format!("the guest `{}` is on `{}`, which has no bridge", named.path, network.named.path);
    report(&CODE, message, named, named.key, "a guest's NIC is on a bridge")
        .secondary(network.named.key, "it has neither `bridge` nor `underlay`")
}
