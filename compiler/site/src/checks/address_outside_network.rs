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

use crate::model::{Host, Named, Network, Range, Spanned};
use crate::place::report;

/// An address outside its network.
pub static CODE: Code =
    Code::new("E0321", "an address outside its network", include_str!("address_outside_network.rs"));

/// A stated address.
pub(crate) fn check(
    named: &Named,
    address: Spanned<IpAddr>,
    network: &Network,
    networks: &[Network],
) -> Option<Diagnostic> {
    if network.contains(address.value) {
        return None;
    }
    let message = format!("{} of `{}` is not in `{}`", address.value, named.path, network.named.path);
    let prefixes: Vec<String> = network.prefixes().map(|prefix| prefix.value.to_string()).collect();
    let prefixes = prefixes.join(" or ");
    let label = format!("not in {prefixes}");
    let problem = report(&CODE, message, named, address.span, &label)
        .secondary(network.prefix.span, format!("`{}` is {prefixes}", network.named.path))
        .help(format!("state an address in {prefixes}"));
    Some(match networks.iter().find(|other| other.contains(address.value)) {
        Some(other) => {
            let (path, name) = (&other.named.path, &other.named.name);
            problem.help(format!("or is it meant for `{path}`: `on.{name}.address = {};`", address.value))
        }
        None => problem,
    })
}

/// A host number that none of these prefixes has. None if the machine has no slot.
pub(crate) fn by_rule(
    host: &Host,
    number: u64,
    range: &Range,
    prefixes: &[(&Network, IpNet, Span)],
) -> Option<Diagnostic> {
    // Of a network with several prefixes it is told which one is too small.
    let words = |(network, prefix, _): &(&Network, IpNet, Span)| match network.more.is_empty() {
        true => format!("`{}`", network.named.path),
        false => format!("{prefix} of `{}`", network.named.path),
    };
    let (named, slot) = (&host.named, host.slot?);
    let paths = prefixes.iter().map(words).collect::<Vec<_>>().join(" and ");
    let message = format!("the rule gives `{}` the host number {number}, which is not in {paths}", named.path);
    let label = match range.counts() {
        "host number" => "no network of the machine has it".to_owned(),
        what => format!("{what} {} is host number {number}", slot.value),
    };
    let place = range.addresses.map_or(range.named.key, |span| span.span);
    let mut diagnostic = report(&CODE, message, named, slot.span, &label)
        .secondary(place, format!("the host numbers of `{}`", range.named.path));
    for (_, prefix, span) in prefixes {
        diagnostic = diagnostic.secondary(*span, format!("`{prefix}`"));
    }
    Some(diagnostic.help("give the range smaller host numbers, or the network a shorter prefix"))
}
