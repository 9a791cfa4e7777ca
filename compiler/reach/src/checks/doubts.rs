//! What an author knows of a site already: what rests on something that is not described (`expect.unknown`), and what is held
//! by little (`expect.weak`).

use std::collections::BTreeSet;

use arvc_site::model::Flow;

use crate::layers::{Layers, Party};
use crate::ports::PortSet;

/// Flows with their ends looked up.
pub(super) struct Known {
    flows: Vec<(BTreeSet<Party>, BTreeSet<Party>, PortSet)>,
}

impl Known {
    /// Looks flows up.
    pub fn new(layers: &Layers, flows: &[Flow]) -> Self {
        let parties = |end| layers.parties(end).into_iter().collect();
        let known = flows
            .iter()
            .map(|flow| (parties(&flow.source), parties(&flow.target), layers.ports(flow.ports.as_deref())));
        Self { flows: known.collect() }
    }

    /// Whether all of this is listed.
    pub fn holds(&self, source: &Party, target: &Party, packets: &PortSet) -> bool {
        let here = self
            .flows
            .iter()
            .filter(|(sources, targets, _)| sources.contains(source.whole()) && targets.contains(target.whole()));
        let listed = here.fold(PortSet::none(), |all, (.., ports)| all.union(ports));
        packets.is_subset(&listed)
    }
}
