//! Proxmox does not accept this VMID
//!
//! ## What is wrong
//!
//! A VMID, or the span of a range, is not between 100 and 999,999,999.
//!
//! ## Why
//!
//! Proxmox reserves the numbers below 100 and takes at most nine digits (`pve-vmid` in its JSON schema). Terraform's
//! provider lets larger numbers through, so that the mistake would be found in the middle of an apply.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 99; # error: E0302
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Write a number of the range that the machine belongs to.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Named, Range, Spanned};
use crate::place::report;

/// Proxmox does not accept this VMID.
pub static CODE: Code = Code::new("E0302", "Proxmox does not accept this VMID", include_str!("vmid_not_accepted.rs"));

/// The first VMID that there is.
pub(crate) const FIRST: i64 = 100;
/// The last one.
pub(crate) const LAST: i64 = 999_999_999;

/// A VMID of a guest or template.
pub(crate) fn check(named: &Named, vmid: i64, span: Span) -> Option<Diagnostic> {
    if (FIRST..=LAST).contains(&vmid) {
        return None;
    }
    let message = format!("`{}` has VMID {vmid}, which Proxmox does not accept", named.path);
    Some(
        report(&CODE, message, named, span, &format!("not between {FIRST} and {LAST}"))
            .help("state one that Proxmox has, or none where a range gives it"),
    )
}

/// The VMIDs of a range.
pub(crate) fn check_range(named: &Named, vmids: Spanned<(i64, i64)>) -> Option<Diagnostic> {
    let (first, last) = vmids.value;
    if FIRST <= first && last <= LAST {
        return None;
    }
    let message = format!("`{}` has VMIDs that Proxmox does not accept", named.path);
    let inside = (first.clamp(FIRST, LAST), last.clamp(FIRST, LAST));
    Some(
        report(&CODE, message, named, vmids.span, &format!("not between {FIRST} and {LAST}"))
            .help(format!("Proxmox has {} to {} of these", inside.0, inside.1)),
    )
}

/// The VMID that a rule gives a slot.
pub(crate) fn of_slot(range: &Range, rule: Span, slot: u64, vmid: i128) -> Diagnostic {
    let (path, what) = (&range.named.path, range.counts());
    let message = format!("`{path}` gives {what} {slot} VMID {vmid}, which Proxmox does not accept");
    report(&CODE, message, &range.named, rule, &format!("not between {FIRST} and {LAST}"))
        .help(format!("leave {what} {slot} out of the range, or correct the rule"))
}
