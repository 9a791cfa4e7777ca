//! Hardware that Proxmox cannot give
//!
//! ## What is wrong
//!
//! `cores` is not between 1 and 8192, `memory` is no whole number of MiB or less than 16, or `disk` is no whole number of
//! GiB or less than 1.
//!
//! ## Why
//!
//! Proxmox counts memory in MiB, and its Terraform provider counts disks in GiB. A rounded number would be a change at
//! every plan.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     disk = 100MiB; # error: E0347
//!   };
//! ```
//!
//! ## What to do
//!
//! Write a whole number of GiB.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::Named;
use crate::place::report;

/// Hardware that Proxmox cannot give.
pub static CODE: Code = Code::new("E0347", "hardware that Proxmox cannot give", include_str!("hardware.rs"));

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// `cores`.
pub(crate) fn check_cores(named: &Named, cores: i64, span: Span) -> Option<Diagnostic> {
    let message = || format!("`{}` cannot have {cores} cores", named.path);
    (!(1..=8192).contains(&cores)).then(|| report(&CODE, message(), named, span, "not between 1 and 8192"))
}

/// `memory`, in bytes.
pub(crate) fn check_memory(named: &Named, memory: u64, span: Span) -> Option<Diagnostic> {
    whole(named, "memory", memory, MIB, 16, span)
}

/// `disk`, in bytes.
pub(crate) fn check_disk(named: &Named, disk: u64, span: Span) -> Option<Diagnostic> {
    whole(named, "disk", disk, GIB, 1, span)
}

fn whole(named: &Named, what: &str, size: u64, unit: u64, least: u64, span: Span) -> Option<Diagnostic> {
    let name = if unit == GIB { "GiB" } else { "MiB" };
    let label = if !size.is_multiple_of(unit) {
        format!("no whole number of {name}")
    } else if size / unit < least {
        format!("less than {least}{name}")
    } else {
        return None;
    };
    Some(report(&CODE, format!("`{}` cannot have this {what}", named.path), named, span, &label))
}
