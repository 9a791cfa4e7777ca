//! `relay-of-nobody`: a relay that no member lists in its own `relays`, or a listed one that is none: nothing is relayed.

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    for member in &tree.members {
        let own = member.addresses();
        if member.relay
            && !own.is_empty()
            && !tree.members.iter().any(|other| other.relays.iter().any(|one| own.contains(one)))
        {
            let words = format!("{} is a relay, and no member has it in its relays: it relays to nobody", member.host);
            report.add(
                "relay-of-nobody",
                &[Some(member.place)],
                words,
                "list it in relay.relays of those that are reached through it",
            );
        }
        for address in &member.relays {
            let listed = tree.member_addresses().get(address).map(|index| &tree.members[*index]);
            if listed.is_some_and(|relay| !relay.relay) {
                let words = format!("{address} is in the relays of {}, and is no relay", member.host);
                report.add("relay-of-nobody", &[Some(member.place)], words, "write am_relay: true there");
            }
        }
        if member.relay && !member.relays.is_empty() {
            let words = format!("{} is a relay: its own relays are ignored", member.host);
            report.add(
                "relay-of-nobody",
                &[Some(member.place)],
                words,
                "a relay must be reached directly; remove the list",
            );
        }
    }
}
