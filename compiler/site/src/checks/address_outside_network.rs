//! An address outside its network
//!
//! ## What is wrong
//!
//! The address that a machine states, or that the rule of its range gives it, is not in the network's prefix.
//!
//! ## Why
//!
//! The machine would talk to nobody there: its neighbours would look for it behind a router.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.laptop = {
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on.bridge.address = 192.168.101.9; # error: E0321
//!   };
//! ```
//!
//! ## What to do
//!
//! State an address of the network, or correct the network's `cidr`.

use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use crate::model::{Named, Network, Range, Spanned, Vmid};
use crate::place::report;

/// An address outside its network.
pub static CODE: Code =
    Code::new("E0321", "an address outside its network", include_str!("address_outside_network.rs"));

/// A stated address.
pub(crate) fn check(named: &Named, address: Spanned<IpAddr>, network: &Network) -> Option<Diagnostic> {
    if network.contains(address.value) {
        return None;
    }
    let message = format!("{} of `{}` is not in `{}`", address.value, named.path, network.named.path);
    let prefixes: Vec<String> = network.prefixes().map(|prefix| prefix.value.to_string()).collect();
    let prefixes = prefixes.join(" or ");
    let label = format!("not in {prefixes}");
    Some(
        report(&CODE, message, named, address.span, &label)
            .secondary(network.prefix.span, format!("`{}` is {prefixes}", network.named.path)),
    )
}

/// A host number that none of these prefixes has.
pub(crate) fn by_rule(
    named: &Named,
    vmid: Spanned<Vmid>,
    number: u64,
    range: &Range,
    prefixes: &[(&Network, IpNet, Span)],
) -> Diagnostic {
    // Of a network with several prefixes it is told which one is too small.
    let words = |(network, prefix, _): &(&Network, IpNet, Span)| match network.more.is_empty() {
        true => format!("`{}`", network.named.path),
        false => format!("{prefix} of `{}`", network.named.path),
    };
    let paths = prefixes.iter().map(words).collect::<Vec<_>>().join(" and ");
    let message = format!("the rule gives `{}` the host number {number}, which is not in {paths}", named.path);
    let label = format!("VMID {} is host number {number}", vmid.value.0);
    let mut diagnostic = report(&CODE, message, named, vmid.span, &label)
        .secondary(range.addresses.span, format!("the host numbers of `{}`", range.named.path));
    for (_, prefix, span) in prefixes {
        diagnostic = diagnostic.secondary(*span, format!("`{prefix}`"));
    }
    diagnostic.help("give the range smaller host numbers, or the network a shorter prefix")
}
