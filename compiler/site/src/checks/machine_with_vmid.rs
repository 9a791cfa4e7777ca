//! A machine that is no guest has what only guests have
//!
//! ## What is wrong
//!
//! A host of `kind = Machine` has a VMID, a range, a node or an image.
//!
//! ## Why
//!
//! A `Machine` is known, addressed and reasoned about, and nobody creates it: Proxmox has no number for it, and no node
//! runs it.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.nas = {
//!     kind = Machine;
//!     vmid = 3000; # error: E0308
//!     groups = [ groups.projects ];
//!     on.bridge.address = 192.168.100.200;
//!   };
//! ```
//!
//! ## What to do
//!
//! Remove the field, or remove `kind = Machine;` if the machine is a guest.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Spanned, Vmid};
use crate::origins::HostOrigin;
use crate::place::report;

/// A machine that is no guest has what only guests have.
pub static CODE: Code =
    Code::new("E0308", "a machine that is no guest has what only guests have", include_str!("machine_with_vmid.rs"));

/// A machine with a VMID, a range, a node or an image; all of them in one problem. The range counts if it is `numbered`: if
/// it is for machines that have VMIDs.
pub(crate) fn check(
    named: &Named,
    vmid: Option<Spanned<Vmid>>,
    numbered: bool,
    origin: &HostOrigin,
) -> Option<Diagnostic> {
    let written = [
        (vmid.map(|vmid| vmid.span), "VMID"),
        (origin.range.filter(|_| numbered), "range of VMIDs"),
        (origin.node, "node"),
        (origin.image, "image"),
    ];
    let mut written = written.into_iter().filter_map(|(span, what)| Some((span?, what)));
    let (span, what) = written.next()?;
    let message = format!("`{}` is no guest and has a {what}", named.path).replace("a image", "an image");
    let mut diagnostic = report(&CODE, message, named, span, "only a VM or container has one");
    for (span, what) in written {
        diagnostic = diagnostic.primary(span, format!("nor a {what}"));
    }
    Some(diagnostic.help("remove it, or remove `kind = Machine;` if it is a guest"))
}
