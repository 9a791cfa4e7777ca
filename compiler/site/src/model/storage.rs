//! Storages of Proxmox.

use super::{DatastoreId, HostId, Named, NodeId, Site};

/// What a storage is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StorageKind {
    /// A folder of the node.
    Dir,
    /// A volume group.
    Lvm,
    /// A thin pool of a volume group.
    LvmThin,
    /// A ZFS pool of the node.
    Zfs,
    /// A Btrfs file system of the node.
    Btrfs,
    /// An NFS export.
    Nfs,
    /// An SMB share.
    Cifs,
    /// A Ceph pool.
    Rbd,
    /// A Ceph file system.
    CephFs,
    /// An iSCSI target.
    Iscsi,
    /// A Proxmox Backup Server.
    Pbs,
}

impl StorageKind {
    /// Whether all nodes see one content by its nature (`PVE::Storage`, `shared` of each plugin).
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Nfs | Self::Cifs | Self::Rbd | Self::CephFs | Self::Iscsi | Self::Pbs)
    }

    /// Whether it keeps copies on several machines by its nature, so that nothing takes all of it at once.
    pub fn is_spread(self) -> bool {
        matches!(self, Self::Rbd | Self::CephFs)
    }

    /// Whether a disk takes all of its size there at once, and none of it later.
    pub fn is_thick(self) -> bool {
        matches!(self, Self::Lvm | Self::Iscsi)
    }

    /// Whether an administrator can say that nodes share it: a volume group on a LUN, a folder on a cluster's file system.
    pub fn can_be_shared(self) -> bool {
        self.is_shared() || matches!(self, Self::Dir | Self::Lvm)
    }
}

/// What a storage takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StorageContent {
    /// Disks of VMs.
    Images,
    /// Volumes of containers.
    Rootdir,
    /// Templates of containers.
    Vztmpl,
    /// Images to make disks from.
    Import,
    /// ISO images.
    Iso,
    /// Snippets.
    Snippets,
    /// Backups.
    Backup,
}

impl StorageContent {
    /// As Proxmox writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Rootdir => "rootdir",
            Self::Vztmpl => "vztmpl",
            Self::Import => "import",
            Self::Iso => "iso",
            Self::Snippets => "snippets",
            Self::Backup => "backup",
        }
    }
}

/// A storage.
#[derive(Clone, Debug)]
pub struct Datastore {
    /// Name and place. The name is the one that Proxmox has.
    pub named: Named,
    /// What it is made of, if the site says.
    pub kind: Option<StorageKind>,
    /// The nodes that have it; empty means every node.
    pub nodes: Vec<NodeId>,
    /// Whether its nodes see the same content.
    pub shared: bool,
    /// What it takes; empty means everything.
    pub content: Vec<StorageContent>,
    /// How much it holds in bytes: on each of its nodes, or on all together if it is shared.
    pub size: Option<u64>,
    /// The machine that serves it, if the site says.
    pub server: Option<HostId>,
    /// A part of it is wrong and that is reported.
    pub broken: bool,
}

impl Datastore {
    /// Whether a node has it.
    pub fn is_on(&self, node: NodeId) -> bool {
        self.nodes.is_empty() || self.nodes.contains(&node)
    }

    /// Whether it takes something.
    pub fn takes(&self, content: StorageContent) -> bool {
        self.content.is_empty() || self.content.contains(&content)
    }
}

impl Site {
    /// The declared storage of a name.
    pub fn datastore(&self, name: &str) -> Option<&Datastore> {
        Some(&self.datastores[self.datastore_id(name)?.index()])
    }

    /// The declared storage of a name, as its place.
    pub fn datastore_id(&self, name: &str) -> Option<DatastoreId> {
        let at = self.datastores.binary_search_by(|datastore| datastore.named.name.as_str().cmp(name)).ok()?;
        Some(DatastoreId(at as u32))
    }
}
