//! A rule that gives an address which no machine can have
//!
//! ## What is wrong
//!
//! What a range says of a network by its name gives a slot an address that the network does not have, or that is the
//! network's own, the broadcast, the gateway's or a node's.
//!
//! ## Why
//!
//! The machine with this slot would talk to nobody, or take the place of the router. A rule that names a network is meant
//! for it, so it has to fit all of it before there is a machine. The host numbers that a range gives on whatever network a
//! machine is on (`addresses`) are held against the networks of that machine.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.tenant = {
//!     slots = 200..300;
//!     vmid = n: 101000 + n;
//!     on.bridge.address = n: 192.168.100.0 + n; # error: E0389
//!   };
//! ```
//!
//! ## What to do
//!
//! Give the range only the slots that have an address, or correct the rule. A number that the network keeps for something
//! else in the middle of a range is named in `reserved` of the network: no rule hands it out.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::address_in_use::Taken;
use crate::allocation::{Sequence, as_number, ip, number};
use crate::model::{Network, NetworkId, Range, Site};
use crate::place::report;
use crate::segments::Segments;

/// A rule that gives an address which no machine can have.
pub static CODE: Code =
    Code::new("E0389", "a rule that gives an address which no machine can have", include_str!("rule_outside.rs"));

/// The first such slot on each network that a range names.
pub(crate) fn check(site: &Site, segments: &Segments, out: &mut Vec<Diagnostic>) {
    for (range, numbering) in site.ranges.iter().zip(&site.numbering) {
        let mut told = None;
        for (id, sequence, span) in numbering.named_at() {
            // One mistake, however many prefixes the network has.
            if told == Some(id) {
                continue;
            }
            let network = &site.networks[id.index()];
            let found = outside(network, &sequence).into_iter().chain(in_use(site, segments, id, &sequence));
            let found = found.min();
            told = found.as_ref().map(|_| id).or(told);
            out.extend(found.map(|found| {
                diagnostic(range, span.unwrap_or_else(|| range.addresses_at(id)), network, &sequence, found)
            }));
        }
    }
}

/// A slot, what its address is, and where that is written.
type Found = (u64, String, Span);

fn outside(network: &Network, sequence: &Sequence) -> Option<Found> {
    // The prefix that it begins in.
    let first = ip(sequence.number(sequence.slots().0)?);
    let prefix = network.prefix_of(first).unwrap_or(network.prefix);
    let ends = (as_number(prefix.value.network()), as_number(prefix.value.broadcast()));
    Some((sequence.first_outside(ends)?, format!("not in {}", prefix.value), prefix.span))
}

fn in_use(site: &Site, segments: &Segments, id: NetworkId, sequence: &Sequence) -> Option<Found> {
    let network = &site.networks[id.index()];
    let taken = Taken::of(site, segments, id, network);
    let found = taken.all().filter_map(|(address, what, span)| {
        let kept = network.prefix_of(address).and_then(|prefix| number(&prefix.value, address));
        let kept =
            kept.is_some_and(|number| network.reserved.iter().any(|it| it.value.0 <= number && number <= it.value.1));
        let slot = sequence.slot_of(as_number(address)).filter(|_| !kept)?;
        Some((slot, format!("this is {what}"), span))
    });
    found.min()
}

fn diagnostic(range: &Range, rule: Span, network: &Network, sequence: &Sequence, found: Found) -> Diagnostic {
    let (slot, why, span) = found;
    let address = ip(sequence.number(slot).unwrap_or_default());
    let (path, what) = (&range.named.path, range.counts());
    let message = format!("`{path}` gives {what} {slot} the address {address} in `{}`", network.named.path);
    let label = format!("{address}: {why}");
    report(&CODE, message, &range.named, rule, &label)
        .secondary(span, format!("`{}`", network.named.path))
        .help(format!("leave {what} {slot} out of the range, or correct the rule"))
}
