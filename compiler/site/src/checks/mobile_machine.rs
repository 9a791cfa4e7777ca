//! A phone that is asked for what no phone does
//!
//! ## What is wrong
//!
//! A machine is `mobile`, and is a guest of Proxmox, a lighthouse or a relay.
//!
//! ## Why
//!
//! A phone is a member of the overlay by an app, which its system stops when it wants to: nobody could rely on it to find others, or
//! to hand on their packets. And Proxmox does not make phones.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.phone = {
//!     kind = Machine;
//!     mobile = true;
//!     groups = [ groups.projects ];
//!     on.overlay.address = 10.10.10.99;
//!     relay = true; # error: E0849
//!   };
//! ```
//!
//! ## What to do
//!
//! Leave it out: another member is the relay. Of a phone say `kind = Machine;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Host, Kind};
use crate::origins::HostOrigin;
use crate::place::report;

/// A phone that is asked for what no phone does.
pub static CODE: Code =
    Code::new("E0849", "a phone that is asked for what no phone does", include_str!("mobile_machine.rs"));

/// One machine: the first thing that is wrong with it.
pub(crate) fn check(host: &Host, origin: &HostOrigin) -> Option<Diagnostic> {
    let mobile = origin.mobile.filter(|_| host.mobile && !origin.kind_failed)?;
    let (span, what, label, help) = if host.kind != Kind::Machine {
        (mobile, "a guest of Proxmox", "a phone is no guest", "say `kind = Machine;`, or leave `mobile` out")
    } else if let (true, Some(span)) = (host.lighthouse, origin.lighthouse) {
        (span, "a lighthouse", "its system stops the app when it wants to", "let another member be a lighthouse")
    } else if let (true, Some(span)) = (host.relay, origin.relay) {
        (span, "a relay", "its system stops the app when it wants to", "let another member be a relay")
    } else {
        return None;
    };
    let message = format!("`{}` is a phone and {what}", host.named.path);
    let problem = report(&CODE, message, &host.named, span, label).help(help);
    Some(if span == mobile { problem } else { problem.secondary(mobile, "it is a phone") })
}
