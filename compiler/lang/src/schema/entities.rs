//! Which records are entities: the entries of the site's maps, the site's own records, and below an entity its own maps
//! and endpoints.
//!
//! A record is one entity, at the path where it is made; a name for it elsewhere is the same one. So paths whose
//! definition is only a name or a selection are looked at last. What is made at no path, in a `let` or by a function that
//! gives one record to all, is an entity of its own at each path that has it: two machines with the same description are two.

use std::collections::HashSet;

use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::extract::Extractor;
use super::types::{DefId, Definition, Type};
use crate::data::DataId;
use crate::eval::value::{Kind, NO_ENTITY, Record, RecordId, Value};
use crate::ir::Expr;

/// One entity.
pub(super) struct Claim {
    pub(super) path: Vec<Symbol>,
    pub(super) key: Span,
    pub(super) def: DefId,
    pub(super) record: RecordId,
    /// The record in which its name is a field.
    pub(super) parent: RecordId,
    /// How the path has its record.
    by: By,
    /// Its fields, once they are written.
    pub(super) data: Option<DataId>,
}

/// How a path has its record, as far as its definition shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// It is computed there.
    Computed,
    /// It was there at once: a literal, or what a function put there.
    Given,
    /// The definition is a variable: of a `let`, or a part of the site.
    Variable,
    /// The definition selects it from something else.
    Selected,
}

impl By {
    /// Whether the definition is only a name for something.
    fn is_name(self) -> bool {
        matches!(self, Self::Variable | Self::Selected)
    }

    /// Whether a path that has the record of a former one names the very same thing.
    fn names(self, former: Self) -> bool {
        match self {
            Self::Selected => !former.is_name(),
            Self::Variable => former == Self::Computed,
            Self::Computed | Self::Given => false,
        }
    }
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
        let mut maps = HashSet::new();
        loop {
            while let Some(place) = places.pop() {
                for candidate in self.candidates(&place, &mut maps) {
                    if self.by(candidate.slot).is_name() {
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
    }

    /// The paths below a record that may be entities', last one first.
    fn candidates(&mut self, place: &Place, maps: &mut HashSet<usize>) -> Vec<Candidate> {
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
            let Ok(Value { kind: Kind::Record(mut map), .. }) = self.machine.force(slot) else { continue };
            if !maps.insert(map.index()) {
                let Some(copy) = self.own_copy(map, place.record, field.name, slot) else { continue };
                map = copy;
                maps.insert(map.index());
            }
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

    fn by(&self, slot: Value) -> By {
        let Kind::Thunk(_) = slot.kind else { return By::Given };
        match self.machine.program.get(self.machine.program.uncoerced(slot.origin)) {
            Expr::Local { .. } | Expr::Global(_) => By::Variable,
            Expr::Select(..) | Expr::Index(..) | Expr::Or(..) => By::Selected,
            _ => By::Computed,
        }
    }

    fn claim(&mut self, candidate: Candidate) -> Option<Place> {
        let Candidate { slot, parent, key, def, path } = candidate;
        let Ok(Value { kind: Kind::Record(mut record), .. }) = self.machine.force(slot) else { return None };
        let by = self.by(slot);
        let mark = self.machine.heap.records[record.index()].entity;
        if mark != NO_ENTITY {
            if by.names(self.claims[mark as usize].by) {
                return None;
            }
            record = self.own_copy(record, parent, *path.last()?, slot)?;
        }
        // Until all are sorted the mark is the claim's place in the list.
        self.machine.heap.records[record.index()].entity = self.claims.len() as u32;
        self.claims.push(Claim { path: path.clone(), key, def, record, parent, by, data: None });
        Some(Place { record, def, path })
    }

    /// Another record with the same fields, in the place of one that several paths have. Its values stay shared.
    fn own_copy(&mut self, record: RecordId, parent: RecordId, name: Symbol, slot: Value) -> Option<RecordId> {
        let Record { keys, len, call, .. } = self.machine.heap.records[record.index()];
        self.machine.reserve(len as usize * size_of::<Value>() + size_of::<Record>(), slot.origin).ok()?;
        let heap = &mut self.machine.heap;
        let slots = heap.slots.len() as u32;
        let from = heap.records[record.index()].slots as usize;
        heap.slots.extend_from_within(from..from + len as usize);
        let Kind::Record(plain) = heap.record(keys, slots, len, call) else { unreachable!("a record") };
        let copy = plain.seen_as(record.view);
        if let Some(at) = heap.keys_of(parent).iter().position(|key| key.name == name) {
            let at = heap.records[parent.index()].slots as usize + at;
            heap.slots[at] = Value::new(Kind::Record(copy), slot.origin);
        }
        Some(copy)
    }

    /// Whether the field `name` of `parent` is the path of the entity that its value is.
    pub(super) fn is_home(&self, parent: RecordId, name: Symbol, value: Value) -> bool {
        self.entity(value).is_some_and(|entity| {
            let claim = &self.claims[entity.0 as usize];
            claim.parent == parent && claim.path.last() == Some(&name)
        })
    }
}
