//! `shadowed`: a rule that never decides, since one before it takes every packet that it would take.

use super::Report;
use crate::filter::{Hook, Rule as FilterRule, Then};
use crate::packet::{Addresses, Ports};
use crate::place::Place;
use crate::proxmox::{Action, Direction, Rule, Spec};

/// Longer lists are not searched: it takes the square of their length.
const LONGEST: usize = 400;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    let proxmox = &tree.proxmox;
    let centers = &proxmox.centers.0;
    let groups = centers.iter().flat_map(|cluster| cluster.groups.values()).map(|group| &group.rules);
    let lists = proxmox.guests.values().map(|guest| &guest.rules).chain(groups);
    let lists = lists.chain(proxmox.nodes.values().map(|node| &node.rules));
    for list in lists.chain(centers.iter().map(|cluster| &cluster.rules)) {
        let live: Vec<&Rule> = list
            .iter()
            .filter(|rule| rule.enabled && rule.broken.is_none() && rule.gap.is_none())
            .take(LONGEST)
            .collect();
        for (index, rule) in live.iter().enumerate() {
            if let Some(earlier) = live[..index].iter().find(|earlier| covers(earlier, rule)) {
                tell(report, rule.place, earlier.place, earlier.action == rule.action);
            }
        }
    }
    for filter in &tree.filters {
        for base in filter.bases.iter().filter(|base| base.hook == Hook::Input && !base.nat) {
            let rules = &filter.chains[base.chain].rules;
            for (index, rule) in rules.iter().enumerate().take(LONGEST) {
                let ends = |rule: &FilterRule| matches!(rule.then, Then::Accept | Then::Drop);
                // A map of verdicts is one line with a rule for each key, of which no two can hold of one packet.
                let mut before = rules[..index].iter().filter(|earlier| earlier.place != rule.place);
                let covering = before.find(|earlier| ends(earlier) && within(rule, earlier));
                if let (Some(earlier), true) = (covering, ends(rule)) {
                    tell(report, rule.place, earlier.place, earlier.then == rule.then);
                }
            }
        }
    }
}

fn tell(report: &mut Report<'_>, rule: Place, earlier: Place, same: bool) {
    let (words, help) = match same {
        true => ("the rule decides nothing: one before it takes all of its packets, and does the same", "remove it"),
        false => (
            "the rule never decides: one before it takes all of its packets, and does the contrary",
            "put it first, or narrow the other one",
        ),
    };
    report.add("shadowed", &[Some(rule), Some(earlier)], words.into(), help);
}

/// Whether the first takes every packet that the second takes.
fn covers(wide: &Rule, narrow: &Rule) -> bool {
    let ends = matches!(wide.action, Action::Accept | Action::Drop | Action::Reject);
    let acts = matches!(narrow.action, Action::Accept | Action::Drop | Action::Reject);
    let protocols = wide.protocols.is_empty()
        || !narrow.protocols.is_empty() && narrow.protocols.iter().all(|one| wide.protocols.contains(one));
    ends && acts
        && wide.direction == narrow.direction
        && wide.direction != Direction::Forward
        && (wide.iface.is_none() || wide.iface == narrow.iface)
        && spec(&wide.source, &narrow.source)
        && spec(&wide.dest, &narrow.dest)
        && protocols
        && ports(wide.sport.as_ref(), narrow.sport.as_ref())
        && ports(wide.dport.as_ref(), narrow.dport.as_ref())
        && (wide.icmp.is_none() || wide.icmp == narrow.icmp)
}

fn spec(wide: &Spec, narrow: &Spec) -> bool {
    match (wide, narrow) {
        (Spec::Any, _) => true,
        (Spec::These(wide), Spec::These(narrow)) => inside(narrow, wide),
        (Spec::Unknown(_), _) => false,
        (wide, narrow) => wide == narrow,
    }
}

fn inside(narrow: &Addresses, wide: &Addresses) -> bool {
    narrow.spans().iter().all(|(low, high)| {
        wide.spans().iter().any(|(first, last)| first.is_ipv4() == low.is_ipv4() && first <= low && high <= last)
    })
}

fn ports(wide: Option<&Ports>, narrow: Option<&Ports>) -> bool {
    match (wide, narrow) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => {
            narrow.0.iter().all(|(low, high)| wide.0.iter().any(|(first, last)| first <= low && high <= last))
        }
    }
}

/// Whether every condition of the wide one is one of the narrow one.
fn within(narrow: &FilterRule, wide: &FilterRule) -> bool {
    wide.conditions.iter().all(|condition| narrow.conditions.contains(condition))
}
