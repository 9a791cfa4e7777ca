//! Clusters. Their members are machines and are read with the others.

use arvc_syntax::source::Span;

use super::Decoder;
use crate::model::{AliasOf, Cluster, ClusterId, GroupId, NodeId, ServiceId, Spanned};
use crate::read::Thing;

/// What a cluster gives to each of its members.
#[derive(Clone, Default)]
pub(crate) struct Shared {
    pub(crate) groups: Vec<GroupId>,
    pub(crate) services: Vec<ServiceId>,
    pub(crate) failed: bool,
}

/// What a cluster says of what it survives, and of where its members run.
struct Declared {
    votes: Option<Spanned<u32>>,
    replicas: Spanned<u32>,
    spread: bool,
    nodes: Vec<NodeId>,
    dcs: Option<ClusterId>,
    scope: Option<Spanned<String>>,
}

impl Declared {
    fn of(key: Span) -> Self {
        let replicas = Spanned { value: 0, span: key };
        Self { votes: None, replicas, spread: false, nodes: Vec::new(), dcs: None, scope: None }
    }
}

impl Decoder<'_> {
    pub(super) fn clusters(&mut self) {
        for (at, entity) in self.index.clusters.clone().into_iter().enumerate() {
            let mut named = self.entity_named("a cluster", entity);
            let mut quorum = false;
            let mut shared = Shared::default();
            let mut declared = Declared::of(named.key);
            for field in self.entity_fields(entity) {
                let id = field.value;
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(id),
                    "quorum" => {
                        quorum = self.read.flag(id).unwrap_or(false);
                        self.origins.quorums[at] = Some(self.read.span(id));
                    }
                    "aliases" => self.aliases.push((AliasOf::Cluster(ClusterId(at as u32)), id)),
                    "votes" => declared.votes = self.count(id, 1, &named),
                    "replicas" => declared.replicas = self.count(id, 0, &named).unwrap_or(declared.replicas),
                    "spread" => declared.spread = self.read.flag(id).unwrap_or(false),
                    "nodes" => declared.nodes = self.node_set(id, &mut shared.failed),
                    "dcs" => match self.read.thing(id) {
                        Some(Thing::Cluster(cluster)) => declared.dcs = Some(cluster),
                        _ => self.origins.all.hosts = false,
                    },
                    "scope" => {
                        let text = self.read.text(id).map(str::to_owned);
                        declared.scope = text.map(|text| self.read.spanned(id, text));
                    }
                    "groups" => shared.groups = self.group_list(id, &mut shared.failed),
                    "services" => {
                        let (services, failed) = self.service_list(&named, id);
                        shared.services = services;
                        shared.failed |= failed;
                    }
                    _ => {}
                }
            }
            let Declared { votes, replicas, spread, nodes, dcs, scope } = declared;
            self.site.clusters.push(Cluster {
                named,
                members: Vec::new(),
                // Whoever counts votes needs most of them to choose another primary, too.
                quorum: quorum || votes.is_some(),
                votes,
                replicas,
                spread,
                nodes,
                dcs,
                scope,
            });
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
