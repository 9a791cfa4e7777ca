//! Where guests run: places, the HA manager, the nodes that a cluster is spread over.

use std::collections::HashMap;

use arvc_lang::data::{DataId, Datum};

use super::{Decoder, Needs};
use crate::availability::places::Places;
use crate::availability::spread::{self, Waiting};
use crate::checks::{accepted_loss, ha_attempts, need, place_circle, quantity};
use crate::lock::Numbers;
use crate::model::{
    Accepted, EndpointId, Ha, Host, HostId, Kind, Named, NetworkId, NodeId, Place, PlaceId, Replication, ServiceId,
    Spanned,
};
use crate::read::Thing;

impl Decoder<'_> {
    pub(super) fn places(&mut self) {
        for entity in self.index.places.clone() {
            let mut named = self.entity_named("a place", entity);
            let mut within = Vec::new();
            for field in self.entity_fields(entity) {
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(field.value),
                    "within" => within = self.place_set(field.value),
                    _ => {}
                }
            }
            self.site.places.push(Place { named, within });
        }
        let problems = place_circle::check(&self.site.places);
        self.read.diagnostics.extend(problems);
    }

    /// A set of places, sorted. What failed is left out: a place that nobody knows takes nothing with it.
    pub(super) fn place_set(&self, id: DataId) -> Vec<PlaceId> {
        let items = self.read.list(id).unwrap_or_default().iter();
        let mut places: Vec<_> = items
            .filter_map(|item| match self.read.thing(*item) {
                Some(Thing::Place(place)) => Some(place),
                _ => None,
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// A set of nodes, sorted.
    pub(super) fn node_set(&self, id: DataId, failed: &mut bool) -> Vec<NodeId> {
        let list = self.read.list(id);
        *failed |= list.is_none();
        let mut nodes = Vec::new();
        for item in list.unwrap_or_default() {
            match self.read.thing(*item) {
                Some(Thing::Node(node)) => nodes.push(node),
                _ => *failed = true,
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// A number that is at least one.
    pub(super) fn positive(&mut self, id: DataId, named: &Named) -> Option<Spanned<u32>> {
        self.count(id, 1, named)
    }

    /// A number that is at least `least`.
    pub(super) fn count(&mut self, id: DataId, least: i64, named: &Named) -> Option<Spanned<u32>> {
        let (number, span) = (self.read.int(id)?, self.read.span(id));
        match u32::try_from(number).ok().filter(|_| number >= least) {
            Some(value) => Some(Spanned { value, span }),
            None => {
                self.read.diagnostics.push(quantity::diagnostic(named, number, least, span));
                None
            }
        }
    }

    /// What the HA manager does for a guest. `None` if it is wrong, which is reported.
    pub(super) fn ha(&mut self, id: DataId, named: &Named) -> Option<Ha> {
        let span = self.read.span(id);
        let mut ha = Ha { nodes: Vec::new(), strict: false, failback: true, max_restart: 1, max_relocate: 1, span };
        let mut failed = false;
        for field in self.read.record(id)? {
            let value = field.value;
            match self.read.name(field.name) {
                "nodes" => ha.nodes = self.node_set(value, &mut failed),
                "strict" => ha.strict = self.read.flag(value)?,
                "failback" => ha.failback = self.read.flag(value)?,
                "max_restart" => ha.max_restart = self.attempts(value, named, &mut failed),
                "max_relocate" => ha.max_relocate = self.attempts(value, named, &mut failed),
                _ => {}
            }
        }
        (!failed).then_some(ha)
    }

    /// Where copies of a guest's volumes go. `None` if it is wrong, which is reported.
    pub(super) fn replication(&mut self, id: DataId, named: &Named) -> Option<Replication> {
        let span = self.read.span(id);
        let schedule = Spanned { value: String::new(), span };
        let mut replication = Replication { to: Vec::new(), schedule, rate: None, span };
        let mut failed = false;
        for field in self.read.record(id)? {
            let value = field.value;
            match self.read.name(field.name) {
                "to" => replication.to = self.node_set(value, &mut failed),
                "schedule" => {
                    let text = self.read.text(value)?;
                    replication.schedule = self.read.spanned(value, text.to_owned());
                }
                "rate" => {
                    let rate = self.positive(value, named);
                    failed |= rate.is_none();
                    replication.rate = rate.map(|rate| rate.value);
                }
                _ => {}
            }
        }
        (!failed).then_some(replication)
    }

    /// What must answer before a machine or service can start. Each is also something that it needs.
    pub(super) fn after(&mut self, who: Needs, id: DataId) -> Vec<Spanned<EndpointId>> {
        let mut after = Vec::new();
        for item in self.read.list(id).unwrap_or_default() {
            let span = self.read.span(*item);
            match (self.read.value(*item), self.read.thing(*item)) {
                (_, Some(Thing::Endpoint(endpoint))) => {
                    after.push(Spanned { value: endpoint, span });
                    self.needs.push((who, *item));
                }
                (Datum::Failed, _) | (Datum::Entity(_), None) => {}
                _ => self.read.diagnostics.push(need::wrong_kind(span, "no endpoint")),
            }
        }
        after
    }

    /// Whom a resolver asks, with where that is written.
    pub(super) fn forwards_of(&mut self, service: ServiceId, resolver: DataId) {
        let fields = self.read.record(resolver).unwrap_or_default();
        let Some(forward) = fields.iter().find(|field| self.read.name(field.name) == "forward") else { return };
        let items = self.read.list(forward.value).unwrap_or_default();
        let addresses = items.iter().filter_map(|item| self.read.address(*item));
        self.origins.forwards.extend(addresses.map(|address| (service, address)));
    }

    fn attempts(&mut self, id: DataId, named: &Named, failed: &mut bool) -> u32 {
        let Some(number) = self.read.int(id) else {
            *failed = true;
            return 0;
        };
        let problem = ha_attempts::check(named, number, self.read.span(id));
        *failed |= problem.is_some();
        self.read.diagnostics.extend(problem);
        u32::try_from(number).unwrap_or(0)
    }

    /// Gives every guest its node, where its cluster is spread or the HA manager has a choice, and the nodes that it may
    /// run on. `on` are the networks that each machine is on.
    pub(super) fn placements(&self, hosts: &mut [Host], on: impl Fn(HostId) -> Vec<NetworkId>) {
        if self.origins.all.nodes {
            for (host, node) in self.chosen(hosts, on) {
                hosts[host.index()].node = Some(node);
            }
        }
        let owned = |datacenter| {
            let nodes = self.site.nodes.iter().zip(0..);
            nodes.filter(move |(node, _)| node.datacenter == datacenter).map(|(_, id)| NodeId(id)).collect()
        };
        let mut all: Vec<Option<Vec<NodeId>>> = vec![None; self.site.datacenters.len().max(1)];
        for host in hosts {
            let Some(node) = host.node else { continue };
            let Some(ha) = &host.ha else {
                host.placement = vec![node];
                continue;
            };
            host.placement = if ha.strict {
                ha.nodes.clone()
            } else {
                let datacenter = self.site.nodes[node.index()].datacenter;
                all[datacenter.index()].get_or_insert_with(|| owned(datacenter)).clone()
            };
            if let Err(at) = host.placement.binary_search(&node) {
                host.placement.insert(at, node);
            }
        }
    }

    /// The nodes of those that name none themselves.
    fn chosen(&self, hosts: &[Host], on: impl Fn(HostId) -> Vec<NetworkId>) -> Vec<(HostId, NodeId)> {
        let free = |host: &Host, at: usize| {
            let origin = &self.origins.hosts[at];
            host.kind != Kind::Machine && host.node.is_none() && !origin.node_failed && !origin.kind_failed
        };
        let nodes: HashMap<&str, NodeId> =
            self.site.nodes.iter().map(|node| node.named.name.as_str()).zip((0..).map(NodeId)).collect();
        let known = |held: Option<&Numbers>| nodes.get(held?.node.as_deref()?).copied();
        let held = |host: &Host| {
            let name = self.renames.known(self.held, &host.named.name);
            (known(self.held.own.hosts.get(name)), known(self.held.own.retired.get(name)))
        };
        let places = Places::new(&self.site);
        let mut chosen = Vec::new();
        for cluster in self.site.clusters.iter().filter(|cluster| cluster.spread) {
            let mut members = cluster.members.clone();
            members.sort_unstable();
            let waiting = members.into_iter().filter(|id| free(&hosts[id.index()], id.index())).map(|host| {
                let (held, before) = held(&hosts[host.index()]);
                Waiting { host, networks: on(host), held, before }
            });
            chosen.extend(spread::choose(&self.site, hosts, cluster, &waiting.collect::<Vec<_>>(), &places));
        }
        for (at, host) in hosts.iter().enumerate() {
            // A member that waits for its cluster's choice has one already.
            let spread = host.cluster.is_some_and(|cluster| self.site.clusters[cluster.index()].spread);
            if let (Some(ha), false, true) = (&host.ha, spread, free(host, at)) {
                let (held, before) = held(host);
                let stays = held.or(before).filter(|node| ha.nodes.contains(node));
                let node = stays.or_else(|| spread::home(&self.site, &host.named.name, &ha.nodes));
                chosen.extend(node.map(|node| (HostId(at as u32), node)));
            }
        }
        chosen
    }

    /// What the site need not survive the loss of.
    pub(super) fn accepted_losses(&mut self) {
        let fields = self.read.record(self.read.data.root).unwrap_or_default();
        let Some(field) = fields.iter().find(|field| self.read.name(field.name) == "accepted_losses") else { return };
        for item in self.read.list(field.value).unwrap_or_default() {
            let accepted = match self.read.thing(*item) {
                Some(Thing::Node(node)) => Accepted::Node(node),
                Some(Thing::Place(place)) => Accepted::Place(place),
                Some(Thing::Host(host)) => Accepted::Host(host),
                Some(Thing::Datastore(datastore)) => Accepted::Datastore(datastore),
                Some(Thing::Cluster(cluster)) => Accepted::Cluster(cluster),
                Some(Thing::Service(service)) => Accepted::Service(service),
                _ => {
                    let unknown = self.read.thing(*item).is_none();
                    let failed = match self.read.value(*item) {
                        Datum::Failed => true,
                        Datum::Entity(_) => unknown,
                        _ => false,
                    };
                    if !failed {
                        let problem = accepted_loss::diagnostic(self.read.span(*item));
                        self.read.diagnostics.push(problem);
                    }
                    continue;
                }
            };
            self.site.accepted_losses.push(accepted);
        }
        self.site.accepted_losses.sort_unstable();
        self.site.accepted_losses.dedup();
    }
}
