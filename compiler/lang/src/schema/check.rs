//! A record against a record type: unknown fields, missing fields, defaults.

use arvc_syntax::diagnostic::nearest;
use arvc_syntax::intern::Symbol;

use super::extract::{Extractor, Inside, Item};
use super::types::{DefId, Definition, FieldType, Type, field_names};
use crate::data::{Datum, Field};
use crate::errors::{missing_field, unknown_field, with_article};
use crate::eval::value::{Kind, RecordId};

impl Extractor<'_, '_> {
    pub(super) fn record(&mut self, item: Item, record: RecordId, def: DefId) {
        if !self.enter(Inside::Record(record), item.value, item.trail) {
            return;
        }
        let schema = self.schema;
        let Definition::Record { fields, rest } = &schema.def(def).definition else { return };
        let damaged = self.machine.program.damaged.binary_search(&item.value.origin).is_ok();
        // The fields of the type stand in the order of names already; only others have to be sorted in.
        let mut known_fields = std::mem::take(&mut self.known_fields);
        known_fields.clear();
        known_fields.resize(fields.len(), None);
        let mut others: Vec<Field> = Vec::new();
        // Names that an unknown field was probably meant to be: they are not missing too.
        let mut meant: Vec<Symbol> = Vec::new();
        let mut next = 0;
        for at in 0..self.machine.heap.keys_of(record).len() {
            let key = self.machine.heap.keys_of(record)[at];
            // Both are in the order of their names, so the field is one of those that follow, if it is known.
            let found = fields[next..].iter().position(|field| field.name == key.name);
            let known = found.map(|found| next + found);
            next = known.map_or(next, |known| known + 1);
            match (known, rest) {
                (Some(known), _) => {
                    known_fields[known] = self.field(item, record, at, schema.ty(fields[known].ty));
                }
                (None, Some(rest)) => others.extend(self.field(item, record, at, schema.ty(*rest))),
                (None, None) if damaged => {}
                (None, None) => {
                    // `inherit` of a name that is not defined: that is said.
                    let said = self.failed_at(record, at, key.span);
                    meant.extend(self.unknown(def, fields, key.name, (!said).then_some(key.span)));
                    // It stays in the record without a value, so that nobody draws conclusions from what is not there.
                    let value = self.node(item.value, item.call);
                    others.push(Field { name: key.name, key: key.span, value });
                }
            }
        }
        let mut missing = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            if known_fields[at].is_some() {
                continue;
            }
            if damaged || meant.contains(&field.name) {
                // Perhaps it is written in what was not understood: whoever asks for it stays silent.
                let value = self.node(item.value, item.call);
                known_fields[at] = Some(Field { name: field.name, key: field.key, value });
                continue;
            }
            match field.default {
                Some(default) => {
                    let value = self.default(def, at, field, default);
                    known_fields[at] = value.map(|value| Field { name: field.name, key: field.key, value });
                }
                None if field.optional => {}
                None => missing.push(*field),
            }
        }
        if !missing.is_empty() {
            self.missing(item, def, &missing);
        }
        let mut written = Vec::with_capacity(known_fields.len() + others.len());
        written.extend(known_fields.iter().copied().flatten());
        self.known_fields = known_fields;
        if !others.is_empty() {
            let names = &*self.machine.names;
            written.extend(others);
            written.sort_by(|a, b| names.get(a.name).cmp(names.get(b.name)));
        }
        self.set(item.into, Datum::Record(written));
    }

    /// Whether a field could not be computed because of what stands at `key`.
    fn failed_at(&mut self, record: RecordId, at: usize, key: arvc_syntax::source::Span) -> bool {
        let slot = self.machine.heap.slots_of(record)[at];
        self.machine.span(slot) == key && self.machine.force(slot).is_err()
    }

    /// Reports an unknown field, if a place is given for that; gives the name that was meant.
    fn unknown(
        &mut self,
        def: DefId,
        fields: &[FieldType],
        name: Symbol,
        span: Option<arvc_syntax::source::Span>,
    ) -> Option<Symbol> {
        let owner = self.machine.names.get(self.schema.def(def).name);
        let known = field_names(fields, self.machine.names);
        let name = self.machine.names.get(name);
        let near = nearest(name, known.iter().copied());
        let below = self.schema.below(fields, name, self.machine.names).filter(|_| near.is_none());
        let diagnostic = span.map(|span| match &below {
            Some(path) => unknown_field::elsewhere(owner, name, span, path),
            None => unknown_field::new(owner, name, span, near, &known),
        });
        let meant = near.and_then(|near| self.machine.names.lookup(near));
        if let Some(diagnostic) = diagnostic {
            self.machine.report(diagnostic);
        }
        meant
    }

    fn missing(&mut self, item: Item, def: DefId, fields: &[FieldType]) {
        let what = self.describe(item.trail);
        let owner = self.machine.names.get(self.schema.def(def).name);
        let kinds: Vec<(&str, String)> = fields
            .iter()
            .map(|field| (self.machine.names.get(field.name), self.kind(self.schema.ty(field.ty))))
            .collect();
        let list: Vec<(&str, &str)> = kinds.iter().map(|(name, kind)| (*name, kind.as_str())).collect();
        let span = self.machine.span(item.value);
        let mut diagnostic = missing_field::new(&what, owner, span, &list);
        if let Kind::Record(record) = item.value.kind
            && let Some(call) = self.machine.maker(record)
        {
            diagnostic = diagnostic.secondary(call, "made by this call");
        }
        self.machine.report(diagnostic);
    }

    /// A type in words.
    fn kind(&self, ty: Type) -> String {
        match ty {
            Type::Any | Type::Infer | Type::Var(_) => "a value that the site gives meaning to".to_owned(),
            Type::Data => "plain data".to_owned(),
            Type::Function(..) => "a function".to_owned(),
            Type::Option(ty) => self.kind(self.schema.ty(ty)),
            Type::Scalar(scalar) => format!("{}, as {}", scalar.describe(), scalar.example()),
            Type::List(_) => "a list".to_owned(),
            Type::Map(_) => "a record, one field for each".to_owned(),
            Type::Ref(def) => {
                format!("{} of the site", with_article(self.machine.names.get(self.schema.def(def).name)))
            }
            Type::Named(def) => {
                let def = self.schema.def(def);
                match &def.definition {
                    Definition::Record { .. } => format!("a record ({})", self.machine.names.get(def.name)),
                    Definition::Union(cases) => {
                        let tags = cases.iter().map(|(tag, _)| format!("`{}`", self.machine.names.get(*tag)));
                        format!("one of {}", tags.collect::<Vec<_>>().join(", "))
                    }
                }
            }
        }
    }
}
