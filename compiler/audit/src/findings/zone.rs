//! `masquerade-without-zone`: a node translates for guests that have firewall bridges, in one zone of connections. The first pass of
//! a packet fixes it as not to be translated, and no guest gets out.

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    for (node, edge) in tree.edges.iter().filter(|(_, edge)| !edge.zones_bridges()) {
        let guests = tree.proxmox.guests.values().filter(|guest| guest.node.as_ref() == Some(node));
        let bridged = guests.flat_map(|guest| &guest.nics).filter(|nic| nic.firewall.value == Ok(true));
        let mut addresses = bridged.flat_map(|nic| &nic.addresses);
        let Some(place) = addresses.find_map(|net| edge.masquerade_of(net.addr())) else { continue };
        let words = format!(
            "{node} translates for guests with firewall bridges and does not put those in a zone of their own: nothing gets out"
        );
        report.add(
            "masquerade-without-zone",
            &[Some(place)],
            words,
            "add: iptables -t raw -A PREROUTING -i fwbr+ -j CT --zone 1",
        );
    }
}
