//! What each single loss takes: a machine, a node, a place with all that stands in it, a storage with the disks on it.
//!
//! A guest that the HA manager keeps is taken by a loss only if that leaves none of the nodes that it may run on and that
//! have its disks; one that is merely started again elsewhere is not lost. Work follows the number of machines and of the places that they stand in,
//! never pairs of machines.

use crate::availability::places::Places;
use crate::availability::storage::{lost_with, reach};
use crate::model::{Accepted, DatastoreId, Host, HostId, Kind, Named, NodeId, PlaceId, Site, Status};

/// One thing that can be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Loss {
    /// A machine that Proxmox does not run.
    Machine(HostId),
    /// A Proxmox host, with the guests that run on it.
    Node(NodeId),
    /// All that stands in one place.
    Place(PlaceId),
    /// All that lies on one storage of several nodes.
    Storage(DatastoreId),
}

impl Loss {
    /// What is lost.
    pub(crate) fn named(self, site: &Site) -> &Named {
        match self {
            Self::Machine(id) => &site.hosts[id.index()].named,
            Self::Node(id) => &site.nodes[id.index()].named,
            Self::Place(id) => &site.places[id.index()].named,
            Self::Storage(id) => &site.datastores[id.index()].named,
        }
    }

    fn accepted(self, site: &Site) -> bool {
        let accepted = match self {
            Self::Machine(id) => Accepted::Host(id),
            Self::Node(id) => Accepted::Node(id),
            Self::Place(id) => Accepted::Place(id),
            Self::Storage(id) => Accepted::Datastore(id),
        };
        site.accepted_losses.binary_search(&accepted).is_ok()
    }
}

/// For each machine, the losses that take it; those that the site accepts are none.
#[derive(Debug)]
pub(crate) struct Losses {
    pub(crate) places: Places,
    of_host: Vec<Vec<Loss>>,
}

impl Losses {
    pub(crate) fn new(site: &Site) -> Self {
        let places = Places::new(site);
        let of_host = site.hosts.iter().zip(0..).map(|(host, id)| {
            let mut losses = losses(site, &places, host, HostId(id));
            losses.extend(storages(site, &places, host));
            losses.retain(|loss| !loss.accepted(site));
            losses.sort_unstable();
            losses.dedup();
            losses
        });
        let of_host = of_host.collect();
        Self { places, of_host }
    }

    /// The losses that take a machine, sorted.
    pub(crate) fn of(&self, host: HostId) -> &[Loss] {
        &self.of_host[host.index()]
    }

    /// The first loss that takes every one of these machines.
    pub(crate) fn of_all(&self, hosts: &[HostId]) -> Option<Loss> {
        let (first, rest) = hosts.split_first()?;
        self.of(*first).iter().copied().find(|loss| rest.iter().all(|host| self.of(*host).binary_search(loss).is_ok()))
    }
}

/// Whether a machine is there, so that it can be lost.
pub(crate) fn present(host: &Host) -> bool {
    host.status == Status::Present
}

fn losses(site: &Site, places: &Places, host: &Host, id: HostId) -> Vec<Loss> {
    if host.kind == Kind::Machine {
        let stands = places.of_set(&host.places).into_iter().map(Loss::Place);
        return std::iter::once(Loss::Machine(id)).chain(stands).collect();
    }
    let Some(node) = host.node else { return Vec::new() };
    let placement = if host.placement.len() > 1 { reach(site, host) } else { vec![node] };
    let mut losses = Vec::new();
    if placement.len() == 1 {
        losses.push(Loss::Node(node));
    }
    // A place takes it if every node that it may run on stands there.
    let (first, rest) = placement.split_first().unwrap_or((&node, &[]));
    let shared = places
        .of_node(*first)
        .iter()
        .filter(|place| rest.iter().all(|node| places.of_node(*node).binary_search(place).is_ok()));
    losses.extend(shared.map(|place| Loss::Place(*place)));
    debug_assert!(placement.iter().all(|node| node.index() < site.nodes.len()), "placements are nodes of the site");
    losses
}

/// What takes a guest by taking its disks: a storage, or what takes the machine that serves it. A server that has its own
/// disks on another such storage is not followed further.
fn storages(site: &Site, places: &Places, host: &Host) -> Vec<Loss> {
    let mut found = Vec::new();
    for id in lost_with(site, host) {
        let loss = Loss::Storage(id);
        match site.datastores[id.index()].server {
            _ if loss.accepted(site) => {}
            Some(server) => found.extend(losses(site, places, &site.hosts[server.index()], server)),
            None => found.push(loss),
        }
    }
    found
}
