//! A VMID outside the range that its machine names
//!
//! ## What is wrong
//!
//! The machine says `range = ranges.R`, and its VMID is not one of that range.
//!
//! ## Why
//!
//! One of the two is a mistake, and the address depends on which.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     range = ranges.management;
//!     vmid = 3000; # error: E0305
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Correct the one that is wrong. Without `range` the range that contains the VMID is taken.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Named, Range, Spanned, Vmid};
use crate::place::report;

/// A VMID outside the range that its machine names.
pub static CODE: Code =
    Code::new("E0305", "a VMID outside the range that its machine names", include_str!("vmid_outside_range.rs"));

/// The VMID of a guest, the range that it names at `span`, and the one that contains it.
pub(crate) fn diagnostic(
    named: &Named,
    vmid: Spanned<Vmid>,
    range: &Range,
    span: Span,
    found: Option<&Range>,
) -> Diagnostic {
    let message = format!("VMID {} of `{}` is not in `{}`", vmid.value.0, named.path, range.named.path);
    let label = match (range.vmid, range.vmids) {
        (None, Some(vmids)) => format!("not between {} and {}", vmids.value.0.0, vmids.value.1.0),
        _ => "no slot of the range has it".to_owned(),
    };
    let diagnostic = report(&CODE, message, named, vmid.span, &label).secondary(span, "the range is named here");
    match found {
        Some(found) => diagnostic.help(format!("`{}` contains it", found.named.path)),
        None => diagnostic.help("no range contains it"),
    }
}
