//! A slot and a VMID that disagree
//!
//! ## What is wrong
//!
//! A machine states a slot and a VMID, and its range gives that slot another VMID.
//!
//! ## Why
//!
//! Each of them decides the machine's addresses, and they decide differently. One is a mistake, and nobody can say which.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.tenant = { slots = 1..100; vmid = n: 101000 + n; addresses = 101..200; };
//!   hosts.a = {
//!     range = ranges.tenant;
//!     slot = 11; # error: E0393
//!     vmid = 101012;
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Remove one of them: each follows from the other.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Range, Spanned, Vmid};
use crate::place::report;

/// A slot and a VMID that disagree.
pub static CODE: Code = Code::new("E0393", "a slot and a VMID that disagree", include_str!("slot_disagrees.rs"));

/// The slot and the VMID of a machine, and the VMID that the range gives the slot.
pub(crate) fn diagnostic(
    named: &Named,
    slot: Spanned<u64>,
    given: Option<Vmid>,
    vmid: Spanned<Vmid>,
    range: &Range,
) -> Diagnostic {
    let message = format!("`{}` has slot {} and VMID {}, which disagree", named.path, slot.value, vmid.value.0);
    let label = match given {
        Some(given) => format!("slot {} has VMID {}", slot.value, given.0),
        None => format!("slot {} has no VMID", slot.value),
    };
    report(&CODE, message, named, slot.span, &label)
        .secondary(vmid.span, "the VMID")
        .secondary(range.vmids_at(), format!("the VMIDs of `{}`", range.named.path))
        .help("remove one of them: each follows from the other")
}
