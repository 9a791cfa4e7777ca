//! Which records are entities: the entries of the site's maps, the site's own records, and below an entity its own maps
//! and endpoints.
//!
//! A record is one entity, at the path where it is made; a name for it elsewhere is the same one. So paths whose
//! definition is only a name or a selection are looked at last.

use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::extract::Extractor;
use super::types::{DefId, Definition, Type};
use crate::data::DataId;
use crate::eval::value::{Kind, NO_ENTITY, RecordId, Value};
use crate::ir::Expr;

/// One entity.
pub(super) struct Claim {
    pub(super) path: Vec<Symbol>,
    pub(super) key: Span,
    pub(super) def: DefId,
    pub(super) record: RecordId,
    /// The record in which its name is a field.
    pub(super) parent: RecordId,
    /// Its fields, once they are written.
    pub(super) data: Option<DataId>,
}

/// A record whose fields are looked through.
struct Place {
    record: RecordId,
    def: DefId,
    path: Vec<Symbol>,
}

/// A path that may be an entity's.
struct Candidate {
    slot: Value,
    parent: RecordId,
    key: Span,
    def: DefId,
    path: Vec<Symbol>,
}

impl Extractor<'_, '_> {
    /// Finds all entities of a site and marks their records.
    pub(super) fn find_entities(&mut self, root: RecordId, site: DefId) {
        let mut places = vec![Place { record: root, def: site, path: Vec::new() }];
        let mut aliases = Vec::new();
        loop {
            while let Some(place) = places.pop() {
                for candidate in self.candidates(&place) {
                    if self.is_alias(candidate.slot) {
                        aliases.push(candidate);
                    } else {
                        places.extend(self.claim(candidate));
                    }
                }
            }
            let Some(candidate) = aliases.pop() else { break };
            places.extend(self.claim(candidate));
        }
        let names = &*self.machine.names;
        self.claims.sort_by(|a, b| {
            let (a, b) = (a.path.iter(), b.path.iter());
            a.map(|name| names.get(*name)).cmp(b.map(|name| names.get(*name)))
        });
        for (at, claim) in self.claims.iter().enumerate() {
            self.machine.heap.records[claim.record.index()].entity = at as u32;
        }
        let named = self.claims.iter().map(|claim| self.schema.find(Type::Ref(claim.def)).is_some());
        self.machine.heap.referred = named.collect();
    }

    /// The paths below a record that may be entities', last one first.
    fn candidates(&mut self, place: &Place) -> Vec<Candidate> {
        let Definition::Record { fields, rest } = &self.schema.def(place.def).definition else { return Vec::new() };
        let mut found = Vec::new();
        for field in fields {
            let ty = self.schema.ty(field.ty);
            // The site's own records hide names of the prelude: `operators -> hosts.web` means those of the site.
            if let (true, Some(def)) = (place.path.is_empty(), self.record_def(ty)) {
                let keys = self.machine.heap.keys_of(place.record);
                if let Some(at) = keys.iter().position(|key| key.name == field.name) {
                    let (key, slot) = (keys[at].span, self.machine.heap.slots_of(place.record)[at]);
                    found.push(Candidate { slot, parent: place.record, key, def, path: vec![field.name] });
                }
            }
            let Type::Map(item) = ty else { continue };
            let Some(def) = self.record_def(self.schema.ty(item)) else { continue };
            let Some(slot) = self.machine.field_of(place.record, field.name) else { continue };
            let Ok(Value { kind: Kind::Record(map), .. }) = self.machine.force(slot) else { continue };
            for at in 0..self.machine.heap.keys_of(map).len() {
                let (key, slot) = (self.machine.heap.keys_of(map)[at], self.machine.heap.slots_of(map)[at]);
                let path = place.path.iter().copied().chain([field.name, key.name]).collect();
                found.push(Candidate { slot, parent: map, key: key.span, def, path });
            }
        }
        if let Some(def) = rest.and_then(|rest| self.record_def(self.schema.ty(rest))) {
            for at in 0..self.machine.heap.keys_of(place.record).len() {
                let key = self.machine.heap.keys_of(place.record)[at];
                if fields.iter().any(|field| field.name == key.name) {
                    continue;
                }
                let slot = self.machine.heap.slots_of(place.record)[at];
                let path = place.path.iter().copied().chain([key.name]).collect();
                found.push(Candidate { slot, parent: place.record, key: key.span, def, path });
            }
        }
        found.reverse();
        found
    }

    fn record_def(&self, ty: Type) -> Option<DefId> {
        match ty {
            Type::Named(def) if matches!(self.schema.def(def).definition, Definition::Record { .. }) => Some(def),
            _ => None,
        }
    }

    /// Whether a field is defined as a name for something else.
    fn is_alias(&self, slot: Value) -> bool {
        matches!(slot.kind, Kind::Thunk(_))
            && matches!(
                self.machine.program.get(self.machine.program.uncoerced(slot.origin)),
                Expr::Local { .. } | Expr::Global(_) | Expr::Select(..) | Expr::Index(..) | Expr::Or(..)
            )
    }

    fn claim(&mut self, candidate: Candidate) -> Option<Place> {
        let Candidate { slot, parent, key, def, path } = candidate;
        let Ok(Value { kind: Kind::Record(record), .. }) = self.machine.force(slot) else { return None };
        let mark = &mut self.machine.heap.records[record.index()].entity;
        if *mark != NO_ENTITY {
            return None;
        }
        *mark = 0;
        self.claims.push(Claim { path: path.clone(), key, def, record, parent, data: None });
        Some(Place { record, def, path })
    }

    /// Whether the field `name` of `parent` is the path of the entity that its value is.
    pub(super) fn is_home(&self, parent: RecordId, name: Symbol, value: Value) -> bool {
        self.entity(value).is_some_and(|entity| {
            let claim = &self.claims[entity.0 as usize];
            claim.parent == parent && claim.path.last() == Some(&name)
        })
    }
}
