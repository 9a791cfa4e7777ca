//! Operators from everywhere
//!
//! ## What is wrong
//!
//! `operators.addresses` holds every address there is.
//!
//! ## Why
//!
//! SSH to the guests, and Proxmox itself, answer to the operators' addresses. With `0.0.0.0/0` they answer to the world, and
//! the first of the layers that protect them is gone.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "example";
//!   domain = "example.internal";
//!   operators.addresses = [ 0.0.0.0/0 ]; # error: L0306
//! }
//! ```
//!
//! ## What to do
//!
//! Name the networks that the operators work from. Who works from anywhere connects through the overlay or a jump host.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Site;

/// Operators from everywhere.
pub static CODE: Code = Code::new("L0306", "operators from everywhere", include_str!("operators_everywhere.rs"));

/// Every entry.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for prefix in site.operators.addresses.iter().filter(|prefix| prefix.value.prefix_len() == 0) {
        let message = "the operators connect from every address there is";
        out.push(
            Diagnostic::new(&CODE, message, prefix.span, "SSH answers to the world")
                .help("name the networks that they work from"),
        );
    }
}
