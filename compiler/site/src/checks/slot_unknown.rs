//! A slot that no range has
//!
//! ## What is wrong
//!
//! A machine states a slot and no range, or one that its range does not have, or one that has no VMID.
//!
//! ## Why
//!
//! A slot is what a range counts by: it means nothing without the range, and beyond its end the range gives no numbers.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.tenant = { slots = 1..100; vmid = n: 101000 + n; addresses = 101..200; };
//!   hosts.a = {
//!     range = ranges.tenant;
//!     slot = 101; # error: E0392
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Take a slot of the range, or name the range.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocation::Numbering;
use crate::model::{Named, Range, Spanned};
use crate::place::report;

/// A slot that no range has.
pub static CODE: Code = Code::new("E0392", "a slot that no range has", include_str!("slot_unknown.rs"));

/// A slot at a machine that is in no range.
pub(crate) fn without_range(named: &Named, slot: Spanned<i64>) -> Diagnostic {
    let message = format!("`{}` has slot {} and names no range", named.path, slot.value);
    report(&CODE, message, named, slot.span, "a slot of which range?").help("name it: `range = ranges.…;`")
}

/// A slot beyond the range's.
pub(crate) fn outside(named: &Named, slot: Spanned<i64>, range: &Range, numbering: &Numbering) -> Diagnostic {
    let (first, last) = numbering.slots();
    let message = format!("`{}` has no slot {}", range.named.path, slot.value);
    let label = format!("not between {first} and {last}");
    let diagnostic = report(&CODE, message, named, slot.span, &label);
    let at = range.slots.map(|it| it.span).or(range.vmids.map(|it| it.span)).unwrap_or(range.named.key);
    diagnostic
        .secondary(at, format!("`{}` counts by {}s {first} to {last}", range.named.path, range.counts()))
        .help("state one of these, or none: a free one is chosen")
}

/// A slot for which the range has no VMID.
pub(crate) fn without_vmid(named: &Named, slot: Spanned<u64>, range: &Range) -> Diagnostic {
    let message = format!("`{}` has no VMID for slot {}", range.named.path, slot.value);
    report(&CODE, message, named, slot.span, "the VMIDs end before this slot")
        .secondary(range.vmids_at(), format!("the VMIDs of `{}`", range.named.path))
        .help("state a smaller slot, or give the range more VMIDs")
}
