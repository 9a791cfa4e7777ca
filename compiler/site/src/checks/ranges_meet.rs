//! Two ranges meet
//!
//! ## What is wrong
//!
//! Two ranges have a VMID or a host number in common, or give one address on a network, or on networks that are one
//! segment.
//!
//! ## Why
//!
//! A VMID in both would have two addresses, and a host number in both would be the address of two machines. It is an error
//! where the ranges are declared, since the first machine that hits it may be years away.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.more = {
//!     vmids = 3500..4999; # error: E0303
//!     addresses = 50..59;
//!   };
//! ```
//!
//! ## What to do
//!
//! Shorten one of the spans, or move it to numbers that no other range has. Of ranges that are for different networks, say
//! so: `on.lan.addresses = 10..19;`.

use std::borrow::Cow;
use std::collections::HashSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::allocation::{Sequence, Steps, ip};
use crate::model::{NetworkId, Range, Site};
use crate::place::report;
use crate::segments::Segments;

/// Two ranges meet.
pub static CODE: Code = Code::new("E0303", "two ranges meet", include_str!("ranges_meet.rs"));

/// What a rule of a range gives.
struct Item<'a> {
    at: usize,
    range: &'a Range,
    sequence: Cow<'a, Sequence>,
    hull: (u128, u128),
    span: Span,
    /// The network that the range names.
    network: Option<NetworkId>,
}

fn item<'a>(
    at: usize,
    range: &'a Range,
    sequence: Cow<'a, Sequence>,
    span: Span,
    network: Option<NetworkId>,
) -> Item<'a> {
    let hull = sequence.hull();
    Item { at, range, sequence, hull, span, network }
}

/// All rules of all ranges. Reported at the range that stands later in the sources.
pub(crate) fn check(site: &Site, segments: &Segments, out: &mut Vec<Diagnostic>) {
    let ranges = || site.ranges.iter().zip(&site.numbering).enumerate();
    let vmids = ranges().filter_map(|(at, (range, numbering))| {
        Some(item(at, range, Cow::Borrowed(numbering.vmid_numbers()?), range.vmids_at(), None))
    });
    sweep(
        vmids.collect(),
        |_, _| true,
        |earlier, later, number| {
            out.push(diagnostic("VMID", &number.to_string(), "", earlier, later, number));
        },
    );
    let mut met = HashSet::new();
    let hosts = ranges().filter_map(|(at, (range, numbering))| {
        let (first, last) = numbering.hosts()?;
        let steps = Steps { slot: numbering.slots().0, count: last - first + 1, first: first.into(), step: 1 };
        Some(item(at, range, Cow::Owned(Sequence::Steps(steps)), range.addresses?.span, None))
    });
    sweep(
        hosts.collect(),
        |_, _| true,
        |earlier, later, number| {
            met.insert(pair(earlier, later));
            out.push(diagnostic("host number", &number.to_string(), "", earlier, later, number));
        },
    );
    let domains = segments.domains();
    let mut segments: Vec<u32> =
        ranges().flat_map(|(_, (_, it))| it.named()).map(|(id, _)| domains[id.index()]).collect();
    segments.sort_unstable();
    segments.dedup();
    for segment in segments {
        let networks =
            || (0..).map(NetworkId).zip(&domains).filter(|(_, domain)| **domain == segment).map(|(id, _)| id);
        let mut items = Vec::new();
        for (at, (range, numbering)) in ranges() {
            let named = numbering.named().filter(|(id, _)| domains[id.index()] == segment);
            items.extend(named.map(|(id, sequence)| item(at, range, sequence, range.addresses_at(id), Some(id))));
            let unnamed =
                networks().flat_map(|id| numbering.unnamed(id).into_iter().map(move |sequence| (id, sequence)));
            items.extend(
                unnamed.map(|(id, sequence)| item(at, range, Cow::Owned(sequence), range.addresses_at(id), None)),
            );
        }
        let network = networks().next().map(|id| &site.networks[id.index()].named.path);
        // What two ranges give on networks that neither names is compared as host numbers.
        let compared = |a: &Item<'_>, b: &Item<'_>| a.at != b.at && (a.network.is_some() || b.network.is_some());
        sweep(items, compared, |earlier, later, number| {
            if met.insert(pair(earlier, later)) {
                let place = network.map(|path| format!(" in `{path}`")).unwrap_or_default();
                out.push(diagnostic("address", &ip(number).to_string(), &place, earlier, later, number));
            }
        });
    }
}

fn pair(one: &Item<'_>, two: &Item<'_>) -> (usize, usize) {
    (one.at.min(two.at), one.at.max(two.at))
}

/// Finds for each rule, in the order of their smallest numbers, one before it that has a number of it.
fn sweep<'a>(
    mut items: Vec<Item<'a>>,
    compared: impl Fn(&Item<'a>, &Item<'a>) -> bool,
    mut found: impl FnMut(&Item<'a>, &Item<'a>, u128),
) {
    items.sort_by_key(|item| (item.hull, item.span));
    // Those that reach so far, the one that reaches furthest last.
    let mut before: Vec<&Item<'a>> = Vec::new();
    for next in &items {
        before.retain(|known| known.hull.1 >= next.hull.0);
        let shared = before.iter().rev().find_map(|known| {
            let number = known.sequence.common(&next.sequence).filter(|_| compared(known, next))?;
            Some((*known, number))
        });
        if let Some((known, number)) = shared {
            let (earlier, later) = if known.span < next.span { (known, next) } else { (next, known) };
            found(earlier, later, number);
        }
        let place = before.partition_point(|known| known.hull.1 < next.hull.1);
        before.insert(place, next);
    }
}

fn diagnostic(what: &str, shown: &str, place: &str, earlier: &Item<'_>, later: &Item<'_>, number: u128) -> Diagnostic {
    let message =
        format!("`{}` and `{}` both have {what} {shown}{place}", earlier.range.named.path, later.range.named.path);
    let span = |item: &Item<'_>| match &*item.sequence {
        Sequence::Steps(Steps { step: 1, .. }) if what != "address" => Some(item.hull),
        _ => None,
    };
    let words = |item: &Item<'_>| match (span(item), item.sequence.slot_of(number)) {
        (Some((first, last)), _) => format!("{what}s {first} to {last}"),
        (None, Some(slot)) if item.range.counts() != what => {
            format!("{what} {shown} for {} {slot}", item.range.counts())
        }
        (None, _) => format!("{what} {shown}"),
    };
    let also = format!("{} of `{}`", words(earlier), earlier.range.named.path);
    let diagnostic =
        report(&CODE, message, &later.range.named, later.span, &words(later)).secondary(earlier.span, also);
    match (span(earlier), span(later)) {
        (Some(one), Some(two)) => {
            diagnostic.note(format!("they have {} to {} in common", one.0.max(two.0), one.1.min(two.1)))
        }
        // A guest that says nothing is on every network; perhaps it is meant to be on fewer.
        _ if earlier.network.is_none() != later.network.is_none() && what == "address" => {
            let unnamed = if earlier.network.is_none() { earlier } else { later };
            let path = &unnamed.range.named.path;
            diagnostic
                .help(format!("if no machine of `{path}` is there, let it name its networks: `on.….addresses = …;`"))
        }
        _ => diagnostic,
    }
}
