//! What the site says of itself: its name, its domain, its operators, Nebula; and groups, ranges and datacenters, which
//! are little more than names.

use arvc_lang::data::{DataId, Datum};
use ipnet::IpNet;

use super::{Decoder, only_literal};
use crate::checks::{
    authority_trusted_twice, extra_resource, invalid_domain, invalid_name, invalid_namespace, operator_address,
    ssh_key, unknown_nebula, url,
};
use crate::model::{Datacenter, Group, Named, Spanned};

impl Decoder<'_> {
    pub(super) fn settings(&mut self) {
        let fields = self.read.record(self.read.data.root).unwrap_or_default();
        for field in fields {
            let id = field.value;
            match self.read.name(field.name) {
                "name" => {
                    if let Some(name) = self.read.text(id) {
                        let span = self.read.span(id);
                        self.origins.name = span;
                        self.read.diagnostics.extend(invalid_name::check_field(
                            "the site's name",
                            name,
                            field.key,
                            span,
                        ));
                        self.site.name = name.to_owned();
                    }
                }
                "domain" => {
                    if let Some(domain) = self.read.text(id) {
                        let span = self.read.span(id);
                        self.read.diagnostics.extend(invalid_domain::check(domain, span));
                        self.origins.domain = Some(span);
                        self.site.domain = domain.to_owned();
                    }
                }
                "description" => self.site.description = self.read.description(id),
                "operators" => self.operators(id),
                "uplink_resolvers" => {
                    let items = self.read.list(id).unwrap_or_default();
                    let addresses: Vec<_> = items.iter().filter_map(|item| self.read.address(*item)).collect();
                    self.site.uplink_resolvers = addresses.iter().map(|address| address.value).collect();
                    self.origins.uplink_resolvers = addresses;
                }
                "nebula" => self.nebula(id),
                "variables" => self.site.variables = self.extras(id),
                "files" => self.files(id),
                _ => {}
            }
        }
    }

    fn operators(&mut self, id: DataId) {
        let fields = self.read.record(id);
        self.site.operators.broken = fields.is_none();
        for field in fields.unwrap_or_default() {
            let list = self.read.list(field.value);
            let broken = list.is_none();
            let items = list.unwrap_or_default();
            match self.read.name(field.name) {
                "addresses" => {
                    self.site.operators.broken |= broken;
                    for item in items {
                        match self.read.value(*item) {
                            Datum::Address(address) => {
                                let value = self.read.spanned(*item, IpNet::from(*address));
                                self.site.operators.addresses.push(value);
                            }
                            Datum::Prefix(prefix) => {
                                let value = self.read.spanned(*item, *prefix);
                                self.site.operators.addresses.push(value);
                            }
                            Datum::Failed => self.site.operators.broken = true,
                            _ => {
                                self.site.operators.broken = true;
                                self.read.diagnostics.push(operator_address::diagnostic(self.read.span(*item)));
                            }
                        }
                    }
                }
                "keys" => {
                    for item in items {
                        let Some(key) = self.read.text(*item) else { continue };
                        let span = self.read.span(*item);
                        self.read.diagnostics.extend(ssh_key::check(key, span));
                        self.site.operators.keys.push(key.to_owned());
                    }
                }
                _ => {}
            }
        }
    }

    fn nebula(&mut self, id: DataId) {
        let (mut authority, mut trusted) = (None, Vec::new());
        for field in self.read.record(id).unwrap_or_default() {
            match self.read.name(field.name) {
                "version" => {
                    if let Some(version) = self.read.text(field.value) {
                        let span = self.read.span(field.value);
                        self.read.diagnostics.extend(unknown_nebula::check(version, span));
                        self.site.nebula.version = Spanned { value: version.to_owned(), span };
                    }
                }
                "certificate" => {
                    self.site.nebula.certificate = self.read.duration(field.value).unwrap_or(0) / 1000;
                }
                "authority" => {
                    if let Some(name) = self.read.text(field.value) {
                        let span = self.read.span(field.value);
                        let problem = invalid_name::check_field("an authority", name, field.key, span);
                        self.read.diagnostics.extend(problem);
                        self.site.nebula.authority = name.to_owned();
                        authority = Some(span);
                    }
                }
                "trusted" => {
                    for item in self.read.list(field.value).unwrap_or_default() {
                        let Some(name) = self.read.text(*item) else { continue };
                        let span = self.read.span(*item);
                        let problem = invalid_name::check("an authority", name, span);
                        self.read.diagnostics.extend(problem);
                        trusted.push(Spanned { value: name.to_owned(), span });
                    }
                }
                "config" => self.site.nebula.config = self.extras(field.value),
                _ => {}
            }
        }
        let problems = authority_trusted_twice::check(&self.site.nebula.authority, authority, &trusted);
        self.read.diagnostics.extend(problems);
        self.site.nebula.trusted = trusted.into_iter().map(|name| name.value).collect();
        self.site.nebula.trusted.sort_unstable();
        self.site.nebula.trusted.dedup();
    }

    pub(super) fn datacenters(&mut self) {
        for entity in self.index.datacenters.clone() {
            let named = self.entity_named("a datacenter", entity);
            let mut datacenter = Datacenter { declared: true, ..Datacenter::new(named, self.site.name.clone()) };
            for field in self.entity_fields(entity) {
                let (id, span) = (field.value, self.read.span(field.value));
                match self.read.name(field.name) {
                    "description" => datacenter.named.description = self.read.description(id),
                    "endpoint" => {
                        datacenter.endpoint = self.read.text(id).map(str::to_owned);
                        self.read
                            .diagnostics
                            .extend(datacenter.endpoint.as_deref().and_then(|url| url::check(url, span)));
                    }
                    "pool" => {
                        if let Some(pool) = self.read.text(id) {
                            self.read.diagnostics.extend(invalid_name::check_field("a pool", pool, field.key, span));
                            datacenter.pool = Spanned { value: pool.to_owned(), span };
                        }
                    }
                    "owns_firewall" if self.read.is_stated(field) => {
                        let owns = self.read.flag(id);
                        datacenter.owns_firewall = Spanned { value: owns.unwrap_or(true), span };
                    }
                    "namespace" if self.read.is_stated(field) => {
                        if let Some(namespace) = self.read.text(id) {
                            let problem = invalid_namespace::check(&datacenter.named, namespace, span);
                            self.read.diagnostics.extend(problem);
                            datacenter.namespace = Spanned { value: namespace.to_owned(), span };
                        }
                    }
                    "terraform" => datacenter.terraform = self.terraform(id),
                    _ => {}
                }
            }
            self.site.datacenters.push(datacenter);
        }
        // The one that needs no words: a site with nodes and no datacenter is one Proxmox cluster.
        if self.index.datacenters.is_empty() && self.origins.all.datacenters {
            let name = self.site.name.clone();
            let path = format!("datacenters.{name}");
            let named =
                Named { path, key: self.origins.name, calls: Vec::new(), description: None, name: name.clone() };
            self.site.datacenters.push(Datacenter::new(named, name));
        }
        self.site_terraform();
    }

    /// What the site itself says goes into the only root module.
    fn site_terraform(&mut self) {
        let fields = self.read.record(self.read.data.root).unwrap_or_default();
        let Some(field) = fields.iter().find(|field| self.read.name(field.name) == "terraform") else { return };
        let terraform = self.terraform(field.value);
        if terraform.resources.is_empty() && terraform.providers.is_empty() {
            return;
        }
        match self.site.datacenters.as_mut_slice() {
            [only] => {
                only.terraform.resources.extend(terraform.resources);
                only.terraform.providers.extend(terraform.providers);
            }
            _ if !self.origins.all.datacenters => {}
            several => {
                let problem = extra_resource::which_datacenter(field.key, several);
                self.read.diagnostics.push(problem);
            }
        }
    }

    pub(super) fn groups(&mut self) {
        for entity in self.index.groups.clone() {
            let mut named = self.entity_named("a group", entity);
            let (mut variables, mut nebula) = (Vec::new(), Vec::new());
            for field in self.entity_fields(entity) {
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(field.value),
                    "variables" => variables = self.extras(field.value),
                    "nebula" => nebula = self.extras(field.value),
                    _ => {}
                }
            }
            self.site.groups.push(Group { named, variables, nebula });
        }
    }

    /// [`Decoder::named`] for an entity whose key is its whole name, with the name's check.
    pub(super) fn entity_named(&mut self, what: &str, entity: u32) -> Named {
        let named = self.named(entity, self.key(entity).to_owned());
        let problem = invalid_name::check(what, &named.name, named.key);
        self.read.diagnostics.extend(problem.map(|problem| only_literal(problem, &named)));
        named
    }
}

/// A span of host numbers. The language writes no span below zero, and none that ends before it begins.
pub(super) fn numbers(span: Spanned<(i64, i64)>) -> Spanned<(u64, u64)> {
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    Spanned { value: (number(span.value.0), number(span.value.1)), span: span.span }
}
