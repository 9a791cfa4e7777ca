//! A machine without address
//!
//! ## What is wrong
//!
//! A host of `kind = Machine` is on a network and does not say its address there.
//!
//! ## Why
//!
//! It has no VMID, so no rule gives it an address.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.nas = { # error: E0324
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on.bridge = {};
//!   };
//! ```
//!
//! ## What to do
//!
//! State it: `on.bridge.address = …;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Network};
use crate::place::report;

/// A machine without address.
pub static CODE: Code = Code::new("E0324", "a machine without address", include_str!("address_missing.rs"));

/// A machine that is on `network`.
pub(crate) fn diagnostic(named: &Named, network: &Network) -> Diagnostic {
    let message = format!("`{}` has no address in `{}`", named.path, network.named.path);
    report(&CODE, message, named, named.key, "a machine without VMID states its addresses")
        .help(format!("state it: `on.{}.address = …;` in {}", network.named.name, network.prefix.value))
}
