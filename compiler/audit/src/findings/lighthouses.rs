//! `lighthouse-not-found`: a lighthouse without an entry in `static_host_map`, one that lists lighthouses of its own, a member that
//! asks somebody who is none, or asks at a port where nobody listens.

use super::Report;
use crate::nebula::{Endpoint, Member};
use crate::tree::Tree;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    for member in &tree.members {
        let place = [Some(member.place)];
        if member.lighthouse && !member.lighthouses.is_empty() {
            let words = format!(
                "{} is a lighthouse and asks lighthouses: it need not, and reports to them for nothing",
                member.host
            );
            report.add("lighthouse-not-found", &place, words, "leave its lighthouse.hosts empty");
        }
        for address in &member.lighthouses {
            if !member.endpoints.contains_key(address) {
                let words = format!(
                    "{} asks the lighthouse {address} and does not know where that is: it does not start",
                    member.host
                );
                report.add("lighthouse-not-found", &place, words, "add it to static_host_map");
            }
            let known = tree.member_addresses().get(address).map(|index| &tree.members[*index]);
            if known.is_some_and(|other| !other.lighthouse) {
                let words = format!("{} asks {address}, which is no lighthouse", member.host);
                report.add("lighthouse-not-found", &place, words, "write am_lighthouse: true there");
            }
            if let Some(other) = known
                && let (Ok(port), Some((endpoints, entry))) = (&other.port, member.endpoints.get(address))
                && *port != 0
                && !endpoints.is_empty()
                && endpoints.iter().all(|endpoint| misses(tree, other, *port, endpoint))
            {
                let words = format!(
                    "{} asks the lighthouse {} where it does not listen, which is at port {port}: it reports to nobody, and nobody finds it",
                    member.host, other.host
                );
                report.add(
                    "lighthouse-not-found",
                    &[Some(*entry), Some(other.place)],
                    words,
                    "write the same port in both",
                );
            }
        }
    }
}

/// Whether an endpoint is an address that a member has itself, and a port where it does not listen. One that somebody hands on
/// may have another port.
fn misses(tree: &Tree, member: &Member, port: u16, endpoint: &Endpoint) -> bool {
    let Endpoint::At(socket) = endpoint else { return false };
    let own = tree.owners.get(&socket.ip()).is_some_and(|(owner, _)| *owner == member.host);
    own && !tree.wiring.known_as.contains_key(&socket.ip()) && socket.port() != port
}
