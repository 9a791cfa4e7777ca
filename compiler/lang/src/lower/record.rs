//! Records: definitions of paths are gathered first, so that `a.b = 1; a = { c = 2; };` is one record in any order.

use arvc_syntax::ast::{self, AstNode, Item, Key as AstKey};
use arvc_syntax::kind::SyntaxKind;
use arvc_syntax::source::Span;

use super::declare::TypeItem;
use super::fields::{Computed, Entry, Fields, Given, Name, Opened, Source, Written};
use super::settle::Place;
use super::types::Annotation;
use super::{Lowerer, Nested};
use crate::compose::Strength;
use crate::errors::{computed_name, misplaced};
use crate::eval::value::{Key, Kind, Value};
use crate::ir::{Expr, ExprId, Rank};
use crate::report::BY_THE_PARSER;

impl<'t> Lowerer<'_, '_, 't> {
    /// Gathers definitions. In a scope, keys are names and must be literal.
    pub(super) fn collect(&mut self, items: impl Iterator<Item = Item<'t>>, scope: bool) -> Fields<'t> {
        let mut fields = Fields::default();
        self.gather(&mut fields, items, scope);
        fields
    }

    pub(super) fn gather(&mut self, fields: &mut Fields<'t>, items: impl Iterator<Item = Item<'t>>, scope: bool) {
        for item in items {
            match item {
                Item::Definition(definition) => self.define(fields, definition, scope),
                Item::Inherit(inherit) => {
                    let source = match inherit.source() {
                        Some(from) => Source::InheritedFrom(from),
                        None => Source::Inherited,
                    };
                    for name in inherit.names() {
                        let key = Key { name: self.names.intern(name.text()), span: name.span() };
                        let entry = Entry::of_whole(self.given(key, source, key.span));
                        self.add(fields, entry);
                    }
                }
                // In a file's record they were found before.
                Item::Include(_) | Item::Extends(_) if scope && self.file_record => {}
                Item::Include(include) => {
                    fields.damaged = true;
                    let word = include.keyword().map_or(include.span(), |word| word.span());
                    self.reports.early(misplaced::statement("include", word));
                }
                Item::Extends(extends) => {
                    fields.damaged = true;
                    let word = extends.keyword().map_or(extends.span(), |word| word.span());
                    self.reports.early(misplaced::statement("extends", word));
                }
                Item::Type(definition) if scope => {
                    let Some(name) = definition.name() else { continue };
                    let key = Key { name: self.names.intern(name.text()), span: name.span() };
                    fields.types.push(TypeItem { key, definition: definition.definition(), part: self.part });
                }
                Item::Type(definition) => {
                    let word = definition.keyword().map_or(definition.span(), |word| word.span());
                    self.reports.early(misplaced::type_in_record(word));
                }
                Item::Error(_) => fields.damaged = true,
            }
        }
    }

    fn given(&self, key: Key, source: Source<'t>, span: Span) -> Given<'t> {
        Given { key, strength: self.strength, part: self.part, source, span, annotation: None, ty: None }
    }

    /// The fields of a record literal that is defined as `key`.
    fn opened(&mut self, record: ast::Record<'t>, key: Option<Key>) -> Fields<'t> {
        let opened = Opened { record, key, strength: self.strength, part: self.part };
        let mut parts = Fields { literals: vec![opened], ..Fields::default() };
        parts.entries.reserve_exact(record.node().children().count());
        self.gather(&mut parts, record.items(), false);
        parts.damaged |= record.is_damaged();
        parts
    }

    fn define(&mut self, fields: &mut Fields<'t>, definition: ast::Definition<'t>, scope: bool) {
        let written = Written::of(definition);
        let mut keys = written.path.into_iter().flat_map(|path| path.keys()).peekable();
        let mut place = fields;
        let mut scope = scope;
        while let Some(key) = keys.next() {
            let name = self.key(key);
            if let (Err(Some(_)), true) = (&name, scope) {
                self.reports.early(computed_name::new(key.span()));
                return;
            }
            scope = false;
            let last = keys.peek().is_none();
            match (name, last) {
                (Err(None), _) => break,
                (Ok(key), true) => {
                    let entry = self.defined(key, &written);
                    return self.add(place, entry);
                }
                (Err(Some(name)), true) => {
                    let nameless = self.nameless(key.span());
                    let entry = self.defined(nameless, &written);
                    let (strength, part) = (self.strength_of(&written), self.part);
                    place.computed.push(Computed { name, strength, part, entry });
                    return;
                }
                (Ok(key), false) => place = self.descend(place, key),
                (Err(Some(name)), false) => {
                    let entry = Entry::of_parts(self.nameless(key.span()), Fields::default());
                    let (strength, part) = (self.strength, self.part);
                    place.computed.push(Computed { name, strength, part, entry });
                    place = match place.computed.last_mut().and_then(|computed| computed.entry.parts.as_mut()) {
                        Some(inner) => inner,
                        None => unreachable!("what was just pushed"),
                    };
                }
            }
        }
        place.damaged = true;
    }

    /// The key of a value whose name is computed.
    fn nameless(&mut self, span: Span) -> Key {
        Key { name: self.names.intern(""), span }
    }

    /// A block that is forced is forced as one; a default is one for each leaf, and a leaf may say otherwise.
    fn strength_of(&self, written: &Written<'t>) -> Strength {
        let rank = match written.mark.map(|mark| mark.kind()) {
            Some(SyntaxKind::KwForce) => Rank::Force,
            Some(SyntaxKind::KwDefault) if self.strength.rank != Rank::Force => Rank::Default,
            _ => self.strength.rank,
        };
        Strength { rank, ..self.strength }
    }

    /// What a definition says of its last key.
    fn defined(&mut self, key: Key, written: &Written<'t>) -> Entry<'t> {
        let strength = self.strength_of(written);
        let around = std::mem::replace(&mut self.strength, strength);
        self.unsettled |= self.strength.rank != Rank::Plain;
        let unset = written.mark.filter(|mark| mark.kind() == SyntaxKind::KwUnset);
        let annotation = written.annotation.map(|ty| Annotation { ty, part: self.part });
        let mut entry = match (unset, written.value) {
            (Some(word), _) => {
                self.unsettled = true;
                let source = match self.file_record {
                    true => Source::Unset,
                    false => Source::Error(self.reports.early(misplaced::unset(word.span()))),
                };
                Entry::of_whole(self.given(key, source, word.span()))
            }
            (None, Some(ast::Expr::Record(record))) => Entry::of_parts(key, self.opened(record, Some(key))),
            (None, Some(value)) => {
                let given = self.given(key, Source::Expr(value), value.span());
                Entry::of_whole(Given { annotation, ..given })
            }
            (None, None) => Entry::of_whole(self.given(key, Source::Error(BY_THE_PARSER), key.span)),
        };
        self.strength = around;
        if unset.is_none() && entry.types.is_empty() {
            entry.types.extend(annotation);
        }
        entry
    }

    /// The parts of the record `key`, which is made if nothing defines it yet.
    fn descend<'f>(&mut self, fields: &'f mut Fields<'t>, key: Key) -> &'f mut Fields<'t> {
        let at = match fields.find(key.name) {
            Some(at) => at,
            None => fields.push(Entry::of_parts(key, Fields::default())),
        };
        let entry = &mut fields.entries[at];
        self.unsettled |= entry.whole.is_some();
        let inner = entry.parts.get_or_insert_default();
        inner.spread = true;
        inner
    }

    /// Adds what is said of one key.
    fn add(&mut self, fields: &mut Fields<'t>, new: Entry<'t>) {
        let Some(at) = fields.find(new.key.name) else {
            fields.push(new);
            return;
        };
        let known = &mut fields.entries[at];
        known.types.extend(new.types);
        self.unsettled |= known.whole.is_some() || new.whole.is_some();
        for given in new.whole.into_iter().chain(new.more) {
            match known.whole {
                None => known.whole = Some(given),
                Some(_) => known.more.push(given),
            }
        }
        match (&mut known.parts, new.parts) {
            (Some(parts), Some(more)) => self.join(parts, *more),
            (parts @ None, Some(more)) => *parts = Some(more),
            (_, None) => {}
        }
    }

    /// Adds the definitions of another record of one path.
    pub(super) fn join(&mut self, fields: &mut Fields<'t>, more: Fields<'t>) {
        fields.damaged |= more.damaged;
        fields.spread = true;
        fields.literals.extend(more.literals);
        self.unsettled |= !fields.computed.is_empty() || !more.computed.is_empty();
        fields.computed.extend(more.computed);
        fields.types.extend(more.types);
        for entry in more.entries {
            self.add(fields, entry);
        }
    }

    /// A key; `Err` with its expression if it is computed, or with nothing if it was not understood.
    fn key(&mut self, key: AstKey<'t>) -> Result<Key, Option<Name<'t>>> {
        match self.literal_key(key) {
            Some(key) => Ok(key),
            None => Err(match key {
                AstKey::Dynamic(dynamic) => dynamic.expr().map(Name::Expr),
                AstKey::String(string) => string.string().map(Name::String),
                AstKey::Name(_) | AstKey::Error(_) => None,
            }),
        }
    }

    /// A key that is known without evaluating.
    pub(crate) fn literal_key(&mut self, key: AstKey<'t>) -> Option<Key> {
        let span = key.span();
        match key {
            // A tag is no key, which is reported: it goes on as the name that its fix writes.
            AstKey::Name(name) => {
                let text = name.text();
                let name = match text.as_bytes() {
                    [b'A'..=b'Z', ..] => self.names.intern(&text.to_ascii_lowercase()),
                    _ => self.names.intern(text),
                };
                Some(Key { name, span })
            }
            AstKey::String(string) => {
                let text = string.string()?.plain()?;
                Some(Key { name: self.names.intern(&text), span })
            }
            AstKey::Dynamic(_) | AstKey::Error(_) => None,
        }
    }

    pub(super) fn sort(&self, fields: &mut Fields<'t>) {
        fields.entries.sort_by(|a, b| self.names.get(a.key.name).cmp(self.names.get(b.key.name)));
    }

    /// The expression of one key. In a scope, an inherited name comes from outside of it.
    pub(super) fn entry(&mut self, mut entry: Entry<'t>, scope: bool) -> ExprId {
        let key = entry.key;
        let types = std::mem::take(&mut entry.types);
        let value = match (entry.whole, entry.more.is_empty(), entry.parts.take()) {
            (Some(given), true, None) => self.given_expr(given, scope),
            (None, _, Some(parts)) if !parts.is_banded() => self.parts(*parts, Some(key)),
            (None, _, None) => self.error(BY_THE_PARSER, key.span),
            (_, _, parts) => {
                entry.parts = parts;
                self.joined(entry, scope)
            }
        };
        match types.is_empty() {
            true => value,
            false => self.annotated(value, types),
        }
    }

    /// The expression of one definition, in the file that it stands in.
    pub(super) fn given_expr(&mut self, given: Given<'t>, scope: bool) -> ExprId {
        self.within(given.part, |lowerer| match given.source {
            Source::Expr(expr) => lowerer.named(expr, Some(given.key.name)),
            Source::Inherited => {
                let text = lowerer.names.get(given.key.name).to_owned();
                lowerer.name(&text, given.key.span, usize::from(scope))
            }
            Source::InheritedFrom(from) => {
                let base = lowerer.expr(from);
                lowerer.program.push(Expr::Select(base, given.key.name, given.key.span), given.key.span)
            }
            Source::Error(reported) => lowerer.error(reported, given.key.span),
            // It is taken away when it meets what is below.
            Source::Unset => {
                let id = ExprId(lowerer.program.exprs.len() as u32);
                lowerer.program.push(Expr::Const(Value::new(Kind::Absent, id)), given.span)
            }
        })
    }

    /// A record that is written in one place.
    pub(super) fn record(&mut self, record: ast::Record<'t>) -> ExprId {
        let (strength, file_record) = (self.strength, self.file_record);
        self.strength.rank = Rank::Plain;
        self.file_record = false;
        let mut fields = self.opened(record, None);
        self.strength = strength;
        self.file_record = file_record;
        let overridden = self.settle(&mut fields, Place::default());
        let id = self.parts(fields, None);
        let lost = self.check_overridden(overridden, false);
        self.keep_overridden(id, lost);
        id
    }

    /// A record that is no scope, defined as `key`.
    pub(super) fn parts(&mut self, mut fields: Fields<'t>, key: Option<Key>) -> ExprId {
        self.sort(&mut fields);
        let span = match (fields.literals.first(), key, fields.entries.first()) {
            (Some(opened), ..) => opened.record.span(),
            (None, Some(key), _) => key.span,
            (None, None, Some(entry)) => entry.key.span,
            (None, None, None) => Span::new(0, 0),
        };
        let before = self.nested_keys.len();
        self.nested.push(Nested { name: key.map(|key| key.name), start: before, current: None });
        self.nested_keys.extend(fields.entries.iter().map(|entry| entry.key.name));
        let keys: Vec<Key> = fields.entries.iter().map(|entry| entry.key).collect();
        let mut values = Vec::with_capacity(keys.len());
        for entry in fields.entries {
            if let Some(nested) = self.nested.last_mut() {
                nested.current = Some(entry.key.name);
            }
            let value = self.entry(entry, false);
            self.program.named[value.0 as usize] = true;
            values.push(value);
        }
        let mut computed = Vec::new();
        for Computed { name, strength, part, entry } in fields.computed {
            let name = self.within(part, |lowerer| match name {
                Name::Expr(expr) => lowerer.expr(expr),
                Name::String(string) => lowerer.string(string),
            });
            if strength.rank != Rank::Plain && entry.parts.is_none() {
                self.program.marks.insert(self.program.span(name), strength.rank);
            }
            let value = self.entry(entry, false);
            computed.extend([name, value]);
        }
        self.nested.pop();
        self.nested_keys.truncate(before);
        let id = if computed.is_empty() {
            let start = self.program.keys.len() as u32;
            self.program.keys.extend(keys);
            let children = self.program.add_children(&values);
            let expr = Expr::Record { keys: start, fields: children.start, len: children.len };
            self.program.push(expr, span)
        } else {
            let mut all = Vec::new();
            for (key, value) in keys.into_iter().zip(values) {
                let name = self.text(self.names.get(key.name).to_owned(), key.span);
                all.extend([name, value]);
            }
            all.extend(computed);
            let children = self.program.add_children(&all);
            self.program.push(Expr::Computed(children), span)
        };
        if fields.damaged {
            self.program.damaged.push(id);
        }
        self.program.gone.extend(fields.gone.into_iter().map(|(name, at)| ((span, name), at)));
        id
    }
}
