//! Whether a guest's disk is there on another node.

use crate::model::{Host, Kind, Site};

/// The storages that Proxmox's installer makes, each on its own node (`pve-storage`, `/etc/pve/storage.cfg`).
const OF_ONE_NODE: [&str; 3] = ["local", "local-lvm", "local-zfs"];

/// Whether a guest's first disk is known to lie on its own node alone.
pub(crate) fn is_local(_site: &Site, host: &Host) -> bool {
    host.kind != Kind::Machine && OF_ONE_NODE.contains(&host.datastore.as_str())
}

/// Whether the HA manager may move a guest whose disk stays behind.
pub(crate) fn is_stranded(site: &Site, host: &Host) -> bool {
    host.ha.is_some() && host.placement.len() > 1 && is_local(site, host)
}
