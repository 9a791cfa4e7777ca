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

use crate::model::{DatacenterId, Named, Range};
use crate::place::report;

/// A guest without VMID and range.
pub static CODE: Code = Code::new("E0307", "a guest without VMID and range", include_str!("guest_without_vmid.rs"));

/// A guest that says neither, and the ranges that there are.
pub(crate) fn diagnostic(named: &Named, ranges: &[Range], datacenter: Option<DatacenterId>) -> Diagnostic {
    let message = format!("the guest `{}` has no VMID and no range", named.path);
    let diagnostic = report(&CODE, message, named, named.key, "a VM or container has a VMID");
    let diagnostic = match ranges.iter().find(|range| range.is_for(datacenter)) {
        None => diagnostic.help("state it: `vmid = …;`"),
        Some(first) => diagnostic
            .help(format!("name the range that it takes one of: `range = {};`", first.named.path))
            .help("or state it: `vmid = …;`"),
    };
    diagnostic.help("a machine that Proxmox does not run says `kind = Machine;`")
}

/// A guest that says no VMID, and a range that has none.
pub(crate) fn of_range(named: &Named, range: &Range) -> Diagnostic {
    let message = format!("the guest `{}` has no VMID, and `{}` gives none", named.path, range.named.path);
    report(&CODE, message, named, named.key, "a VM or container has a VMID")
        .secondary(range.named.key, "neither `vmids` nor `vmid`: for machines that have none")
        .help("state it: `vmid = …;`")
        .help("a machine that Proxmox does not run says `kind = Machine;`")
}
