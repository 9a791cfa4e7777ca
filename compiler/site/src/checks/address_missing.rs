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
//! State it: `on.bridge.address = …;`. Or give it a slot of a range that has addresses there: `range = ranges.appliances;
//! slot = 5;`.

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

/// A machine on `network`, of which its range says nothing, or not which slot the machine has.
pub(crate) fn no_rule(host: &Host, network: &Network, range: &Range) -> Diagnostic {
    let (path, net) = (&host.named.path, &network.named.path);
    let message = format!("`{path}` has no address in `{net}`");
    let state = format!("state it: `on.{}.address = …;` in {}", network.named.name, network.prefix.value);
    let (label, help) = match host.slot {
        Some(_) => (format!("`{}` says no addresses there", range.named.path), None),
        None => ("it states neither its address nor its slot".to_owned(), Some("state its slot: `slot = …;`")),
    };
    let mut diagnostic = report(&CODE, message, &host.named, host.named.key, &label);
    diagnostic = diagnostic.secondary(range.named.key, "its range").help(state);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
