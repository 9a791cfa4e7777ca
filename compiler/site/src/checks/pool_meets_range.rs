//! A pool and a range have addresses in common
//!
//! ## What is wrong
//!
//! A span that DHCP or a load balancer hands out holds host numbers that a range gives to its guests.
//!
//! ## Why
//!
//! Nothing is wrong until the day that a telephone gets the address of a database. It is a matter of two declarations, so it
//! is reported at them, before any guest is there.
//!
//! ## Example
//!
//! ```arv part
//!   networks.srv = {
//!     cidr = 10.0.20.0/24;
//!     bridge = "vmbr2";
//!     dhcp = 20..254; # error: E0800
//!   };
//!   ranges.mine = { vmids = 4011..4019; addresses = 40..48; };
//! ```
//!
//! ## What to do
//!
//! Shorten one of the two. The message says what remains.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocation::{Numbering, Sequence, Steps, address, as_number, ip, number};
use crate::model::{Network, NetworkId, Range, RangeId, RangeOn, Site, Spanned};
use crate::place::{place, report};

/// A pool and a range have addresses in common.
pub static CODE: Code =
    Code::new("E0800", "a pool and a range have addresses in common", include_str!("pool_meets_range.rs"));

/// What a range numbers in the first prefix of a network, with the first and the last host number.
pub(crate) fn numbered(id: NetworkId, network: &Network, numbering: &Numbering) -> Option<(Sequence, (u64, u64))> {
    if !network.is_bridge() {
        return None;
    }
    let named = numbering.named().filter(|(named, _)| *named == id).map(|(_, sequence)| sequence.into_owned());
    named.chain(numbering.unnamed(id)).find_map(|sequence| {
        let (low, high) = sequence.hull();
        let host = |it| number(&network.prefix.value, ip(it));
        Some((host(low)?, host(high)?)).map(|span| (sequence, span))
    })
}

/// The spans of a network that something hands out, with their names.
pub(crate) fn spans(network: &Network) -> impl Iterator<Item = (String, Spanned<(u64, u64)>)> {
    let path = &network.named.path;
    let dhcp = network.dhcp.iter().map(move |span| (format!("{path}.dhcp"), *span));
    let pools = network.pools.iter().map(move |pool| (format!("{path}.pools.{}", pool.name), pool.numbers));
    dhcp.chain(pools).filter(|(_, span)| span.value.0 <= span.value.1)
}

/// The ranges that something hands out addresses of, sorted.
pub(crate) fn meeting(site: &Site) -> Vec<RangeId> {
    let networks = (0..).map(NetworkId).zip(&site.networks).filter(|(_, network)| network.is_bridge());
    let pools: Vec<_> = networks.flat_map(|(id, network)| spans(network).map(move |it| (id, network, it.1))).collect();
    let ranges = (0..).map(RangeId).zip(&site.numbering);
    let meets = |numbering: &Numbering| {
        let mut pools = pools.iter();
        pools.any(|(id, network, pool)| {
            numbered(*id, network, numbering)
                .is_some_and(|(sequence, _)| sequence.common(&of_pool(network, pool)).is_some())
        })
    };
    ranges.filter(|(_, numbering)| meets(numbering)).map(|(id, _)| id).collect()
}

/// The addresses that a span hands out in the first prefix of its network, by their host numbers.
fn of_pool(network: &Network, pool: &Spanned<(u64, u64)>) -> Sequence {
    let start = as_number(network.prefix.value.network()).saturating_add(pool.value.0.into());
    let count = (pool.value.1 - pool.value.0).saturating_add(1);
    Sequence::Steps(Steps { slot: pool.value.0, count, first: start, step: 1 })
}

/// Every pool of every segment against every range: one report a pool, for all ranges in it.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for (id, network) in (0..).map(NetworkId).zip(&site.networks).filter(|(_, network)| network.is_bridge()) {
        let ranges = site.ranges.iter().zip(&site.numbering);
        let numbered: Vec<_> = ranges.filter_map(|(range, it)| Some((range, numbered(id, network, it)?))).collect();
        for (path, pool) in spans(network) {
            let all = of_pool(network, &pool);
            let meeting = numbered.iter().filter_map(|(range, (sequence, (_, last)))| {
                let first = all.slot_of(sequence.common(&all)?)?;
                Some((*range, (first, (*last).min(pool.value.1))))
            });
            let meeting: Vec<(&Range, (u64, u64))> = meeting.collect();
            let Some((nearest, common)) = meeting.iter().min_by_key(|(_, common)| common.0) else { continue };
            let message = match meeting.as_slice() {
                [_] => format!("`{path}` and `{}` have addresses in common", nearest.named.path),
                all => format!("`{path}` has addresses in common with {} ranges", all.len()),
            };
            let prefix = &network.prefix.value;
            let first =
                address(prefix, common.0).map_or_else(String::new, |address| format!(": {address} is the first"));
            let label = format!("host numbers {} to {}", pool.value.0, pool.value.1);
            let mut diagnostic = report(&CODE, message, &network.named, pool.span, &label);
            for (range, common) in &meeting {
                let label = format!("`{}` numbers {} to {} of them", range.named.path, common.0, common.1);
                diagnostic = diagnostic.secondary(place(&range.named, range.addresses_at(id)), label);
            }
            diagnostic = diagnostic.note(format!("in common{first}"));
            let taken = numbered.iter().map(|(_, (_, span))| *span);
            let free = widest(pool.value, taken.collect());
            let diagnostic = match free {
                Some((first, last)) => diagnostic.help(format!("{first}..{last} of the pool is free of ranges")),
                None => diagnostic.help("nothing of the pool is free of ranges: give it other numbers"),
            };
            let (range, on) = (&nearest.named.path, &network.named.name);
            let diagnostic =
                diagnostic.help(format!("or give `{range}` other numbers there: `on.{on}.addresses = …;`"));
            out.push(match nearest.on(id).and_then(RangeOn::addresses_at) {
                Some(_) => diagnostic,
                None => diagnostic.help(format!(
                    "if no machine of `{range}` is there, let it name its networks instead of `addresses`: \
                     `on.NETWORK.addresses = …;`"
                )),
            });
        }
    }
}

/// The widest part of a span that none of the others holds; of two the first.
fn widest(span: (u64, u64), mut taken: Vec<(u64, u64)>) -> Option<(u64, u64)> {
    taken.sort_unstable();
    let mut best: Option<(u64, u64)> = None;
    let mut from = span.0;
    for (first, last) in taken.into_iter().chain([(span.1.saturating_add(1), u64::MAX)]) {
        let to = first.saturating_sub(1).min(span.1);
        if first > from && from <= to && best.is_none_or(|(a, b)| b - a < to - from) {
            best = Some((from, to));
        }
        from = from.max(last.saturating_add(1));
    }
    best
}

#[cfg(test)]
mod tests {
    use super::widest;

    #[test]
    fn the_widest_free_part_is_found_at_both_ends_and_between() {
        assert_eq!(widest((10, 254), vec![(11, 19)]), Some((20, 254)));
        assert_eq!(widest((10, 254), vec![(200, 300)]), Some((10, 199)));
        assert_eq!(widest((10, 20), vec![(5, 12), (18, 18)]), Some((13, 17)));
        assert_eq!(widest((10, 20), vec![(0, 30)]), None);
        assert_eq!(widest((10, 20), vec![(11, 20)]), Some((10, 10)));
        assert_eq!(widest((10, 20), vec![]), Some((10, 20)));
    }
}
