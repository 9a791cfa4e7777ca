//! On which nodes a guest's disks are, and what is lost with them.
//!
//! A disk is there on every node that sees its storage; one on a node's own storage is there on that node alone, and on those
//! that it is replicated to. What a storage is its declaration says; where none is declared, the names that Proxmox's installer
//! gives do. Of any other nothing is known, and it is taken to be everywhere.

use crate::model::{Datastore, DatastoreId, Host, Kind, NodeId, Site, StorageKind};

/// The storages that Proxmox's installer makes, each on its own node (`pve-storage`, `/etc/pve/storage.cfg`).
const OF_ONE_NODE: [(&str, StorageKind); 3] =
    [("local", StorageKind::Dir), ("local-lvm", StorageKind::LvmThin), ("local-zfs", StorageKind::Zfs)];

/// What is known of a storage.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'a> {
    /// Its nodes see one content.
    Shared(&'a Datastore),
    /// Each node has its own.
    Local(Option<StorageKind>),
    /// Nothing, or what it says is wrong.
    Nothing,
}

/// What is known of the storage of a name.
pub(crate) fn known<'a>(site: &'a Site, name: &str) -> Known<'a> {
    match site.datastore(name) {
        Some(datastore) if datastore.broken => Known::Nothing,
        Some(datastore) if datastore.shared => Known::Shared(datastore),
        Some(datastore) => Known::Local(datastore.kind),
        None => OF_ONE_NODE
            .iter()
            .find(|(own, _)| *own == name)
            .map_or(Known::Nothing, |(_, kind)| Known::Local(Some(*kind))),
    }
}

/// A disk of a guest: where it lies, how large it is, whether replication takes it along.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Volume<'a> {
    pub(crate) datastore: &'a str,
    pub(crate) size: u64,
    pub(crate) replicated: bool,
}

/// The disks of a guest, the first one first.
pub(crate) fn volumes(host: &Host) -> impl Iterator<Item = Volume<'_>> {
    let first = Volume { datastore: &host.datastore, size: host.disk, replicated: host.replication.is_some() };
    let more = host.disks.iter().map(|disk| Volume {
        datastore: &disk.datastore,
        size: disk.size,
        replicated: host.replication.is_some() && disk.replicate,
    });
    std::iter::once(first).chain(more).filter(|_| host.kind != Kind::Machine)
}

/// Whether a disk is there on a node.
fn is_there(site: &Site, host: &Host, volume: Volume, node: NodeId) -> bool {
    match known(site, volume.datastore) {
        Known::Nothing => true,
        Known::Shared(datastore) => datastore.is_on(node),
        Known::Local(_) if host.node == Some(node) => true,
        Known::Local(_) => {
            let has_copy = host.replication.as_ref().is_some_and(|it| it.to.contains(&node));
            volume.replicated && has_copy
        }
    }
}

/// The first disk of a guest that is not there on a node, by the name of its storage.
pub(crate) fn missing<'a>(site: &Site, host: &'a Host, node: NodeId) -> Option<&'a str> {
    volumes(host).find(|volume| !is_there(site, host, *volume, node)).map(|volume| volume.datastore)
}

/// The node, of those where the HA manager starts a guest first, on which a disk of it is missing, and the disk's storage.
pub(crate) fn stranded<'a>(site: &Site, host: &'a Host) -> Option<(NodeId, &'a str)> {
    let ha = host.ha.as_ref()?;
    let first = |node: &NodeId| ha.nodes.is_empty() || ha.nodes.contains(node);
    let others = host.placement.iter().copied().filter(|node| Some(*node) != host.node && first(node));
    others.filter_map(|node| Some((node, missing(site, host, node)?))).next()
}

/// The nodes on which a guest can be started with all of its disks, its own among them.
pub(crate) fn reach(site: &Site, host: &Host) -> Vec<NodeId> {
    let able = |node: &NodeId| Some(*node) == host.node || missing(site, host, *node).is_none();
    host.placement.iter().copied().filter(able).collect()
}

/// The shared storages that a guest has disks on and that can be lost as one, sorted.
pub(crate) fn lost_with(site: &Site, host: &Host) -> Vec<DatastoreId> {
    let lost = volumes(host).filter_map(|volume| {
        let Known::Shared(datastore) = known(site, volume.datastore) else { return None };
        let spread = datastore.kind.is_some_and(StorageKind::is_spread) && datastore.server.is_none();
        if spread { None } else { site.datastore_id(volume.datastore) }
    });
    let mut lost: Vec<_> = lost.collect();
    lost.sort_unstable();
    lost.dedup();
    lost
}

/// Whether a guest may be started from a copy that is behind.
pub(crate) fn starts_from_a_copy(site: &Site, host: &Host) -> bool {
    let copied = |volume: Volume| volume.replicated && matches!(known(site, volume.datastore), Known::Local(_));
    host.ha.is_some() && reach(site, host).len() > 1 && volumes(host).any(copied)
}
