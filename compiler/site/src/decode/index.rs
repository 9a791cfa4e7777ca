//! Which entity is which thing of the model: indices in the order of names, before any field is read.
//!
//! A thing without the one field that makes it what it is (a network's prefix, a range's spans, a node's address) gets no
//! index: whoever names it stays silent.

use std::collections::HashMap;

use arvc_lang::data::{Data, DataId, Datum};
use arvc_syntax::intern::Symbol;

use crate::model::{
    ClusterId, DatacenterId, EndpointId, GroupId, HostId, ImageId, NetworkId, NodeId, PlaceId, RangeId, ServiceId,
};
use crate::origins::All;
use crate::read::Thing;

/// A machine's entity.
#[derive(Clone, Debug)]
pub(crate) struct HostEntry {
    pub(crate) entity: u32,
    /// `dns`, `postgres-01`.
    pub(crate) name: String,
    /// The cluster that it is a member of.
    pub(crate) cluster: Option<ClusterId>,
}

/// Whose endpoint an entity is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    Service(ServiceId),
    Cluster(ClusterId),
}

/// The entities of each kind, at the index that the model gives them.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) datacenters: Vec<u32>,
    pub(crate) nodes: Vec<u32>,
    pub(crate) places: Vec<u32>,
    pub(crate) networks: Vec<u32>,
    pub(crate) ranges: Vec<u32>,
    pub(crate) groups: Vec<u32>,
    pub(crate) images: Vec<u32>,
    pub(crate) services: Vec<u32>,
    pub(crate) clusters: Vec<u32>,
    pub(crate) hosts: Vec<HostEntry>,
    pub(crate) endpoints: Vec<(u32, Owner)>,
    pub(crate) domains: Vec<u32>,
    pub(crate) routes: Vec<u32>,
}

/// Gives every entity its place.
pub(crate) fn index(data: &Data) -> (Index, Vec<Thing>, All) {
    let mut things = vec![Thing::Other; data.entities.len()];
    let mut index = Index::default();
    let symbols = Symbols::of(data);
    // A path comes before those that it begins: a cluster before its members and endpoints.
    let mut members = Vec::new();
    let mut owners: HashMap<(Symbol, Symbol), Owner> = HashMap::new();
    for (at, entity) in data.entities.iter().enumerate() {
        if entity.path.len() == 1 && entity.path.first().copied() == symbols.operators {
            things[at] = Thing::Operators;
        }
        let (Some(map), Some(name)) = (entity.path.first().copied(), entity.path.get(1).copied()) else { continue };
        let at = at as u32;
        match entity.path.len() {
            2 => {
                let (thing, owns) = index.enter(data, &symbols, at, map);
                things[at as usize] = thing;
                owners.extend(owns.map(|owner| ((map, name), owner)));
            }
            3 => {
                let Some(owner) = owners.get(&(map, name)).copied() else {
                    if Some(map) == symbols.services || Some(map) == symbols.clusters {
                        things[at as usize] = Thing::Failed;
                    }
                    continue;
                };
                things[at as usize] = match data.value(entity.value) {
                    Datum::Record(_) => {
                        index.endpoints.push((at, owner));
                        Thing::Endpoint(EndpointId(index.endpoints.len() as u32 - 1))
                    }
                    _ => Thing::Failed,
                };
            }
            4 if Some(map) == symbols.clusters && Some(entity.path[2]) == symbols.members => {
                members.push((at, name, owners.get(&(map, name)).copied()));
            }
            _ => {}
        }
    }
    for (at, cluster, owner) in members {
        let entity = &data.entities[at as usize];
        match (data.value(entity.value), owner) {
            (Datum::Record(_), Some(Owner::Cluster(id))) => {
                let name = format!("{}-{}", data.names.get(cluster), data.names.get(entity.path[3]));
                index.hosts.push(HostEntry { entity: at, name, cluster: Some(id) });
            }
            _ => things[at as usize] = Thing::Failed,
        }
    }
    index.hosts.sort_by(|a, b| (&a.name, a.entity).cmp(&(&b.name, b.entity)));
    for (id, host) in index.hosts.iter().enumerate() {
        things[host.entity as usize] = Thing::Host(HostId(id as u32));
    }
    let all = completeness(data, &symbols);
    (index, things, all)
}

impl Index {
    fn enter(&mut self, data: &Data, symbols: &Symbols, at: u32, map: Symbol) -> (Thing, Option<Owner>) {
        let entity = &data.entities[at as usize];
        let Datum::Record(_) = data.value(entity.value) else { return (Thing::Failed, None) };
        let map = Some(map);
        let has = |field: Option<Symbol>, test: fn(&Datum) -> bool| {
            field.and_then(|field| data.field(entity.value, field)).is_some_and(|field| test(data.value(field.value)))
        };
        let is_range = |datum: &Datum| matches!(datum, Datum::IntRange(..));
        let push = |list: &mut Vec<u32>| {
            list.push(at);
            list.len() as u32 - 1
        };
        let thing = if map == symbols.hosts {
            let name = data.names.get(entity.path[1]).to_owned();
            self.hosts.push(HostEntry { entity: at, name, cluster: None });
            Thing::Other
        } else if map == symbols.groups {
            Thing::Group(GroupId(push(&mut self.groups)))
        } else if map == symbols.services {
            let id = ServiceId(push(&mut self.services));
            return (Thing::Service(id), Some(Owner::Service(id)));
        } else if map == symbols.clusters {
            let id = ClusterId(push(&mut self.clusters));
            return (Thing::Cluster(id), Some(Owner::Cluster(id)));
        } else if map == symbols.networks {
            if !has(symbols.cidr, |datum| matches!(datum, Datum::Prefix(_))) {
                return (Thing::Failed, None);
            }
            Thing::Network(NetworkId(push(&mut self.networks)))
        } else if map == symbols.ranges {
            if !(has(symbols.vmids, is_range) && has(symbols.addresses, is_range)) {
                return (Thing::Failed, None);
            }
            Thing::Range(RangeId(push(&mut self.ranges)))
        } else if map == symbols.nodes {
            if !has(symbols.address, |datum| matches!(datum, Datum::Address(_))) {
                return (Thing::Failed, None);
            }
            Thing::Node(NodeId(push(&mut self.nodes)))
        } else if map == symbols.places {
            Thing::Place(PlaceId(push(&mut self.places)))
        } else if map == symbols.images {
            Thing::Image(ImageId(push(&mut self.images)))
        } else if map == symbols.datacenters {
            Thing::Datacenter(DatacenterId(push(&mut self.datacenters)))
        } else if map == symbols.domains {
            self.domains.push(at);
            Thing::Other
        } else if map == symbols.routes {
            self.routes.push(at);
            Thing::Other
        } else {
            Thing::Other
        };
        (thing, None)
    }
}

/// The names of the schema that this file speaks of; absent if the sources never used one.
struct Symbols {
    datacenters: Option<Symbol>,
    nodes: Option<Symbol>,
    places: Option<Symbol>,
    networks: Option<Symbol>,
    ranges: Option<Symbol>,
    groups: Option<Symbol>,
    images: Option<Symbol>,
    services: Option<Symbol>,
    clusters: Option<Symbol>,
    hosts: Option<Symbol>,
    domains: Option<Symbol>,
    routes: Option<Symbol>,
    operators: Option<Symbol>,
    members: Option<Symbol>,
    cidr: Option<Symbol>,
    vmids: Option<Symbol>,
    addresses: Option<Symbol>,
    address: Option<Symbol>,
}

impl Symbols {
    fn of(data: &Data) -> Self {
        let of = |name| data.names.lookup(name);
        Self {
            datacenters: of("datacenters"),
            nodes: of("nodes"),
            places: of("places"),
            networks: of("networks"),
            ranges: of("ranges"),
            groups: of("groups"),
            images: of("images"),
            services: of("services"),
            clusters: of("clusters"),
            hosts: of("hosts"),
            domains: of("domains"),
            routes: of("routes"),
            operators: of("operators"),
            members: of("members"),
            cidr: of("cidr"),
            vmids: of("vmids"),
            addresses: of("addresses"),
            address: of("address"),
        }
    }
}

fn completeness(data: &Data, symbols: &Symbols) -> All {
    let entries = |record: DataId, map: Option<Symbol>| -> Option<Vec<DataId>> {
        let field = map.and_then(|map| data.field(record, map))?;
        match data.value(field.value) {
            Datum::Record(fields) => Some(fields.iter().map(|field| field.value).collect()),
            _ => None,
        }
    };
    let fine = |ids: &Option<Vec<DataId>>, needed: &[Option<Symbol>]| {
        ids.as_ref().is_some_and(|ids| {
            ids.iter().all(|id| {
                let present = |name: &Option<Symbol>| {
                    let field = name.and_then(|name| data.field(*id, name));
                    field.is_some_and(|field| *data.value(field.value) != Datum::Failed)
                };
                match data.value(*id) {
                    Datum::Failed => false,
                    Datum::Record(_) => needed.iter().all(present),
                    _ => true,
                }
            })
        })
    };
    let of = |map, needed: &[Option<Symbol>]| fine(&entries(data.root, map), needed);
    let clusters = entries(data.root, symbols.clusters);
    let members = clusters.iter().flatten().all(|cluster| fine(&entries(*cluster, symbols.members), &[]));
    All {
        hosts: of(symbols.hosts, &[]) && fine(&clusters, &[]) && members,
        networks: of(symbols.networks, &[symbols.cidr]),
        nodes: of(symbols.nodes, &[symbols.address]),
        datacenters: of(symbols.datacenters, &[]),
        ranges: of(symbols.ranges, &[symbols.vmids, symbols.addresses]),
        images: of(symbols.images, &[]),
        domains: of(symbols.domains, &[]),
    }
}
