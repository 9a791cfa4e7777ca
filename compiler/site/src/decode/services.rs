//! Services, endpoints, and who serves what.

use std::collections::BTreeSet;
use std::net::IpAddr;

use arvc_lang::data::{DataId, Field};
use arvc_syntax::source::Span;

use super::index::Owner;
use super::{Decoder, Needs};
use crate::checks::{duplicate_service, invalid_name, invalid_role};
use crate::model::{AliasOf, ClusterId, Endpoint, EndpointId, Named, NetworkId, Service, ServiceId, Spanned};
use crate::read::Thing;

impl Decoder<'_> {
    /// The services of the site, and the endpoints that are entities.
    pub(super) fn services(&mut self) {
        for (at, entity) in self.index.services.clone().into_iter().enumerate() {
            let named = self.entity_named("a service", entity);
            let service = self.service(ServiceId(at as u32), named, self.entity_fields(entity));
            self.site.services.push(service);
        }
        for (entity, owner) in self.index.endpoints.clone() {
            let named = self.entity_named("an endpoint", entity);
            let listen = match owner {
                Owner::Service(service) => self.site.services[service.index()].listen.clone(),
                Owner::Cluster(_) => Vec::new(),
            };
            let fields = self.entity_fields(entity);
            self.endpoint(named, fields, listen);
        }
    }

    /// One service; its endpoints are read by the caller.
    fn service(&mut self, id: ServiceId, mut named: Named, fields: &[Field]) -> Service {
        let (mut listen, mut peers, mut resolver) = (Vec::new(), Vec::new(), None);
        let (mut role, mut variables) = (None, Vec::new());
        let (mut after, mut manual) = (Vec::new(), None);
        for field in fields {
            match self.read.name(field.name) {
                "name" => {
                    if let Some(name) = self.read.text(field.value) {
                        let span = self.read.span(field.value);
                        // A key with the same name has told already.
                        let told = *name == *named.name;
                        if let Some(problem) = invalid_name::check("a service", name, span).filter(|_| !told) {
                            self.read.diagnostics.push(problem);
                            // Whatever else is wrong with this name is said in the same place.
                            named.key = span;
                        }
                        named.name = name.to_owned();
                    }
                }
                "description" => named.description = self.read.description(field.value),
                "listen" => listen = self.listen(field.value),
                "peers" => {
                    // No peers is the schema's default and says nothing.
                    if self.read.list(field.value).is_some_and(<[_]>::is_empty) {
                        continue;
                    }
                    match self.plain_ports(field.value) {
                        Some(ports) => {
                            self.peers.push((id, ports.clone(), self.read.span(field.value)));
                            peers = ports;
                        }
                        None => self.site.allow_broken = true,
                    }
                }
                "needs" => {
                    let items = self.read.list(field.value).unwrap_or_default();
                    self.needs.extend(items.iter().map(|item| (Needs::Service(id), *item)));
                }
                "after" => after = self.after(Needs::Service(id), field.value),
                "manual" => manual = self.read.description(field.value),
                "resolver" => {
                    resolver = self.resolver(field.value);
                    self.forwards_of(id, field.value);
                }
                "role" => {
                    let text = self.read.text(field.value);
                    let span = self.read.span(field.value);
                    self.read.diagnostics.extend(text.and_then(|text| invalid_role::check(text, span)));
                    role = text.map(|text| Spanned { value: text.to_owned(), span });
                }
                "variables" => variables = self.extras(field.value),
                "aliases" => self.aliases.push((AliasOf::Service(id), field.value)),
                _ => {}
            }
        }
        Service { named, listen, peers, hosts: Vec::new(), after, manual, resolver, role, variables }
    }

    fn listen(&mut self, id: DataId) -> Vec<NetworkId> {
        let items = self.read.list(id);
        let networks = items.unwrap_or_default().iter().filter_map(|item| match self.read.thing(*item) {
            Some(Thing::Network(network)) => Some(network),
            _ => None,
        });
        let mut networks: Vec<_> = networks.collect();
        self.site.paths_broken |= items.is_none_or(|items| items.len() != networks.len());
        networks.sort();
        networks.dedup();
        networks
    }

    fn resolver(&self, id: DataId) -> Option<Vec<IpAddr>> {
        let fields = self.read.record(id)?;
        let forward = fields.iter().find(|field| self.read.name(field.name) == "forward")?;
        let items = self.read.list(forward.value)?;
        Some(items.iter().filter_map(|item| self.read.address(*item)).map(|address| address.value).collect())
    }

    fn endpoint(&mut self, mut named: Named, fields: &[Field], listen: Vec<NetworkId>) {
        let mut ports = Vec::new();
        for field in fields {
            match self.read.name(field.name) {
                "description" => named.description = self.read.description(field.value),
                "ports" => ports = self.plain_ports(field.value).unwrap_or_default(),
                "srv" => {
                    let id = EndpointId(self.site.endpoints.len() as u32);
                    self.service_names.push((id, field.value));
                }
                _ => {}
            }
        }
        self.site.endpoints.push(Endpoint { named, ports, hosts: Vec::new(), listen });
    }

    /// A list of services as a host or cluster has it: the site's by reference, others written in place. `None` stands
    /// for a failed one.
    pub(super) fn service_list(&mut self, owner: &Named, id: DataId) -> (Vec<ServiceId>, bool) {
        let Some(items) = self.read.list(id) else { return (Vec::new(), true) };
        let (mut services, mut failed): (Vec<Spanned<ServiceId>>, _) = (Vec::new(), false);
        for (at, item) in items.iter().enumerate() {
            let span = self.read.span(*item);
            let service = match self.read.thing(*item) {
                Some(Thing::Service(service)) => Some(service),
                _ => self.inline_service(owner, at, *item, span),
            };
            match service {
                Some(service) => services.push(Spanned { value: service, span }),
                None => failed = true,
            }
        }
        let problems = duplicate_service::check(owner, &services, &self.site.services);
        self.read.diagnostics.extend(problems);
        let mut ids: Vec<_> = services.into_iter().map(|service| service.value).collect();
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        (ids, failed)
    }

    fn inline_service(&mut self, owner: &Named, at: usize, item: DataId, key: Span) -> Option<ServiceId> {
        let fields = self.read.record(item)?;
        let calls: Vec<_> = self.read.data.calls_of(item).collect();
        let path = format!("{}.services.{at}", owner.path);
        let id = ServiceId(self.site.services.len() as u32);
        let named = Named { name: String::new(), path: path.clone(), key, calls: calls.clone(), description: None };
        let service = self.service(id, named, fields);
        let listen = service.listen.clone();
        self.site.services.push(service);
        self.inline_endpoints.push((id, self.site.endpoints.len()));
        for field in fields {
            let name = self.read.name(field.name);
            if SERVICE_FIELDS.contains(&name) {
                continue;
            }
            let Some(endpoint) = self.read.record(field.value) else { continue };
            self.read.diagnostics.extend(invalid_name::check("an endpoint", name, field.key));
            let path = format!("{path}.{name}");
            let named = Named { name: name.to_owned(), path, key: field.key, calls: calls.clone(), description: None };
            self.endpoint(named, endpoint, listen.clone());
        }
        Some(id)
    }

    /// Tells services and endpoints which machines serve them, once all machines are known.
    pub(super) fn serve(&mut self) {
        for (at, host) in self.site.hosts.iter().enumerate() {
            for service in &host.services {
                self.site.services[service.index()].hosts.push(crate::model::HostId(at as u32));
            }
        }
        for (at, (_, owner)) in self.index.endpoints.iter().enumerate() {
            self.site.endpoints[at].hosts = match owner {
                Owner::Service(service) => self.site.services[service.index()].hosts.clone(),
                Owner::Cluster(cluster) => self.site.clusters[cluster.index()].members.clone(),
            };
        }
        for (at, (service, first)) in self.inline_endpoints.iter().enumerate() {
            let end = self.inline_endpoints.get(at + 1).map_or(self.site.endpoints.len(), |(_, next)| *next);
            for endpoint in &mut self.site.endpoints[*first..end] {
                endpoint.hosts = self.site.services[service.index()].hosts.clone();
            }
        }
        for cluster in &mut self.site.clusters {
            cluster.members.sort();
        }
    }

    /// The members of clusters in the order of their keys: that of their names.
    pub(super) fn member(&mut self, cluster: ClusterId, host: crate::model::HostId) {
        self.site.clusters[cluster.index()].members.push(host);
    }
}

/// The fields of the schema's `Service` that are no endpoints.
const SERVICE_FIELDS: [&str; 11] =
    ["name", "description", "listen", "peers", "needs", "after", "manual", "resolver", "role", "variables", "aliases"];
