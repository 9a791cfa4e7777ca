//! Two prefixes of a network meet
//!
//! ## What is wrong
//!
//! A network has two prefixes that have addresses in common: one twice, or one inside the other.
//!
//! ## Why
//!
//! A machine has an address in each prefix of its networks. In two prefixes that meet it would have one address twice, or
//! two that its neighbours look for with different lengths.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = {
//!     cidr = fd00:20::/48;
//!     prefixes = [ fd00:20:0:1::/64 ]; # error: E0820
//!     bridge = "vmbr2";
//!   };
//! ```
//!
//! ## What to do
//!
//! Write each prefix once, and of two that meet the one that the segment has.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Network;
use crate::place::{place, report};

/// Two prefixes of a network meet.
pub static CODE: Code = Code::new("E0820", "two prefixes of a network meet", include_str!("prefixes_meet.rs"));

/// Each further prefix against those before it; a network has a handful.
pub(crate) fn check(network: &Network) -> Vec<Diagnostic> {
    let problem = |(at, own): (usize, &crate::model::Spanned<ipnet::IpNet>)| {
        let mut before = network.prefixes().take(at + 1);
        let other = before.find(|other| other.value.contains(&own.value) || own.value.contains(&other.value))?;
        let message = format!("two prefixes of `{}` have addresses in common", network.named.path);
        let label = match own.value.trunc() == other.value.trunc() {
            true => "this one is written twice".to_owned(),
            false => format!("{} and {} meet", own.value, other.value),
        };
        Some(
            report(&CODE, message, &network.named, own.span, &label)
                .secondary(place(&network.named, other.span), format!("`{}`", other.value))
                .help("leave one of the two out: of two that meet, keep the one that the segment has"),
        )
    };
    network.more.iter().enumerate().filter_map(problem).collect()
}
