//! Which network device of a machine is which: `net0`, `eth0` and so on.
//!
//! A device's place is what Proxmox, cloud-init, the firewall and the guest know it by, so a network more must not move the
//! others. A machine's devices stand in the order of its networks' names at first, and each stays where it is from then on.
//! The lock says where, if that is anywhere else than where this order puts it.

use std::collections::{BTreeMap, BTreeSet};

use crate::lock::{Environment, Numbers};
use crate::model::{Host, NetworkId, NetworkKind, Site};

/// Whether machines have a network device on a network: an overlay's is Nebula's own.
pub(crate) fn has_device(kind: &NetworkKind) -> bool {
    !matches!(kind, NetworkKind::Overlay { .. })
}

/// The places that a machine's devices had by the last lock, by the names of the networks.
pub(crate) fn held<'n>(site: &Site, own: &Environment, numbers: &'n Numbers) -> BTreeMap<&'n str, u32> {
    if !numbers.devices.is_empty() {
        return numbers.devices.iter().map(|(network, index)| (network.as_str(), *index)).collect();
    }
    let known = |name: &str| {
        let at = site.networks.binary_search_by(|network| network.named.name.as_str().cmp(name));
        match at {
            Ok(at) => has_device(&site.networks[at].kind),
            Err(_) => own.networks.get(name).is_some_and(|segment| segment.bridge.is_some()),
        }
    };
    numbers.addresses.keys().map(String::as_str).filter(|name| known(name)).zip(0..).collect()
}

/// A device that is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) network: NetworkId,
    pub(crate) stated: Option<u32>,
    pub(crate) held: Option<u32>,
}

/// Two devices of which one states the other's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    pub(crate) network: NetworkId,
    pub(crate) other: NetworkId,
    pub(crate) index: u32,
}

/// The place of each device: stated before held, held before the first that is free, in the order of the networks.
pub(crate) fn places(wanted: &[Wanted]) -> Result<BTreeMap<NetworkId, u32>, Clash> {
    let mut found = BTreeMap::new();
    let mut by: BTreeMap<u32, NetworkId> = BTreeMap::new();
    let stated = wanted.iter().filter_map(|it| Some((it.network, it.stated?)));
    let held = wanted.iter().filter(|it| it.stated.is_none()).filter_map(|it| Some((it.network, it.held?)));
    for (network, index) in stated.chain(held) {
        if let Some(first) = by.insert(index, network) {
            // The one that states it is told.
            let says = |id: NetworkId| wanted.iter().any(|it| it.network == id && it.stated.is_some());
            let (network, other) = if says(network) { (network, first) } else { (first, network) };
            return Err(Clash { network, other, index });
        }
        found.insert(network, index);
    }
    let taken: BTreeSet<u32> = by.into_keys().collect();
    let mut free = (0..).filter(|index| !taken.contains(index));
    for it in wanted {
        if !found.contains_key(&it.network) {
            found.extend(free.next().map(|index| (it.network, index)));
        }
    }
    Ok(found)
}

/// What the lock has to hold of a machine's devices: nothing where they stand in the order of the networks' names.
pub(crate) fn recorded(site: &Site, host: &Host) -> BTreeMap<String, u32> {
    let name = |id: NetworkId| site.networks[id.index()].named.name.clone();
    let devices: BTreeMap<String, u32> =
        host.interfaces.iter().filter_map(|interface| Some((name(interface.network), interface.index?))).collect();
    match devices.values().copied().eq(0..devices.len() as u32) {
        true => BTreeMap::new(),
        false => devices,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(of: &[(Option<u32>, Option<u32>)]) -> Vec<Wanted> {
        let networks = (0..).map(NetworkId);
        of.iter()
            .zip(networks)
            .map(|((stated, held), network)| Wanted { network, stated: *stated, held: *held })
            .collect()
    }

    fn found(of: &[(Option<u32>, Option<u32>)]) -> Vec<u32> {
        places(&wanted(of)).expect("no clash").into_values().collect()
    }

    #[test]
    fn what_is_held_stays_and_what_is_new_takes_what_is_free() {
        assert_eq!(found(&[(None, None), (None, None)]), [0, 1]);
        assert_eq!(found(&[(None, None), (None, Some(0))]), [1, 0]);
        assert_eq!(found(&[(None, None), (None, Some(1)), (None, None)]), [0, 1, 2]);
        assert_eq!(found(&[(None, Some(1))]), [1]);
        assert_eq!(found(&[(Some(0), Some(1)), (None, None)]), [0, 1]);
        assert_eq!(found(&[(Some(1), Some(0)), (Some(0), Some(1))]), [1, 0]);
    }

    #[test]
    fn a_stated_place_that_another_one_has_is_a_clash_of_the_one_that_states_it() {
        let clash = |network, other, index| Err(Clash { network: NetworkId(network), other: NetworkId(other), index });
        assert_eq!(places(&wanted(&[(None, Some(0)), (Some(0), Some(1))])), clash(1, 0, 0));
        assert_eq!(places(&wanted(&[(Some(2), None), (Some(2), None)])), clash(1, 0, 2));
    }
}
