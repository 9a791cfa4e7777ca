//! Two ranges meet
//!
//! ## What is wrong
//!
//! Two ranges have a VMID or a host number in common.
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
//! Shorten one of the spans, or move it to numbers that no other range has.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Named, Site};
use crate::place::report;

/// Two ranges meet.
pub static CODE: Code = Code::new("E0303", "two ranges meet", include_str!("ranges_meet.rs"));

/// Both spans of every range. Reported at the range that stands later in the sources.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let vmids = site.ranges.iter().map(|range| {
        let (first, last) = range.vmids.value;
        (u64::from(first.0), u64::from(last.0), range.vmids.span, &range.named)
    });
    spans("VMID", vmids.collect(), out);
    let addresses = site.ranges.iter().map(|range| {
        let (first, last) = range.addresses.value;
        (first, last, range.addresses.span, &range.named)
    });
    spans("host number", addresses.collect(), out);
}

fn spans(what: &str, mut spans: Vec<(u64, u64, Span, &Named)>, out: &mut Vec<Diagnostic>) {
    spans.retain(|(first, last, ..)| first <= last);
    spans.sort_by_key(|(first, last, span, _)| (*first, *last, *span));
    // The span before that reaches furthest: if any of them meets the next one, this one does.
    let mut furthest: Option<(u64, u64, Span, &Named)> = None;
    for next in spans {
        if let Some(before) = furthest.filter(|before| before.1 >= next.0) {
            let (earlier, later) = if before.2 < next.2 { (before, next) } else { (next, before) };
            let message = format!("`{}` and `{}` both have {what} {}", earlier.3.path, later.3.path, next.0);
            let label = format!("{what}s {} to {}", later.0, later.1);
            let also = format!("{what}s {} to {} of `{}`", earlier.0, earlier.1, earlier.3.path);
            let common = format!("they have {} to {} in common", next.0, next.1.min(before.1));
            out.push(report(&CODE, message, later.3, later.2, &label).secondary(earlier.2, also).note(common));
        }
        if furthest.is_none_or(|before| before.1 < next.1) {
            furthest = Some(next);
        }
    }
}
