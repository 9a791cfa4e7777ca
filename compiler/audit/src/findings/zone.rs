//! `masquerade-without-zone`: a node translates for guests that have firewall bridges, in one zone of connections. The first pass of
//! a packet fixes it as not to be translated, and no guest gets out.

use super::Report;
use crate::filter::{Rule, Test, Then};

/// How the firewall bridges of guests are called.
const FWBR: &str = "fwbr";

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    for (node, edge) in &tree.edges {
        let rules = || edge.chains.iter().flat_map(|chain| &chain.rules);
        let all = |names: &[String]| names.iter().any(|name| FWBR.starts_with(name.trim_end_matches('+')));
        let bridges = |test: &Test| matches!(test, Test::In(names) if all(names));
        let takes = |rule: &Rule| rule.conditions.iter().all(|one| !one.not && bridges(&one.test));
        let zoned = rules().any(|rule| rule.then == Then::Zone && takes(rule));
        let Some(rule) = rules().find(|rule| rule.then == Then::Masquerade) else { continue };
        let translated = |address| edge.masquerades(address);
        let guests = tree.proxmox.guests.values().filter(|guest| guest.node.as_ref() == Some(node));
        let mut bridged = guests.flat_map(|guest| &guest.nics).filter(|nic| nic.firewall.value == Ok(true));
        if !zoned && bridged.any(|nic| nic.addresses.iter().any(|net| translated(net.addr()))) {
            let words = format!(
                "{node} translates for guests with firewall bridges and does not put those in a zone of their own: nothing gets out"
            );
            report.add(
                "masquerade-without-zone",
                &[Some(rule.place)],
                words,
                "add: iptables -t raw -A PREROUTING -i fwbr+ -j CT --zone 1",
            );
        }
    }
}
