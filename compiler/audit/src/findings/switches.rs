//! `switch-off`: rules that filter nothing, since a switch of the chain is off: the data centre's, the guest's, the device's. All that
//! are off are told, since one that is turned on alone changes nothing.

use super::Report;
use crate::proxmox::Guest;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    let proxmox = &tree.proxmox;
    let ruled: Vec<_> = proxmox
        .guests
        .values()
        .filter(|guest| guest.place.is_some() && (!guest.rules.is_empty() || guest.options.place.is_some()))
        .collect();
    for (center, cluster) in proxmox.centers.0.iter().enumerate() {
        let own = ruled.iter().filter(|guest| guest.id.center == center).count();
        if cluster.enabled.value == Ok(false) && (own > 0 || !cluster.rules.is_empty()) {
            let words = format!("the firewall of the data centre is off: the rules of {own} guests filter nothing");
            report.add("switch-off", &[cluster.enabled.place], words, "turn it on");
        }
    }
    for guest in ruled {
        of_guest(report, guest);
    }
    for (name, node) in &proxmox.nodes {
        if node.enabled.value == Ok(false) && !(node.rules.is_empty() && proxmox.center(node.center).rules.is_empty()) {
            let words =
                format!("the firewall of the node {name} is off: neither its rules nor the data centre's guard it");
            report.add("switch-off", &[node.enabled.place], words, "turn it on");
        }
    }
}

fn of_guest(report: &mut Report<'_>, guest: &Guest) {
    let name = guest.name.clone().unwrap_or_else(|| guest.id.vmid.to_string());
    let off = guest.nics.iter().filter(|nic| nic.firewall.value == Ok(false));
    let devices: Vec<_> = off.map(|nic| (&nic.name, nic.firewall.place.or(Some(nic.place)))).collect();
    if guest.options.enabled.value != Ok(false) {
        for (device, place) in devices {
            let words = format!("{device} of {name} has no firewall: the guest's rules do not see its traffic");
            report.add("switch-off", &[place], words, "write firewall = true (firewall=1)");
        }
        return;
    }
    let mut places = vec![guest.options.enabled.place.or(guest.options.place).or(guest.place)];
    places.extend(devices.iter().map(|(_, place)| *place));
    let names: Vec<&str> = devices.iter().map(|(device, _)| device.as_str()).collect();
    let (words, help) = match names.is_empty() {
        true => {
            (format!("the firewall of {name} is off: its rules filter nothing"), "turn its option on (enable, enabled)")
        }
        false => (
            format!("the firewall of {name} is off, and so is that of {}: its rules filter nothing", names.join(", ")),
            "turn its option on (enable, enabled), and that of each device (firewall=1, firewall = true)",
        ),
    };
    report.add("switch-off", &places, words, help);
}
