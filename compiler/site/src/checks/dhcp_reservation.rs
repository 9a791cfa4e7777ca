//! A machine that asks for its address and would get another
//!
//! ## What is wrong
//!
//! An interface has `dhcp = true` and no `mac`, or is on an overlay.
//!
//! ## Why
//!
//! A DHCP server knows a machine by its MAC address. Without one that the site states, Proxmox rolls the dice, no reservation
//! can be written, and the machine gets what the pool has left. An overlay has no DHCP: the certificate says the address.
//!
//! ## Example
//!
//! ```arv part
//!   networks.srv = { cidr = 10.0.20.0/24; bridge = "vmbr2"; dhcp = 100..199; };
//!   hosts.nas = {
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on.srv = { address = 10.0.20.150; dhcp = true; }; # error: E0806
//!   };
//! ```
//!
//! ## What to do
//!
//! State the MAC address that the server's reservation names, or leave `dhcp` out.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Named, Network};
use crate::place::report;

/// A machine that asks for its address and would get another.
pub static CODE: Code = Code::new(
    "E0806",
    "a machine that asks for its address and would get another",
    include_str!("dhcp_reservation.rs"),
);

/// An interface with `dhcp = true`.
pub(crate) fn check(named: &Named, network: &Network, mac: Option<[u8; 6]>, span: Span) -> Option<Diagnostic> {
    let path = &network.named.path;
    if network.is_overlay() {
        let message = format!("`{}` asks for its address on the overlay `{path}`", named.path);
        return Some(
            report(&CODE, message, named, span, "its certificate says the address")
                .help("remove it: the address on an overlay is stated, or follows from the range"),
        );
    }
    if mac.is_some() {
        return None;
    }
    let message = format!("`{}` asks for its address on `{path}` and has no MAC address there", named.path);
    Some(
        report(&CODE, message, named, span, "a server knows it by its MAC address")
            .help("state the one of the reservation: `mac = …;`"),
    )
}
