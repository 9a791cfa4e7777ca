//! A public address that is none
//!
//! ## What is wrong
//!
//! `public` of an interface is a private address, or the interface is one of an overlay.
//!
//! ## Why
//!
//! `public` is the address that the world reaches the interface by: packets of an overlay are sent there from anywhere.
//! From the Internet nobody reaches a private address (RFC 1918, RFC 4193, RFC 6598), and an overlay is not reached from
//! outside of it.
//!
//! ## Example
//!
//! ```arv part
//!   networks.house.cidr = 192.168.1.0/24;
//!   hosts.pi = {
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on.house = {
//!       address = 192.168.1.5;
//!       public = 192.168.2.5; # error: E0832
//!     };
//!   };
//! ```
//!
//! ## What to do
//!
//! State the address of the router that hands ports on to the machine, or remove `public`.

use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Network, Spanned};
use crate::names::is_private;
use crate::place::report;

/// A public address that is none.
pub static CODE: Code = Code::new("E0832", "a public address that is none", include_str!("public_address.rs"));

/// A stated `public`.
pub(crate) fn check(named: &Named, public: Spanned<IpAddr>, network: &Network) -> Option<Diagnostic> {
    let label = if network.is_overlay() {
        format!("nobody outside reaches `{}`", network.named.path)
    } else if is_private(public.value) {
        "a private address".to_owned()
    } else {
        return None;
    };
    let message = format!("the world does not reach `{}` by {}", named.path, public.value);
    let help = "state the address that the world knows: that of the router, or of the provider";
    Some(report(&CODE, message, named, public.span, &label).help(help))
}
