//! Which resolvers a machine may ask before the overlay is there: those that it has an address of the family for. One that
//! it cannot send a packet to would only make it wait.

use std::net::IpAddr;

use arvc_site::model::{Families, Family, Host, Site};

/// The site's uplink resolvers for one machine.
pub(crate) fn of(site: &Site, host: &Host) -> Vec<IpAddr> {
    asked(site, host, &site.uplink_resolvers).collect()
}

/// Those of some resolvers that a machine can ask below the overlay. A machine that has no address there has the whole list.
pub(crate) fn asked<'a>(site: &Site, host: &Host, list: &'a [IpAddr]) -> impl Iterator<Item = IpAddr> + 'a + use<'a> {
    let below = host.interfaces.iter().filter(|interface| !site.networks[interface.network.index()].is_overlay());
    let own = below.fold(Families::NONE, |all, interface| all.union(interface.families()));
    list.iter().copied().filter(move |address| own.is_none() || own.contains(Family::of(*address)))
}
