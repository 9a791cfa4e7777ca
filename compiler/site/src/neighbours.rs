//! Which Proxmox clusters of a site other environments of its project are in too.
//!
//! Two clusters of one name are one. A cluster that a site does not name is called as the site, which tells nothing of it: then
//! a node of the same name tells that it is the same. Where both are named, their names alone count: nodes of two clusters may
//! well be called `pve`.

use std::collections::{BTreeSet, HashMap};

use crate::lock::{Datacenter, Environment, Held};
use crate::model::{DatacenterId, Network, NetworkKind, NodeId, Site};

/// A Proxmox cluster that another environment is in too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared<'a> {
    /// As the site knows it.
    pub(crate) own: DatacenterId,
    /// How the other environment calls it.
    pub(crate) name: &'a str,
    /// What the lock holds of it there.
    pub(crate) other: &'a Datacenter,
}

/// The clusters of another environment that are the site's too, in the order of their names there.
pub(crate) fn shared<'a>(site: &Site, other: &'a Environment) -> Vec<Shared<'a>> {
    let mut nodes: HashMap<&str, DatacenterId> = HashMap::new();
    let mut names: HashMap<&str, DatacenterId> = HashMap::new();
    for node in site.nodes.iter().rev() {
        nodes.insert(&node.named.name, node.datacenter);
    }
    for (at, datacenter) in site.datacenters.iter().enumerate() {
        names.insert(&datacenter.named.name, DatacenterId(at as u32));
    }
    let of_node = |datacenter: &Datacenter| {
        let owners = datacenter.nodes.iter().filter_map(|node| nodes.get(node.as_str()).copied());
        let mut owners = owners.filter(|own| own.index() < site.datacenters.len());
        owners.find(|own| !(datacenter.declared && site.datacenters[own.index()].declared))
    };
    let same = |(name, other): (&'a String, &'a Datacenter)| {
        let own = names.get(name.as_str()).copied().or_else(|| of_node(other))?;
        Some(Shared { own, name, other })
    };
    other.datacenters.iter().filter_map(same).collect()
}

/// The environments with guests or nodes in a cluster of the site, in the order of their names.
pub(crate) fn of<'a>(site: &Site, own: DatacenterId, held: &'a Held) -> Vec<(&'a str, Shared<'a>)> {
    let all = held
        .others
        .iter()
        .flat_map(|(name, other)| shared(site, other).into_iter().map(move |shared| (name.as_str(), shared)));
    // A cluster without nodes is a name alone: nothing was made in it.
    all.filter(|(_, shared)| shared.own == own && !shared.other.nodes.is_empty()).collect()
}

/// The clusters of the site that have a node, each with the environments that are in it too.
pub(crate) fn all<'s, 'a>(
    site: &'s Site,
    held: &'a Held,
) -> impl Iterator<Item = (&'s crate::model::Datacenter, Vec<(&'a str, Shared<'a>)>)> {
    let ids = (0..site.datacenters.len() as u32).map(DatacenterId);
    let inhabited = ids.filter(|id| site.nodes.iter().any(|node| node.datacenter == *id));
    inhabited.map(|id| (&site.datacenters[id.index()], of(site, id, held)))
}

/// The segments of another environment that are the site's too, by the names of its networks, each with the site's broadcast
/// domains (`domains`). Bridges of one name and tag in one cluster are one segment. Overlays are apart: each site has its own
/// authority.
pub(crate) fn segments<'a>(site: &Site, other: &'a Environment, domains: &[u32]) -> HashMap<&'a str, Vec<u32>> {
    let shared = shared(site, other);
    let own: Vec<Option<Vec<DatacenterId>>> = site.networks.iter().map(|network| limited_to(site, network)).collect();
    let found = other.networks.iter().filter_map(|(name, segment)| {
        let (bridge, vlan) = segment.bridge.as_ref()?;
        let there = |it: &&Shared| segment.datacenters.is_empty() || segment.datacenters.iter().any(|at| at == it.name);
        let clusters: Vec<DatacenterId> = shared.iter().filter(there).map(|it| it.own).collect();
        let same = |at: &usize| match &site.networks[*at].kind {
            NetworkKind::Bridge { bridge: own_bridge, vlan: tag, .. } => {
                let here = |id: &DatacenterId| own[*at].as_ref().is_none_or(|own| own.contains(id));
                own_bridge == bridge && tag == vlan && clusters.iter().any(here)
            }
            _ => false,
        };
        let mut all: Vec<u32> = (0..site.networks.len()).filter(same).map(|at| domains[at]).collect();
        all.sort_unstable();
        all.dedup();
        (!all.is_empty()).then_some((name.as_str(), all))
    });
    found.collect()
}

/// The clusters whose nodes have a network's bridge, where they are not all that the site has nodes in.
pub(crate) fn limited_to(site: &Site, network: &Network) -> Option<Vec<DatacenterId>> {
    let of = |node: &NodeId| site.nodes.get(node.index()).map(|node| node.datacenter);
    let some: BTreeSet<DatacenterId> = network.nodes.iter().filter_map(of).collect();
    let all: BTreeSet<DatacenterId> = site.nodes.iter().map(|node| node.datacenter).collect();
    (!some.is_empty() && some != all).then(|| some.into_iter().collect())
}
