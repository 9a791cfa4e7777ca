//! What the author hands on to tools: further arguments, keys, variables, records, files.
//!
//! What each tool refuses is said by its own check; here data only becomes the model's.

use arvc_lang::data::{DataId, Datum};
use arvc_lang::plain::{self, Scalar};

use super::Decoder;
use crate::checks::{data_too_deep, extra_resource, invalid_record};
use crate::extra::{Extra, ExtraField, ExtraKind, LEVELS};
use crate::model::{Answer, File, Provider, Resource, Terraform, ZoneRecord};
use crate::names;

impl Decoder<'_> {
    /// A record of plain data. A part that failed is left out: that is reported.
    pub(super) fn extras(&mut self, id: DataId) -> Vec<ExtraField> {
        self.extra_fields(id, 0)
    }

    fn extra_fields(&mut self, id: DataId, level: usize) -> Vec<ExtraField> {
        let fields = self.read.record(id).unwrap_or_default();
        let fields = fields.iter().filter_map(|field| {
            let value = self.extra(field.value, level + 1)?;
            Some(ExtraField { name: self.read.name(field.name).to_owned(), key: field.key, value })
        });
        fields.collect()
    }

    fn extra(&mut self, id: DataId, level: usize) -> Option<Extra> {
        let span = self.read.span(id);
        if level > LEVELS {
            self.read.diagnostics.push(data_too_deep::diagnostic(span));
            return None;
        }
        let kind = match self.read.value(id) {
            Datum::List(items) => {
                ExtraKind::List(items.iter().filter_map(|item| self.extra(*item, level + 1)).collect())
            }
            Datum::Record(_) => ExtraKind::Record(self.extra_fields(id, level)),
            Datum::Secret(secret) => ExtraKind::Secret((**secret).clone()),
            datum => match plain::scalar(datum)? {
                Scalar::Bool(value) => ExtraKind::Bool(value),
                Scalar::Int(value) => ExtraKind::Int(value),
                Scalar::Text(text) => ExtraKind::Text(text),
            },
        };
        Some(Extra { kind, span })
    }

    /// What Terraform has to manage besides.
    pub(super) fn terraform(&mut self, id: DataId) -> Terraform {
        let mut terraform = Terraform::default();
        for field in self.read.record(id).unwrap_or_default() {
            match self.read.name(field.name) {
                "resources" => {
                    for kind in self.read.record(field.value).unwrap_or_default() {
                        for name in self.read.record(kind.value).unwrap_or_default() {
                            terraform.resources.push(Resource {
                                kind: self.read.name(kind.name).to_owned(),
                                kind_key: kind.key,
                                name: self.read.name(name.name).to_owned(),
                                key: name.key,
                                arguments: self.extras(name.value),
                            });
                        }
                    }
                }
                "providers" => {
                    for provider in self.read.record(field.value).unwrap_or_default() {
                        terraform.providers.extend(self.provider(provider));
                    }
                }
                _ => {}
            }
        }
        self.read.diagnostics.extend(extra_resource::check(&terraform));
        terraform
    }

    fn provider(&mut self, entry: &arvc_lang::data::Field) -> Option<Provider> {
        let id = match self.read.value(entry.value) {
            Datum::Entity(entity) => self.read.data.entities[entity.0 as usize].value,
            _ => entry.value,
        };
        let (mut source, mut version, mut configuration) = (None, None, Vec::new());
        for field in self.read.record(id)? {
            match self.read.name(field.name) {
                "source" => source = self.read.text(field.value),
                "version" => version = self.read.text(field.value),
                "configuration" => configuration = self.extras(field.value),
                _ => {}
            }
        }
        Some(Provider {
            name: self.read.name(entry.name).to_owned(),
            key: entry.key,
            source: source?.to_owned(),
            version: version?.to_owned(),
            configuration,
        })
    }

    /// Records of the site's own domain, which is known by now.
    pub(super) fn records(&mut self) {
        let fields = self.read.record(self.read.data.root).unwrap_or_default();
        let Some(field) = fields.iter().find(|field| self.read.name(field.name) == "records") else { return };
        let domain = self.site.domain.clone();
        self.zone_records(field.value, &domain);
    }

    /// Records of a domain.
    pub(super) fn zone_records(&mut self, list: DataId, domain: &str) {
        for item in self.read.list(list).unwrap_or_default() {
            let Some(record) = self.zone_record(*item, domain) else { continue };
            self.site.records.push(record);
        }
    }

    fn zone_record(&mut self, id: DataId, domain: &str) -> Option<ZoneRecord> {
        let (mut name, mut answer, mut ttl, mut view) = (None, None, None, None);
        for field in self.read.record(id)? {
            let span = self.read.span(field.value);
            match self.read.name(field.name) {
                "name" => name = self.read.text(field.value).map(|text| self.read.spanned(field.value, text)),
                "data" => answer = Some(self.read.spanned(field.value, self.answer(field.value, domain)?)),
                "view" => view = Some(self.view(field.value)?),
                "ttl" => {
                    let seconds = self.read.duration(field.value)?;
                    match invalid_record::ttl(seconds, span) {
                        Ok(seconds) => ttl = Some(seconds),
                        Err(problem) => self.read.diagnostics.push(*problem),
                    }
                }
                _ => {}
            }
        }
        let (name, answer) = (name?, answer?);
        let owner = match invalid_record::owner(name.value, domain, name.span) {
            Ok(owner) => owner,
            Err(problem) => {
                self.read.diagnostics.push(*problem);
                return None;
            }
        };
        // A domain below this one has its own zone, and what this one says of it is never looked at.
        let below = names::zone_of(&self.site, &owner).filter(|zone| *zone != domain && self.origins.all.domains);
        let problem = below.map(|below| invalid_record::other_zone(&owner, below, name.span));
        let problem = problem.or_else(|| invalid_record::answer(&owner, &answer.value, answer.span));
        let good = problem.is_none();
        self.read.diagnostics.extend(problem);
        good.then(|| ZoneRecord {
            domain: domain.to_owned(),
            owner,
            answer: answer.value,
            ttl,
            view,
            name: name.span,
            span: answer.span,
        })
    }

    fn answer(&self, id: DataId, domain: &str) -> Option<Answer> {
        let Datum::Tag(tag, Some(payload)) = self.read.value(id) else { return None };
        let payload = *payload;
        let field = |name: &str| {
            let fields = self.read.record(payload)?;
            fields.iter().find(|field| self.read.name(field.name) == name).map(|field| field.value)
        };
        let number = |name: &str| self.read.int(field(name)?);
        let text = |name: &str| self.read.text(field(name)?);
        Some(match self.read.name(*tag) {
            "Ip" => Answer::Address(self.read.address(payload)?.value),
            "Cname" => Answer::Cname(names::target(self.read.text(payload)?, domain)),
            "Txt" => Answer::Txt(self.read.text(payload)?.to_owned()),
            "Mx" => Answer::Mx { preference: number("preference")?, host: names::target(text("host")?, domain) },
            "Srv" => Answer::Srv {
                priority: number("priority")?,
                weight: number("weight")?,
                ports: self.read.ports(field("port")?)?,
                target: names::target(text("target")?, domain),
            },
            "Caa" => {
                Answer::Caa { flags: number("flags")?, tag: text("tag")?.to_owned(), value: text("value")?.to_owned() }
            }
            _ => return None,
        })
    }

    pub(super) fn files(&mut self, id: DataId) {
        for field in self.read.record(id).unwrap_or_default() {
            let Some(text) = self.read.text(field.value) else { continue };
            let path = self.read.name(field.name).to_owned();
            self.site.files.push(File { path, key: field.key, text: text.to_owned() });
        }
    }
}
