//! What is open unasked, and what every machine needs of it in each phase of its life.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use arvc_reach::layers::{Layers, Party};
use arvc_reach::phases::{Demand, Phase, What, demands};
use arvc_site::model::FlowOrigin;
use serde_json::{Value, json};

use super::text::Words;

/// A rule that nobody wrote: the direction, the ports, why; and who has it.
type Unasked = BTreeMap<(String, &'static str, String), BTreeSet<Party>>;

/// First what is proved in each phase, then the rules.
pub(super) fn listing(words: &Words, layers: &Layers, as_json: bool) -> String {
    let demands = demands(layers);
    let rules = rules(words, layers);
    if as_json {
        let rules: Vec<Value> = rules
            .iter()
            .map(|((reason, direction, ports), hosts)| {
                json!({ "rule": reason, "direction": direction, "ports": ports, "hosts": names(words, hosts) })
            })
            .collect();
        let demands: Vec<Value> = demands.iter().map(|demand| value(words, demand)).collect();
        return format!("{:#}\n", json!({ "version": 1, "demands": demands, "rules": rules }));
    }
    let mut out = String::new();
    for phase in Phase::ALL {
        let mut of: BTreeMap<What, Vec<&Demand>> = BTreeMap::new();
        for demand in demands.iter().filter(|demand| demand.phase == phase) {
            of.entry(demand.what).or_default().push(demand);
        }
        if of.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{}", phase.name());
        for (what, list) in of {
            let count = |list: &mut dyn Iterator<Item = &&Demand>| list.map(|demand| demand.hosts.len()).sum::<usize>();
            let proved = count(&mut list.iter().filter(|demand| demand.lacks.is_none()));
            let all = count(&mut list.iter());
            let _ = writeln!(out, "  {}: proved for {proved} of {all}, from {}", what.name(), what.from());
            for demand in &list {
                if let Some(lacks) = &demand.lacks {
                    let hosts: BTreeSet<Party> = demand.hosts.iter().copied().map(Party::Host).collect();
                    let _ = writeln!(out, "    {}: {}", names(words, &hosts).join(", "), lacks.why);
                }
            }
        }
    }
    out.push_str("\nopen unasked\n");
    for ((reason, direction, ports), hosts) in &rules {
        let nodes = hosts.iter().all(|it| matches!(it, Party::Node(_)));
        let what = match (nodes, hosts.len()) {
            (true, 1) => "node",
            (true, _) => "nodes",
            (false, 1) => "machine",
            (false, _) => "machines",
        };
        let _ = writeln!(out, "  {reason}: {direction} {ports}, {} {what}", hosts.len());
    }
    out.push_str(
        "  every packet filter: what it has opened itself with the errors that belong to it (packet too big), its own\n    \
         loopback, neighbour discovery\n",
    );
    out
}

fn value(words: &Words, demand: &Demand) -> Value {
    let hosts: BTreeSet<Party> = demand.hosts.iter().copied().map(Party::Host).collect();
    json!({
        "phase": demand.phase.name(),
        "what": demand.what.name(),
        "from": demand.what.from(),
        "hosts": names(words, &hosts),
        "proved": demand.lacks.is_none(),
        "lacks": demand.lacks.as_ref().map(|lacks| lacks.why.as_str()),
    })
}

fn names(words: &Words, parties: &BTreeSet<Party>) -> Vec<String> {
    parties.iter().map(|party| words.party(party)).collect()
}

/// The rules that follow from no flow of the author, by what they follow from.
fn rules(words: &Words, layers: &Layers) -> Unasked {
    let site = words.site();
    let written = site.allow.iter().filter(|flow| flow.origin != FlowOrigin::Essential);
    let written: BTreeSet<String> = written.map(|flow| arvc_reach::describe(site, flow)).collect();
    let mut all = Unasked::new();
    for policy in layers.policies() {
        for (direction, rules) in [("in", &policy.inbound), ("out", &policy.outbound)] {
            for rule in rules {
                for (ports, reason) in rule.openings().filter(|(_, reason)| !written.contains(&***reason)) {
                    let hosts = all.entry((reason.to_string(), direction, ports.to_string())).or_default();
                    let there = policy.hosts.iter().filter(|host| site.hosts[host.index()].status.is_there());
                    hosts.extend(there.map(|host| Party::Host(*host)));
                }
            }
        }
    }
    for rule in layers.rules_of_nodes().iter().filter(|rule| !written.contains(&*rule.reason)) {
        all.entry((rule.reason.to_string(), "in", rule.ports.to_string())).or_default().insert(Party::Node(rule.node));
    }
    all.retain(|_, hosts| !hosts.is_empty());
    all
}
