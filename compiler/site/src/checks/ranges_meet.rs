//! Two ranges meet
//!
//! ## What is wrong
//!
//! Two ranges have a VMID or a host number in common, or give one address on a network, or on networks that are one
//! segment, or one MAC address. Ranges that are for two Proxmox clusters (`datacenter`) may have the same VMIDs, and the same
//! numbers on segments that their clusters do not share.
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
//! so: `on.lan.addresses = 10..19;`. Of ranges for the guests of different Proxmox clusters, say which: `datacenter =
//! datacenters.home;`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::{mac_rule, vmid_not_accepted};
use crate::allocation::{Numbering, Sequence, Steps, ip};
use crate::model::{DatacenterId, NetworkId, NodeId, Range, Site};
use crate::place::report;
use crate::segments::Segments;

/// Two ranges meet.
pub static CODE: Code = Code::new("E0303", "two ranges meet", include_str!("ranges_meet.rs"));

/// What a rule of a range gives.
struct Item<'a> {
    at: usize,
    range: &'a Range,
    numbering: &'a Numbering,
    sequence: Cow<'a, Sequence>,
    hull: (u128, u128),
    span: Span,
    /// The network that the range names.
    network: Option<NetworkId>,
    /// The segments that the range's guests may be on there, where it is for one Proxmox cluster.
    places: Option<Rc<[u32]>>,
}

impl Item<'_> {
    /// Whether the ranges are for two Proxmox clusters.
    fn is_apart(&self, other: &Self) -> bool {
        let (one, two) = (self.range.datacenter, other.range.datacenter);
        one.zip(two).is_some_and(|(one, two)| one.value != two.value)
    }

    /// Whether guests of both may be on one segment. Within a cluster nobody says where they will not be.
    fn may_meet(&self, other: &Self) -> bool {
        let (Some(own), Some(others)) = (&self.places, &other.places) else { return true };
        !self.is_apart(other) || own.iter().any(|segment| others.contains(segment))
    }
}

/// All rules of all ranges. Reported at the range that stands later in the sources.
pub(crate) fn check(site: &Site, segments: &Segments, out: &mut Vec<Diagnostic>) {
    let ranges = || site.ranges.iter().zip(&site.numbering).enumerate();
    let vmids = ranges().filter_map(|(at, (range, numbering))| {
        let (sequence, span) = (Cow::Borrowed(numbering.vmid_numbers()?), range.vmids_at());
        Some(Item { at, range, numbering, hull: sequence.hull(), sequence, span, network: None, places: None })
    });
    sweep(
        vmids.collect(),
        |earlier, later| !earlier.is_apart(later),
        |earlier, later, number| {
            let problem = diagnostic("VMID", &number.to_string(), "", earlier, later, number);
            let problem = match free(site, later) {
                Some((first, last)) => problem.help(format!("no range has VMIDs {first} to {last}")),
                None => problem.help("shorten one of the two"),
            };
            out.push(match site.datacenters.len() {
                0 | 1 => problem,
                _ => problem.help("if they are for two Proxmox clusters, say which: `datacenter = datacenters.…;`"),
            });
        },
    );
    let mut met = HashSet::new();
    let hosts = ranges().filter_map(|(at, (range, numbering))| {
        let (first, last) = numbering.hosts()?;
        let steps = Steps { slot: numbering.slots().0, count: last - first + 1, first: first.into(), step: 1 };
        let (sequence, span) = (Sequence::Steps(steps), range.addresses?.span);
        let sequence: Cow<'_, Sequence> = Cow::Owned(sequence);
        Some(Item { at, range, numbering, hull: sequence.hull(), sequence, span, network: None, places: None })
    });
    sweep(
        hosts.collect(),
        // Those of two clusters are compared on the networks that both have.
        |earlier, later| !earlier.is_apart(later),
        |earlier, later, number| {
            met.insert(pair(earlier, later));
            out.push(diagnostic("host number", &number.to_string(), "", earlier, later, number));
        },
    );
    let domains = segments.domains();
    let mut all: Vec<u32> = ranges().flat_map(|(_, (_, it))| it.named()).map(|(id, _)| domains[id.index()]).collect();
    if site.ranges.iter().any(|range| range.datacenter.is_some()) {
        all.extend(&domains);
    }
    all.sort_unstable();
    all.dedup();
    let mut places = Places { site, segments, known: HashMap::new() };
    for segment in all {
        let networks =
            || (0..).map(NetworkId).zip(&domains).filter(|(_, domain)| **domain == segment).map(|(id, _)| id);
        let mut items = Vec::new();
        for (at, (range, numbering)) in ranges() {
            let named = numbering.named_at().filter(|(id, ..)| domains[id.index()] == segment);
            let named = named.map(|(id, it, span)| (id, Some(span), it));
            let unnamed = networks()
                .flat_map(|id| numbering.unnamed(id).into_iter().map(move |sequence| (id, None, Cow::Owned(sequence))));
            for (id, named, sequence) in named.chain(unnamed) {
                let span = named.flatten().unwrap_or_else(|| range.addresses_at(id));
                let network = named.map(|_| id);
                let places = places.of(range, id);
                items.push(Item { at, range, numbering, hull: sequence.hull(), sequence, span, network, places });
            }
        }
        let network = networks().next().map(|id| &site.networks[id.index()].named.path);
        // What two ranges of a cluster give on networks that neither names is compared as host numbers.
        let compared = |a: &Item<'_>, b: &Item<'_>| {
            a.at != b.at && (a.network.is_some() || b.network.is_some() || a.is_apart(b)) && a.may_meet(b)
        };
        sweep(items, compared, |earlier, later, number| {
            if met.insert(pair(earlier, later)) {
                let place = network.map(|path| format!(" in `{path}`")).unwrap_or_default();
                out.push(diagnostic("address", &ip(number).to_string(), &place, earlier, later, number));
            }
        });
    }
    macs(site, &mut places, out);
}

/// The rules for MAC addresses. Within a Proxmox cluster no two machines have one, whatever networks they are on: bridges learn
/// of several at one port.
fn macs(site: &Site, places: &mut Places<'_>, out: &mut Vec<Diagnostic>) {
    let mut items = Vec::new();
    for (at, (range, numbering)) in site.ranges.iter().zip(&site.numbering).enumerate() {
        for on in &range.on {
            let (Some(sequence), Some(rule)) = (numbering.mac_numbers(on.network), on.mac) else { continue };
            let (network, places) = (Some(on.network), places.of(range, on.network));
            let sequence = Cow::Borrowed(sequence);
            items.push(Item {
                at,
                range,
                numbering,
                hull: sequence.hull(),
                sequence,
                span: rule.span,
                network,
                places,
            });
        }
    }
    let mut told = HashSet::new();
    sweep(items, Item::may_meet, |earlier, later, number| {
        if !told.insert(pair(earlier, later)) {
            return;
        }
        let text = mac_rule::text(number);
        let place = |item: &Item<'_>| site.networks[item.network.map_or(0, NetworkId::index)].named.path.as_str();
        let slots = (earlier.sequence.slot_of(number), later.sequence.slot_of(number));
        if let (true, (Some(one), Some(two))) = (earlier.at == later.at, slots) {
            let (one, two) = ((place(earlier), earlier.span, one), (place(later), later.span, two));
            out.push(mac_rule::on_two_networks(later.range, &text, one, two));
            return;
        }
        let place = match earlier.network == later.network {
            true => format!(" in `{}`", place(later)),
            false => format!(" in `{}` and in `{}`", place(earlier), place(later)),
        };
        out.push(diagnostic("MAC address", &text, &place, earlier, later, number));
    });
}

/// The segments that guests of a range may be on.
struct Places<'a> {
    site: &'a Site,
    segments: &'a Segments,
    known: HashMap<(NetworkId, DatacenterId), Rc<[u32]>>,
}

impl Places<'_> {
    fn of(&mut self, range: &Range, network: NetworkId) -> Option<Rc<[u32]>> {
        let datacenter = range.datacenter?.value;
        let found = self.known.entry((network, datacenter)).or_insert_with(|| {
            let nodes = (0..).map(NodeId).zip(&self.site.nodes).filter(|(_, node)| node.datacenter == datacenter);
            let at = nodes.filter(|(id, _)| self.site.networks[network.index()].is_at(*id));
            let mut all: Vec<u32> = at.filter_map(|(id, _)| self.segments.at(network, id)).collect();
            all.sort_unstable();
            all.dedup();
            all.into()
        });
        Some(found.clone())
    }
}

/// VMIDs behind those of all ranges, as many as a range has.
fn free(site: &Site, item: &Item<'_>) -> Option<(u128, u128)> {
    let hulls = site.numbering.iter().filter_map(|it| Some(it.vmid_numbers()?.hull().1));
    let first = (hulls.max()? / 1000 + 1) * 1000;
    let last = first + (item.hull.1 - item.hull.0);
    (last <= u128::from(vmid_not_accepted::LAST.unsigned_abs())).then_some((first, last))
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
        Sequence::Steps(Steps { step: 1, .. }) if what != "address" && what != "MAC address" => Some(item.hull),
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
    let diagnostic = match (span(earlier), span(later)) {
        (Some(one), Some(two)) => {
            diagnostic.note(format!("they have {} to {} in common", one.0.max(two.0), one.1.min(two.1)))
        }
        _ => diagnostic,
    };
    let diagnostic = diagnostic.note(format!("without what they have in common {}", left(earlier, later)));
    match what {
        "host number" => diagnostic
            .help("shorten one of the two")
            .help("if their machines are on different networks, let each name its own: `on.NETWORK.addresses = …;`"),
        // A guest that says nothing is on every network; perhaps it is meant to be on fewer.
        "address" if earlier.network.is_none() != later.network.is_none() => {
            let unnamed = if earlier.network.is_none() { earlier } else { later };
            let path = &unnamed.range.named.path;
            diagnostic
                .help(format!("if no machine of `{path}` is there, let it name its networks: `on.….addresses = …;`"))
        }
        "address" | "MAC address" => diagnostic.help("begin with another one in one of the two"),
        _ => diagnostic,
    }
}

/// How many machines each of two ranges can number without what the other one has.
fn left(earlier: &Item<'_>, later: &Item<'_>) -> String {
    let of = |own: &Item<'_>, other: &Item<'_>| {
        let capacity = own.numbering.capacity();
        let lost = own.sequence.of_first(capacity).slots_within(&other.sequence);
        format!("`{}` has numbers for {} machines of {capacity}", own.range.named.path, capacity.saturating_sub(lost))
    };
    match earlier.at == later.at {
        true => of(earlier, later),
        false => format!("{}, and {}", of(earlier, later), of(later, earlier)),
    }
}
