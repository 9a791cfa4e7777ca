//! Single values of [`Data`] as Rust values.
//!
//! The schema is checked already, so `None` always means the same: the value failed, and that is reported.

use std::net::IpAddr;

use arvc_lang::data::{Data, DataId, Datum, Field, Ports};
use arvc_lang::library::PRELUDE;
use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;
use ipnet::IpNet;

use crate::checks::control_character;
use crate::model::{
    ClusterId, DatacenterId, DatastoreId, EndpointId, GroupId, HostId, ImageId, NetworkId, NodeId, PlaceId, RangeId,
    ServiceId, Spanned,
};

/// What an entity is in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    /// It failed, or a part of it without which it is nothing.
    Failed,
    /// It has no place of its own in the model: an interface of a host.
    Other,
    Datacenter(DatacenterId),
    Node(NodeId),
    Place(PlaceId),
    Network(NetworkId),
    Range(RangeId),
    Group(GroupId),
    Image(ImageId),
    Datastore(DatastoreId),
    Service(ServiceId),
    Host(HostId),
    Cluster(ClusterId),
    Endpoint(EndpointId),
    Operators,
}

/// Reads values and collects what is wrong with them.
pub(crate) struct Reader<'a> {
    pub(crate) data: &'a Data,
    /// For each entity of the data, what it is.
    pub(crate) things: Vec<Thing>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(crate) fn name(&self, symbol: Symbol) -> &'a str {
        self.data.names.get(symbol)
    }

    pub(crate) fn span(&self, id: DataId) -> Span {
        self.data.span(id)
    }

    pub(crate) fn value(&self, id: DataId) -> &'a Datum {
        self.data.value(id)
    }

    pub(crate) fn flag(&self, id: DataId) -> Option<bool> {
        if let Datum::Bool(value) = self.value(id) { Some(*value) } else { None }
    }

    pub(crate) fn int(&self, id: DataId) -> Option<i64> {
        if let Datum::Int(value) = self.value(id) { Some(*value) } else { None }
    }

    pub(crate) fn text(&self, id: DataId) -> Option<&'a str> {
        if let Datum::Str(value) = self.value(id) { Some(value) } else { None }
    }

    pub(crate) fn address(&self, id: DataId) -> Option<Spanned<IpAddr>> {
        if let Datum::Address(value) = self.value(id) { Some(self.spanned(id, *value)) } else { None }
    }

    pub(crate) fn prefix(&self, id: DataId) -> Option<Spanned<IpNet>> {
        if let Datum::Prefix(value) = self.value(id) { Some(self.spanned(id, *value)) } else { None }
    }

    pub(crate) fn ports(&self, id: DataId) -> Option<Ports> {
        if let Datum::Ports(value) = self.value(id) { Some(*value) } else { None }
    }

    pub(crate) fn int_range(&self, id: DataId) -> Option<Spanned<(i64, i64)>> {
        if let Datum::IntRange(first, last) = self.value(id) { Some(self.spanned(id, (*first, *last))) } else { None }
    }

    pub(crate) fn size(&self, id: DataId) -> Option<u64> {
        if let Datum::Size(value) = self.value(id) { Some(*value) } else { None }
    }

    pub(crate) fn duration(&self, id: DataId) -> Option<u64> {
        if let Datum::Duration(value) = self.value(id) { Some(*value) } else { None }
    }

    pub(crate) fn mac(&self, id: DataId) -> Option<[u8; 6]> {
        if let Datum::Mac(value) = self.value(id) { Some(*value) } else { None }
    }

    pub(crate) fn tag(&self, id: DataId) -> Option<&'a str> {
        if let Datum::Tag(name, _) = self.value(id) { Some(self.name(*name)) } else { None }
    }

    pub(crate) fn list(&self, id: DataId) -> Option<&'a [DataId]> {
        if let Datum::List(items) = self.value(id) { Some(items) } else { None }
    }

    pub(crate) fn record(&self, id: DataId) -> Option<&'a [Field]> {
        if let Datum::Record(fields) = self.value(id) { Some(fields) } else { None }
    }

    /// Whether somebody wrote a field, and it is not the schema's default: the prelude is the first of all sources.
    pub(crate) fn is_stated(&self, field: &Field) -> bool {
        field.key.start as usize >= PRELUDE.len()
    }

    /// What a mentioned entity is.
    pub(crate) fn thing(&self, id: DataId) -> Option<Thing> {
        match self.value(id) {
            Datum::Entity(entity) => match self.things[entity.0 as usize] {
                Thing::Failed => None,
                thing => Some(thing),
            },
            _ => None,
        }
    }

    /// A description: any text that has no control character but line feed and tab.
    pub(crate) fn description(&mut self, id: DataId) -> Option<String> {
        let text = self.text(id)?;
        self.diagnostics.extend(control_character::check(text, self.span(id)));
        Some(text.to_owned())
    }

    pub(crate) fn spanned<T>(&self, id: DataId, value: T) -> Spanned<T> {
        Spanned { value, span: self.span(id) }
    }
}

/// Puts what was read into its place, or notes that the whole is broken.
pub(crate) fn put<T>(slot: &mut T, value: Option<T>, broken: &mut bool) {
    match value {
        Some(value) => *slot = value,
        None => *broken = true,
    }
}
