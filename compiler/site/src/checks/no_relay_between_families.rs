//! No relay between members of different address families
//!
//! ## What is wrong
//!
//! Of two members of an overlay, one has IPv4 alone on the underlay and the other IPv6 alone, and no relay has both.
//!
//! ## Why
//!
//! A tunnel between them has no way: packets of one family do not reach an address of the other. A relay with an address of
//! each hands them on.
//!
//! ## Example
//!
//! ```arv part
//!   networks.bridge.prefixes = [ fd00:100::/64 ];
//!   uplink_resolvers = [ 1.1.1.1, 2606:4700::1111 ];
//!   hosts.six = {
//!     vmid = 3000; # error: L0821
//!     groups = [ groups.projects ];
//!     on = { bridge.family = Ipv6; overlay = {}; };
//!   };
//!   hosts.four = {
//!     vmid = 3001;
//!     groups = [ groups.projects ];
//!     on = { bridge.family = Ipv4; overlay = {}; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Make a machine with addresses of both families a relay: `relay = true;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::lighthouse_of_other_family::members;
use crate::model::{Families, Family, Host, NetworkId, NetworkKind, Site};
use crate::origins::Origins;
use crate::place::{place, report};

/// No relay between members of different address families.
pub static CODE: Code = Code::new(
    "L0821",
    "no relay between members of different address families",
    include_str!("no_relay_between_families.rs"),
);

/// Every overlay on a network of both families.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || site.hosts.iter().any(|host| host.broken) {
        return;
    }
    for (network, id) in site.networks.iter().zip((0..).map(NetworkId)) {
        let NetworkKind::Overlay { underlay, .. } = network.kind else { continue };
        if site.networks.get(underlay.index()).is_none_or(|underlay| underlay.more.is_empty()) {
            continue;
        }
        let members: Vec<(&Host, Families)> = members(site, id, underlay).collect();
        let only = |family: Family| {
            let alone: Families = [family].into_iter().collect();
            members.iter().find(|(_, families)| *families == alone).map(|(host, _)| *host)
        };
        let both: Families = Family::ALL.into_iter().collect();
        // Who meets no lighthouse is told that.
        let lighthouses = || members.iter().filter(|(host, _)| host.lighthouse);
        let met = lighthouses().fold(Families::NONE, |all, (_, families)| all.union(*families));
        if lighthouses().next().is_some() && members.iter().any(|(_, own)| own.intersection(met).is_none()) {
            continue;
        }
        let relayed = members.iter().any(|(host, families)| host.relay && *families == both);
        let (Some(four), Some(six), false) = (only(Family::V4), only(Family::V6), relayed) else { continue };
        let message = format!(
            "`{}` and `{}` have no way to one another in `{}`",
            four.named.path, six.named.path, network.named.path
        );
        let span = |host: &Host| host.vmid.map_or(host.named.key, |vmid| vmid.span);
        let under = &site.networks[underlay.index()].named.path;
        out.push(
            report(&CODE, message, &six.named, span(six), &format!("it has IPv6 alone in `{under}`"))
                .secondary(place(&four.named, span(four)), "and this one IPv4 alone")
                .help("make a machine with addresses of both families a relay: `relay = true;`"),
        );
    }
}
