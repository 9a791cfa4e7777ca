//! `everybody`: a rule of Nebula that names somebody and is for everybody: `any` beside a group, a prefix that old releases read as
//! any.

use super::Report;
use crate::nebula::{Cidr, Version};

pub(super) fn check(report: &mut Report<'_>) {
    for member in &report.tree.members {
        let version = member.version.clone().unwrap_or(Version(1, 9, 3));
        for rule in &member.written {
            let place = [Some(rule.place)];
            let named =
                rule.groups.iter().any(|group| group != "any") || rule.host.as_ref().is_some_and(|host| host != "any");
            let any = rule.groups.iter().any(|group| group == "any") || rule.host.as_deref() == Some("any");
            if any && (named || matches!(rule.cidr, Some(Cidr::Net(_)))) {
                report.add(
                    "everybody",
                    &place,
                    "`any` in one field makes the rule one for everybody, whatever the others say".into(),
                    "remove `any`",
                );
            }
            if let Some(Cidr::Net(net)) = rule.cidr
                && rule.cidr.is_some_and(|cidr| cidr.is_any(version))
            {
                let words = format!("Nebula {version} reads the prefix {net} as everybody, of both families");
                report.add("everybody", &place, words, "write the overlay's own prefix, or host: any if that is meant");
            }
            let nothing = rule.host.is_none() && rule.groups.is_empty() && rule.cidr.is_none();
            if nothing && (rule.ca_name.is_some() || rule.ca_sha.is_some()) {
                report.add(
                    "everybody",
                    &place,
                    "only the authority is asked for: the rule is for every certificate of it".into(),
                    "add a host or a group",
                );
            }
        }
    }
}
