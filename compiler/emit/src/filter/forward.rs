//! The chain FORWARD of a machine that is a router, and the chains that it jumps to.
//!
//! Where both ends are several addresses, the pairs are no rules: one chain asks for the near end and the next one for the far end.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::{Family, Line, Match, Source, matches};

/// What a router hands on from one device to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// Written above the rules.
    pub comment: String,
    /// Who begins.
    pub sources: Vec<Source>,
    /// The interface on which it arrives; absent means any.
    pub into: Option<String>,
    /// Who is asked for.
    pub targets: Vec<Source>,
    /// The interface by which it leaves; absent means any.
    pub out: Option<String>,
    /// What passes.
    pub packets: Vec<Match>,
    /// Whether it leaves with the router's own address as the source. Only a [table](super::Table) says so.
    pub hidden: bool,
}

/// The rules of FORWARD, and further chains by name, in whose order iptables-save prints them.
pub(super) struct Forward {
    pub rules: Vec<(String, Vec<String>)>,
    pub chains: BTreeMap<String, Vec<String>>,
}

/// The chain for what comes from the Internet.
pub(super) const FROM: &str = "internet";
/// The chain for what goes there.
pub(super) const TO: &str = "to-internet";

impl Forward {
    pub fn new(family: Family, handed: &[Handed]) -> Self {
        let mut forward = Self { rules: Vec::new(), chains: BTreeMap::new() };
        for (number, one) in handed.iter().enumerate() {
            let rules = match one.sources.len() == 1 || one.targets.len() == 1 {
                true => pairs(family, one),
                false => forward.chained(family, one, &format!("handed-{:03}", number + 1)),
            };
            match forward.rules.last_mut() {
                Some((comment, list)) if *comment == one.comment => list.extend(rules),
                _ => forward.rules.push((one.comment.clone(), rules)),
            }
        }
        forward
    }

    /// Whether a chain is jumped to.
    pub fn jumps_to(&self, chain: &str) -> bool {
        let all = self.rules.iter().flat_map(|(_, rules)| rules).chain(self.chains.values().flatten());
        all.into_iter().any(|rule| rule.ends_with(&format!(" -j {chain}")))
    }

    fn chained(&mut self, family: Family, handed: &Handed, name: &str) -> Vec<String> {
        // The Internet is a chain of its own, which comes last.
        let from_first = !handed.sources.contains(&Source::Internet);
        let far = format!("{name}-far");
        let (near, beyond) = match from_first {
            true => (&handed.sources, &handed.targets),
            false => (&handed.targets, &handed.sources),
        };
        let asking = |chain: &str, ends: &[Source], is_source: bool, verdict: &str| -> Vec<String> {
            let line = |end: &Source| {
                let (source, dest) = if is_source { (net(end), None) } else { (None, net(end)) };
                let verdict = match (end, is_source) {
                    (Source::Internet, true) => FROM,
                    (Source::Internet, false) => TO,
                    _ => verdict,
                };
                Line { chain, source, dest, into: None, out: None, verdict }.with("")
            };
            ends.iter().map(line).collect()
        };
        self.chains.insert(name.to_owned(), asking(name, near, from_first, &far));
        self.chains.insert(far.clone(), asking(&far, beyond, !from_first, "ACCEPT"));
        let line = Line { source: None, dest: None, verdict: name, ..line(handed) };
        handed.packets.iter().flat_map(|packet| matches(family, packet)).map(|packet| line.with(&packet)).collect()
    }
}

/// A rule for each pair of ends.
fn pairs(family: Family, handed: &Handed) -> Vec<String> {
    let mut rules = Vec::new();
    for source in &handed.sources {
        for target in &handed.targets {
            let verdict = match (source, target) {
                (Source::Internet, _) => FROM,
                (_, Source::Internet) => TO,
                _ => "ACCEPT",
            };
            let line = Line { source: net(source), dest: net(target), verdict, ..line(handed) };
            let packets = handed.packets.iter().flat_map(|packet| matches(family, packet));
            rules.extend(packets.map(|packet| line.with(&packet)));
        }
    }
    rules
}

fn line(handed: &Handed) -> Line<'_> {
    Line {
        chain: "FORWARD",
        source: None,
        dest: None,
        into: handed.into.as_deref(),
        out: handed.out.as_deref(),
        verdict: "ACCEPT",
    }
}

fn net(end: &Source) -> Option<IpNet> {
    match end {
        Source::Net(net) => Some(*net),
        Source::Anywhere | Source::Internet => None,
    }
}
