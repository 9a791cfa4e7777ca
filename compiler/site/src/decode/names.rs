//! Domains, further names of machines, and routes: what the site is asked for by name.

use arvc_lang::data::DataId;

use super::index::Owner;
use super::{Decoder, Needs};
use crate::checks::{
    invalid_dns_name, invalid_domain, name_outside_domains, route_backend, route_frontend, service_name, service_port,
};
use crate::model::{Alias, Domain, EndpointId, Route, ServiceName, Spanned, Tls, View};
use crate::names;
use crate::read::Thing;

impl Decoder<'_> {
    /// Domains, before the records that lie in them.
    pub(super) fn domains(&mut self) {
        let mut records = Vec::new();
        for entity in self.index.domains.clone() {
            let mut named = self.named(entity, self.key(entity).to_owned());
            self.read.diagnostics.extend(invalid_domain::check_further(&named.name, named.key));
            let mut servers = Vec::new();
            for field in self.entity_fields(entity) {
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(field.value),
                    "servers" => {
                        for item in self.read.list(field.value).unwrap_or_default() {
                            servers.extend(self.server(*item, &named.name));
                        }
                    }
                    "records" => records.push((named.name.clone(), field.value)),
                    _ => {}
                }
            }
            self.site.names.domains.push(Domain { named, servers });
        }
        self.site.names.domains.sort_by(|a, b| a.named.name.cmp(&b.named.name));
        for (domain, list) in records {
            self.zone_records(list, &domain);
        }
    }

    fn server(&mut self, id: DataId, domain: &str) -> Option<Spanned<String>> {
        let (text, span) = (self.read.text(id)?, self.read.span(id));
        let name = names::target(text, domain);
        match invalid_dns_name::check_server(&name, span) {
            None => Some(Spanned { value: name, span }),
            problem => {
                self.read.diagnostics.extend(problem);
                None
            }
        }
    }

    /// Who is answered, or may come.
    pub(super) fn view(&self, id: DataId) -> Option<View> {
        match self.read.tag(id)? {
            "Public" => Some(View::Public),
            _ => Some(View::Internal),
        }
    }

    /// Further names, once it is known what they are of.
    pub(super) fn aliases(&mut self) {
        for (of, list) in std::mem::take(&mut self.aliases) {
            for item in self.read.list(list).unwrap_or_default() {
                let Some(text) = self.read.text(*item) else { continue };
                let span = self.read.span(*item);
                let name = if text.contains('.') { text.to_owned() } else { format!("{text}.{}", self.site.domain) };
                if let Some(problem) = invalid_dns_name::check_alias(text, &name, span) {
                    self.read.diagnostics.push(problem);
                    continue;
                }
                if names::zone_of(&self.site, &name).is_none() {
                    if self.origins.all.domains {
                        let problem = name_outside_domains::diagnostic(&self.site, &name, span);
                        self.read.diagnostics.push(problem);
                    }
                    continue;
                }
                self.site.names.aliases.push(Alias { name, of, span });
            }
        }
        // The same set may be read more than once: a service that is made by a call is one for each machine.
        self.site.names.aliases.sort_by(|a, b| (&a.name, a.of, a.span).cmp(&(&b.name, b.of, b.span)));
        self.site.names.aliases.dedup_by(|a, b| a.name == b.name && a.of == b.of);
    }

    /// Names by which clients look for endpoints.
    pub(super) fn service_names(&mut self) {
        for (endpoint, list) in std::mem::take(&mut self.service_names) {
            for item in self.read.list(list).unwrap_or_default() {
                let Some(text) = self.read.text(*item) else { continue };
                let span = self.read.span(*item);
                let named = match service_name::read(text, &self.site.domain, span) {
                    Ok(named) => named,
                    Err(problem) => {
                        self.read.diagnostics.push(*problem);
                        continue;
                    }
                };
                if names::zone_of(&self.site, &named.name).is_none() {
                    if self.origins.all.domains {
                        let problem = name_outside_domains::diagnostic(&self.site, &named.name, span);
                        self.read.diagnostics.push(problem);
                    }
                    continue;
                }
                let known = &self.site.endpoints[endpoint.index()];
                // Without any port something is wrong with them, and that is reported.
                if known.ports.is_empty() {
                    continue;
                }
                match service_port::port(known, &named, span) {
                    Ok(ports) => {
                        let name = named.name;
                        self.site.names.services.push(ServiceName { name, endpoint, ports, span });
                    }
                    Err(problem) => self.read.diagnostics.push(*problem),
                }
            }
        }
        self.site.names.services.sort_by(|a, b| (&a.name, a.endpoint, a.span).cmp(&(&b.name, b.endpoint, b.span)));
    }

    /// Routes, once it is known who serves what.
    pub(super) fn routes(&mut self) {
        for entity in self.index.routes.clone() {
            let mut named = self.named(entity, self.key(entity).to_owned());
            let problem = invalid_dns_name::check_route(&named.name, named.key);
            let mut broken = problem.is_some();
            self.read.diagnostics.extend(problem);
            if !broken && names::zone_of(&self.site, &named.name).is_none() {
                broken = true;
                if self.origins.all.domains {
                    let problem = name_outside_domains::diagnostic(&self.site, &named.name, named.key);
                    self.read.diagnostics.push(problem);
                }
            }
            let (mut frontend, mut backend) = (None, None);
            let (mut at, mut tls, mut exposure) = (None, None, None);
            for field in self.entity_fields(entity) {
                let id = field.value;
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(id),
                    "frontend" => frontend = self.endpoint_at(id),
                    "backend" => backend = self.endpoint_at(id).map(|endpoint| (endpoint, id)),
                    "at" => match self.read.thing(id) {
                        Some(Thing::Vip(vip)) => at = Some(self.read.spanned(id, vip)),
                        _ => broken = true,
                    },
                    "tls" => tls = self.read.tag(id).map(tls_mode),
                    "exposure" => exposure = self.view(id).map(|view| self.read.spanned(id, view)),
                    _ => {}
                }
            }
            let (Some(frontend), Some((backend, written)), Some(tls), Some(exposure)) =
                (frontend, backend, tls, exposure)
            else {
                continue;
            };
            let proxy = match self.index.endpoints.get(frontend.value.index()) {
                Some((_, Owner::Service(service))) => Some(*service),
                _ => None,
            };
            let route = Route { named, proxy, frontend, backend, at, tls, exposure: exposure.value };
            // Whose the address is could not be read, which is reported.
            broken |= at.is_some_and(|vip| self.site.vips[vip.value.index()].broken);
            let problem = match self.origins.all.hosts {
                true => route_frontend::check(&self.site, &route),
                false => None,
            };
            let problem = problem.or_else(|| route_backend::check(&self.site, &route));
            broken |= problem.is_some();
            self.read.diagnostics.extend(problem);
            if broken {
                continue;
            }
            let at = self.site.names.routes.len() as u32;
            self.site.names.routes.push(route);
            self.needs.push((Needs::Route(at), written));
            if exposure.value == View::Public {
                self.public.push((at, exposure.span));
            }
        }
    }

    fn endpoint_at(&self, id: DataId) -> Option<Spanned<EndpointId>> {
        match self.read.thing(id)? {
            Thing::Endpoint(endpoint) => Some(self.read.spanned(id, endpoint)),
            _ => None,
        }
    }
}

/// The schema's `Tls`.
fn tls_mode(tag: &str) -> Tls {
    match tag {
        "Reencrypt" => Tls::Reencrypt,
        "Passthrough" => Tls::Passthrough,
        "Plain" => Tls::Plain,
        _ => Tls::Terminate,
    }
}
