//! Which of a machine's addresses on a network is made known where.
//!
//! Proxmox, and cloud-init from it, configure one address of each family on a network device (`ip=`, `ip6=` of
//! `qm.conf`'s `ipconfigN` and of `pct.conf`'s `netN`). What a guest has besides, Ansible adds.

use std::net::IpAddr;

use arvc_site::model::{Family, Gateway, Interface, Network};
use ipnet::IpNet;

/// The address of each family that a guest is made with, IPv4 first, with the router of the family: the first one in the
/// router's own prefix, where the router is found without a route to it, else the first one.
pub(crate) fn configured<'a>(
    network: &'a Network,
    interface: &'a Interface,
) -> impl Iterator<Item = (IpNet, Option<&'a Gateway>)> + 'a {
    Family::ALL.into_iter().filter_map(move |family| {
        let gateway = network.gateway(family);
        let beside = gateway.and_then(|gateway| network.prefix_of(gateway.address));
        let own = interface.addresses().filter(|address| Family::of(address.value) == family);
        let first = own.clone().find(|address| beside.is_some_and(|beside| beside.value.contains(&address.value)));
        let address = first.or_else(|| own.clone().next())?;
        Some((with_length(network, address.value)?, gateway))
    })
}

/// The address that a machine is reached at before anything configured it: its first one, or in the place of that the one of
/// its family that it is made with. None where nobody knows it.
pub(crate) fn reached(network: &Network, interface: &Interface) -> Option<IpAddr> {
    let first = interface.address?.value;
    let mut made = configured(network, interface).map(|(address, _)| address.addr());
    Some(match network.is_bridge() {
        true => made.find(|address| Family::of(*address) == Family::of(first)).unwrap_or(first),
        false => first,
    })
}

/// The addresses that a guest is not made with.
pub(crate) fn further<'a>(network: &'a Network, interface: &'a Interface) -> impl Iterator<Item = IpNet> + 'a {
    let own = interface.more.iter().chain(&interface.address).filter(|_| !interface.more.is_empty());
    let own = own.filter_map(|address| with_length(network, address.value));
    own.filter(move |address| configured(network, interface).all(|(other, _)| other != *address))
}

/// An address with the length of the prefix that it is in.
pub(crate) fn with_length(network: &Network, address: IpAddr) -> Option<IpNet> {
    IpNet::new(address, network.prefix_of(address)?.value.prefix_len()).ok()
}
