//! The claims of a site held against what it allows; one file a check.
//!
//! Intents are compared here, exactly; whether the layers do what the intents say is another question.

mod ambiguous_network;
mod closed_forward;
mod empty_end;
mod endpoint_elsewhere;
mod exception_outside_never;
mod need_not_allowed;
mod never_met;
mod no_common_network;
mod not_forwarded;
mod shadowed_allow;
#[cfg(test)]
mod tests;
mod words;

use arvc_site::model::{Flow, FlowOrigin, HostId, NetworkId, Site};
use arvc_syntax::diagnostic::{Code, Diagnostic, sort};

use crate::bits::Bits;
use crate::classes::Space;
use crate::flows::{Connections, Piece, Witness, opened, witness};
use crate::members::Members;

/// All codes of this crate.
pub static CODES: &[&Code] = &[
    &need_not_allowed::CODE,
    &never_met::CODE,
    &no_common_network::CODE,
    &ambiguous_network::CODE,
    &endpoint_elsewhere::CODE,
    &exception_outside_never::CODE,
    &shadowed_allow::CODE,
    &empty_end::CODE,
    &closed_forward::CODE,
    &not_forwarded::CODE,
];

/// Every problem with what a site allows, needs and forbids.
pub fn check(site: &Site) -> Vec<Diagnostic> {
    let members = Members::new(site);
    let space = Space::new(&members, site.allow.iter().chain(&site.never).chain(&site.needs));
    let intents = Intents::new(&space);
    let mut found = Vec::new();
    exception_outside_never::check(&intents, &mut found);
    endpoint_elsewhere::check(&intents, &mut found);
    empty_end::check(&intents, &mut found);
    no_common_network::check(&intents, &mut found);
    ambiguous_network::check(&intents, &mut found);
    need_not_allowed::check(&intents, &mut found);
    never_met::check(&intents, &mut found);
    shadowed_allow::check(&intents, &mut found);
    closed_forward::check(&intents, &mut found);
    not_forwarded::check(&intents, &mut found);
    sort(&mut found);
    found
}

/// What all checks look at.
struct Intents<'a> {
    site: &'a Site,
    space: &'a Space<'a>,
    /// What each flow of `allow` opens.
    allow: Vec<Connections>,
    /// For each class, which pieces of `allow` it is a source of: the flow's index and the piece's.
    by_source: Vec<Vec<(usize, usize)>>,
}

/// Two machines that a flow connects.
struct Meeting {
    source: HostId,
    target: HostId,
    /// The networks that the flow may use between them.
    paths: Vec<NetworkId>,
}

impl<'a> Intents<'a> {
    fn new(space: &'a Space<'a>) -> Self {
        let site = space.members.site;
        let allow: Vec<Connections> = site.allow.iter().map(|flow| opened(space, flow)).collect();
        let mut by_source = vec![Vec::new(); space.classes.len() + space.zones.len()];
        for (index, pieces) in allow.iter().enumerate() {
            for (nth, piece) in pieces.iter().enumerate() {
                for class in piece.sources.iter() {
                    by_source[class].push((index, nth));
                }
            }
        }
        Self { site, space, allow, by_source }
    }

    /// The pieces of `allow` that may meet sources: all that have the first of them, if it is the only one, else all.
    fn near(&self, sources: &Bits) -> Vec<(usize, &Piece)> {
        let mut classes = sources.iter();
        match (classes.next(), classes.next()) {
            (Some(class), None) => {
                self.by_source[class].iter().map(|(flow, nth)| (*flow, &self.allow[*flow][*nth])).collect()
            }
            _ => {
                let all = self.allow.iter().enumerate();
                all.flat_map(|(flow, pieces)| pieces.iter().map(move |piece| (flow, piece))).collect()
            }
        }
    }

    /// Two different machines of each kind that a flow connects by what they are, with the networks that it may use
    /// between them: one pair for each two sets of networks.
    fn meetings(&self, flow: &Flow) -> Vec<Meeting> {
        let (space, members) = (self.space, self.space.members);
        let (source, target) = (space.parties(&flow.source).machines, space.parties(&flow.target).machines);
        let mut meetings = Vec::new();
        for arm in members.arms(flow.ports.as_deref()) {
            let target = match members.served_by(&arm) {
                Some(hosts) => target.intersection(&space.classes_of(hosts)),
                None => target.clone(),
            };
            for own in 0..members.profiles.len() {
                let sources = source.intersection(space.profile(own));
                if sources.is_empty() {
                    continue;
                }
                for other in 0..members.profiles.len() {
                    let targets = target.intersection(space.profile(other));
                    let pair =
                        Piece { sources: sources.clone(), targets, network: NetworkId(0), ports: arm.ports.clone() };
                    if let Some(Witness { source: (_, Some(source)), target: (_, Some(target)), .. }) =
                        witness(space, &pair)
                    {
                        let paths = members.paths(own, other, members.listen(&arm), flow.via);
                        meetings.push(Meeting { source, target, paths });
                    }
                }
            }
        }
        meetings
    }

    /// The flows of `allow` that the author wrote.
    fn authors(&self) -> impl Iterator<Item = (usize, &'a Flow)> {
        self.site.allow.iter().enumerate().filter(|(_, flow)| flow.origin == FlowOrigin::Author)
    }

    /// The flows that the author wrote, with the field that they stand in.
    fn written(&self) -> impl Iterator<Item = (&'static str, &'a Flow)> {
        let allow = self.authors().map(|(_, flow)| ("allow", flow));
        let never = self.site.never.iter().map(|flow| ("never", flow));
        allow.chain(never).chain(self.site.needs.iter().map(|flow| ("needs", flow)))
    }
}
