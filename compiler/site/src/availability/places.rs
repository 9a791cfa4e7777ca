//! Which places a node or a machine is lost with: those that it stands in, and those that they are within.

use crate::model::{Node, NodeId, Place, PlaceId, Site};

/// All places of each node, and of each place.
#[derive(Debug)]
pub(crate) struct Places {
    of_place: Vec<Vec<PlaceId>>,
    of_node: Vec<Vec<PlaceId>>,
}

impl Places {
    pub(crate) fn new(site: &Site) -> Self {
        Self::of(&site.places, &site.nodes)
    }

    fn of(places: &[Place], nodes: &[Node]) -> Self {
        let of_place: Vec<_> = (0..places.len() as u32).map(|at| closure(places, &[PlaceId(at)])).collect();
        let mut all = Self { of_place, of_node: Vec::new() };
        all.of_node = nodes.iter().map(|node| all.of_set(&node.places)).collect();
        all
    }

    /// The places that a node is lost with, sorted.
    pub(crate) fn of_node(&self, node: NodeId) -> &[PlaceId] {
        &self.of_node[node.index()]
    }

    /// The places that whatever stands in these is lost with, sorted.
    pub(crate) fn of_set(&self, places: &[PlaceId]) -> Vec<PlaceId> {
        let mut found: Vec<_> = places.iter().flat_map(|place| self.of_place[place.index()].iter().copied()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What can be reached by `within`, a circle included.
fn closure(places: &[Place], from: &[PlaceId]) -> Vec<PlaceId> {
    let mut found = from.to_vec();
    let mut next = 0;
    while next < found.len() {
        for place in &places[found[next].index()].within {
            if !found.contains(place) {
                found.push(*place);
            }
        }
        next += 1;
    }
    found.sort_unstable();
    found
}
