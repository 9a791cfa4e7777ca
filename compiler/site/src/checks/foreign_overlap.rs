//! A network in a prefix of others
//!
//! ## What is wrong
//!
//! A network and a prefix of `foreign` have addresses in common.
//!
//! ## Why
//!
//! Pods, services and the far end of a tunnel have addresses that machines of this site send to. Where one of its networks
//! has the same ones, packets stay here that were meant to go there, and nothing says so.
//!
//! ## Example
//!
//! ```arv part
//!   foreign.pods = { cidr = 10.244.0.0/16; };
//!   networks.lan = {
//!     cidr = 10.244.7.0/24; # error: E0807
//!     bridge = "vmbr2";
//!   };
//! ```
//!
//! ## What to do
//!
//! Give the network another prefix, or what is foreign, if it is yours to configure.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use ipnet::IpNet;

use crate::model::{Site, Spanned};
use crate::place::{place, report};

/// A network in a prefix of others.
pub static CODE: Code = Code::new("E0807", "a network in a prefix of others", include_str!("foreign_overlap.rs"));

/// Every foreign prefix against every network. Reported at what stands later in the sources.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for foreign in &site.foreign {
        for network in &site.networks {
            let a = foreign.prefix.value;
            let meeting = |own: &Spanned<IpNet>| a.contains(&own.value) || own.value.contains(&a);
            let Some(own) = network.prefixes().find(meeting) else { continue };
            let b = own.value;
            let (foreign, network) = ((&foreign.named, foreign.prefix), (&network.named, own));
            let (change, keep) = match foreign.1.span > network.1.span {
                true => (foreign, network),
                false => (network, foreign),
            };
            let message = format!("`{}` and `{}` have addresses in common", network.0.path, foreign.0.path);
            let label = match a.contains(&b) {
                _ if a == b => "they are one prefix".to_owned(),
                true => format!("{b} is in {a}"),
                false => format!("{a} is in {b}"),
            };
            out.push(
                report(&CODE, message, change.0, change.1.span, &label)
                    .secondary(place(keep.0, keep.1.span), format!("`{}` is {}", keep.0.path, keep.1.value))
                    .help("move the one that can be moved: whoever has both cannot tell which is meant"),
            );
        }
    }
}
