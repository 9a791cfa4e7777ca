//! A range that is nearly full
//!
//! ## What is wrong
//!
//! Less than a tenth of what a range can number is left.
//!
//! ## Why
//!
//! A range can only grow where no other range begins, and a machine that moves to another range is a new machine. It is a
//! good time to think of it before the last number is gone. What a range can number is the smaller of its two spans, and a
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
use crate::allocation::{capacity, host_number};
use crate::model::{RangeId, Site};
use crate::origins::Origins;
use crate::place::report;

/// A range that is nearly full.
pub static CODE: Code = Code::new("L0301", "a range that is nearly full", include_str!("range_nearly_full.rs"));

/// Every range against the VMIDs that are taken, which are sorted.
pub(crate) fn check(site: &Site, origins: &Origins, taken: &[Taken<'_>], out: &mut Vec<Diagnostic>) {
    for (id, range) in (0..).map(RangeId).zip(&site.ranges) {
        // That it is full is said at the machine that found no number.
        if origins.full.contains(&id) {
            continue;
        }
        let (first, last) = range.vmids.value;
        if first > last {
            continue;
        }
        let begin = taken.partition_point(|taken| taken.vmid.value < first);
        let end = taken.partition_point(|taken| taken.vmid.value <= last);
        let numbers = taken[begin..end].chunk_by(|a, b| a.vmid.value == b.vmid.value);
        let used = numbers.filter(|same| host_number(range, same[0].vmid.value).is_some()).count() as u64;
        let capacity = capacity(range);
        let left = capacity.saturating_sub(used);
        if left.saturating_mul(10) >= capacity {
            continue;
        }
        let message = match left {
            0 => format!("`{}` is full", range.named.path),
            _ => format!("`{}` has {left} of {capacity} numbers left", range.named.path),
        };
        let label = format!("{used} of {capacity} are taken");
        out.push(
            report(&CODE, message, &range.named, range.named.key, &label)
                .secondary(range.addresses.span, "give it more host numbers while there is room behind them"),
        );
    }
}
