//! `ipfilter-without-set`: the IP filter of a virtual machine is on, and nothing says which addresses it may have. The set that Proxmox
//! makes by itself is empty but for a link-local address: nothing of IPv4 leaves the machine.

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    for guest in report.tree.proxmox.guests.values() {
        let options = &guest.options;
        // A container's set has the addresses that it is configured with.
        let asked = guest.place.is_some() && !guest.container && options.enabled.value == Ok(true);
        if !asked || options.ipfilter.value != Ok(true) {
            continue;
        }
        let name = guest.name.clone().unwrap_or_else(|| guest.id.vmid.to_string());
        for nic in guest.nics.iter().filter(|nic| nic.firewall.value == Ok(true)) {
            let set = format!("ipfilter-{}", nic.name);
            let empty = guest.sets.get(&set).is_none_or(|set| set.entries.is_empty() && set.gap.is_none());
            if empty {
                let words = format!(
                    "the IP filter of {name} is on, and the set {set} has no address: nothing but IPv6 of the link leaves {}",
                    nic.name
                );
                report.add(
                    "ipfilter-without-set",
                    &[options.ipfilter.place.or(options.place)],
                    words,
                    "make the set, with the addresses of the device",
                );
            }
        }
    }
}
