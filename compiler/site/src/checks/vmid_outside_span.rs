//! A rule that leaves the VMIDs of its range
//!
//! ## What is wrong
//!
//! A range says which VMIDs it has (`vmids`), and its rule (`vmid`) gives a slot another one.
//!
//! ## Why
//!
//! Whoever reads the range takes the VMIDs beyond its span for free, and another range may have them.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.tenant = {
//!     slots = 1..250;
//!     vmids = 101000..101199;
//!     vmid = n: 101000 + n; # error: E0390
//!   };
//! ```
//!
//! ## What to do
//!
//! Give the range fewer slots or more VMIDs. Where there is a rule, `vmids` need not be said.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Range, Spanned, Vmid};
use crate::place::report;

/// A rule that leaves the VMIDs of its range.
pub static CODE: Code =
    Code::new("E0390", "a rule that leaves the VMIDs of its range", include_str!("vmid_outside_span.rs"));

/// A slot whose VMID is not among `vmids`.
pub(crate) fn diagnostic(range: &Range, rule: Span, slot: u64, vmid: u128, vmids: Spanned<(Vmid, Vmid)>) -> Diagnostic {
    let (path, what) = (&range.named.path, range.counts());
    let (first, last) = vmids.value;
    let message = format!("`{path}` gives {what} {slot} VMID {vmid}, which is not among its VMIDs");
    report(&CODE, message, &range.named, rule, &format!("{vmid} for {slot}"))
        .secondary(vmids.span, format!("VMIDs {} to {}", first.0, last.0))
        .help("give the range fewer slots, or more VMIDs")
}
