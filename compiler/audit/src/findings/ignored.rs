//! `field-ignored`: a field that a release does not know: it ignores it silently, and the rule says more than was meant.
//! `swapped-action`: `inbound_action` and `outbound_action`, which 1.7 to 1.10 take for one another.

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    for member in &tree.members {
        let Ok(version) = member.version else { continue };
        for place in &member.ignored {
            let words =
                format!("Nebula {version} does not know local_cidr: the rule holds for every address of the machine");
            report.add("field-ignored", &[Some(*place)], words, "take a newer release, or open nothing that needs it");
        }
        if !version.from(7) && !member.blocked.is_empty() && member.cuts_invalid != Some(true) {
            let words = format!(
                "Nebula {version} keeps the tunnels of blocked certificates: disconnect_invalid is off unless it is written"
            );
            report.add("default-of-an-option", &[Some(member.place)], words, "write pki.disconnect_invalid: true");
        }
        match member.actions {
            Some(place) if !version.from(7) => {
                let words = format!("Nebula {version} does not know the actions of the firewall: it drops");
                report.add("field-ignored", &[Some(place)], words, "remove them");
            }
            Some(place) if !version.from(11) => {
                let words = format!("Nebula {version} takes inbound_action for outbound and the other way round");
                report.add("swapped-action", &[Some(place)], words, "give both the same value, or take 1.11");
            }
            _ => {}
        }
        let behind = member.certificate.as_ref().is_ok_and(|own| !own.unsafe_networks.is_empty());
        if behind && member.local_any.unwrap_or(!version.from(10)) {
            let words = format!(
                "{} routes to networks behind it, and every rule without local_cidr holds for those too: default_local_cidr_any is on",
                member.host
            );
            report.add(
                "default-of-an-option",
                &[member.lists[0]],
                words,
                "write local_cidr in each rule, and default_local_cidr_any: false",
            );
        }
    }
}
