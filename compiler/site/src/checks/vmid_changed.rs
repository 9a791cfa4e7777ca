//! A VMID that was changed
//!
//! ## What is wrong
//!
//! The machine states another VMID than the one that `arv.lock` holds for it.
//!
//! ## Why
//!
//! In Proxmox the VMID is the machine. Terraform would destroy the one with the old VMID, disks and all, and make a new one.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.hosts.a = { vmid = 3001 }
//!   hosts.a = {
//!     vmid = 3000; # error: E0902
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! State the VMID that it has. If it is meant to be another machine, or does not exist yet: `arvc lock release NAME`. A machine
//! that was renamed says what it was called: `renamed_from = "…";`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Spanned, Vmid};
use crate::place::report;

/// A VMID that was changed.
pub static CODE: Code = Code::new("E0902", "a VMID that was changed", include_str!("vmid_changed.rs"));

/// The VMID that a machine states, and the one that the lock holds for it.
pub(crate) fn diagnostic(named: &Named, vmid: Spanned<Vmid>, held: Vmid) -> Diagnostic {
    let message = format!("`{}` has VMID {}, and `arv.lock` holds {}", named.path, vmid.value.0, held.0);
    report(&CODE, message, named, vmid.span, &format!("it was {}", held.0))
        .note("a machine with another VMID is another machine: Terraform destroys the old one with its disks")
        .help(format!("state VMID {}, which it has", held.0))
        .help(format!("if it is to be replaced, or does not exist yet: `arvc lock release {}`", named.name))
}
