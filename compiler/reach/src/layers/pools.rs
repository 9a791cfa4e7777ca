//! Addresses that machines answer for beside their own, handed out by something that is not of the site: a load balancer's.

use arvc_site::model::NetworkId;
use ipnet::IpNet;

use super::decide::{Layers, unknown};
use super::{Layer, Party, Step};
use crate::address::span;

/// Who gets what is sent to addresses of a pool: one of its owners, nobody says which, and each by its own rules.
pub(super) fn answered(layers: &Layers, network: NetworkId, addresses: &[IpNet]) -> Option<Step> {
    let there = &layers.site().networks[network.index()];
    let owned = there.pools.iter().filter(|pool| !pool.owners.is_empty());
    owned.into_iter().find_map(|pool| {
        let (first, last) = pool.numbers.value;
        let inside = span(&there.prefix.value, first, last);
        let at = addresses.first()?;
        let whole = addresses.iter().all(|address| inside.iter().any(|prefix| prefix.contains(address)));
        let path = format!("{}.pools.{}", there.named.path, pool.name);
        whole.then(|| {
            let owners = pool.owners.iter().map(|owner| layers.host(*owner).named.path.as_str());
            let owners = owners.collect::<Vec<_>>().join(" or ");
            unknown(Layer::Router, Party::Prefix(*at), format!("{owners} answers for it ({path}), by rules of its own"))
        })
    })
}

/// The addresses of each pool of a network that machines answer for.
pub(super) fn owned(layers: &Layers, network: NetworkId) -> Vec<Vec<IpNet>> {
    let there = &layers.site().networks[network.index()];
    let owned = there.pools.iter().filter(|pool| !pool.owners.is_empty());
    owned.map(|pool| span(&there.prefix.value, pool.numbers.value.0, pool.numbers.value.1)).collect()
}
