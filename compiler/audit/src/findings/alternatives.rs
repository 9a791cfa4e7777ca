//! `alternatives`: a rule of Nebula with several of `host`, `group` and `cidr`. Each of them widens it: they are joined by or,
//! and so are the two that ask who signed.

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    for member in &report.tree.members {
        for rule in &member.written {
            let fields =
                [("host", rule.host.is_some()), ("groups", !rule.groups.is_empty()), ("cidr", rule.cidr.is_some())];
            let there: Vec<&str> = fields.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
            if there.len() > 1 {
                let words =
                    format!("{} of one rule are alternatives: each of them alone lets a peer in", there.join(" and "));
                report.add(
                    "alternatives",
                    &[Some(rule.place)],
                    words,
                    "write one of them in a rule; a condition of both cannot be written",
                );
            }
            if rule.ca_name.is_some() && rule.ca_sha.is_some() {
                let words = "ca_name and ca_sha of one rule are alternatives: either of the two authorities will do";
                report.add("alternatives", &[Some(rule.place)], words.into(), "write ca_sha alone");
            }
        }
    }
}
