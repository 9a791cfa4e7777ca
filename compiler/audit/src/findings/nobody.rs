//! `nobody`: a rule of Nebula for a peer that does not exist: a list of groups is all of them, and no certificate has them; or a
//! name that no certificate bears.

use std::collections::BTreeSet;

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    let certificates: Vec<_> = tree.members.iter().filter_map(|member| member.certificate.as_ref().ok()).collect();
    // Where some certificate is not there, it may be the one.
    if certificates.len() < tree.members.len() || certificates.is_empty() {
        return;
    }
    let groups: BTreeSet<&String> = certificates.iter().flat_map(|certificate| &certificate.groups).collect();
    for member in &tree.members {
        for rule in &member.written {
            let place = [Some(rule.place)];
            if let Some(host) =
                rule.host.as_ref().filter(|host| *host != "any" && !certificates.iter().any(|one| one.name == **host))
            {
                report.add(
                    "nobody",
                    &place,
                    format!("no certificate is named {host:?}"),
                    "names are compared letter by letter; correct or remove it",
                );
            }
            if rule.groups.is_empty() || rule.groups.iter().any(|group| group == "any") {
                continue;
            }
            if certificates.iter().any(|one| rule.groups.iter().all(|group| one.groups.contains(group))) {
                continue;
            }
            let unknown: Vec<&str> =
                rule.groups.iter().filter(|group| !groups.contains(group)).map(String::as_str).collect();
            if unknown.is_empty() {
                let words = format!(
                    "a peer must have all of {}, and no certificate has: the list is and, not or",
                    rule.groups.join(", ")
                );
                report.add("nobody", &place, words, "write a rule for each group");
            } else {
                report.add(
                    "nobody",
                    &place,
                    format!("no certificate has the group {}", unknown.join(", ")),
                    "correct the name, or sign certificates with it",
                );
            }
        }
    }
}
