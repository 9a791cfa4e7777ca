//! Needs by what is needed, so that machines of one class that need the same are looked at once.

use std::collections::BTreeMap;

use arvc_site::model::{End, Flow, NetworkId, PortTerm};

use crate::layers::{Classes, Layers, Needed, Party};

/// All needs of one thing.
pub(super) struct Merged<'a> {
    /// The need of all who need it.
    flow: Flow,
    flows: Vec<&'a Flow>,
    /// What it lacks.
    pub found: Needed,
}

impl<'a> Merged<'a> {
    /// The first of the needs.
    pub fn first(&self) -> &'a Flow {
        self.flows[0]
    }

    /// The needs of one who needs it: a machine has those of its own and of each of its services.
    pub fn of(&self, layers: &Layers, source: &Party) -> Vec<&'a Flow> {
        let own = self.flows.iter().copied().filter(|flow| layers.parties(&flow.source).contains(source));
        own.collect()
    }
}

/// What is needed: where, which ports, over what.
type Thing<'a> = (&'a End, Option<&'a [PortTerm]>, Option<NetworkId>);

/// The needs of a site, in the order in which each thing is needed first.
pub(super) fn merged<'a>(layers: &Layers<'a>) -> Vec<Merged<'a>> {
    let site = layers.site();
    if site.needs.is_empty() {
        return Vec::new();
    }
    // Which machines a need means of its target depends on its endpoints; on its source nothing else does.
    let mixed = |flow: &&Flow| flow.ports.iter().flatten().any(|term| matches!(term, PortTerm::Endpoint(_)));
    let narrowed = site.needs.iter().filter(mixed).map(|flow| Flow { source: End::Union(Vec::new()), ..flow.clone() });
    let mut narrowed: Vec<Flow> = narrowed.collect();
    narrowed.sort_by(|a, b| (&a.target, &a.ports).cmp(&(&b.target, &b.ports)));
    narrowed.dedup_by(|a, b| (&a.target, &a.ports) == (&b.target, &b.ports));
    let classes = Classes::with(layers, &narrowed);
    let mut at: BTreeMap<Thing, usize> = BTreeMap::new();
    let mut list: Vec<Merged> = Vec::new();
    for flow in &site.needs {
        let index = *at.entry((&flow.target, flow.ports.as_deref(), flow.via)).or_insert(list.len());
        if index == list.len() {
            let flow = Flow { source: End::Union(Vec::new()), ..flow.clone() };
            list.push(Merged { flow, flows: Vec::new(), found: Needed::default() });
        }
        let merged = &mut list[index];
        if let End::Union(ends) = &mut merged.flow.source {
            ends.push(flow.source.clone());
        }
        merged.flows.push(flow);
    }
    for merged in &mut list {
        merged.found = layers.needed(&classes, &merged.flow);
    }
    list
}
