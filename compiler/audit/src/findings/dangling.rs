//! `dangling-name`: a group, a set or an alias that is not there. Proxmox skips the rule, or takes the group for empty.
//! `every-port`: a port that is 0, and so none.
//! `broken-rule`: a rule that Proxmox skips for another reason. `broken-line`: another line of its files that it leaves out.

use super::Report;
use crate::proxmox::{Action, Cluster, Rule, Scope, Sets, Spec};

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    let proxmox = &tree.proxmox;
    for (place, words) in &proxmox.left_out {
        report.add(
            "broken-line",
            &[Some(*place)],
            format!("Proxmox leaves it out: {words}"),
            "correct it, or remove it",
        );
    }
    for guest in proxmox.guests.values() {
        let cluster = proxmox.center(guest.id.center);
        rules(
            report,
            &guest.rules,
            Sets { own: Some((&guest.sets, &guest.aliases)), cluster: cluster.names() },
            cluster,
        );
    }
    let shared = |cluster| Sets { own: None, cluster: Cluster::names(cluster) };
    for node in proxmox.nodes.values() {
        let cluster = proxmox.center(node.center);
        rules(report, &node.rules, shared(cluster), cluster);
    }
    for cluster in &proxmox.centers.0 {
        let groups = cluster.groups.values().map(|group| &group.rules);
        groups.chain([&cluster.rules]).for_each(|list| rules(report, list, shared(cluster), cluster));
    }
}

fn rules(report: &mut Report<'_>, rules: &[Rule], sets: Sets<'_>, cluster: &Cluster) {
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
            && !cluster.groups.contains_key(name)
        {
            let lower = name.to_ascii_lowercase();
            let words = match cluster.groups.contains_key(&lower) {
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
