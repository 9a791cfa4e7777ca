//! A machine without address
//!
//! ## What is wrong
//!
//! A machine is on a network and does not say its address there, and no range gives it one: a host of `kind = Machine`
//! without range, or a machine whose range says nothing of this network.
//!
//! ## Why
//!
//! An address is what a machine is reached by. None is chosen by chance: a rule gives it, or the machine says it.
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
//! State it: `on.bridge.address = …;`. Or name a range that has addresses there, `range = ranges.appliances;`: a free one is
//! chosen once, and kept in `arv.lock`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Host, Named, Network, Range};
use crate::place::report;

/// A machine without address.
pub static CODE: Code = Code::new("E0324", "a machine without address", include_str!("address_missing.rs"));

/// A machine that is on `network`.
pub(crate) fn diagnostic(named: &Named, network: &Network) -> Diagnostic {
    let message = format!("`{}` has no address in `{}`", named.path, network.named.path);
    report(&CODE, message, named, named.key, "a machine without VMID states its addresses")
        .help(format!("state it: `on.{}.address = …;` in {}", network.named.name, network.prefix.value))
}

/// A machine on `network`, of which its range says nothing.
pub(crate) fn no_rule(host: &Host, network: &Network, range: &Range) -> Diagnostic {
    let message = format!("`{}` has no address in `{}`", host.named.path, network.named.path);
    let label = format!("`{}` says no addresses there", range.named.path);
    report(&CODE, message, &host.named, host.named.key, &label)
        .secondary(range.named.key, "its range")
        .help(format!("state it: `on.{}.address = …;` in {}", network.named.name, network.prefix.value))
}
