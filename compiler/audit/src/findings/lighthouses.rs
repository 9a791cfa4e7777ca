//! `lighthouse-not-found`: a lighthouse without an entry in `static_host_map`, one that lists lighthouses of its own, a member that
//! asks somebody who is none.

use super::Report;

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
        }
    }
}
