//! `anywhere`: a rule lets a guest out without a destination. That is not the Internet alone, but the other guests of the bridge, the
//! node, and every private network behind it.

use super::Report;
use crate::packet::{Addr, Port};
use crate::proxmox::{Action, Direction, Rule, Spec};

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    let proxmox = &tree.proxmox;
    let guests = proxmox.guests.values().filter(|guest| guest.place.is_some()).map(|guest| &guest.rules);
    for list in
        guests.chain(proxmox.centers.0.iter().flat_map(|cluster| cluster.groups.values()).map(|group| &group.rules))
    {
        // A drop of the private prefixes in front of it is how it is meant.
        let private = Addr::At([10, 0, 0, 1].into());
        let drops = |rule: &Rule| {
            let taken = matches!(&rule.dest, Spec::These(these) if these.contain(private) == crate::bounds::Tri::Yes);
            rule.action == Action::Drop && rule.direction == Direction::Out && taken
        };
        for (index, rule) in list.iter().enumerate() {
            let open = rule.enabled
                && rule.action == Action::Accept
                && rule.direction == Direction::Out
                && rule.dest == Spec::Any;
            // Asking for an address goes to everybody.
            let dhcp = rule.dport.as_ref().is_some_and(|ports| {
                [67, 547].iter().any(|port| ports.contain(Port::At(*port)) == crate::bounds::Tri::Yes)
            });
            if open && !dhcp && rule.icmp.is_none() && !list[..index].iter().any(drops) {
                let words = "it lets out to everywhere: the other guests, the node and private networks too, and not to the Internet alone";
                report.add(
                    "anywhere",
                    &[Some(rule.place)],
                    words.into(),
                    "drop the private prefixes in front of it, or name a destination",
                );
            }
        }
    }
}
