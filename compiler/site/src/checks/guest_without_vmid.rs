//! A guest without VMID
//!
//! ## What is wrong
//!
//! A VM or container does not say its VMID.
//!
//! ## Why
//!
//! The VMID is the guest's identity in Proxmox, and its address follows from it. If it were chosen anew at each build, a
//! machine that is added would move others, and a moved VMID destroys a machine.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = { # error: E0307
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! State it: `vmid = 3000;`. If it is no guest of Proxmox, say `kind = Machine;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Range};
use crate::place::report;

/// A guest without VMID.
pub static CODE: Code = Code::new("E0307", "a guest without VMID", include_str!("guest_without_vmid.rs"));

/// A guest that says no VMID, and the range that it names.
pub(crate) fn diagnostic(named: &Named, range: Option<&Range>) -> Diagnostic {
    let message = format!("the guest `{}` has no VMID", named.path);
    let help = match range {
        Some(range) if range.vmid.is_some() || range.slots.is_some() => {
            format!("state its slot in `{}`: `slot = …;`", range.named.path)
        }
        Some(Range { vmids: Some(vmids), named, .. }) => {
            let (first, last) = vmids.value;
            format!("state one of `{}`: `vmid = …;` with {} to {}", named.path, first.0, last.0)
        }
        _ => "state it: `vmid = …;`".to_owned(),
    };
    report(&CODE, message, named, named.key, "a VM or container has a VMID")
        .help(help)
        .help("a machine that Proxmox does not run says `kind = Machine;`")
}
