//! Random edits of a site with clusters that are spread, built after each one: a member that stays on a node that stays is
//! never moved, whatever comes and goes beside it; a new one goes where the fewest are.

use std::collections::BTreeMap;
use std::fmt::Write;

use arvc::lock::{Lock, Marks};
use arvc::pipeline::{Checked, check_held};
use arvc::source::Problem;
use arvc_tests::random::{Choices, config, numbers};
use proptest::prelude::proptest;

const NODES: [&str; 6] = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];
const KEYS: [&str; 7] = ["anna", "bert", "carl", "dora", "emil", "fred", "gina"];
const CLUSTERS: [&str; 2] = ["store", "cache"];

#[derive(Clone, Debug, Default)]
struct Plan {
    /// In the order of the sources.
    nodes: Vec<&'static str>,
    /// Of each cluster: the members, and the node that each states.
    members: [Vec<(&'static str, Option<&'static str>)>; 2],
    /// The nodes that the second cluster is spread over; none are all.
    over: Vec<&'static str>,
}

impl Plan {
    fn text(&self) -> String {
        let mut text = String::from(
            r#"{ name = "site"; domain = "example.internal"; operators.addresses = [ 203.0.113.9 ];
  networks.lan = { cidr = 10.0.0.0/16; bridge = "vmbr1"; }; images.debian = { file = "local:import/debian-13.qcow2"; };
  ranges.r = { vmids = 1000..1999; addresses = 1000..1999; };
"#,
        );
        for node in &self.nodes {
            let at = NODES.iter().position(|known| known == node).unwrap_or_default();
            let _ = writeln!(text, "  nodes.{node}.address = 10.0.0.{};", at + 1);
        }
        for (cluster, members) in CLUSTERS.iter().zip(&self.members) {
            let over: Vec<String> = self.over.iter().map(|node| format!("nodes.{node}")).collect();
            let over = if *cluster == "cache" { over.join(", ") } else { String::new() };
            let _ = writeln!(text, "  clusters.{cluster} = {{ spread = true; nodes = [ {over} ]; members = {{");
            for (key, node) in members {
                let node = node.map_or_else(String::new, |node| format!("node = nodes.{node};"));
                let _ = writeln!(text, "    {key} = {{ range = ranges.r; {node} }};");
            }
            text.push_str("  }; };\n");
        }
        text + "}\n"
    }

    fn edit(&mut self, choices: &mut Choices) {
        let cluster = choices.below(2);
        match choices.below(7) {
            0 | 1 => {
                let key = *choices.pick(&KEYS);
                let node = choices.once_in(5).then(|| *choices.pick(&self.nodes));
                let members = &mut self.members[cluster];
                if !members.iter().any(|(known, _)| *known == key) {
                    members.push((key, node));
                }
            }
            2 if !self.members[cluster].is_empty() => {
                let at = choices.below(self.members[cluster].len());
                self.members[cluster].remove(at);
            }
            3 => {
                let node = *choices.pick(&NODES);
                if !self.nodes.contains(&node) {
                    self.nodes.push(node);
                }
            }
            4 if self.nodes.len() > 1 => {
                let gone = self.nodes.remove(choices.below(self.nodes.len()));
                self.over.retain(|node| *node != gone);
                for (_, node) in self.members.iter_mut().flatten() {
                    *node = node.filter(|node| *node != gone);
                }
            }
            5 => {
                let node = *choices.pick(&self.nodes);
                match self.over.iter().position(|known| *known == node) {
                    Some(at) => drop(self.over.remove(at)),
                    None => self.over.push(node),
                }
            }
            _ => {
                choices.shuffle(&mut self.nodes);
                choices.shuffle(&mut self.members[cluster]);
            }
        }
    }

    /// The nodes that a cluster may have members on.
    fn nodes_of(&self, cluster: usize) -> &[&'static str] {
        if cluster == 1 && !self.over.is_empty() { &self.over } else { &self.nodes }
    }
}

/// Builds, as far as the lock is concerned: what it holds goes through its text.
fn build(plan: &Plan, lock: &mut Lock) -> Checked {
    let read = &mut |_: &str| Err(Problem::NotFound);
    let checked = check_held("site.arv", plan.text(), read, &lock.held("site"));
    let said: Vec<&str> = checked.diagnostics.iter().map(|problem| problem.message.as_str()).collect();
    assert!(checked.is_good(), "{said:?}\n{}", plan.text());
    lock.set_environment("site", checked.lock.clone());
    let again = Lock::parse(&lock.text(), Marks::Refused).expect("what is written can be read");
    assert_eq!(again.held("site"), lock.held("site"));
    checked
}

/// Where the members of a cluster are, by what the lock holds.
fn placed(lock: &Lock, cluster: &str, plan: &[(&'static str, Option<&'static str>)]) -> BTreeMap<&'static str, String> {
    let hosts = lock.held("site").own.hosts;
    let node = |key: &str| hosts[&format!("{cluster}-{key}")].node.clone().expect("a member's node is held");
    plan.iter().map(|(key, _)| (*key, node(key))).collect()
}

fn holds(decisions: Vec<u32>) {
    let mut choices = Choices::new(decisions);
    let mut plan = Plan { nodes: NODES[..3].to_vec(), ..Plan::default() };
    let mut lock = Lock::default();
    build(&plan, &mut lock);
    while !choices.is_over() {
        let (before, held) = (plan.clone(), lock.clone());
        plan.edit(&mut choices);
        build(&plan, &mut lock);
        for (at, cluster) in CLUSTERS.iter().enumerate() {
            let (was, is) = (placed(&held, cluster, &before.members[at]), placed(&lock, cluster, &plan.members[at]));
            let allowed = plan.nodes_of(at);
            let mut load: BTreeMap<&str, usize> = allowed.iter().map(|node| (*node, 0)).collect();
            let mut new = Vec::new();
            for (key, stated) in &plan.members[at] {
                let now = is[key].as_str();
                match (stated, was.get(key)) {
                    (Some(stated), _) => assert_eq!(now, *stated, "a stated node wins\n{}", plan.text()),
                    (None, Some(was)) if allowed.contains(&was.as_str()) => {
                        assert_eq!(now, was, "{cluster}-{key} was moved\n{}", plan.text());
                    }
                    _ => {
                        new.push(now);
                        continue;
                    }
                }
                *load.entry(now).or_default() += 1;
            }
            // The last one that a node got came when no other had fewer.
            new.iter().for_each(|node| *load.entry(node).or_default() += 1);
            let fewest = allowed.iter().map(|node| load[*node]).min().unwrap_or_default();
            for node in new {
                assert!(allowed.contains(&node), "{cluster} is on {node}\n{}", plan.text());
                assert!(load[node] <= fewest + 1, "{cluster}: {load:?}\n{}", plan.text());
            }
        }
        // Another order of the same sources gives the same, and so does another build.
        let now = lock.held("site").own;
        let mut other = plan.clone();
        other.nodes.reverse();
        other.members.iter_mut().for_each(|members| members.reverse());
        for from in [held, lock.clone()] {
            let mut again = from;
            build(&other, &mut again);
            assert_eq!(again.held("site").own, now);
        }
    }
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn no_edit_moves_a_member_that_it_is_not_about(decisions in numbers(60)) {
        holds(decisions);
    }
}
