//! Hardware that does not go together
//!
//! ## What is wrong
//!
//! Two facts about a guest exclude one another: a PCI Express device without `machine = Q35`, `secure_boot` without
//! `firmware = Ovmf`, a `balloon` that leaves more than the `memory`, two primary displays; `keyctl` or `mknod` for a
//! container that is not unprivileged. Or a value is none that Proxmox knows.
//!
//! ## Why
//!
//! Proxmox refuses the first when the guest starts and not when it is made. The i440FX has no PCI Express; secure boot is a
//! part of UEFI; a balloon cannot grow beyond the memory.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     hardware.pci.hostpci0 = {
//!       mapping = "gpu";
//!       pcie = true; # error: E0834
//!     };
//!   };
//! ```
//!
//! ## What to do
//!
//! Change one of the two, as the message says.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::Named;
use crate::place::report;

/// Hardware that does not go together.
pub static CODE: Code = Code::new("E0834", "hardware that does not go together", include_str!("hardware_conflict.rs"));

/// Two facts that exclude one another.
pub(crate) fn conflict(named: &Named, span: Span, what: &str, label: &str, help: &str) -> Diagnostic {
    report(&CODE, format!("`{}` cannot have {what}", named.path), named, span, label).help(help.to_owned())
}

/// A text that is none of those that Proxmox knows.
pub(crate) fn unknown(named: &Named, span: Span, what: &str, text: &str, known: &str) -> Diagnostic {
    report(&CODE, format!("{} is no {what} of Proxmox", shown(text)), named, span, known)
}

/// A number outside of what there is.
pub(crate) fn outside(named: &Named, span: Span, what: &str, number: i64, first: i64, last: i64) -> Diagnostic {
    let message = format!("`{}` cannot have {number} {what}", named.path);
    report(&CODE, message, named, span, &format!("not between {first} and {last}"))
}
