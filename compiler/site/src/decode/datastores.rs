//! Storages of Proxmox.

use super::Decoder;
use crate::checks::{datastore_kind, invalid_datastore};
use crate::model::{Datastore, StorageContent, StorageKind};
use crate::read::{Thing, put};

impl Decoder<'_> {
    pub(super) fn datastores(&mut self) {
        for entity in self.index.datastores.clone() {
            let mut named = self.named(entity, self.key(entity).to_owned());
            self.read.diagnostics.extend(invalid_datastore::check(&named.name, named.key));
            let (mut kind, mut shared, mut size, mut server) = (None, None, None, None);
            let (mut nodes, mut content, mut broken) = (Vec::new(), Vec::new(), false);
            for field in self.entity_fields(entity) {
                let id = field.value;
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(id),
                    "kind" => put(&mut kind, self.read.tag(id).map(storage_kind), &mut broken),
                    "shared" => {
                        let stated = self.read.flag(id).map(|stated| self.read.spanned(id, stated));
                        put(&mut shared, stated.map(Some), &mut broken);
                    }
                    "size" => put(&mut size, self.read.size(id).map(Some), &mut broken),
                    "server" => match self.read.thing(id) {
                        Some(Thing::Host(host)) => server = Some(host),
                        _ => broken = true,
                    },
                    "nodes" => {
                        let items = self.read.list(id);
                        broken |= items.is_none();
                        for item in items.unwrap_or_default() {
                            match self.read.thing(*item) {
                                Some(Thing::Node(node)) => nodes.push(node),
                                _ => broken = true,
                            }
                        }
                    }
                    "content" => {
                        let items = self.read.list(id);
                        broken |= items.is_none();
                        for item in items.unwrap_or_default() {
                            match self.read.tag(*item).and_then(storage_content) {
                                Some(taken) => content.push(taken),
                                None => broken = true,
                            }
                        }
                    }
                    _ => broken = true,
                }
            }
            nodes.sort_unstable();
            nodes.dedup();
            content.sort_unstable();
            content.dedup();
            self.read.diagnostics.extend(datastore_kind::check(&named, kind, shared));
            let shared = shared.map_or_else(|| kind.is_some_and(StorageKind::is_shared), |shared| shared.value);
            self.site.datastores.push(Datastore { named, kind, nodes, shared, content, size, server, broken });
        }
    }
}

/// The schema's `StorageKind`.
fn storage_kind(tag: &str) -> Option<StorageKind> {
    Some(match tag {
        "Dir" => StorageKind::Dir,
        "Lvm" => StorageKind::Lvm,
        "LvmThin" => StorageKind::LvmThin,
        "Zfs" => StorageKind::Zfs,
        "Btrfs" => StorageKind::Btrfs,
        "Nfs" => StorageKind::Nfs,
        "Cifs" => StorageKind::Cifs,
        "Rbd" => StorageKind::Rbd,
        "CephFs" => StorageKind::CephFs,
        "Iscsi" => StorageKind::Iscsi,
        "Pbs" => StorageKind::Pbs,
        _ => return None,
    })
}

/// The schema's `StorageContent`.
fn storage_content(tag: &str) -> Option<StorageContent> {
    Some(match tag {
        "Images" => StorageContent::Images,
        "Rootdir" => StorageContent::Rootdir,
        "Vztmpl" => StorageContent::Vztmpl,
        "Import" => StorageContent::Import,
        "Iso" => StorageContent::Iso,
        "Snippets" => StorageContent::Snippets,
        "Backup" => StorageContent::Backup,
        _ => return None,
    })
}
