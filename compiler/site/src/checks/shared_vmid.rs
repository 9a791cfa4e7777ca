//! A rule that gives one VMID twice
//!
//! ## What is wrong
//!
//! Two slots of a range have the same VMID.
//!
//! ## Why
//!
//! The VMID is a guest's identity in Proxmox. Two machines would hit it one day, perhaps years from now; the rule is
//! wrong today.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.pairs = {
//!     slots = 1..20;
//!     vmid = n: 5000 + n / 2; # error: E0387
//!   };
//! ```
//!
//! ## What to do
//!
//! Write a rule that gives each slot a VMID of its own.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocation::{Numbering, Sequence};
use crate::model::Site;
use crate::place::report;

/// A rule that gives one VMID twice.
pub static CODE: Code = Code::new("E0387", "a rule that gives one VMID twice", include_str!("shared_vmid.rs"));

/// The first such pair of each range.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for (range, numbering) in site.ranges.iter().zip(&site.numbering) {
        let Some(numbers) = numbering.vmid_numbers() else { continue };
        let Some((a, b)) = numbers.repeated() else { continue };
        let vmid = numbers.number(a).unwrap_or_default();
        let what = range.counts();
        let message = format!("`{}` gives {what}s {a} and {b} one VMID, {vmid}", range.named.path);
        let label = format!("{vmid} for {a} and for {b}");
        out.push(
            report(&CODE, message, &range.named, range.vmids_at(), &label)
                .note(capacity(numbering, numbers, "VMIDs"))
                .help("write a rule that gives each slot a VMID of its own"),
        );
    }
}

/// How many machines a range can number by a rule that gives some of them one number.
pub(crate) fn capacity(numbering: &Numbering, numbers: &Sequence, what: &str) -> String {
    let slots = numbering.capacity();
    let left = numbers.of_first(slots).distinct();
    format!("it has {left} {what} for {slots} machines")
}
