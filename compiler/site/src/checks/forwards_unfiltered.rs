//! A machine without a packet filter of ours whose programs hand packets on
//!
//! ## What is wrong
//!
//! A machine says `forwards`, and nobody installs a packet filter on it: Ansible does not configure it, or it is Windows.
//!
//! ## Why
//!
//! `forwards` says how the emitted packet filter is made: as a table of its own, which leaves the rules of Docker and others alone,
//! and closes the ports that they publish. Without it nothing does, whatever the site says: such a machine counts as one
//! that lets in everything below its firewall of Proxmox and its overlay.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.nas = {
//!     kind = Machine;
//!     managed = false;
//!     forwards = true; # error: E0827
//!     on.bridge.address = 192.168.100.5;
//!   };
//! ```
//!
//! ## What to do
//!
//! Leave `forwards` out, or let Ansible configure the machine: `managed = true;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Host;
use crate::origins::HostOrigin;
use crate::place::report;

/// A machine without a packet filter of ours whose programs hand packets on.
pub static CODE: Code = Code::new(
    "E0827",
    "a machine without a packet filter of ours whose programs hand packets on",
    include_str!("forwards_unfiltered.rs"),
);

/// One machine.
pub(crate) fn check(host: &Host, origin: &HostOrigin) -> Option<Diagnostic> {
    let span = origin.forwards.filter(|_| host.forwards && !host.broken)?;
    let (label, help) = if host.mobile {
        ("a phone has no packet filter of ours", "leave `forwards` out")
    } else if host.connection.winrm {
        ("Windows has no packet filter of ours", "leave `forwards` out")
    } else if !host.managed {
        ("Ansible does not configure it", "leave `forwards` out, or say `managed = true;`")
    } else {
        return None;
    };
    let message = format!("`{}` forwards, and has no packet filter that could hold what it forwards", host.named.path);
    Some(report(&CODE, message, &host.named, span, label).help(help))
}
