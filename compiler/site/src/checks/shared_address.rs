//! A rule that gives one address twice
//!
//! ## What is wrong
//!
//! Two slots of a range have the same address on a network, or on two networks that are one segment.
//!
//! ## Why
//!
//! Of two machines with one address each is reached now and then. Two machines would hit it one day; the rule is wrong
//! today.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.tens = {
//!     vmids = 5000..5099;
//!     on.bridge.address = vmid: 192.168.100.100 + mod vmid 10; # error: E0388
//!   };
//! ```
//!
//! ## What to do
//!
//! Write a rule that gives each slot an address of its own, or give the range as many slots as it has addresses.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::shared_vmid::capacity;
use crate::allocation::ip;
use crate::model::{NetworkId, Range, Site};
use crate::place::report;
use crate::segments::Segments;

/// A rule that gives one address twice.
pub static CODE: Code = Code::new("E0388", "a rule that gives one address twice", include_str!("shared_address.rs"));

/// The first such pair of each range.
pub(crate) fn check(site: &Site, segments: &Segments, out: &mut Vec<Diagnostic>) {
    let domains = segments.domains();
    for (range, numbering) in site.ranges.iter().zip(&site.numbering) {
        let named: Vec<_> = numbering.named().collect();
        let once = named.iter().find_map(|(network, sequence)| Some((*network, sequence.repeated()?, sequence)));
        if let Some((network, (a, b), sequence)) = once {
            let address = ip(sequence.number(a).unwrap_or_default());
            let problem = diagnostic(site, range, (network, a), (network, b), address);
            out.push(problem.note(capacity(numbering, sequence, "addresses")));
            continue;
        }
        let pairs = named.iter().enumerate().flat_map(|(at, one)| named[at + 1..].iter().map(move |two| (one, two)));
        let mut joined = pairs.filter(|(one, two)| domains[one.0.index()] == domains[two.0.index()]);
        let met = joined.find_map(|(one, two)| {
            let number = one.1.common(&two.1)?;
            let slots = numbering.capacity();
            let lost = two.1.of_first(slots).slots_within(&one.1);
            let left = format!("without those it has numbers for {} machines of {slots}", slots.saturating_sub(lost));
            Some(((one.0, one.1.slot_of(number)?), (two.0, two.1.slot_of(number)?), ip(number), left))
        });
        out.extend(met.map(|(one, two, address, left)| diagnostic(site, range, one, two, address).note(left)));
    }
}

fn diagnostic(
    site: &Site,
    range: &Range,
    (network, slot): (NetworkId, u64),
    (other, second): (NetworkId, u64),
    address: std::net::IpAddr,
) -> Diagnostic {
    let (what, path) = (range.counts(), &site.networks[network.index()].named.path);
    let message = match network == other {
        true => format!("`{}` gives {what}s {slot} and {second} one address in `{path}`, {address}", range.named.path),
        false => {
            let other = &site.networks[other.index()].named.path;
            format!("`{}` gives {address} in `{path}` and in `{other}`, which are one segment", range.named.path)
        }
    };
    let label = format!("{address} for {slot}");
    let diagnostic =
        report(&CODE, message, &range.named, range.addresses_at(other), &format!("{address} for {second}"));
    let diagnostic = match network == other {
        true => diagnostic,
        false => diagnostic.secondary(range.addresses_at(network), label),
    };
    diagnostic.help("write a rule that gives each slot an address of its own")
}
