//! The claims that are judged by what is emitted, and not by what is meant: needs, what stays closed, and the phases.
//!
//! They look at the same site and tell nothing to one another, so each is judged on a thread of its own, with layers of its own:
//! these remember what they were asked. What the intents have told already is waited for only where something would be told of it.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};

use arvc_site::model::{Expected, Flow};
use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::Span;

use super::doubts::Known;
use super::{
    address_handed_on, doubtful_need, doubtful_never, empty_end, expected_closed, expected_open, expected_unknown,
    granted_once, granted_still, managed_port, needs, never_built_in, phase_unproved, thin_never, unfiltered_never,
    unserved_need,
};
use crate::layers::{Classes, Ground, Judged, Layers};
use crate::policy::Policies;

/// Claims and needs, while they are judged.
pub(super) struct Running<'scope> {
    needs: Judging<'scope>,
    claims: Judging<'scope>,
}

/// A thread that finds problems and waits for where others are told.
struct Judging<'scope> {
    told: Sender<Vec<Span>>,
    found: ScopedJoinHandle<'scope, Vec<Diagnostic>>,
}

impl<'scope> Running<'scope> {
    /// Starts to judge.
    pub fn start<'env: 'scope>(
        scope: &'scope Scope<'scope, 'env>,
        ground: &'env Ground<'env>,
        derive: &'env (impl Fn() -> &'env Policies + Sync),
    ) -> Self {
        let judge = |kind: fn(&Layers, &Receiver<Vec<Span>>) -> Vec<Diagnostic>| {
            let (send, told) = channel();
            Judging { told: send, found: scope.spawn(move || kind(&Layers::on(ground, derive()), &told)) }
        };
        Self { needs: judge(over_needs), claims: judge(over_claims) }
    }

    /// What they lack, given where something wrong has been told: no second time there.
    pub fn finish(self, told: &[Span]) -> Vec<Diagnostic> {
        let judged = [self.needs, self.claims];
        // Who does not listen any more has failed, which joining him tells.
        judged.iter().for_each(|one| drop(one.told.send(told.to_vec())));
        judged.into_iter().flat_map(|one| one.found.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    }
}

/// What is wrong where nothing else is: what machines lack in a phase, and certificates that say more than their machines are now.
pub(super) fn phases(layers: &Layers) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    phase_unproved::check(layers, &Known::new(layers, &layers.site().expect.unknown), &mut found);
    granted_still::check(layers.site(), &mut found);
    found
}

fn over_needs(layers: &Layers, told: &Receiver<Vec<Span>>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let needs = needs::merged(layers);
    let Ok(told) = told.recv() else { return found };
    doubtful_need::check(layers, &needs, &Known::new(layers, &layers.site().expect.unknown), &told, &mut found);
    unserved_need::check(layers, &needs, &told, &mut found);
    found
}

fn over_claims(layers: &Layers, told: &Receiver<Vec<Span>>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let site = layers.site();
    let Expected { open, closed, unknown, weak } = &site.expect;
    let tested = open.iter().chain(closed).chain(unknown).chain(weak);
    let classes = Classes::with(layers, site.never.iter().chain(tested));
    let (unknown, weak) = (Known::new(layers, unknown), Known::new(layers, weak));
    empty_end::claims(layers, &mut found);
    managed_port::check(layers, &mut found);
    expected_open::check(layers, &classes, &mut found);
    expected_closed::check(layers, &classes, &mut found);
    expected_unknown::check(layers, &classes, &mut found);
    let others = address_handed_on::check(layers, open.iter().chain(closed).chain(&site.never));
    let meant = |span: Span| !others.iter().any(|problem| problem.span() == span);
    found.retain(|problem| meant(problem.span()));
    let never: Vec<(&Flow, Judged)> = site.never.iter().map(|flow| (flow, layers.judged(&classes, flow))).collect();
    let Ok(told) = told.recv() else { return found };
    // That what a refused `allow` should have opened is closed is no mistake of its own.
    let refused: Vec<&Flow> = site.allow.iter().filter(|flow| told.contains(&flow.span)).collect();
    let alike = |a: &Flow, b: &Flow| a.source == b.source && a.target == b.target && a.via == b.via;
    let echoes = |flow: &&Flow| refused.iter().any(|refused| alike(refused, flow));
    let echoes: Vec<Span> = open.iter().filter(echoes).map(|flow| flow.span).collect();
    found.retain(|problem| !echoes.contains(&problem.span()));
    for (flow, judged) in never.iter().filter(|(flow, _)| !told.contains(&flow.span) && meant(flow.span)) {
        if unfiltered_never::check(layers, flow, &judged.open, &mut found)
            || never_built_in::check(layers, flow, &judged.open, &mut found)
            || granted_once::check(layers, flow, &judged.held, &mut found)
        {
            continue;
        }
        doubtful_never::check(layers, &unknown, flow, &judged.open, &mut found);
        thin_never::check(layers, &weak, flow, &judged.held, &mut found);
    }
    found.extend(others);
    found
}
