//! A machine on two networks with the same addresses
//!
//! ## What is wrong
//!
//! A machine is on two networks whose prefixes have addresses in common.
//!
//! ## Why
//!
//! Two segments may have the same addresses, as long as nobody is on both: to a machine with two such interfaces every
//! neighbour is behind the first one, and those behind the second are never found.
//!
//! ## Example
//!
//! ```arv part
//!   networks.copy = { cidr = 192.168.100.0/24; bridge = "vmbr2"; };
//!   hosts.a = { # error: E0811
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on.bridge = { address = 192.168.100.200; device = "enp1s0"; };
//!     on.copy = { address = 192.168.100.201; device = "enp2s0"; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Take the machine off one of them, or give one of them another prefix.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use ipnet::IpNet;

use crate::model::{NetworkId, Site};
use crate::place::{place, report};

/// A machine on two networks with the same addresses.
pub static CODE: Code =
    Code::new("E0811", "a machine on two networks with the same addresses", include_str!("same_prefix.rs"));

/// Every machine against the pairs of networks that overlap, of which a site has few or none.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let pairs = pairs(site);
    if pairs.is_empty() {
        return;
    }
    for host in &site.hosts {
        let both = |(first, second): &&(NetworkId, NetworkId)| host.is_on(*first) && host.is_on(*second);
        let Some((first, second)) = pairs.iter().find(both) else { continue };
        let (first, second) = (&site.networks[first.index()], &site.networks[second.index()]);
        let message = format!(
            "`{}` is on `{}` and `{}`, which have addresses in common",
            host.named.path, first.named.path, second.named.path
        );
        out.push(
            report(&CODE, message, &host.named, host.named.key, "it finds the neighbours of one of them alone")
                .secondary(place(&first.named, first.prefix.span), format!("`{}`", first.prefix.value))
                .secondary(place(&second.named, second.prefix.span), format!("`{}`", second.prefix.value)),
        );
    }
}

/// What an overlay or a routed network overlaps is reported at the networks.
fn pairs(site: &Site) -> Vec<(NetworkId, NetworkId)> {
    let networks: Vec<_> = (0..).map(NetworkId).zip(&site.networks).collect();
    let mut pairs = Vec::new();
    for (at, (first, a)) in networks.iter().enumerate() {
        for (second, b) in &networks[at + 1..] {
            let apart = |network: &crate::model::Network| network.is_overlay() || network.router.is_some();
            let meets = |own: IpNet, other: IpNet| own.contains(&other) || other.contains(&own);
            let meet = a.prefixes().any(|own| b.prefixes().any(|other| meets(own.value, other.value)));
            if !apart(a) && !apart(b) && meet {
                pairs.push((*first, *second));
            }
        }
    }
    pairs
}
