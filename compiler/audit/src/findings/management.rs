//! `management-open`: guests reach the management ports of the nodes: the set `management` or the network that Proxmox takes for the
//! local one holds their addresses.

use super::Report;
use crate::proxmox::{Center, Cluster};

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    for (center, cluster) in tree.proxmox.centers.0.iter().enumerate() {
        if tree.proxmox.present && cluster.enabled.value == Ok(true) {
            of_center(report, center, cluster);
        }
    }
}

fn of_center(report: &mut Report<'_>, center: Center, cluster: &Cluster) {
    let tree = report.tree;
    let help = "write the alias local_network with the node's own address, and single addresses in the set management";
    let addresses = || {
        tree.proxmox
            .guests
            .values()
            .filter(|guest| guest.id.center == center)
            .flat_map(|guest| &guest.nics)
            .flat_map(|nic| &nic.addresses)
    };
    match cluster.aliases.get("local_network") {
        None => {
            let words = "there is no alias local_network: the network of a node's address, which may be the guests', reaches 22, 3128, 5900 to 5999, 8006 of the nodes";
            report.add("management-open", &[cluster.enabled.place], words.into(), help);
        }
        Some((net, place)) => {
            if let Some(guest) = addresses().find(|guest| net.contains(&guest.addr())) {
                let words = format!(
                    "local_network holds {}, which is a guest's: it reaches the management ports of the nodes",
                    guest.addr()
                );
                report.add("management-open", &[Some(*place)], words, help);
            }
        }
    }
    if let Some(set) = cluster.sets.get("management")
        && let Some(guest) = addresses().find(|guest| set.has(guest.addr()))
    {
        let words = format!(
            "the set management holds {}, which is a guest's: it reaches the management ports of the nodes",
            guest.addr()
        );
        report.add("management-open", &[Some(set.place)], words, help);
    }
}
