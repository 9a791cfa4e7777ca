//! A guest without VMID and range
//!
//! ## What is wrong
//!
//! A VM or container states no VMID, and does not say which range it takes one of.
//!
//! ## Why
//!
//! The VMID is the guest's identity in Proxmox, and its address follows from it. A guest may leave it out: then a free one of
//! its range is chosen once, and kept in `arv.lock`. With several ranges somebody has to say which.
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
//! Name the range, `range = ranges.R;`, or state the VMID, `vmid = …;`. If it is no guest of Proxmox, say `kind = Machine;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Range};
use crate::place::report;

/// A guest without VMID and range.
pub static CODE: Code = Code::new("E0307", "a guest without VMID and range", include_str!("guest_without_vmid.rs"));

/// A guest that says neither, and the ranges that there are.
pub(crate) fn diagnostic(named: &Named, ranges: &[Range]) -> Diagnostic {
    let message = format!("the guest `{}` has no VMID and no range", named.path);
    let diagnostic = report(&CODE, message, named, named.key, "a VM or container has a VMID");
    let diagnostic = match ranges {
        [] => diagnostic.help("state it: `vmid = …;`"),
        [first, ..] => diagnostic
            .help(format!("name the range that it takes one of: `range = {};`", first.named.path))
            .help("or state it: `vmid = …;`"),
    };
    diagnostic.help("a machine that Proxmox does not run says `kind = Machine;`")
}
