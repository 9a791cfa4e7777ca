//! `switch-off`: rules that filter nothing, since a switch of the chain is off: the data centre's, the guest's, the device's.

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    let proxmox = &tree.proxmox;
    let ruled: Vec<_> = proxmox
        .guests
        .values()
        .filter(|guest| guest.place.is_some() && (!guest.rules.is_empty() || guest.options.place.is_some()))
        .collect();
    if proxmox.cluster.enabled.value == Ok(false) && (!ruled.is_empty() || !proxmox.cluster.rules.is_empty()) {
        let words =
            format!("the firewall of the data centre is off: the rules of {} guests filter nothing", ruled.len());
        report.add("switch-off", &[proxmox.cluster.enabled.place], words, "turn it on");
    }
    for guest in ruled {
        let name = guest.name.clone().unwrap_or_else(|| guest.vmid.to_string());
        if guest.options.enabled.value == Ok(false) {
            let words = format!("the firewall of {name} is off: its rules filter nothing");
            let place = guest.options.enabled.place.or(guest.options.place).or(guest.place);
            report.add("switch-off", &[place], words, "turn its option on (enable, enabled)");
            continue;
        }
        for nic in guest.nics.iter().filter(|nic| nic.firewall.value == Ok(false)) {
            let words = format!("net{} of {name} has no firewall: the guest's rules do not see its traffic", nic.index);
            report.add(
                "switch-off",
                &[nic.firewall.place.or(Some(nic.place))],
                words,
                "write firewall = true (firewall=1)",
            );
        }
    }
    for (name, node) in &proxmox.nodes {
        if node.enabled.value == Ok(false) && !(node.rules.is_empty() && proxmox.cluster.rules.is_empty()) {
            let words =
                format!("the firewall of the node {name} is off: neither its rules nor the data centre's guard it");
            report.add("switch-off", &[node.enabled.place], words, "turn it on");
        }
    }
}
