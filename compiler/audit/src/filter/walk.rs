//! A packet's way through the base chains of one machine.
//!
//! `drop` is final; `accept` ends one base chain, and those behind it still see the packet. So it is open iff no chain drops it.

use std::net::IpAddr;

use super::{Base, Filter, Hook, Passage, Then, Translation};
use crate::bounds::{Outcome, Tri};
use crate::packet::{ICMP6, Packet};
use crate::place::{Place, Why};

/// Jumps that Linux refuses anyway: a loop of chains.
const DEEPEST: usize = 32;

/// How a chain was left for certain. That it may have been left earlier, by a `return` that may match, is the walk's `left`.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// All that may become of the packet in this base chain is known.
    Decided,
    /// It goes on behind the jump.
    Back,
    /// The policy decides.
    Policy,
}

/// Another source that a packet leaves with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// The address that it leaves by.
    Own,
    /// This one, whoever has it.
    As(IpAddr),
}

impl Filter {
    /// What becomes of a packet that comes to the machine: that it is for, whether the machine keeps it or its programs hand it on.
    pub fn input(&self, packet: &Packet, device: Option<&str>) -> Outcome {
        let passage = Passage { local: Some(true), ..Passage::at(packet, device, true) };
        let delivered = self.through(&[Hook::Prerouting, Hook::Input], passage);
        // What is of the link alone is handed on by nobody.
        if !self.publishes || packet.proto == ICMP6 && packet.icmp >= 130 {
            return delivered;
        }
        // Which ports its programs publish, no file says: both chains have to say the same of a port.
        let published = Passage { leaves: Some(None), published: true, ..passage };
        delivered.either(self.through(&[Hook::Prerouting, Hook::Forward], published), "whether its programs hand it on")
    }

    /// What becomes of a packet that the machine sends.
    pub fn output(&self, packet: &Packet, device: Option<&str>) -> Outcome {
        self.through(&[Hook::Output, Hook::Postrouting], Passage::at(packet, device, false))
    }

    /// What becomes of a packet that goes through the machine, from one interface to another.
    pub fn forward(&self, packet: &Packet, into: Option<&str>, out: Option<&str>) -> Outcome {
        let passage = Passage { leaves: Some(out), local: Some(false), ..Passage::at(packet, into, true) };
        let through = self.through(&[Hook::Prerouting, Hook::Forward], passage);
        if !through.open {
            return through;
        }
        let passage = Passage { entered: Some(into), ..Passage::at(packet, out, false) };
        self.further(through, &[Hook::Postrouting], passage)
    }

    /// Which other source a packet that goes through the machine leaves with, if any, or why that is not known.
    pub fn hides(&self, packet: &Packet, into: Option<&str>, out: Option<&str>) -> Result<Option<Hidden>, Why> {
        if let Some(why) = self.doubted(packet.is_v6()) {
            return Err(why.clone());
        }
        let passage = Passage { entered: Some(into), ..Passage::at(packet, out, false) };
        let of_family = |base: &&Base| if packet.is_v6() { base.families.1 } else { base.families.0 };
        let bases = self.bases.iter().filter(|base| base.nat && base.hook == Hook::Postrouting).filter(of_family);
        // The first chain that gives it one decides, or may.
        let mut found =
            bases.map(|base| match (self.hidden(base.chain, passage, 0).unwrap_or(Ok(None)), &base.unsure) {
                (Ok(Some(_)), Some(why)) => Err(why.clone()),
                (found, _) => found,
            });
        found.find(|one| *one != Ok(None)).unwrap_or(Ok(None))
    }

    /// What a chain makes of the source; none if nothing in it ends the walk.
    fn hidden(&self, chain: usize, passage: Passage<'_>, depth: usize) -> Option<Result<Option<Hidden>, Why>> {
        if depth > DEEPEST {
            return None;
        }
        for rule in self.chains[chain].seen_by(passage.packet) {
            let tri = rule.matches(passage, false);
            let found = match &rule.then {
                _ if tri == Tri::No => continue,
                Then::Next | Then::Untrack | Then::Zone | Then::Translate(_) => continue,
                Then::Masquerade => Some(Ok(Some(Hidden::Own))),
                Then::Source(address) => Some(address.clone().map(|address| Some(Hidden::As(address)))),
                Then::Accept | Then::Drop => Some(Ok(None)),
                Then::Return => None,
                Then::Unknown(why) => Some(Err(why.clone())),
                Then::Jump(inner) | Then::Goto(inner) => match self.hidden(*inner, passage, depth + 1) {
                    None if matches!(rule.then, Then::Jump(_)) => continue,
                    found => found,
                },
            };
            // Whatever comes behind a rule that may match is one of two ways.
            return match tri {
                Tri::Maybe(why) => Some(Err(why)),
                _ => found,
            };
        }
        None
    }

    fn through(&self, hooks: &[Hook], passage: Passage<'_>) -> Outcome {
        self.further(Outcome::pass("nothing filters it there", None), hooks, passage)
    }

    /// What becomes of it after what was said of it: where nothing more filters it, that stands.
    fn further(&self, so_far: Outcome, hooks: &[Hook], passage: Passage<'_>) -> Outcome {
        let v6 = passage.packet.is_v6();
        if let Some(why) = self.doubted(v6) {
            let words = "whether its rules are there is not known";
            return so_far.and(|| Outcome::unknown(why.clone(), words, None));
        }
        let mut result = so_far;
        let mut untracked = false;
        for hook in hooks {
            let mut bases: Vec<&Base> = self
                .bases
                .iter()
                .filter(|base| base.hook == *hook && if v6 { base.families.1 } else { base.families.0 })
                .collect();
            bases.sort_by_key(|base| base.priority);
            for base in bases {
                // A connection is translated by its first packet, and one that is not tracked by none.
                if base.nat && (passage.packet.answer || untracked) {
                    continue;
                }
                let mut outcome = Outcome::default();
                let mut walk = Walk { filter: self, passage, outcome: &mut outcome, untracked, nat: base.nat };
                let (end, left) = walk.chain(base.chain, 0);
                let looked_away = walk.untracked && !untracked;
                untracked = walk.untracked;
                if base.nat {
                    // A chain of nat filters nothing; what it rewrites, the walk has noted.
                    if outcome.missing.is_empty() {
                        continue;
                    }
                    (outcome.open, outcome.closed) = (true, true);
                    if *hook == Hook::Prerouting {
                        // From here on it is another packet, and may meet other chains than these.
                        return result.and(|| outcome);
                    }
                } else if end != End::Decided || left {
                    let words = match base.accepts {
                        true => "no rule takes it, and the policy of the chain lets it pass",
                        false => "no rule takes it, and the policy of the chain drops it",
                    };
                    outcome.may(&Tri::Yes, base.accepts, words, Some(base.place));
                }
                if let Some(why) = base.unsure.as_ref().filter(|_| outcome.closed || looked_away) {
                    (outcome.open, outcome.closed) = (true, true);
                    outcome.missing.push(why.clone());
                    if looked_away {
                        return result.and(|| outcome);
                    }
                }
                // The last chain that says yes gives the words, unless it has no rule about it.
                result = result.and(|| outcome);
                if !result.open {
                    return result;
                }
            }
        }
        result
    }

    /// Where a packet that arrives is sent on to, if a rule of nat rewrites it; with the line of the rule.
    /// `guest` is whether it comes from a guest's device that is filtered.
    pub fn translated(
        &self,
        packet: &Packet,
        device: Option<&str>,
        guest: bool,
    ) -> Result<Option<(Translation, Place)>, Why> {
        let passage = Passage { guest, ..Passage::at(packet, device, true) };
        let v6 = packet.is_v6();
        if let Some(why) = self.doubted(v6) {
            return Err(why.clone());
        }
        for base in &self.bases {
            if base.hook != Hook::Prerouting || !base.nat || !(if v6 { base.families.1 } else { base.families.0 }) {
                continue;
            }
            match (self.translation(base.chain, passage, 0)?, &base.unsure) {
                (None, _) | (Some(None), Some(_)) => {}
                (Some(found), None) => return Ok(found),
                (Some(Some(_)), Some(why)) => return Err(why.clone()),
            }
        }
        Ok(None)
    }

    /// The inner option is a rule that leaves the packet as it is: it ends the walk.
    fn translation(
        &self,
        chain: usize,
        passage: Passage<'_>,
        depth: usize,
    ) -> Result<Option<Option<(Translation, Place)>>, Why> {
        if depth > DEEPEST {
            return Ok(None);
        }
        for rule in self.chains[chain].seen_by(passage.packet) {
            match rule.matches(passage, false) {
                Tri::No => continue,
                Tri::Maybe(why) if rule.then != Then::Next => return Err(why),
                _ => {}
            }
            match &rule.then {
                Then::Translate(translation) => return Ok(Some(Some((*translation, rule.place)))),
                Then::Accept | Then::Drop => return Ok(Some(None)),
                Then::Return => return Ok(None),
                Then::Unknown(why) => return Err(why.clone()),
                Then::Jump(inner) | Then::Goto(inner) => {
                    if let Some(found) = self.translation(*inner, passage, depth + 1)? {
                        return Ok(Some(found));
                    }
                    if matches!(rule.then, Then::Goto(_)) {
                        return Ok(None);
                    }
                }
                Then::Next | Then::Untrack | Then::Zone | Then::Masquerade | Then::Source(_) => {}
            }
        }
        Ok(None)
    }
}

struct Walk<'a, 'b> {
    filter: &'a Filter,
    passage: Passage<'a>,
    outcome: &'b mut Outcome,
    untracked: bool,
    nat: bool,
}

impl Walk<'_, '_> {
    /// How a chain is left, and whether it may have been left earlier.
    fn chain(&mut self, chain: usize, depth: usize) -> (End, bool) {
        if depth > DEEPEST {
            self.outcome.missing.push("how deep its chains jump into one another".into());
            self.outcome.open = true;
            self.outcome.closed = true;
            return (End::Decided, false);
        }
        let end = if depth == 0 { End::Policy } else { End::Back };
        let mut left = false;
        let filter = self.filter;
        for rule in filter.chains[chain].seen_by(self.passage.packet) {
            let tri = rule.matches(self.passage, self.untracked);
            if tri == Tri::No {
                continue;
            }
            let (place, certain) = (Some(rule.place), tri == Tri::Yes);
            match &rule.then {
                Then::Next | Then::Zone | Then::Masquerade | Then::Source(_) => {}
                Then::Accept if self.nat => return (End::Decided, left),
                Then::Accept => {
                    if self.outcome.may(&tri, true, "a rule lets it pass", place) {
                        return (End::Decided, left);
                    }
                }
                Then::Drop => {
                    if self.outcome.may(&tri, false, "a rule drops it", place) {
                        return (End::Decided, left);
                    }
                }
                Then::Unknown(why) => {
                    let maybe = Tri::Maybe(why.clone());
                    self.outcome.may(&maybe, true, "a rule is not understood", place);
                    self.outcome.may(&maybe, false, "a rule is not understood", place);
                }
                // What is rewritten before `input` is another packet, and not this one.
                Then::Translate(_) if self.nat => {
                    self.outcome.closed = true;
                    self.outcome.places.extend(place);
                    self.outcome.missing.push("where it goes: a rule gives it another destination".into());
                    self.outcome.words = "a rule of nat gives it another destination";
                    return (End::Decided, left);
                }
                Then::Translate(_) => {}
                Then::Untrack => self.untracked = true,
                Then::Return if certain => return (end, left),
                Then::Return => {
                    self.uncertain(&tri);
                    left = true;
                }
                Then::Jump(inner) | Then::Goto(inner) => {
                    self.uncertain(&tri);
                    let goes = matches!(rule.then, Then::Goto(_));
                    let (way, early) = self.chain(*inner, depth + 1);
                    match way {
                        _ if !certain => {}
                        End::Decided if early && !goes => {}
                        End::Decided => return (End::Decided, left || early),
                        End::Policy => return (End::Policy, left),
                        End::Back if goes => return (end, left),
                        End::Back => {}
                    }
                }
            }
        }
        (end, left)
    }

    /// What comes next is only one of the ways.
    fn uncertain(&mut self, tri: &Tri) {
        if let Tri::Maybe(why) = tri {
            self.outcome.missing.push(why.clone());
        }
    }
}
