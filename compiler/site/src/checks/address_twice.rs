//! A machine states an address twice
//!
//! ## What is wrong
//!
//! Among the addresses that a machine states on one network, one is written twice.
//!
//! ## Why
//!
//! An address is there once or not at all. Of two equal ones, one was meant to be another address.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.printer = {
//!     kind = Machine;
//!     on.bridge = {
//!       address = 192.168.100.200;
//!       addresses = [ 192.168.100.200 ]; # error: E0823
//!     };
//!   };
//! ```
//!
//! ## What to do
//!
//! Write it once. `addresses` are those besides `address`.

use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Network, Spanned};
use crate::place::{place, report};

/// A machine states an address twice.
pub static CODE: Code = Code::new("E0823", "a machine states an address twice", include_str!("address_twice.rs"));

/// The stated addresses of a machine on one network.
pub(crate) fn check(
    named: &Named,
    mut stated: impl Iterator<Item = Spanned<IpAddr>> + Clone,
    network: &Network,
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    // A machine has a handful of addresses on a network, and most have one.
    while let Some(first) = stated.next() {
        let Some(second) = stated.clone().find(|second| second.value == first.value) else { continue };
        let message = format!("`{}` states {} twice in `{}`", named.path, second.value, network.named.path);
        problems.push(
            report(&CODE, message, named, second.span, "the second time")
                .secondary(place(named, first.span), "the first time")
                .help("write it once: `addresses` are those besides `address`"),
        );
    }
    problems
}
