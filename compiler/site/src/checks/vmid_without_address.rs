//! A VMID that its range has no address for
//!
//! ## What is wrong
//!
//! The VMID is in a range, but so far into it that the range's host numbers have ended.
//!
//! ## Why
//!
//! The guest with VMID `vmids.first + n` has host number `addresses.first + n`. With `vmids = 1000..1999` and
//! `addresses = 10..19` there are ten addresses: 1009 is the last VMID that has one.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.ten = {
//!     vmid = 1010; # error: E0304
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Take a VMID that has an address, give the range more host numbers, or state the address at the machine
//! (`on.bridge.address = …`).

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocation::capacity;
use crate::model::{Named, Range, Spanned, Vmid};
use crate::place::report;

/// A VMID that its range has no address for.
pub static CODE: Code =
    Code::new("E0304", "a VMID that its range has no address for", include_str!("vmid_without_address.rs"));

/// The VMID of a guest whose range ends too early.
pub(crate) fn diagnostic(named: &Named, vmid: Spanned<Vmid>, range: &Range) -> Diagnostic {
    let (first, last) = range.addresses.value;
    let end = u64::from(range.vmids.value.0.0) + capacity(range) - 1;
    let message =
        format!("`{}` has VMID {}, for which `{}` has no address", named.path, vmid.value.0, range.named.path);
    report(&CODE, message, named, vmid.span, &format!("{end} is the last VMID that has one"))
        .secondary(range.addresses.span, format!("host numbers {first} to {last}"))
        .help(format!("take a VMID up to {end}, give `{}` more addresses, or state the address", range.named.path))
}
