//! `two-lists`: two resources that each are the whole list of rules of one guest, node or data centre.
//! `same-address`: two certificates with one address of the overlay, two devices of one segment with one address.

use std::collections::BTreeMap;

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    for (first, second, whose) in &tree.proxmox.twice {
        let words =
            format!("each of the two is the whole list of rules of {whose}: one takes away what the other makes");
        report.add("two-lists", &[Some(*first), Some(*second)], words, "put all rules into one resource");
    }
    let mut seen = BTreeMap::new();
    for certificate in tree.members.iter().filter_map(|member| member.certificate.as_ref().ok()) {
        for address in certificate.networks.iter().map(ipnet::IpNet::addr) {
            if let Some(first) = seen.insert(address, certificate.place) {
                let words = format!("two certificates have the address {address}");
                report.add(
                    "same-address",
                    &[Some(first), Some(certificate.place)],
                    words,
                    "give one of them another address, and block the old certificate",
                );
            }
        }
    }
    let mut seen = BTreeMap::new();
    for guest in tree.proxmox.guests.values() {
        for nic in &guest.nics {
            let Ok(bridge) = &nic.bridge.value else { continue };
            for net in &nic.addresses {
                let node = (guest.id.center, guest.node.clone());
                if let Some(first) = seen.insert((node, bridge, nic.vlan, net.addr()), nic.place) {
                    let words = format!("two devices on {bridge} have the address {}", net.addr());
                    report.add(
                        "same-address",
                        &[Some(first), Some(nic.place)],
                        words,
                        "give one of them another address",
                    );
                }
            }
        }
    }
}
