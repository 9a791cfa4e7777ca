//! `dead-rule`: a rule of Nebula that takes no packet, or none of those it was written for.

use super::Report;
use crate::nebula::{Kind, PortSpec, Version};

pub(super) fn check(report: &mut Report<'_>) {
    for member in &report.tree.members {
        let version = member.version.clone().unwrap_or(Version(1, 9, 3));
        for rule in &member.written {
            let place = [Some(rule.place)];
            if rule.kind == Kind::Icmp && rule.port != PortSpec::Any {
                let words = match version.from(11) {
                    true => format!("Nebula {version} does not read the port of an ICMP rule: it takes all ICMP"),
                    false => format!(
                        "Nebula {version} lets no echo request pass by an ICMP rule with a port; from 1.11 on it takes all ICMP"
                    ),
                };
                report.add("dead-rule", &place, words, "write port: any");
            }
            if matches!(rule.port, PortSpec::Range(low, _) if low > 65535) {
                report.add(
                    "dead-rule",
                    &place,
                    "no packet has such a port".into(),
                    "correct it; 1.11 does not start with it",
                );
            }
        }
    }
}
