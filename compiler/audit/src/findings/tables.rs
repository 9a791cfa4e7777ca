//! `accept-ends-one-table`: a chain lets pass what a later one drops. `flushes-everything`: the rules of others are removed.
//! `passes-anyway`: what no rule of a chain lets pass, passes too. `untracked`: packets whose answers no rule of known connections lets in. `answers-not-let-in`: the same, since there is none.

use super::Report;
use crate::filter::{Base, Filter, Hook, Rule, Test, Then};
use crate::packet::{Addr, Packet};

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    for (index, filter) in tree.filters.iter().enumerate() {
        let Some(host) = tree.hosts.values().find(|host| host.filter == Some(index)) else { continue };
        if let Some(place) = filter.flushes {
            let words = "flush ruleset removes the rules of all other programs too";
            report.add(
                "flushes-everything",
                &[Some(place)],
                words.into(),
                "declare, delete and fill a table of one's own",
            );
        }
        let mut inputs: Vec<&Base> = filter.bases.iter().filter(|base| base.hook == Hook::Input && !base.nat).collect();
        inputs.sort_by_key(|base| base.priority);
        // What a machine hands on is let through by the same words.
        let filters = |base: &&&Base| base.accepts && !base.nat && [Hook::Input, Hook::Forward].contains(&base.hook);
        for base in filter.bases.iter().collect::<Vec<_>>().iter().filter(filters) {
            let rules = rules(filter, base);
            let lets_in =
                |rule: &&&Rule| rule.then == Then::Accept && rule.is_of_firsts() && !rule.is_of_the_loopback();
            let drops = |rule: &&Rule| rule.then == Then::Drop && rule.is_of_firsts();
            if let (Some(rule), false) = (rules.iter().find(lets_in), rules.iter().any(drops)) {
                let words = "what no rule of this chain lets pass, passes too: its policy is to accept";
                let help = "let the policy drop";
                report.add("passes-anyway", &[Some(base.place), Some(rule.place)], words.into(), help);
            }
        }
        for (at, early) in inputs.iter().enumerate() {
            let shares = |late: &&&Base| {
                (early.families.0 && late.families.0 || early.families.1 && late.families.1)
                    && (!late.accepts || filter.chains[late.chain].rules.iter().any(|rule| rule.then == Then::Drop))
            };
            let accept = filter.chains[early.chain]
                .rules
                .iter()
                .find(|rule| rule.then == Then::Accept && !rule.conditions.is_empty());
            if let (Some(late), Some(rule)) = (inputs[at + 1..].iter().find(shares), accept) {
                let words = "what this chain lets pass, a later one of another table still sees, and may drop";
                report.add(
                    "accept-ends-one-table",
                    &[Some(rule.place), Some(late.place)],
                    words.into(),
                    "keep one chain at the hook, or repeat the rule",
                );
            }
        }
        for rule in filter.chains.iter().flat_map(|chain| &chain.rules).filter(|rule| rule.then == Then::Untrack) {
            let words = "packets that are not tracked have no answers: no rule of known connections lets them in";
            report.add("untracked", &[Some(rule.place)], words.into(), "remove it");
        }
        let known: std::net::IpAddr = [192, 0, 2, 1].into();
        let reply = Packet::first(Addr::At(known), Addr::At(known), arvc_verdict::Protocol::Tcp, Some(80)).reply();
        let outcome = filter.input(&reply, None);
        if !outcome.open && filter.families.0 {
            let words = format!(
                "the filter of {} drops the answers to what it asks: no rule lets known connections in",
                host.name
            );
            report.add(
                "answers-not-let-in",
                &[outcome.places.first().copied()],
                words,
                "let established connections in first",
            );
        }
    }
}

/// The rules that a packet at a hook may meet.
fn rules<'f>(filter: &'f Filter, base: &Base) -> Vec<&'f Rule> {
    let (mut chains, mut next) = (vec![base.chain], 0);
    while let Some(chain) = chains.get(next) {
        next += 1;
        let further: Vec<usize> = filter.chains[*chain].rules.iter().filter_map(|rule| rule.then.chain()).collect();
        for chain in further {
            if !chains.contains(&chain) {
                chains.push(chain);
            }
        }
    }
    chains.iter().flat_map(|chain| &filter.chains[*chain].rules).collect()
}

impl Rule {
    /// Whether it may take the first packet of a connection.
    fn is_of_firsts(&self) -> bool {
        let others = |test: &Test| matches!(test, Test::State(states) if !states.new);
        !self.conditions.iter().any(|condition| !condition.not && others(&condition.test))
    }

    /// Whether it is for what a machine says to itself.
    fn is_of_the_loopback(&self) -> bool {
        let own = |test: &Test| matches!(test, Test::In(names) if names.iter().all(|name| name == "lo"));
        self.conditions.iter().any(|condition| !condition.not && own(&condition.test))
    }
}
