//! `dangling-name`: a group, a set or an alias that is not there. Proxmox skips the rule, or takes the group for empty.
//! `every-port`: a port that is 0, and so none.
//! `broken-rule`: a rule that Proxmox skips for another reason. `broken-line`: another line of its files that it leaves out.

use super::Report;
use crate::proxmox::{Action, Rule, Scope, Sets, Spec};

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    let proxmox = &tree.proxmox;
    let cluster = (&proxmox.cluster.sets, &proxmox.cluster.aliases);
    let shared = Sets { own: None, cluster };
    for (place, words) in &proxmox.left_out {
        report.add(
            "broken-line",
            &[Some(*place)],
            format!("Proxmox leaves it out: {words}"),
            "correct it, or remove it",
        );
    }
    for guest in proxmox.guests.values() {
        rules(report, &guest.rules, Sets { own: Some((&guest.sets, &guest.aliases)), cluster });
    }
    for node in proxmox.nodes.values() {
        rules(report, &node.rules, shared);
    }
    rules(report, &proxmox.cluster.rules, shared);
    for group in proxmox.groups.values() {
        rules(report, &group.rules, shared);
    }
}

fn rules(report: &mut Report<'_>, rules: &[Rule], sets: Sets<'_>) {
    for rule in rules.iter().filter(|rule| rule.enabled) {
        let place = [Some(rule.place)];
        if let Some(words) = &rule.broken {
            report.add("broken-rule", &place, format!("Proxmox skips the rule: {words}"), "correct it");
            continue;
        }
        if let Some(field) = rule.zero {
            let words =
                format!("{field} is 0, which is none to Proxmox: the rule is as if it did not say so, and takes all");
            report.add("every-port", &place, words, "write 1:65535 if all are meant, or the right one");
        }
        if let Action::Group(name) = &rule.action
            && !report.tree.proxmox.groups.contains_key(name)
        {
            let lower = name.to_ascii_lowercase();
            let words = match report.tree.proxmox.groups.contains_key(&lower) {
                true => format!(
                    "there is no security group {name}: {lower} is another name, and the group is taken for empty"
                ),
                false => format!("there is no security group {name}: it is taken for empty"),
            };
            report.add("dangling-name", &place, words, "correct the name, or remove the line");
        }
        for spec in [&rule.source, &rule.dest] {
            let missing = match spec {
                Spec::Set(scope, name) if sets.set(*scope, name).is_none() => Some(("IP set", scope, name)),
                Spec::Alias(scope, name) if sets.alias(*scope, name).is_none() => Some(("alias", scope, name)),
                _ => None,
            };
            if let Some((kind, scope, name)) = missing {
                let place_of = if *scope == Scope::Guest { " at the guest" } else { "" };
                let lower = name.to_ascii_lowercase();
                let other = match kind == "IP set" && sets.set(*scope, &lower).is_some() {
                    true => format!(" ({lower} is another name)"),
                    false => String::new(),
                };
                let words = format!("there is no {kind} {name}{place_of}{other}: Proxmox skips the rule");
                report.add(
                    "dangling-name",
                    &place,
                    words,
                    "correct the name, or make it; inside a group only names of the data centre exist",
                );
            }
        }
    }
}
