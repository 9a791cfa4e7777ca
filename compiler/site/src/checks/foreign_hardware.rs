//! Hardware that another kind of machine has
//!
//! ## What is wrong
//!
//! A container or a `Machine` has `hardware`, a VM or a `Machine` has `features`, or a `Machine` has `disks` or a `startup`.
//!
//! ## Why
//!
//! Firmware, a TPM and PCI devices are a VM's; what the kernel lets it do is a container's question; and of a `Machine`
//! nobody creates anything. The field would be read by nobody.
//!
//! ## Example
//!
//! ```arv part
//!   images.box = { kind = Container; vmid = 9001; };
//!   hosts.a = {
//!     kind = Container;
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     hardware.tpm = true; # error: E0833
//!   };
//! ```
//!
//! ## What to do
//!
//! Remove the field, or make the guest of the other kind.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Kind, Named};
use crate::place::report;

/// Hardware that another kind of machine has.
pub static CODE: Code =
    Code::new("E0833", "hardware that another kind of machine has", include_str!("foreign_hardware.rs"));

/// The fields of a machine that somebody wrote.
pub(crate) fn check(named: &Named, kind: Kind, written: &[(&'static str, Span)]) -> Option<Diagnostic> {
    let foreign = |field: &str| match (field, kind) {
        (_, Kind::Machine) => Some("nobody creates a `Machine`"),
        ("hardware", Kind::Container) => Some("only a VM has it"),
        ("features", Kind::Vm) => Some("only a container has them"),
        _ => None,
    };
    let mut found = written.iter().filter_map(|(field, span)| Some((*field, *span, foreign(field)?)));
    let (field, span, why) = found.next()?;
    let what = match kind {
        Kind::Vm => "a VM",
        Kind::Container => "a container",
        Kind::Machine => "no guest",
    };
    let message = format!("`{}` is {what} and has `{field}`", named.path);
    let mut diagnostic = report(&CODE, message, named, span, why);
    for (field, span, _) in found {
        diagnostic = diagnostic.primary(span, format!("nor `{field}`"));
    }
    Some(diagnostic.help("remove it, or say another `kind`"))
}
