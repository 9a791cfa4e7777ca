//! Puts the members of a cluster on different nodes, and leaves them there.
//!
//! A cluster that names no nodes has those of the site that can hold its members: that have the networks, storages and devices of
//! one, run its image, and are of the Proxmox cluster that its range numbers.
//!
//! A member stays on the node that the lock holds for it as long as that is one of the cluster's nodes: a member that goes,
//! or a node that comes, moves nobody. The others are taken in the order of their keys, and each goes where the fewest of its
//! cluster are: on the node, then in the places that the node stands in. Among equals one goes back to where it was, and else
//! a hash of cluster and node decides, so that clusters do not all begin on the same node. The choice of one cluster depends
//! on its own members and on the nodes, so no other machine moves it.

use crate::availability::places::Places;
use crate::builds;
use crate::model::{Cluster, Host, HostId, Kind, NetworkId, NodeId, Site, Spanned, Status};

/// A member that names no node.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) host: HostId,
    /// The networks that it is on.
    pub(crate) networks: Vec<NetworkId>,
    /// Where the lock holds it.
    pub(crate) held: Option<NodeId>,
    /// Where it was before it went, if it comes back.
    pub(crate) before: Option<NodeId>,
}

/// A node for each of the waiting members; the others are where they say.
pub(crate) fn choose(
    site: &Site,
    hosts: &[Host],
    cluster: &Cluster,
    waiting: &[Waiting],
    places: &Places,
) -> Vec<(HostId, NodeId)> {
    let all = site.node_ids();
    let mut nodes: Vec<NodeId> = if cluster.nodes.is_empty() { all.collect() } else { cluster.nodes.clone() };
    if waiting.is_empty() || nodes.is_empty() {
        return Vec::new();
    }
    let rank = |node: &NodeId| hash(&[&cluster.named.name, &site.nodes[node.index()].named.name]);
    nodes.sort_by_cached_key(|node| (rank(node), *node));
    let mut load = Load { on: vec![0; site.nodes.len()], within: vec![0; site.places.len()] };
    for host in cluster.members.iter().map(|member| &hosts[member.index()]) {
        if let Some(node) = host.node {
            load.put(host, node, places);
        }
    }
    let mut chosen = Vec::with_capacity(waiting.len());
    let stays = |member: &Waiting| member.held.filter(|node| nodes.contains(node));
    for member in waiting {
        if let Some(node) = stays(member) {
            load.put(&hosts[member.host.index()], node, places);
            chosen.push((member.host, node));
        }
    }
    // Who has the fewest nodes to choose from chooses first: the others can go elsewhere.
    let mut new: Vec<(Vec<NodeId>, &Waiting)> = Vec::new();
    for member in waiting.iter().filter(|member| stays(member).is_none()) {
        let fits = |node: &NodeId| holds(site, &hosts[member.host.index()], &member.networks, *node);
        new.push((nodes.iter().copied().filter(fits).collect(), member));
    }
    new.sort_by_key(|(fitting, _)| fitting.len());
    for (fitting, member) in new {
        let host = &hosts[member.host.index()];
        let key = |node: &NodeId| (load.of(*node, places), Some(*node) != member.before);
        let fitting = fitting.into_iter().min_by_key(key);
        // Where none has all, what is missing is reported of the one that would have been taken.
        let best = fitting.or_else(|| nodes.iter().copied().min_by_key(key));
        let Some(node) = best else { break };
        load.put(host, node, places);
        chosen.push((member.host, node));
    }
    chosen
}

/// Whether a node can hold a guest: it is of the Proxmox cluster that its range is for, can run its image, and has its networks,
/// its declared storages and its declared devices.
fn holds(site: &Site, host: &Host, networks: &[NetworkId], node: NodeId) -> bool {
    let own = site.nodes[node.index()].datacenter;
    let numbered = || host.range.is_none_or(|range| site.ranges[range.index()].is_for(Some(own)));
    let network = |id: &NetworkId| site.networks[id.index()].is_at(node);
    let storage = |name: &str| site.datastore(name).is_none_or(|datastore| datastore.is_on(node));
    let device = |mapping: &Spanned<String>| {
        // A cluster that declares none has those that are made by hand, which nobody knows here.
        let declared = site.datacenters.get(own.index()).map_or(&[][..], |datacenter| &datacenter.mappings);
        let mut own = declared.iter().filter(|it| it.name.value == mapping.value);
        declared.is_empty() || own.any(|it| it.devices.iter().any(|device| device.node == node))
    };
    let pci = host.hardware.pci.iter().map(|device| &device.mapping);
    let mut devices = pci.chain(host.hardware.usb.iter().map(|device| &device.mapping));
    builds::runs_on(site, host, node)
        && numbered()
        && networks.iter().all(network)
        && host.datastores().all(storage)
        && devices.all(device)
}

/// How many nodes a cluster's members can be put on: of those that it names, or else of all that can hold one of them.
pub(crate) fn room(site: &Site, cluster: &Cluster) -> usize {
    if !cluster.nodes.is_empty() {
        return cluster.nodes.len();
    }
    let guests = || cluster.members.iter().map(|id| &site.hosts[id.index()]).filter(|host| host.kind != Kind::Machine);
    let networks: Vec<Vec<NetworkId>> =
        guests().map(|host| host.interfaces.iter().map(|it| it.network).collect()).collect();
    let fits = |node: &NodeId| guests().zip(&networks).any(|(host, on)| holds(site, host, on, *node));
    site.node_ids().filter(fits).count()
}

/// A member that could be where fewer are.
#[derive(Debug)]
pub(crate) struct Uneven {
    pub(crate) member: HostId,
    pub(crate) on: NodeId,
    /// How many are there.
    pub(crate) there: u32,
    pub(crate) free: NodeId,
    /// How many are here.
    pub(crate) here: u32,
}

/// The last member whose node was `chosen` and that another node, with two members fewer, could have.
pub(crate) fn uneven(site: &Site, cluster: &Cluster, chosen: impl Fn(&HostId) -> bool) -> Option<Uneven> {
    let mut on = vec![0_u32; site.nodes.len()];
    let members = || cluster.members.iter().filter(|id| site.hosts[id.index()].status != Status::Retired);
    for node in members().filter_map(|id| site.hosts[id.index()].node) {
        on[node.index()] += 1;
    }
    let all = site.node_ids();
    let nodes: Vec<NodeId> = if cluster.nodes.is_empty() { all.collect() } else { cluster.nodes.clone() };
    members().rev().filter(|id| chosen(id)).find_map(|id| {
        let host = &site.hosts[id.index()];
        let node = host.node?;
        let networks: Vec<_> = host.interfaces.iter().map(|interface| interface.network).collect();
        let fitting = nodes.iter().copied().filter(|other| holds(site, host, &networks, *other));
        let free = fitting.min_by_key(|node| on[node.index()])?;
        let (there, here) = (on[node.index()], on[free.index()]);
        (here + 2 <= there).then_some(Uneven { member: *id, on: node, there, free, here })
    })
}

/// What an operator does so that the node of a member is chosen again.
pub(crate) fn release(host: &Host) -> String {
    format!("`arvc lock release {} --node`, and the next build chooses its node again", host.named.name)
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
    fn put(&mut self, host: &Host, node: NodeId, places: &Places) {
        // One that is gone for good takes no room from the others.
        if host.status == Status::Retired {
            return;
        }
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
