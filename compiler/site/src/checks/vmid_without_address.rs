//! A VMID that its range has no address for
//!
//! ## What is wrong
//!
//! The VMID is in a range, but so far into it that the range's host numbers have ended.
//!
//! ## Why
//!
//! The guest with VMID `vmids.first + n` has host number `addresses.first + n`. With `vmids = 1000..1999` and
//! `addresses = 10..19` there are ten addresses: 1009 is the last VMID that has one.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.ten = {
//!     vmid = 1010; # error: E0304
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Take a VMID that has an address, give the range more host numbers, or state the address at the machine
//! (`on.bridge.address = …`).

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocation::Numbering;
use crate::lock::Numbers;
use crate::model::{Host, Network, NetworkId, Range};
use crate::place::report;

/// A VMID that its range has no address for.
pub static CODE: Code =
    Code::new("E0304", "a VMID that its range has no address for", include_str!("vmid_without_address.rs"));

/// A machine whose range has no address for it on a network. None if it has no slot.
///
/// `held` is what the lock holds of it, on this network.
pub(crate) fn diagnostic(
    host: &Host,
    range: &Range,
    numbering: &Numbering,
    network: NetworkId,
    held: Option<(&Numbers, &Network)>,
) -> Option<Diagnostic> {
    let (named, slot, what) = (&host.named, host.slot?, range.counts());
    let first = numbering.slots().0;
    let own = numbering.last_named(network);
    let hosts = numbering.hosts();
    let end = own.or(hosts.map(|(begin, last)| first + (last - begin))).unwrap_or(first);
    let path = &range.named.path;
    let message = format!("`{}` has {what} {}, for which `{path}` has no address", named.path, slot.value);
    let label = format!("{end} is the last {what} that has one");
    let place = match (own, hosts) {
        (None, Some((first, last))) => format!("host numbers {first} to {last}"),
        _ => "the addresses end here".to_owned(),
    };
    let problem = report(&CODE, message, named, slot.span, &label).secondary(range.addresses_at(network), place);
    // With another number it would be another machine.
    let same = |numbers: &Numbers| match host.vmid {
        Some(vmid) => numbers.vmid == Some(vmid.value),
        None => numbers.slot == Some(slot.value),
    };
    Some(match held.filter(|(numbers, _)| same(numbers)) {
        Some((numbers, network)) => problem.help(format!(
            "give `{path}` more addresses, or state the one that it has: {}",
            stated_address(numbers, network)
        )),
        None => problem.help(format!("take a {what} up to {end}, give `{path}` more addresses, or state the address")),
    })
}

/// The address that the lock holds of a machine on a network, as the sources would state it.
pub(crate) fn stated_address(held: &Numbers, network: &Network) -> String {
    let address = held.addresses.get(&network.named.name).and_then(|addresses| addresses.first());
    let address = address.map_or_else(|| "…".to_owned(), ToString::to_string);
    format!("`on.{}.address = {address};`", network.named.name)
}
