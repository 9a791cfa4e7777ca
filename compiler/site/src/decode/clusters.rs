//! Clusters. Their members are machines and are read with the others.

use super::Decoder;
use crate::model::{AliasOf, Cluster, ClusterId, GroupId, ServiceId};
use crate::read::Thing;

/// What a cluster gives to each of its members.
#[derive(Clone, Default)]
pub(crate) struct Shared {
    pub(crate) groups: Vec<GroupId>,
    pub(crate) services: Vec<ServiceId>,
    pub(crate) failed: bool,
}

impl Decoder<'_> {
    pub(super) fn clusters(&mut self) {
        for (at, entity) in self.index.clusters.clone().into_iter().enumerate() {
            let mut named = self.entity_named("a cluster", entity);
            let mut quorum = false;
            let mut shared = Shared::default();
            for field in self.entity_fields(entity) {
                let id = field.value;
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(id),
                    "quorum" => {
                        quorum = self.read.flag(id).unwrap_or(false);
                        self.origins.quorums[at] = Some(self.read.span(id));
                    }
                    "aliases" => self.aliases.push((AliasOf::Cluster(ClusterId(at as u32)), id)),
                    "groups" => shared.groups = self.group_list(id, &mut shared.failed),
                    "services" => {
                        let (services, failed) = self.service_list(&named, id);
                        shared.services = services;
                        shared.failed |= failed;
                    }
                    _ => {}
                }
            }
            self.site.clusters.push(Cluster { named, members: Vec::new(), quorum });
            self.shared.push(shared);
        }
    }

    /// A set of groups, sorted.
    pub(super) fn group_list(&self, id: arvc_lang::data::DataId, failed: &mut bool) -> Vec<GroupId> {
        let Some(items) = self.read.list(id) else {
            *failed = true;
            return Vec::new();
        };
        let mut groups = Vec::with_capacity(items.len());
        for item in items {
            match self.read.thing(*item) {
                Some(Thing::Group(group)) => groups.push(group),
                _ => *failed = true,
            }
        }
        groups.sort();
        groups.dedup();
        groups
    }
}
