//! What a claim spares. Its exceptions cut the addresses that are no machine's into parts, and each is judged by itself: what one
//! address is let do that is spared says nothing of its neighbours.

use std::net::IpAddr;

use arvc_site::model::{End, Flow};
use ipnet::IpNet;

use super::claims::parts;
use super::{Layers, Party};
use crate::address::subtract;
use crate::ports::PortSet;

/// The exceptions of a claim, with their ends looked up once.
pub(crate) struct Spared<'f>(Vec<Exception<'f>>);

struct Exception<'f> {
    flow: &'f Flow,
    source: Side,
    target: Side,
}

/// Who is at an end of an exception.
struct Side {
    parties: Vec<Party>,
    /// The addresses that it holds, whoever has them.
    prefixes: Vec<IpNet>,
}

impl<'f> Spared<'f> {
    pub fn new(layers: &Layers, flow: &'f Flow) -> Self {
        // An address of a machine spares it where it is meant by one.
        let by_address = layers.members.of(&flow.target).is_empty();
        let exception = |spared: &'f Flow| {
            let target = match by_address {
                true => layers.reached(&spared.target),
                false => layers.parties(&spared.target),
            };
            let mut sources = layers.parties(&spared.source);
            sources.extend(operators_among(layers, flow, &spared.source));
            let side = |end: &End, parties| Side { parties, prefixes: held(layers, end) };
            Exception { flow: spared, source: side(&spared.source, sources), target: side(&spared.target, target) }
        };
        Self(flow.except.iter().map(exception).collect())
    }

    /// The parties of both ends, with those that are addresses in parts of which an exception holds all or none.
    pub fn cut(&self, layers: &Layers, sources: Vec<Party>, targets: Vec<Party>) -> (Vec<Party>, Vec<Party>) {
        let cut = |parties: Vec<Party>, side: for<'e> fn(&'e Exception<'f>) -> &'e Side| {
            parties.into_iter().flat_map(|party| self.parts(layers, party, side)).collect()
        };
        (cut(sources, |it| &it.source), cut(targets, |it| &it.target))
    }

    fn parts(&self, layers: &Layers, party: Party, side: for<'e> fn(&'e Exception<'f>) -> &'e Side) -> Vec<Party> {
        let zone = layers.zone(&party);
        let mut parts = vec![zone.to_vec()];
        for exception in &self.0 {
            let taken = &side(exception).prefixes;
            if taken.is_empty() || side(exception).parties.contains(&party) {
                continue;
            }
            parts = parts.into_iter().flat_map(|part| split(&part, taken)).collect();
        }
        match parts.len() {
            0 | 1 => vec![party.clone()],
            _ => parts.into_iter().map(|part| Party::Part(Box::new(party.clone()), part.into())).collect(),
        }
    }

    /// What a claim speaks of between two parties.
    pub fn leave(&self, layers: &Layers, flow: &Flow, source: &Party, target: &Party) -> PortSet {
        let here = self.0.iter().filter(|it| it.source.has(layers, source) && it.target.has(layers, target));
        here.fold(layers.carried_to(flow, target), |left, spared| {
            left.difference(&layers.carried_to(spared.flow, target))
        })
    }
}

impl Side {
    fn has(&self, layers: &Layers, party: &Party) -> bool {
        if self.parties.contains(party.whole()) {
            return true;
        }
        let zone = layers.zone(party);
        !zone.is_empty() && zone.iter().all(|own| self.prefixes.iter().any(|prefix| prefix.contains(own)))
    }
}

/// The part of some prefixes that others hold, and the rest; what is empty is left out.
fn split(part: &[IpNet], taken: &[IpNet]) -> Vec<Vec<IpNet>> {
    let rest = subtract(part, taken);
    let held = subtract(part, &rest);
    [held, rest].into_iter().filter(|part| !part.is_empty()).collect()
}

/// The addresses of an end. `internet` is there with the operators, as the rules have it.
fn held(layers: &Layers, end: &End) -> Vec<IpNet> {
    let of = |end: &End| match end {
        End::Internet => layers.internet().to_vec(),
        end => layers.prefixes(end),
    };
    parts(end).iter().flat_map(of).collect()
}

/// The machines that a claim means by addresses which are all the operators': they are spared as those are.
fn operators_among<'l>(layers: &'l Layers, flow: &'l Flow, spared: &End) -> Vec<Party> {
    if !parts(spared).contains(&End::Operators) {
        return Vec::new();
    }
    let named = layers.members.of(&flow.source);
    let operators = layers.members.prefixes(&End::Operators);
    let operated = |party: &Party| {
        let Party::Host(host) = party else { return false };
        let meant = layers.meant_on(&flow.source, &named, party);
        let here = |network| meant.as_ref().is_none_or(|networks| networks.contains(&network));
        let mut interfaces = layers.host(*host).interfaces.iter().filter(|it| here(it.network));
        let own = |address: IpAddr| operators.iter().any(|prefix| prefix.contains(&address));
        interfaces.all(|it| it.leased.is_none() && it.addresses().all(|address| own(address.value)))
    };
    layers.parties(&flow.source).into_iter().filter(operated).collect()
}
