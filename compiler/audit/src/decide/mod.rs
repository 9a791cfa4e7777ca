//! One question, decided by every layer that the packet meets.

mod ask;
mod behind;
mod bridge;
mod ends;
mod handed;
mod overlay;
mod routed;
mod router;
mod translated;
mod tunnel;
mod words;

use arvc_verdict::{Answer, Path, Question, Verdict};

use crate::bounds::Outcome;
use crate::packet::{Addr, Packet};
use crate::place::Why;
use crate::tree::Tree;

pub(crate) use ask::{Ask, Ends, Stop, Towards};
pub(crate) use ends::End;
pub(crate) use tunnel::Tunnels;
pub(crate) use words::Part;

/// What one layer says about one packet.
#[derive(Clone, Debug)]
pub(crate) struct Step<'t> {
    pub part: Part<'t>,
    pub outcome: Outcome,
}

impl<'t> Step<'t> {
    pub fn new(part: Part<'t>, outcome: Outcome) -> Self {
        Self { part, outcome }
    }
}

/// A packet on its way: the ends, and the path.
#[derive(Clone, Copy)]
pub(crate) struct Way<'t, 'q> {
    pub from: End<'t>,
    pub to: End<'t>,
    pub address: std::net::IpAddr,
    pub path: &'q Path,
    pub manner: Manner,
    /// Whose turn it is of machines that are a router by turns.
    pub turn: usize,
}

/// What is out of the ordinary about a packet, or about where it travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// The source address that the sender writes, which is not its own. Answers go to whoever has it: it is asked whether the
    /// packet arrives.
    pub source: Option<std::net::IpAddr>,
    /// The two ends have no tunnel of their own, whatever they may send: something below the overlay is in the way.
    pub relayed: bool,
    /// The frame bears another source MAC address than that of the device that it leaves by. Asked, as of a lie, is whether it arrives.
    pub masked: bool,
    /// It is larger than what the path carries in one piece. Whoever tracks connections puts it together before he looks at it;
    /// Nebula looks at each piece.
    pub large: bool,
}

impl Tree {
    /// Whether a connection may be opened, with what each layer says.
    pub fn decide(&self, question: &Question) -> Answer {
        self.decide_as(question, Manner::default())
    }

    /// The same of a packet that is out of the ordinary.
    pub fn decide_as(&self, question: &Question, manner: Manner) -> Answer {
        let tunnels = Tunnels::default();
        let (Some(from), Some(to)) = (self.end(&question.from), self.end(&question.to)) else {
            let name = if self.end(&question.from).is_none() { &question.from } else { &question.to };
            let verdict = self.nobody(name);
            return Answer { question: question.clone(), verdict, decisions: Vec::new(), opened_by_state: None };
        };
        let way = Way { from, to, address: question.address, path: &question.path, manner, turn: 0 };
        let packet = |source| first(source, &way, question.protocol, question.port);
        let each = self.each_of(&way);
        let mut all: Vec<Vec<Step<'_>>> =
            each.iter().map(|(source, way)| self.steps(way, &packet(*source), &tunnels)).collect();
        if all.is_empty() {
            all.push(vec![Step::new(Part::Way, self.without_source(&way))]);
        }
        let verdicts: Vec<Verdict> = all.iter().map(|steps| verdict(steps)).collect();
        let verdict = together(&verdicts);
        // Of several addresses that it may send from, the one that the verdict is about.
        let at = verdicts.iter().position(|one| *one == verdict).unwrap_or(0);
        let opened_by_state = (verdict == Verdict::Closed)
            .then(|| each.iter().find_map(|(source, way)| self.opened_by_state(way, &packet(*source))))
            .flatten();
        let decisions = all.swap_remove(at).into_iter().map(|step| self.decision(step)).collect();
        Answer { question: question.clone(), verdict, decisions, opened_by_state }
    }

    /// The verdicts of questions, without the reasons.
    pub fn verdicts<'q>(&self, questions: impl IntoIterator<Item = &'q Question>) -> Vec<Verdict> {
        self.verdicts_as(questions.into_iter().map(|question| (question, Manner::default())))
    }

    /// The same of packets that are out of the ordinary.
    pub fn verdicts_as<'q>(&self, questions: impl IntoIterator<Item = (&'q Question, Manner)>) -> Vec<Verdict> {
        let tunnels = Tunnels::default();
        questions.into_iter().map(|(question, manner)| self.verdict_of(question, manner, &tunnels)).collect()
    }

    fn verdict_of(&self, question: &Question, manner: Manner, tunnels: &Tunnels) -> Verdict {
        let Some(from) = self.end(&question.from) else { return self.nobody(&question.from) };
        let Some(to) = self.end(&question.to) else { return self.nobody(&question.to) };
        let way = Way { from, to, address: question.address, path: &question.path, manner, turn: 0 };
        self.verdict(&way, question.protocol, question.port, tunnels)
    }

    /// What is answered about who is not known by a name.
    fn nobody(&self, name: &str) -> Verdict {
        let missing = match self.only_wired(name) {
            [] => format!("who {name} is: the tree has no such machine"),
            _ => format!("which of its addresses {name} is meant at: no file but wiring.json speaks of it"),
        };
        Verdict::Unknown { missing }
    }

    /// The verdict alone.
    pub(crate) fn verdict(
        &self,
        way: &Way<'_, '_>,
        protocol: arvc_verdict::Protocol,
        port: Option<u16>,
        tunnels: &Tunnels,
    ) -> Verdict {
        let each = self.each_of(way);
        let one = |(source, way): &(Addr, Way<'_, '_>)| {
            let packet = first(*source, way, protocol, port);
            verdict(&self.steps(way, &packet, tunnels))
        };
        match each.as_slice() {
            [] => verdict(&[Step::new(Part::Way, self.without_source(way))]),
            [only] => one(only),
            each => together(&each.iter().map(one).collect::<Vec<_>>()),
        }
    }

    /// The packets that a question is about: from each address that it may come from, and with each machine as the router of those
    /// that are it by turns.
    pub(crate) fn each_of<'t, 'q>(&self, way: &Way<'t, 'q>) -> Vec<(Addr, Way<'t, 'q>)> {
        let turns = 0..self.turns(way);
        let ways = turns.map(|turn| Way { turn, ..*way });
        let sources = self.sources(way);
        ways.flat_map(|way| sources.iter().map(move |source| (*source, way))).collect()
    }

    fn steps<'t>(&'t self, way: &Way<'t, '_>, packet: &Packet, tunnels: &Tunnels) -> Vec<Step<'t>> {
        self.stops(way, packet, tunnels).into_iter().map(|stop| self.asked(stop)).collect()
    }

    /// Whom a packet meets, of those that are looked at.
    pub(crate) fn stops<'t>(&'t self, way: &Way<'t, '_>, packet: &Packet, tunnels: &Tunnels) -> Vec<Stop<'t>> {
        let mut stops = match way.path {
            Path::Bridge(bridge, vlan) => self.on_bridge(way, packet, bridge, *vlan),
            Path::Overlay(device) => self.in_overlay(way, packet, device.as_deref(), tunnels),
            Path::Routed => self.routed(way, packet),
        };
        let lie = self.lies(way);
        // Who lies owns the machine, so nothing of his own filters it; and the answers go to somebody else.
        let own = |stop: &Stop<'_>| matches!(stop.part, Part::GuestOut(host) if way.from.is(host));
        stops.retain(|stop| !(lie && (stop.part.is_reply() || own(stop))));
        stops.retain(|stop| stop.part.carries() || self.counted.counts(stop.part.layer()));
        stops
    }
}

/// The first packet of a connection, as it is sent.
fn first(source: Addr, way: &Way<'_, '_>, protocol: arvc_verdict::Protocol, port: Option<u16>) -> Packet {
    Packet { masked: way.manner.masked, ..Packet::first(source, Addr::At(way.address), protocol, port) }
}

/// Every layer must let it pass.
pub(crate) fn verdict(steps: &[Step<'_>]) -> Verdict {
    if steps.iter().any(|step| !step.outcome.open) {
        return Verdict::Closed;
    }
    let mut missing: Vec<&Why> =
        steps.iter().filter(|step| step.outcome.closed).flat_map(|step| &step.outcome.missing).collect();
    if !steps.iter().any(|step| step.outcome.closed) {
        return Verdict::Open;
    }
    missing.sort();
    missing.dedup();
    let missing: Vec<&str> = missing.into_iter().map(|why| &**why).collect();
    Verdict::Unknown { missing: if missing.is_empty() { "something".into() } else { missing.join("; ") } }
}

/// Of several packets that it may be: open if all pass, closed if none does.
pub(crate) fn together(verdicts: &[Verdict]) -> Verdict {
    match verdicts {
        [] => Verdict::Closed,
        [first, rest @ ..] if rest.iter().all(|other| other == first) => first.clone(),
        all => match all.iter().find(|one| matches!(one, Verdict::Unknown { .. })) {
            Some(unknown) => unknown.clone(),
            None => Verdict::Unknown { missing: "which of its addresses it sends from, or whose turn it is".into() },
        },
    }
}
