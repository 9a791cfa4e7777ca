//! A range that is nearly full
//!
//! ## What is wrong
//!
//! Less than a tenth of what a range can number is left.
//!
//! ## Why
//!
//! A range can only grow where no other range begins, and a machine that moves to another range is a new machine. It is a
//! good time to think of it before the last number is gone. What a range can number is the smallest of its spans, and a
//! template in it counts.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.few = { # error: L0301
//!     vmids = 5000..5999;
//!     addresses = 50..51;
//!   };
//!   hosts.a = { vmid = 5000; groups = [ groups.projects ]; };
//!   hosts.b = { vmid = 5001; groups = [ groups.projects ]; };
//! ```
//!
//! ## What to do
//!
//! Give it more host numbers, or declare a second range.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::duplicate_vmid::Taken;
use crate::allocation::Sequence;
use crate::model::{RangeId, Site};
use crate::origins::Origins;
use crate::place::report;

/// A range that is nearly full.
pub static CODE: Code = Code::new("L0301", "a range that is nearly full", include_str!("range_nearly_full.rs"));

/// Every range against the slots that are taken: by machines, and by templates whose VMIDs are the range's.
pub(crate) fn check(site: &Site, origins: &Origins, taken: &[Taken<'_>], out: &mut Vec<Diagnostic>) {
    let mut used: Vec<Vec<u64>> = vec![Vec::new(); site.ranges.len()];
    for host in &site.hosts {
        if let (Some(range), Some(slot)) = (host.range, host.slot) {
            used[range.index()].push(slot.value);
        }
    }
    for (range, numbering) in site.numbering.iter().enumerate() {
        let Some((first, last)) = numbering.vmid_numbers().map(Sequence::hull) else { continue };
        let begin = taken.partition_point(|taken| u128::from(taken.vmid.value.0) < first);
        let within = taken[begin..].iter().take_while(|taken| u128::from(taken.vmid.value.0) <= last);
        let here = within.filter(|taken| site.ranges[range].is_for(taken.datacenter));
        used[range].extend(here.filter_map(|taken| numbering.slot_of(taken.vmid.value)));
    }
    for (id, mut used) in (0..).map(RangeId).zip(used) {
        let (range, numbering) = (&site.ranges[id.index()], &site.numbering[id.index()]);
        // That it is full is said at the machine that found no number.
        if numbering.is_broken() || origins.full.contains(&id) {
            continue;
        }
        used.sort_unstable();
        used.dedup();
        let capacity = numbering.capacity();
        let first = numbering.slots().0;
        let used = used.iter().filter(|slot| **slot - first < capacity).count() as u64;
        let left = capacity.saturating_sub(used);
        if left.saturating_mul(10) >= capacity {
            continue;
        }
        let message = match left {
            0 => format!("`{}` is full", range.named.path),
            _ => format!("`{}` has {left} of {capacity} numbers left", range.named.path),
        };
        let label = format!("{used} of {capacity} are taken");
        let diagnostic = report(&CODE, message, &range.named, range.named.key, &label);
        out.push(match range.addresses {
            Some(addresses) => diagnostic
                .secondary(addresses.span, format!("host numbers {} to {}", addresses.value.0, addresses.value.1))
                .help("give it more host numbers while there is room behind them, or declare a second range"),
            None => diagnostic.help("give it more slots while there is room behind them, or declare a second range"),
        });
    }
}
