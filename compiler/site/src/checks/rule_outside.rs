//! A rule that gives an address which no machine can have
//!
//! ## What is wrong
//!
//! A range gives a slot an address that the network does not have, or that is the network's own, the broadcast, the gateway's
//! or a node's; or the network reserves all that the range has.
//!
//! ## Why
//!
//! The machine with this slot would talk to nobody, or take the place of the router. So what a range gives has to fit before
//! there is a machine: what it says of a network by its name fits that network, and the host numbers of `addresses` fit the
//! networks that the range is for. These are, of a range with VMIDs, the bridges and the overlays of its Proxmox cluster: all
//! that have at least half of the numbers, or if none has, the one that has most. Of a range without VMIDs each number has to be
//! good somewhere.
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
//! ```arv part
//!   ranges.many = {
//!     vmids = 5000..5999;
//!     addresses = 150..299; # error: E0389
//!   };
//! ```
//!
//! ## What to do
//!
//! Give the range only the numbers that the network has, or correct the rule. A number that the network keeps for something
//! else in the middle of a range is named in `reserved` of the network: no rule hands it out. If no machine of the range is on
//! that network, say which networks they are on: `on.lan.addresses = …;`.

use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::address_in_use::{Taken, for_all};
use crate::allocation::{self, Fit, Numbering, Sequence, as_number, ip, number};
use crate::model::{Network, NetworkId, Range, RangeId, Site};
use crate::place::report;
use crate::segments::Segments;

/// A rule that gives an address which no machine can have.
pub static CODE: Code =
    Code::new("E0389", "a rule that gives an address which no machine can have", include_str!("rule_outside.rs"));

/// The networks of each range that have not all of its numbers, or none that a machine can have, sorted.
pub(crate) fn unfit(site: &Site) -> Vec<(RangeId, NetworkId)> {
    let ranges = (0..).map(RangeId).zip(site.ranges.iter().zip(&site.numbering));
    let mut unfit = Vec::new();
    for (id, (range, numbering)) in ranges.filter(|(_, (_, numbering))| !numbering.is_broken()) {
        let count = numbering.hosts().map_or(0, |(first, last)| (last - first).saturating_add(1));
        let reserved = |network: NetworkId| {
            let all = numbering.unnamed(network);
            all.iter().any(|it| all_reserved(&site.networks[network.index()], it).is_some())
        };
        let fits = allocation::fits(site, range, numbering).into_iter();
        let wrong = fits.filter(|fit| fit.room < count || reserved(fit.network)).map(|fit| fit.network);
        let named = numbering.named().filter(|(network, it)| {
            let network = &site.networks[network.index()];
            outside(network, it).is_some() || all_reserved(network, it).is_some()
        });
        let named: Vec<NetworkId> = named.map(|(network, _)| network).collect();
        unfit.extend(wrong.chain(named).map(|network| (id, network)));
    }
    unfit.sort_unstable();
    unfit
}

/// The first such slot on each network that a range names, and of the host numbers that it gives on others. Of these, the
/// networks of each range that something was said of, sorted.
pub(crate) fn check(site: &Site, segments: &Segments, out: &mut Vec<Diagnostic>) -> Vec<(RangeId, NetworkId)> {
    let mut said = unfit(site);
    for (id, (range, numbering)) in (0..).map(RangeId).zip(site.ranges.iter().zip(&site.numbering)) {
        if !numbering.is_broken() {
            said.extend(unnamed(site, segments, range, numbering, out).into_iter().map(|network| (id, network)));
        }
        let mut told = None;
        for (id, sequence, span) in numbering.named_at() {
            // One mistake, however many prefixes the network has.
            if told == Some(id) {
                continue;
            }
            let network = &site.networks[id.index()];
            let found = outside(network, &sequence).into_iter().chain(in_use(site, segments, id, &sequence));
            let found = found.min().or_else(|| all_reserved(network, &sequence));
            told = found.as_ref().map(|_| id).or(told);
            out.extend(found.map(|found| {
                diagnostic(range, span.unwrap_or_else(|| range.addresses_at(id)), network, &sequence, found)
            }));
        }
    }
    said.sort_unstable();
    said
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

fn in_use(site: &Site, segments: &Segments, id: NetworkId, sequence: &Sequence) -> Vec<Found> {
    let network = &site.networks[id.index()];
    let taken = Taken::of(site, segments, id, network);
    let found = taken.all().filter_map(|(address, what, span)| {
        let kept = network.prefix_of(address).and_then(|prefix| number(&prefix.value, address));
        let kept =
            kept.is_some_and(|number| network.reserved.iter().any(|it| it.value.0 <= number && number <= it.value.1));
        let slot = sequence.slot_of(as_number(address)).filter(|_| !kept)?;
        Some((slot, format!("this is {what}"), span))
    });
    found.collect()
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

/// The host numbers that a range gives on networks which it does not name: those that one of the networks that it is for does
/// not have, and those that are no machine's there. The networks of which the latter was said.
fn unnamed(
    site: &Site,
    segments: &Segments,
    range: &Range,
    numbering: &Numbering,
    out: &mut Vec<Diagnostic>,
) -> Vec<NetworkId> {
    let (Some(hosts), Some(span)) = (numbering.hosts(), range.addresses) else { return Vec::new() };
    let fits = allocation::fits(site, range, numbering);
    let count = (hosts.1 - hosts.0).saturating_add(1);
    let small: Vec<Fit> = fits.iter().filter(|fit| fit.room < count).copied().collect();
    out.extend(beyond(site, range, numbering, &small));
    let mut found = Vec::new();
    for fit in &fits {
        let network = &site.networks[fit.network.index()];
        for sequence in numbering.unnamed(fit.network) {
            let mut here = in_use(site, segments, fit.network, &sequence);
            // Where the numbers run over the end, the broadcast address is among them.
            let is_end = |(slot, ..): &Found| {
                let address = ip(sequence.number(*slot).unwrap_or_default());
                network.prefix_of(address).is_some_and(|it| is_broadcast(&it.value, address))
            };
            here.retain(|found| fit.room == count || !is_end(found));
            here.extend(all_reserved(network, &sequence).filter(|_| here.is_empty()));
            found.extend(here.into_iter().map(|(slot, what, place)| (slot, what, place, fit.network)));
        }
    }
    found.sort();
    found.dedup_by_key(|(slot, .., network)| (*slot, *network));
    let Some((slot, what, ..)) = found.first() else { return Vec::new() };
    let number = hosts.0 + (slot - numbering.slots().0);
    let message = format!("`{}` gives {}, which no machine can have", range.named.path, words(range, *slot, number));
    let mut problem = report(&CODE, message, &range.named, span.span, &format!("{number}: {what}"));
    for (slot, what, place, network) in found.iter().take(SHOWN) {
        let (path, number) = (&site.networks[network.index()].named.path, hosts.0 + (slot - numbering.slots().0));
        problem = problem.secondary(*place, format!("in `{path}`, {number}: {what}"));
    }
    if found.len() > SHOWN {
        problem = problem.note(format!("and {} more", found.len() - SHOWN));
    }
    let kept = found.iter().filter(|(other, ..)| other == slot).map(|(.., network)| {
        let network = &site.networks[network.index()];
        match network.reserved.is_empty() {
            true => format!("`{}.reserved = [ {number}..{number} ];`", network.named.path),
            false => format!("`{number}..{number}` in `{}.reserved`", network.named.path),
        }
    });
    let kept = kept.collect::<Vec<_>>().join(" and ");
    out.push(match what.as_str() {
        RESERVED => problem.help("give the range other host numbers, or reserve fewer"),
        _ => problem.help(format!("leave {number} out of the range, or keep it: {kept}")),
    });
    found.into_iter().map(|(.., network)| network).collect()
}

/// Host numbers that networks do not have: at the first of these.
fn beyond(site: &Site, range: &Range, numbering: &Numbering, small: &[Fit]) -> Option<Diagnostic> {
    let ((first, last), span) = (numbering.hosts()?, range.addresses?);
    let least = small.iter().min_by_key(|fit| (fit.room, fit.network))?;
    let (number, network) = (first + least.room, &site.networks[least.network.index()]);
    let given = words(range, numbering.slots().0 + least.room, number);
    let narrow = network.prefixes().find(|prefix| allocation::address(&prefix.value, number).is_none())?;
    let place = match network.more.is_empty() {
        true => format!("`{}`", network.named.path),
        false => format!("{} of `{}`", narrow.value, network.named.path),
    };
    let message = format!("`{}` gives {given}, which is not in {place}", range.named.path);
    let mut problem = report(&CODE, message, &range.named, span.span, &format!("host numbers {first} to {last}"));
    for fit in small {
        let network = &site.networks[fit.network.index()];
        for prefix in network.prefixes().filter(|prefix| allocation::address(&prefix.value, last).is_none()) {
            problem = problem.secondary(prefix.span, format!("`{}` is {}", network.named.path, prefix.value));
        }
    }
    let end = number.checked_sub(1).filter(|end| *end >= first);
    let all = |end: &u64| allocation::address(&narrow.value, *end).is_some_and(|it| is_broadcast(&narrow.value, it));
    let end = end.and_then(|end| if all(&end) { end.checked_sub(1) } else { Some(end) });
    let problem = match end.filter(|end| *end >= first) {
        Some(end) => problem.help(format!("end them where the network does: `addresses = {first}..{end};`")),
        None => problem.help("give the range host numbers that the network has"),
    };
    let elsewhere = site.network_ids().any(|id| {
        !small.iter().any(|fit| fit.network == id)
            && site.networks[id.index()].prefixes().any(|it| allocation::address(&it.value, last).is_some())
    });
    Some(match elsewhere {
        false => problem,
        true => problem.help(format!(
            "if no machine of `{}` is there, let it name its networks instead: `on.NETWORK.addresses = {first}..{last};`",
            range.named.path
        )),
    })
}

/// How many numbers that are in use are shown.
const SHOWN: usize = 6;

/// What is said of a range whose numbers are all reserved.
const RESERVED: &str = "this and all others are reserved";

/// The first slot, if the network reserves all numbers of a rule.
fn all_reserved(network: &Network, sequence: &Sequence) -> Option<Found> {
    let (low, high) = sequence.hull();
    let host = |it| number(&network.prefix_of(ip(it))?.value, ip(it));
    let (low, high) = (host(low)?, host(high)?);
    let mut spans: Vec<_> = network.reserved.iter().filter(|it| it.value.0 <= it.value.1).collect();
    spans.sort_unstable_by_key(|it| it.value);
    let mut free = low;
    for span in &spans {
        if span.value.0 <= free && free <= span.value.1 {
            free = span.value.1.saturating_add(1);
        }
    }
    let holds = |it: &&&crate::model::Spanned<(u64, u64)>| it.value.0 <= low && low <= it.value.1;
    let first = spans.iter().find(holds).filter(|_| free > high)?;
    Some((sequence.slots().0, RESERVED.to_owned(), first.span))
}

fn is_broadcast(prefix: &IpNet, address: IpAddr) -> bool {
    address != prefix.network() && for_all(prefix, address).is_some()
}

/// Which slot has a host number, unless the two are one.
fn words(range: &Range, slot: u64, number: u64) -> String {
    match range.counts() {
        "host number" => format!("host number {number}"),
        what => format!("{what} {slot} host number {number}"),
    }
}
