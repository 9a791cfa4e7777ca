//! `default-of-an-option`: an option of a guest's firewall that is not written, and whose default is not what one expects: `dhcp` of a
//! `.fw` file is on, whatever the manual says; the provider writes `radv` on and `ndp` off.

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    for guest in report.tree.proxmox.guests.values() {
        let options = &guest.options;
        if guest.place.is_none() || options.enabled.value != Ok(true) {
            continue;
        }
        let name = guest.name.clone().unwrap_or_else(|| guest.id.vmid.to_string());
        let absent = [
            ("dhcp", &options.dhcp, "DHCP is let through before the filters of addresses"),
            ("radv", &options.radv, "the guest may send router advertisements"),
        ];
        for (key, setting, words) in absent {
            if setting.place.is_none() && setting.value == Ok(true) {
                let words = format!("{key} of {name} is not written, which is on: {words}");
                report.add("default-of-an-option", &[options.place], words, "write it");
            }
        }
        let v6 = guest.nics.iter().flat_map(|nic| &nic.addresses).any(|net| net.addr().is_ipv6());
        if options.ndp.place.is_none() && options.ndp.value == Ok(false) && v6 {
            let words = format!("ndp of {name} is not written, which the provider makes off: IPv6 finds no neighbours");
            report.add("default-of-an-option", &[options.place], words, "write it");
        }
        if options.policy_out.place == options.place && options.policy_out.value == Ok(crate::proxmox::Policy::Accept) {
            let words = format!(
                "the policy of {name} for what it sends is not written, which is ACCEPT: it reaches all that lets it in"
            );
            report.add("default-of-an-option", &[options.place], words, "write DROP, and rules for what it needs");
        }
    }
}
