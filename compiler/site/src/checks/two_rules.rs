//! Two rules for the addresses of one network
//!
//! ## What is wrong
//!
//! A range says of a network with one prefix both `addresses` and `address`.
//!
//! ## Why
//!
//! Each of them gives every slot an address there, and nobody could say which one is meant. Of a network with several
//! prefixes, `address` is for the one that it lies in, and `addresses` for the others.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.tenant = {
//!     vmids = 5000..5009;
//!     on.bridge.addresses = 50..59;
//!     on.bridge.address = vmid: 192.168.100.50 + (vmid - 5000); # error: E0391
//!   };
//! ```
//!
//! ## What to do
//!
//! Remove one of them.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Network, Range, RangeOn};
use crate::place::report;

/// Two rules for the addresses of one network.
pub static CODE: Code = Code::new("E0391", "two rules for the addresses of one network", include_str!("two_rules.rs"));

/// What a range says of a network.
pub(crate) fn check(range: &Range, network: &Network, on: &RangeOn) -> Option<Diagnostic> {
    let (span, rule) = (on.addresses?, on.address.filter(|_| network.more.is_empty())?);
    let message = format!("`{}` has two rules for addresses in `{}`", range.named.path, network.named.path);
    Some(
        report(&CODE, message, &range.named, rule.span, "an address for each slot")
            .secondary(span.span, "and another one")
            .help("remove one of them"),
    )
}
