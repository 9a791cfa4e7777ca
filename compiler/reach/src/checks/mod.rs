//! The claims of a site held against what it allows; one file a check.
//!
//! Intents are compared here, exactly; whether the layers do what the intents say is another question.

mod address_handed_on;
mod ambiguous_network;
mod closed_forward;
mod doubtful_need;
mod doubtful_never;
mod doubts;
mod empty_end;
mod exception_outside_never;
mod exchanged_digits;
mod expected_closed;
mod expected_open;
mod expected_unknown;
mod granted_once;
mod granted_still;
mod layered;
mod leased_end;
mod left_out;
mod managed_port;
pub(crate) mod near;
mod need_not_allowed;
mod needs;
mod never_built_in;
mod never_met;
mod no_common_network;
mod no_way_back;
mod not_everywhere;
mod not_everywhere_allowed;
mod not_forwarded;
mod phase_doubtful;
mod phase_unproved;
mod protocol_on_overlay;
mod served_elsewhere;
mod shadowed_allow;
#[cfg(test)]
mod tests;
mod thin_never;
mod unfiltered;
mod unfiltered_never;
mod unserved_need;
mod words;

use std::sync::OnceLock;

use arvc_site::model::{Flow, FlowOrigin, HostId, NetworkId, Site};
use arvc_syntax::diagnostic::{Code, Diagnostic, Severity, sort};
use arvc_syntax::source::Span;

use crate::bits::Bits;
use crate::classes::Space;
use crate::flows::{Connections, Paths, Piece, Resolved, Witness, difference, holds, witness};
use crate::layers::{Ground, Layers};
use crate::members::Members;
use crate::path::Path;
use crate::policy::{Policies, policies_among};
use near::{Near, Place};

/// All codes of this crate.
pub static CODES: &[&Code] = &[
    &need_not_allowed::CODE,
    &never_met::CODE,
    &no_common_network::CODE,
    &ambiguous_network::CODE,
    &exception_outside_never::CODE,
    &protocol_on_overlay::CODE,
    &shadowed_allow::CODE,
    &empty_end::CODE,
    &closed_forward::CODE,
    &not_forwarded::CODE,
    &left_out::CODE,
    &not_everywhere::CODE,
    &not_everywhere_allowed::CODE,
    &expected_open::CODE,
    &expected_closed::CODE,
    &unfiltered_never::CODE,
    &leased_end::CODE,
    &never_built_in::CODE,
    &granted_once::CODE,
    &managed_port::CODE,
    &expected_unknown::CODE,
    &phase_unproved::CODE,
    &thin_never::CODE,
    &doubtful_never::CODE,
    &doubtful_need::CODE,
    &unserved_need::CODE,
    &served_elsewhere::CODE,
    &phase_doubtful::CODE,
    &granted_still::CODE,
    &address_handed_on::CODE,
    &no_way_back::CODE,
    &exchanged_digits::CODE,
];

/// Every problem with what a site allows, needs and forbids.
pub fn check(site: &Site) -> Vec<Diagnostic> {
    judge(site, &[]).0
}

/// What tells of machines that are in no family or at no address where anybody could get at them.
const OUT_OF_REACH: [&str; 3] = ["L0820", "L0821", "L0833"];

/// The same, and the policies of the site if they had to be derived for it. What machines lack in a phase is told only where
/// nothing was found `before` that is the reason for it.
pub fn judge(site: &Site, before: &[Diagnostic]) -> (Vec<Diagnostic>, Option<Policies>) {
    let reason = |problem: &Diagnostic| problem.severity == Severity::Error || OUT_OF_REACH.contains(&problem.code.id);
    let good = !before.iter().any(reason);
    let layered = !(site.hosts.iter().any(|host| host.broken) || site.paths_broken || site.allow_broken);
    let derived = OnceLock::new();
    let ground = Ground::new(site);
    let derive = || derived.get_or_init(|| policies_among(&ground.members));
    let mut found = std::thread::scope(|scope| {
        let running = layered.then(|| layered::Running::start(scope, &ground, &derive));
        let mut found = intents(&ground.members);
        let Some(running) = running else { return found };
        let wrong = |found: &[Diagnostic]| found.iter().any(|problem| problem.severity == Severity::Error);
        let told = found.iter().filter(|problem| problem.severity == Severity::Error).map(Diagnostic::span);
        let told: Vec<Span> = told.collect();
        let phases = (good && told.is_empty()).then(|| layered::phases(&Layers::on(&ground, derive())));
        found.extend(running.finish(&told));
        if !wrong(&found) {
            found.extend(phases.into_iter().flatten());
        }
        found
    });
    sort(&mut found);
    (found, derived.into_inner())
}

/// The claims that are judged by what is meant.
fn intents(members: &Members) -> Vec<Diagnostic> {
    let site = members.site;
    let space = Space::new(members, site.allow.iter().chain(&site.never).chain(&site.needs));
    let intents = Intents::new(&space);
    let mut found = Vec::new();
    exception_outside_never::check(&intents, &mut found);
    never_met::check(&intents, &mut found);
    if !site.paths_broken {
        no_common_network::check(&intents, &mut found);
        ambiguous_network::check(&intents, &mut found);
        leased_end::check(&intents, &mut found);
        let told = not_everywhere::check(&intents, &mut found);
        not_everywhere_allowed::check(&intents, &told, &mut found);
    }
    not_forwarded::check(&intents, &mut found);
    protocol_on_overlay::check(&intents, &mut found);
    // What is missing may be missing because it is wrong, and that is reported.
    if !site.allow_broken {
        need_not_allowed::check(&intents, &mut found);
        closed_forward::check(&intents, &mut found);
    }
    if !site.hosts.iter().any(|host| host.broken) {
        empty_end::check(&intents, &mut found);
        shadowed_allow::check(&intents, &mut found);
        exchanged_digits::check(&intents, &mut found);
        if !site.paths_broken {
            left_out::check(&intents, &mut found);
            no_way_back::check(&intents, &mut found);
        }
    }
    found
}

/// What all checks look at.
struct Intents<'a> {
    site: &'a Site,
    space: &'a Space<'a>,
    /// The flows that the author, the essentials and peers open, in the order of [`Site::allow`].
    allow: Vec<Claim<'a>>,
    never: Vec<Claim<'a>>,
    needs: Vec<Claim<'a>>,
    /// Where the pieces of `allow` are that something meets.
    near: Near,
}

/// A flow, and the connections that it opens, forbids or needs.
struct Claim<'a> {
    flow: Resolved<'a>,
    pieces: Connections,
}

/// Two machines that a flow connects.
struct Meeting {
    source: HostId,
    target: HostId,
    /// The paths that the flow may use between them.
    paths: Vec<Path>,
}

impl<'a> Intents<'a> {
    fn new(space: &'a Space<'a>) -> Self {
        let site = space.members.site;
        let claim = |flow: Resolved<'a>, paths| Claim { pieces: flow.connections(space, paths), flow };
        let claims = |flows: &'a [Flow], paths| -> Vec<Claim<'a>> {
            flows.iter().map(|flow| claim(Resolved::claimed(space, flow), paths)).collect()
        };
        let allow = site.allow.iter().map(|flow| claim(Resolved::new(space, flow), Paths::Used));
        let allow: Vec<Claim<'a>> = allow.collect();
        let near = Near::new(allow.iter().enumerate().flat_map(|(index, claim)| {
            let pieces = claim.pieces.iter().enumerate();
            pieces.map(move |(nth, piece)| ((index as u32, nth as u32), piece))
        }));
        let (never, needs) = (claims(&site.never, Paths::Every), claims(&site.needs, Paths::Used));
        Self { site, space, allow, never, needs, near }
    }

    /// The part of a piece that nothing opens.
    fn closed(&self, piece: &Piece) -> Connections {
        let near = self.near.to(piece);
        let near = || near.iter().map(|place| self.opening(*place));
        // Most needs are within one opening.
        if near().any(|opening| holds(opening, piece)) {
            return Vec::new();
        }
        difference(self.space, vec![piece.clone()], near())
    }

    /// A piece of `allow`.
    fn opening(&self, (flow, nth): Place) -> &Piece {
        &self.allow[flow as usize].pieces[nth as usize]
    }

    /// Two different machines of each kind that a flow connects by what they are, with the paths that it may use
    /// between them: one pair for each two sets of networks.
    fn meetings(&self, claim: &Claim) -> Vec<Meeting> {
        let (space, members) = (self.space, self.space.members);
        let Resolved { flow, source, target, arms } = &claim.flow;
        let mut meetings = Vec::new();
        for arm in arms {
            let target = match space.served_by(arm) {
                Some(served) => target.machines.intersection(served),
                None => target.machines.clone(),
            };
            for own in (0..members.profiles.len()).filter(|own| source.machines.meets(space.profile(*own))) {
                for other in (0..members.profiles.len()).filter(|other| target.meets(space.profile(*other))) {
                    let sources = source.machines.intersection(space.profile(own));
                    let targets = target.intersection(space.profile(other));
                    if self.broken(&sources) || self.broken(&targets) {
                        continue;
                    }
                    let pair = Piece { sources, targets, path: Path::direct(NetworkId(0)), ports: arm.ports.clone() };
                    if let Some(Witness { source: (_, Some(source)), target: (_, Some(target)), .. }) =
                        witness(space, &pair)
                    {
                        let paths = members.paths(own, other, members.listen(arm), flow.via).into_owned();
                        meetings.push(Meeting { source, target, paths });
                    }
                }
            }
        }
        meetings
    }

    /// The needs that may lack a network or have several: all, unless the site leaves no doubt about any of them.
    fn doubtful(&self) -> impl Iterator<Item = &Claim<'a>> {
        let members = self.space.members;
        let profiles = 0..members.profiles.len();
        let mut pairs = profiles.clone().flat_map(|own| profiles.clone().map(move |other| (own, other)));
        let plain = pairs.all(|(own, other)| members.paths(own, other, &[], None).len() == 1);
        self.needs.iter().filter(move |claim| {
            let listens = claim.flow.arms.iter().any(|arm| !members.listen(arm).is_empty());
            !plain || listens || claim.flow.flow.via.is_some() || claim.pieces.is_empty()
        })
    }

    /// Whether a machine among classes is wrong in a part, so that it may have groups and networks that are not seen.
    fn broken(&self, classes: &Bits) -> bool {
        let hosts = classes.iter().flat_map(|class| self.space.hosts(class));
        hosts.into_iter().any(|host| self.site.hosts[host.index()].broken)
    }

    /// The flows of `allow` that the author wrote, with their places in it.
    fn authors(&self) -> impl Iterator<Item = (usize, &Claim<'a>)> {
        self.allow.iter().enumerate().filter(|(_, claim)| claim.flow.flow.origin == FlowOrigin::Author)
    }

    /// The flows that somebody wrote, with the field that they stand in.
    fn written(&self) -> impl Iterator<Item = (&'static str, &Claim<'a>)> {
        let allow = self.authors().map(|(_, claim)| ("allow", claim));
        let never = self.never.iter().map(|claim| ("never", claim));
        allow.chain(never).chain(self.needs.iter().map(|claim| ("needs", claim)))
    }
}
