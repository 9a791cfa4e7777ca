//! Puts the members of a cluster on different nodes.
//!
//! The choice of one cluster depends on its own members and on the nodes, so no other machine moves it. Members are taken
//! in the order of their keys, each goes where the fewest of its cluster are: on the node, then in the places that the node
//! stands in. Among equals a hash of cluster and node decides, so that clusters do not all begin on the same node, and so
//! that a node more moves few of them.

use crate::availability::places::Places;
use crate::model::{Cluster, HostId, NodeId, Site};

/// A node for each of the waiting members; the others are where they say.
pub(crate) fn choose(
    site: &Site,
    cluster: &Cluster,
    members: &[HostId],
    waiting: &[HostId],
    places: &Places,
) -> Vec<(HostId, NodeId)> {
    let all = (0..site.nodes.len() as u32).map(NodeId);
    let mut nodes: Vec<NodeId> = if cluster.nodes.is_empty() { all.collect() } else { cluster.nodes.clone() };
    if waiting.is_empty() || nodes.is_empty() {
        return Vec::new();
    }
    let rank = |node: &NodeId| hash(&[&cluster.named.name, &site.nodes[node.index()].named.name]);
    nodes.sort_by_cached_key(|node| (rank(node), *node));
    let mut load = Load { on: vec![0; site.nodes.len()], within: vec![0; site.places.len()] };
    for node in members.iter().filter_map(|member| site.hosts[member.index()].node) {
        load.put(node, places);
    }
    let mut chosen = Vec::with_capacity(waiting.len());
    for member in waiting {
        let best = nodes.iter().copied().min_by_key(|node| load.of(*node, places));
        let Some(node) = best else { break };
        load.put(node, places);
        chosen.push((*member, node));
    }
    chosen
}

/// The node of a guest that the HA manager has a choice for and that names none itself.
pub(crate) fn home(site: &Site, name: &str, nodes: &[NodeId]) -> Option<NodeId> {
    nodes.iter().copied().min_by_key(|node| (hash(&[name, &site.nodes[node.index()].named.name]), *node))
}

/// How many members are where.
struct Load {
    on: Vec<u32>,
    within: Vec<u32>,
}

impl Load {
    fn put(&mut self, node: NodeId, places: &Places) {
        self.on[node.index()] += 1;
        for place in places.of_node(node) {
            self.within[place.index()] += 1;
        }
    }

    fn of(&self, node: NodeId, places: &Places) -> (u32, u32) {
        let fullest = places.of_node(node).iter().map(|place| self.within[place.index()]).max();
        (self.on[node.index()], fullest.unwrap_or(0))
    }
}

/// FNV-1a over parts that cannot run into one another. It must be the same in every release.
fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn parts_do_not_run_into_one_another() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }
}
