//! One value against one type, as far as its outermost constructor; its parts go onto the work list.

use super::extract::{Extractor, Home, Inside, Item, Step};
use super::types::{Definition, Scalar, Type};
use crate::data::{Datum, Field, FlowData, FunctionId};
use crate::errors::{not_an_entity, not_data, unknown_tag, with_article, wrong_kind};
use crate::eval::value::{self as heap, Kind, RecordId, Value};
use crate::functions::Function;

impl Extractor<'_, '_> {
    pub(super) fn write(&mut self, item: Item) {
        match item.ty {
            Type::Any | Type::Infer | Type::Var(_) => self.any(item),
            Type::Data => self.data(item),
            Type::Function(_, gives) => match item.value.kind {
                Kind::Closure(..) | Kind::Builtin(_) => {
                    let gives = match self.schema.ty(gives) {
                        Type::Scalar(scalar) => Some(scalar),
                        _ => None,
                    };
                    self.function(item, gives);
                }
                _ => self.wrong(item, "a function"),
            },
            Type::Option(ty) => self.write(Item { ty: self.schema.ty(ty), ..item }),
            Type::Scalar(scalar) => self.scalar(item, scalar),
            Type::List(ty) => match item.value.kind {
                Kind::List { start, len } => self.list(item, start, len, self.schema.ty(ty)),
                _ => self.wrong(item, "a list"),
            },
            Type::Map(ty) => match item.value.kind {
                Kind::Record(record) => self.map(item, record, self.schema.ty(ty)),
                _ => self.wrong(item, "a record"),
            },
            Type::Ref(def) => {
                let expected = self.machine.names.get(self.schema.def(def).name).to_owned();
                match (self.entity(item.value), item.value.kind) {
                    (Some(entity), _) if self.claims[entity.0 as usize].def == def => {
                        self.set(item.into, Datum::Entity(entity));
                    }
                    (Some(_), _) => self.other_entity(item, &expected),
                    (None, Kind::Record(_)) => {
                        let example = self.claims.iter().find(|claim| claim.def == def);
                        let example = example.map(|claim| self.path(&claim.path));
                        let span = self.said(item);
                        self.machine.report(not_an_entity::plain(&expected, span, example));
                    }
                    (None, _) => self.wrong(item, &format!("{} of the site", with_article(&expected))),
                }
            }
            Type::Named(def) => match (&self.schema.def(def).definition, item.value.kind) {
                (Definition::Record { .. }, Kind::Record(record)) => match self.entity(item.value) {
                    Some(entity) if !item.home => {
                        if self.claims[entity.0 as usize].def == def {
                            self.set(item.into, Datum::Entity(entity));
                        } else {
                            let expected = self.machine.names.get(self.schema.def(def).name).to_owned();
                            self.other_entity(item, &expected);
                        }
                    }
                    entity => {
                        if let Some(entity) = entity {
                            self.claims[entity.0 as usize].data = Some(item.into);
                        }
                        self.record(item, record, def);
                    }
                },
                (Definition::Record { .. }, _) => self.wrong(item, "a record"),
                (Definition::Union(_), _) => self.union(item, def),
            },
        }
    }

    pub(super) fn wrong(&mut self, item: Item, expected: &str) {
        let what = self.describe(item.trail);
        let wrong = wrong_kind::Wrong {
            value: item.value,
            said: self.said(item),
            expected,
            what: &what,
            key: self.place_of(item.trail),
            entity: self.entity(item.value).map(|entity| {
                let claim = &self.claims[entity.0 as usize];
                format!("the {} `{}`", self.machine.names.get(self.schema.def(claim.def).name), self.path(&claim.path))
            }),
            help: self.meant(item),
        };
        wrong_kind::report(self.machine, &wrong);
    }

    /// What a value of the wrong kind was probably meant to be.
    fn meant(&self, item: Item) -> Option<String> {
        let text = self.machine.text(item.value);
        match item.ty {
            Type::Ref(def) => {
                let text = text?;
                let named = |claim: &&super::entities::Claim| {
                    claim.def == def && claim.path.last().is_some_and(|name| self.machine.names.get(*name) == text)
                };
                let claim = self.claims.iter().find(named)?;
                Some(format!("name it by its path, without quotes: `{}`", self.path(&claim.path)))
            }
            Type::Named(def) => match &self.schema.def(def).definition {
                Definition::Union(cases) => {
                    let text = text?;
                    let tag = cases.iter().map(|(tag, _)| self.machine.names.get(*tag));
                    let tag = tag.into_iter().find(|tag| tag.eq_ignore_ascii_case(text))?;
                    Some(format!("without quotes: `{tag}`"))
                }
                Definition::Record { .. } => {
                    let field = self.schema.only_required(def)?;
                    let list = match (self.schema.ty(field.ty), item.value.kind) {
                        (Type::List(_), Kind::Ports(_) | Kind::Prefix(_)) => true,
                        (Type::Scalar(Scalar::Prefix), Kind::Prefix(_)) => false,
                        _ => return None,
                    };
                    let source = self.machine.sources.text(self.said(item));
                    wrong_kind::only_field(self.machine.names.get(field.name), source, list)
                }
            },
            Type::Data => match item.value.kind {
                Kind::Record(_) => Some("select what of it is meant: `hosts.web.vmid`".to_owned()),
                Kind::IntRange(_) => Some("write its ends, each with a name of its own".to_owned()),
                _ => None,
            },
            _ => None,
        }
    }

    fn path(&self, path: &[arvc_syntax::intern::Symbol]) -> String {
        path.iter().map(|name| self.machine.names.get(*name)).collect::<Vec<_>>().join(".")
    }

    fn other_entity(&mut self, item: Item, expected: &str) {
        let Some(entity) = self.entity(item.value) else { return };
        let claim = &self.claims[entity.0 as usize];
        let found = self.machine.names.get(self.schema.def(claim.def).name).to_owned();
        let (path, key) = (self.path(&claim.path), claim.key);
        let span = self.said(item);
        self.machine.report(not_an_entity::other(expected, &found, &path, span, key));
    }

    fn any(&mut self, item: Item) {
        match item.value.kind {
            Kind::Record(record) => match self.entity(item.value) {
                Some(entity) if !item.home => self.set(item.into, Datum::Entity(entity)),
                _ => self.map(item, record, Type::Any),
            },
            Kind::List { start, len } => self.list(item, start, len, Type::Any),
            Kind::Tag(name, payload) => {
                let payload = self.machine.payload(payload).map(|payload| {
                    let trail = self.below(item.trail, Step::Payload);
                    (payload, trail)
                });
                let payload = payload.and_then(|(payload, trail)| {
                    let call = item.call;
                    self.place(payload, payload.origin, Type::Any, trail, call, Home::No)
                });
                self.set(item.into, Datum::Tag(name, payload));
            }
            Kind::Closure(..) | Kind::Builtin(_) if self.asked => self.function(item, None),
            Kind::Closure(..) | Kind::Builtin(_) => {
                let what = self.describe(item.trail);
                let span = self.machine.span(item.value);
                self.machine.report(not_data::new(&what, span));
            }
            Kind::Flow(_) => self.flow(item),
            _ => {
                if let Some(datum) = crate::plain::leaf(&self.machine.program.store, item.value) {
                    self.set(item.into, datum);
                }
            }
        }
    }

    fn function(&mut self, item: Item, gives: Option<Scalar>) {
        let id = FunctionId(self.functions.len() as u32);
        let what = self.describe(item.trail);
        self.functions.push(Function { value: item.value, gives, what });
        self.set(item.into, Datum::Function(id));
    }

    /// Plain data: what a file of any format can hold, and secrets, which become a lookup. An entity is a thing of the
    /// site, and which of its fields is meant nobody could tell.
    fn data(&mut self, item: Item) {
        match item.value.kind {
            Kind::Record(record) if self.entity(item.value).is_none() => self.map(item, record, Type::Data),
            Kind::List { start, len } => self.list(item, start, len, Type::Data),
            Kind::Record(_)
            | Kind::IntRange(_)
            | Kind::Tag(..)
            | Kind::Flow(_)
            | Kind::Closure(..)
            | Kind::Builtin(_) => self.wrong(item, "plain data"),
            _ => self.any(item),
        }
    }

    fn scalar(&mut self, item: Item, scalar: Scalar) {
        let fits = matches!(
            (scalar, item.value.kind),
            (Scalar::Bool, Kind::Bool(_))
                | (Scalar::Int, Kind::Int(_))
                | (Scalar::String | Scalar::Name, Kind::Str(_))
                | (Scalar::Address, Kind::Address(_))
                | (Scalar::Prefix, Kind::Prefix(_))
                | (Scalar::Ports, Kind::Ports(_))
                | (Scalar::IntRange, Kind::IntRange(_))
                | (Scalar::Size, Kind::Size(_))
                | (Scalar::Duration, Kind::Duration(_))
                | (Scalar::Mac, Kind::Mac(_))
                | (Scalar::Secret, Kind::Secret(_))
                | (Scalar::Flow, Kind::Flow(_))
        );
        match fits {
            true => self.any(item),
            false => self.wrong(item, scalar.describe()),
        }
    }

    fn list(&mut self, item: Item, start: u32, len: u32, ty: Type) {
        if len > 0 && !self.enter(Inside::List(start), item.value, item.trail) {
            return;
        }
        let trail = self.below(item.trail, Step::Item);
        let mut items = Vec::with_capacity(len as usize);
        for at in 0..len as usize {
            let slot = self.machine.heap.slots[start as usize + at];
            let said = self.part_expr(item.value, at, len as usize, slot);
            items.extend(self.place(slot, said, ty, trail, item.call, Home::No));
        }
        self.set(item.into, Datum::List(items));
    }

    /// A record all of whose fields are of one type.
    fn map(&mut self, item: Item, record: RecordId, ty: Type) {
        if !self.enter(Inside::Record(record), item.value, item.trail) {
            return;
        }
        let len = self.machine.heap.keys_of(record).len();
        let mut fields = Vec::with_capacity(len);
        for at in 0..len {
            fields.extend(self.field(item, record, at, ty));
        }
        self.set(item.into, Datum::Record(fields));
    }

    /// A field of a record; none if nobody gave it.
    pub(super) fn field(&mut self, item: Item, record: RecordId, at: usize, ty: Type) -> Option<Field> {
        let heap = &self.machine.heap;
        let (key, slot) = (heap.keys_of(record)[at], heap.slots_of(record)[at]);
        let heap::Record { call, len, .. } = heap.records[record.index()];
        let trail = self.below(item.trail, Step::Field(key.name, key.span));
        let call = call.or(item.call);
        let said = self.part_expr(item.value, at, len as usize, slot);
        let home = Home::Field(record, key.name);
        let value = self.place(slot, said, ty, trail, call, home)?;
        Some(Field { name: key.name, key: key.span, value })
    }

    fn flow(&mut self, item: Item) {
        let Kind::Flow(flow) = item.value.kind else { return };
        let parts = self.machine.heap.flows[flow.index()];
        let mut part = |slot: Option<Value>| slot.and_then(|slot| self.part(item, slot));
        let (source, target) = (part(Some(parts.source)), part(Some(parts.target)));
        let (ports, via, except) = (part(parts.ports), part(parts.via), part(parts.except));
        if let (Some(source), Some(target)) = (source, target) {
            self.set(item.into, Datum::Flow(Box::new(FlowData { source, target, ports, via, except })));
        }
    }

    fn part(&mut self, item: Item, slot: Value) -> Option<crate::data::DataId> {
        let trail = self.below(item.trail, Step::Payload);
        self.place(slot, slot.origin, Type::Any, trail, item.call, Home::No)
    }

    fn union(&mut self, item: Item, def: super::types::DefId) {
        let definition = self.schema.def(def);
        let Definition::Union(cases) = &definition.definition else { return };
        let owner = self.machine.names.get(definition.name).to_owned();
        let tags = || cases.iter().map(|(name, _)| *name);
        let Kind::Tag(name, payload) = item.value.kind else {
            let list = tags().map(|tag| format!("`{}`", self.machine.names.get(tag))).collect::<Vec<_>>();
            return self.wrong(item, &format!("{} ({})", with_article(&owner), list.join(", ")));
        };
        let span = self.machine.span(item.value);
        let Some((_, expected)) = cases.iter().find(|(tag, _)| *tag == name) else {
            let list: Vec<&str> = tags().map(|tag| self.machine.names.get(tag)).collect();
            let diagnostic = unknown_tag::new(&owner, self.machine.names.get(name), span, &list);
            self.machine.report(diagnostic);
            return;
        };
        match (expected, self.machine.payload(payload)) {
            (None, None) => self.set(item.into, Datum::Tag(name, None)),
            (Some(ty), Some(value)) => {
                let trail = self.below(item.trail, Step::Payload);
                let payload = self.place(value, value.origin, self.schema.ty(*ty), trail, item.call, Home::No);
                self.set(item.into, Datum::Tag(name, payload));
            }
            (expected, _) => {
                let tag = self.machine.names.get(name).to_owned();
                self.machine.report(unknown_tag::payload(&owner, &tag, span, expected.is_some()));
            }
        }
    }
}
