//! A machine without address
//!
//! ## What is wrong
//!
//! A machine is on a network and does not say its address there, and no range gives it one: a host of `kind = Machine`
//! without range, or a machine whose range says nothing of this network. A guest that does not say its networks is on each of
//! them; all such guests of a range are told of together.
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

/// Machines that are on `network` since they do not say their networks, and of which their range says nothing.
pub(crate) fn of_all(hosts: &[Named], network: &Network, range: &Range) -> Diagnostic {
    let (on, path) = (&network.named.name, &network.named.path);
    let (message, first) = match hosts {
        [only] => (format!("`{}` has no address in `{path}`", only.path), only),
        all => (format!("{} machines of `{}` have no address in `{path}`", all.len(), range.named.path), &all[0]),
    };
    let label = match hosts.len() {
        1 => "it does not say its networks, so it is on each".to_owned(),
        count => format!("it and {} more do not say their networks, so they are on each", count - 1),
    };
    report(&CODE, message, first, first.key, &label)
        .secondary(range.named.key, format!("`{}` says no addresses there", range.named.path))
        .secondary(network.named.key, format!("`{path}`"))
        .help(format!("give the range some there: `on.{on}.addresses = …;`"))
        .help("or say which networks the machines are on, as in `on.lan = {};`")
}

/// A machine on `network`, of which its range says nothing.
pub(crate) fn no_rule(host: &Host, network: &Network, range: &Range) -> Diagnostic {
    let message = format!("`{}` has no address in `{}`", host.named.path, network.named.path);
    let label = format!("`{}` says no addresses there", range.named.path);
    report(&CODE, message, &host.named, host.named.key, &label)
        .secondary(range.named.key, "its range")
        .help(format!("state it: `on.{}.address = …;` in {}", network.named.name, network.prefix.value))
}
