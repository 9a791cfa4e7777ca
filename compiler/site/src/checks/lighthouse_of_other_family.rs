//! A member and its lighthouses have no address family in common
//!
//! ## What is wrong
//!
//! A member of an overlay has, on the underlay, addresses of one family alone, and every lighthouse has those of the other
//! family alone.
//!
//! ## Why
//!
//! Nebula's packets travel over IPv4 or over IPv6. A member that no packet of can reach a lighthouse finds nobody, and nobody
//! finds it.
//!
//! ## Example
//!
//! ```arv part
//!   networks.bridge.prefixes = [ fd00:100::/64 ];
//!   uplink_resolvers = [ 1.1.1.1, 2606:4700::1111 ];
//!   hosts.dns.on = { bridge.family = Ipv4; overlay = {}; };
//!   hosts.six = {
//!     vmid = 3000; # error: E0824
//!     groups = [ groups.projects ];
//!     on = { bridge.family = Ipv6; overlay = {}; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Give the lighthouse an address of each family: leave its `family` out.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Families, Host, NetworkId, NetworkKind, Site};
use crate::origins::Origins;
use crate::place::{place, report};

/// A member and its lighthouses have no address family in common.
pub static CODE: Code = Code::new(
    "E0824",
    "a member and its lighthouses have no address family in common",
    include_str!("lighthouse_of_other_family.rs"),
);

/// Every overlay on a network of both families.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts {
        return;
    }
    for (network, id) in site.networks.iter().zip((0..).map(NetworkId)) {
        let NetworkKind::Overlay { underlay, .. } = network.kind else { continue };
        // Where all have one family there is nothing to miss.
        if site.networks.get(underlay.index()).is_none_or(|underlay| underlay.more.is_empty()) {
            continue;
        }
        let members: Vec<(&Host, Families)> = members(site, id, underlay).collect();
        let mut lighthouses = members.iter().filter(|(host, _)| host.lighthouse).peekable();
        // One elsewhere is met by whatever way leads there.
        let elsewhere = |host: &Host| host.lighthouse && host.is_on(id) && !host.is_on(underlay);
        let Some((first, _)) = lighthouses.peek().copied() else { continue };
        if members.iter().any(|(host, _)| host.broken) || site.hosts.iter().any(elsewhere) {
            continue;
        }
        let met = lighthouses.fold(Families::NONE, |all, (_, families)| all.union(*families));
        for (host, own) in members.iter().filter(|(_, own)| own.intersection(met).is_none()) {
            let name =
                |families: Families| families.iter().map(|family| family.name()).collect::<Vec<_>>().join(" and ");
            let under = &site.networks[underlay.index()].named.path;
            let message = format!("`{}` reaches no lighthouse of `{}`", host.named.path, network.named.path);
            let label = format!("it has {} alone in `{under}`", name(*own));
            let span = host.vmid.map_or(host.named.key, |vmid| vmid.span);
            out.push(
                report(&CODE, message, &host.named, span, &label)
                    .secondary(place(&first.named, first.named.key), format!("a lighthouse with {} alone", name(met)))
                    .help(format!("give `{}` an address of {} in `{under}`", first.named.path, name(*own))),
            );
        }
    }
}

/// The members of an overlay that are on its underlay, with their families there.
pub(super) fn members(site: &Site, overlay: NetworkId, underlay: NetworkId) -> impl Iterator<Item = (&Host, Families)> {
    let there = site.hosts.iter().filter(move |host| host.status.is_there() && host.is_on(overlay));
    there.filter_map(move |host| {
        let interface = host.interface_on(underlay)?;
        Some((host, interface.families()))
    })
}
