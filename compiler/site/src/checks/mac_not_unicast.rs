//! A MAC address that is no machine's
//!
//! ## What is wrong
//!
//! The second digit of the MAC address is odd, or the address is all zeros.
//!
//! ## Why
//!
//! The lowest bit of the first byte marks a group of machines (multicast). Proxmox refuses such an address for a NIC.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     on.bridge.mac = 01:00:5e:00:00:01; # error: E0325
//!   };
//! ```
//!
//! ## What to do
//!
//! Leave it out, or take one that begins with `BC:24:11`, Proxmox's own prefix.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// A MAC address that is no machine's.
pub static CODE: Code = Code::new("E0325", "a MAC address that is no machine's", include_str!("mac_not_unicast.rs"));

/// A stated MAC address.
pub(crate) fn check(mac: [u8; 6], span: Span) -> Option<Diagnostic> {
    let (label, why) = match mac {
        [0, 0, 0, 0, 0, 0] => ("all zeros is no address", "no machine"),
        [first, ..] if first & 1 == 1 => ("its first byte is odd", "a group of machines"),
        _ => return None,
    };
    let text = mac.map(|byte| format!("{byte:02x}")).join(":");
    Some(
        Diagnostic::new(&CODE, format!("{text} addresses {why}"), span, label)
            .help("state the one that the device has; one of your own begins with `02:`"),
    )
}
