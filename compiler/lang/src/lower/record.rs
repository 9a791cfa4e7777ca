//! Records: definitions of paths are gathered first, so that `a.b = 1; a = { c = 2; };` is one record in any order.

use std::collections::HashMap;

use arvc_syntax::ast::{self, AstNode, Item, Key as AstKey, Mark};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Lowerer;
use super::settle::Place;
use crate::compose::Strength;
use crate::errors::{computed_name, misplaced};
use crate::eval::value::{Key, Kind, Reported, Value};
use crate::ir::{Expr, ExprId, Rank};
use crate::report::BY_THE_PARSER;

/// What a definition says.
#[derive(Clone, Copy)]
pub(super) enum Source<'t> {
    /// An expression.
    Expr(ast::Expr<'t>),
    /// `inherit name;`
    Inherited,
    /// `inherit (e) name;`
    InheritedFrom(ast::Expr<'t>),
    /// `unset`
    Unset,
    /// Something that is reported.
    Error(Reported),
}

/// A definition of the whole of a key.
#[derive(Clone, Copy)]
pub(super) struct Given<'t> {
    pub(super) key: Key,
    pub(super) strength: Strength,
    /// The file that it stands in.
    pub(super) part: usize,
    pub(super) source: Source<'t>,
    /// The value, or the key if that is all there is.
    pub(super) span: Span,
}

/// A definition that is a record literal: its fields are definitions of their own.
#[derive(Clone, Copy)]
pub(super) struct Opened<'t> {
    pub(super) record: ast::Record<'t>,
    pub(super) key: Option<Key>,
    pub(super) strength: Strength,
    pub(super) part: usize,
}

/// One key with its definitions.
pub(super) struct Entry<'t> {
    pub(super) key: Key,
    /// Definitions of the whole. There is hardly ever more than one.
    pub(super) whole: Option<Given<'t>>,
    /// Further ones.
    pub(super) more: Vec<Given<'t>>,
    /// Definitions of parts.
    pub(super) parts: Option<Box<Fields<'t>>>,
    /// What its path may be, once that was asked.
    pub(super) place: Place,
}

impl<'t> Entry<'t> {
    pub(super) fn of_parts(key: Key, parts: Fields<'t>) -> Self {
        Self { key, whole: None, more: Vec::new(), parts: Some(Box::new(parts)), place: Place::default() }
    }

    fn of_whole(given: Given<'t>) -> Self {
        Self { key: given.key, whole: Some(given), more: Vec::new(), parts: None, place: Place::default() }
    }

    /// All definitions of the whole.
    pub(super) fn wholes(&self) -> impl Iterator<Item = &Given<'t>> {
        self.whole.iter().chain(&self.more)
    }

    /// Whether there is something to be decided.
    pub(super) fn is_mixed(&self) -> bool {
        let marked = |given: &Given<'t>| given.strength.rank != Rank::Plain || matches!(given.source, Source::Unset);
        self.whole.as_ref().is_some_and(marked)
            || !self.more.is_empty()
            || self.parts.as_ref().is_some_and(|parts| parts.mixed || self.whole.is_some())
    }
}

/// A computed key.
#[derive(Clone, Copy)]
pub(super) enum Name<'t> {
    Expr(ast::Expr<'t>),
    String(ast::StringExpr<'t>),
}

/// The definition of a computed key.
pub(super) struct Computed<'t> {
    pub(super) name: Name<'t>,
    pub(super) strength: Strength,
    pub(super) part: usize,
    pub(super) entry: Entry<'t>,
}

/// The definitions of one record.
#[derive(Default)]
pub(super) struct Fields<'t> {
    pub(super) entries: Vec<Entry<'t>>,
    pub(super) index: HashMap<Symbol, usize>,
    pub(super) computed: Vec<Computed<'t>>,
    /// The records as they are written, if they are written as such.
    pub(super) literals: Vec<Opened<'t>>,
    /// Whether a part of it was not understood.
    pub(super) damaged: bool,
    /// Whether something is to be decided in it.
    pub(super) mixed: bool,
}

/// From this many keys on, an index finds them.
const INDEXED: usize = 12;

impl<'t> Fields<'t> {
    fn find(&self, name: Symbol) -> Option<usize> {
        match self.index.is_empty() {
            true => self.entries.iter().position(|entry| entry.key.name == name),
            false => self.index.get(&name).copied(),
        }
    }

    /// Adds what is said of one key.
    pub(super) fn add(&mut self, new: Entry<'t>) {
        self.mixed |= new.is_mixed();
        let Some(at) = self.find(new.key.name) else {
            self.push(new);
            return;
        };
        let known = &mut self.entries[at];
        for given in new.whole.into_iter().chain(new.more) {
            match known.whole {
                None => known.whole = Some(given),
                Some(_) => known.more.push(given),
            }
        }
        match (&mut known.parts, new.parts) {
            (Some(parts), Some(more)) => parts.join(*more),
            (parts @ None, Some(more)) => *parts = Some(more),
            (_, None) => {}
        }
        self.mixed |= self.entries[at].is_mixed();
    }

    /// Adds the definitions of another record of this path.
    pub(super) fn join(&mut self, more: Fields<'t>) {
        self.damaged |= more.damaged;
        self.mixed |= more.mixed || !self.computed.is_empty() || !more.computed.is_empty();
        self.literals.extend(more.literals);
        self.computed.extend(more.computed);
        for entry in more.entries {
            self.add(entry);
        }
    }

    pub(super) fn push(&mut self, entry: Entry<'t>) {
        let at = self.entries.len();
        if !self.index.is_empty() {
            self.index.insert(entry.key.name, at);
        }
        self.entries.push(entry);
        if self.index.is_empty() && self.entries.len() == INDEXED {
            self.index = self.entries.iter().enumerate().map(|(at, entry)| (entry.key.name, at)).collect();
        }
    }

    /// Whether nothing is defined.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.computed.is_empty() && self.literals.is_empty()
    }

    /// The record as it is written, if it is written in one place.
    pub(super) fn literal(&self) -> Option<ast::Record<'t>> {
        match self.literals.as_slice() {
            [one] if !self.mixed => Some(one.record),
            _ => None,
        }
    }
}

/// What a key is, before its value is known.
enum Found<'t> {
    Key(Key),
    Computed(Name<'t>),
    Nothing,
}

impl Found<'_> {
    fn key(&self) -> Option<Key> {
        match self {
            Self::Key(key) => Some(*key),
            _ => None,
        }
    }
}

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
                        fields.add(Entry::of_whole(self.given(key, source, key.span)));
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
                Item::Type(definition) if !self.library => {
                    self.not_yet("`type`", definition.keyword().map_or(definition.span(), |word| word.span()));
                }
                Item::Type(_) => {}
                Item::Error(_) => fields.damaged = true,
            }
        }
    }

    fn given(&self, key: Key, source: Source<'t>, span: Span) -> Given<'t> {
        Given { key, strength: self.strength, part: self.part, source, span }
    }

    /// The fields of a record literal that is defined as `key`.
    fn opened(&mut self, record: ast::Record<'t>, key: Option<Key>) -> Fields<'t> {
        let mut parts = Fields::default();
        parts.literals.push(Opened { record, key, strength: self.strength, part: self.part });
        parts.mixed = self.strength.rank != Rank::Plain;
        self.gather(&mut parts, record.items(), false);
        parts.damaged |= record.node().has_error_child();
        parts
    }

    fn define(&mut self, fields: &mut Fields<'t>, definition: ast::Definition<'t>, scope: bool) {
        if let (Some(_), false) = (definition.annotation(), self.library) {
            let colon = definition.colon().map_or(definition.span(), |colon| colon.span());
            self.not_yet("an annotation", colon);
        }
        let keys: Vec<AstKey<'t>> = definition.path().into_iter().flat_map(|path| path.keys()).collect();
        let found: Vec<Found<'t>> = keys.iter().map(|key| self.found(*key)).collect();
        let Some(last) = found.last() else {
            fields.damaged = true;
            return;
        };
        let found_keys: Vec<Option<Key>> = found.iter().map(|found| found.key()).collect();
        let around = self.strength;
        let mark = definition.mark();
        // A block that is forced is forced as one; a default is one for each leaf, and a leaf may say otherwise.
        match mark {
            Some((Mark::Force, _)) => self.strength.rank = Rank::Force,
            Some((Mark::Default, _)) if around.rank != Rank::Force => self.strength.rank = Rank::Default,
            _ => {}
        }
        let key = last.key().unwrap_or_else(|| Key { name: self.names.intern(""), span: keys[keys.len() - 1].span() });
        let mut entry = match (mark, definition.value()) {
            (Some((Mark::Unset, word)), _) => {
                let source = match self.file_record {
                    true => Source::Unset,
                    false => Source::Error(self.reports.early(misplaced::unset(word.span()))),
                };
                Entry::of_whole(self.given(key, source, word.span()))
            }
            (_, Some(ast::Expr::Record(record))) => {
                let parts = self.opened(record, Some(key));
                Entry::of_parts(key, parts)
            }
            (_, Some(value)) => Entry::of_whole(self.given(key, Source::Expr(value), value.span())),
            (_, None) => Entry::of_whole(self.given(key, Source::Error(BY_THE_PARSER), key.span)),
        };
        for (at, found) in found.iter().enumerate().rev() {
            let span = keys[at].span();
            let Some(before) = at.checked_sub(1) else {
                self.add_found(fields, found, entry, scope, span);
                break;
            };
            let mut parts = Fields::default();
            self.add_found(&mut parts, found, entry, false, span);
            let key = match found_keys[before] {
                Some(key) => key,
                None => Key { name: key.name, span: keys[before].span() },
            };
            entry = Entry::of_parts(key, parts);
        }
        self.strength = around;
    }

    fn found(&mut self, key: AstKey<'t>) -> Found<'t> {
        if let Some(key) = self.literal_key(key) {
            return Found::Key(key);
        }
        match key {
            AstKey::Dynamic(dynamic) => dynamic.expr().map_or(Found::Nothing, |expr| Found::Computed(Name::Expr(expr))),
            AstKey::String(key) => key.string().map_or(Found::Nothing, |string| Found::Computed(Name::String(string))),
            _ => Found::Nothing,
        }
    }

    fn add_found(&mut self, fields: &mut Fields<'t>, found: &Found<'t>, entry: Entry<'t>, scope: bool, span: Span) {
        match found {
            Found::Key(_) => fields.add(entry),
            Found::Computed(_) if scope => {
                self.reports.early(computed_name::new(span));
            }
            Found::Computed(name) => {
                fields.mixed |= entry.is_mixed();
                let (strength, part) = (self.strength, self.part);
                fields.computed.push(Computed { name: *name, strength, part, entry });
            }
            Found::Nothing => fields.damaged = true,
        }
    }

    /// A key that is known without evaluating.
    pub(super) fn literal_key(&mut self, key: AstKey<'t>) -> Option<Key> {
        let span = key.span();
        match key {
            // A tag is no key, which is reported: it goes on as the name that its fix writes.
            AstKey::Name(name) if name.text().starts_with(|first: char| first.is_ascii_uppercase()) => {
                Some(Key { name: self.names.intern(&name.text().to_ascii_lowercase()), span })
            }
            AstKey::Name(name) => Some(Key { name: self.names.intern(name.text()), span }),
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
        match (entry.whole, entry.more.is_empty(), entry.parts.take()) {
            (Some(given), true, None) => self.given_expr(given, scope),
            (None, _, Some(parts)) if !parts.is_banded() => self.parts(*parts, Some(key)),
            (None, _, None) => self.error(BY_THE_PARSER, key.span),
            (_, _, parts) => {
                entry.parts = parts;
                self.joined(entry, scope)
            }
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
        self.check_overridden(overridden, false);
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
        self.nested.push((key.map(|key| key.name), before));
        self.nested_keys.extend(fields.entries.iter().map(|entry| entry.key.name));
        let keys: Vec<Key> = fields.entries.iter().map(|entry| entry.key).collect();
        let mut values = Vec::with_capacity(keys.len());
        for entry in fields.entries {
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
        id
    }
}
