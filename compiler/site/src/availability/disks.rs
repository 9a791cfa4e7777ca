//! What the disks of guests take of the storages that say how much they hold.
//!
//! A storage of single nodes holds that much on each of them, a shared one on all together. A guest that is replicated has its
//! volumes on each node that gets a copy as well. One that is switched off still has its disks.

use std::collections::BTreeMap;

use crate::availability::storage::volumes;
use crate::model::{DatastoreId, HostId, NodeId, Site};

/// What lies on one storage, or on a node's part of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) bytes: u64,
    /// Whose it is, in the order of hosts; one that has several disks there is named once.
    pub(crate) guests: Vec<HostId>,
}

/// Where something lies: the storage, and the node if each has its own.
pub(crate) type Where = (DatastoreId, Option<NodeId>);

/// What lies where, of storages with a size.
pub(crate) fn stored(site: &Site) -> BTreeMap<Where, Stored> {
    let mut found: BTreeMap<Where, Stored> = BTreeMap::new();
    for (host, id) in site.hosts.iter().zip((0..).map(HostId)).filter(|(host, _)| host.status.is_there()) {
        for volume in volumes(host) {
            let Some(at) = site.datastore_id(volume.datastore) else { continue };
            let datastore = &site.datastores[at.index()];
            if datastore.size.is_none() || datastore.broken {
                continue;
            }
            let copies = host.replication.iter().flat_map(|it| it.to.iter().copied()).filter(|_| volume.replicated);
            let nodes: Vec<Option<NodeId>> = match datastore.shared {
                true => vec![None],
                false => host.node.into_iter().chain(copies).map(Some).collect(),
            };
            for node in nodes {
                let stored = found.entry((at, node)).or_default();
                stored.bytes = stored.bytes.saturating_add(volume.size);
                if stored.guests.last() != Some(&id) {
                    stored.guests.push(id);
                }
            }
        }
    }
    found
}

/// How much a guest has on one storage.
pub(crate) fn of_guest(site: &Site, host: &crate::model::Host, at: DatastoreId) -> u64 {
    let name = &site.datastores[at.index()].named.name;
    volumes(host).filter(|volume| volume.datastore == name).map(|volume| volume.size).fold(0, u64::saturating_add)
}
