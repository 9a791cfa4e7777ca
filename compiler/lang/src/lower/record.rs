//! Records: definitions of paths are gathered first, so that `a.b = 1; a = { c = 2; };` is one record in any order.

use arvc_syntax::ast::{self, AstNode, Item, Key as AstKey};
use arvc_syntax::intern::Symbol;
use arvc_syntax::kind::SyntaxKind;
use arvc_syntax::source::Span;
use arvc_syntax::tree::{Element, Token};

use super::{Lowerer, Nested};
use crate::errors::{computed_name, duplicate_definition};
use crate::eval::value::{Key, Reported};
use crate::ir::{Expr, ExprId};
use crate::numbers::SymbolMap;
use crate::report::BY_THE_PARSER;

/// What a field is.
#[derive(Clone, Copy)]
pub(super) enum Source<'t> {
    /// An expression.
    Expr(ast::Expr<'t>),
    /// `inherit name;`
    Inherited,
    /// `inherit (e) name;`
    InheritedFrom(ast::Expr<'t>),
    /// Something that is reported.
    Error(Reported),
}

/// What is known of one key.
pub(super) enum Content<'t> {
    /// One definition of the whole.
    Value(Source<'t>),
    /// Definitions of parts.
    Parts(Box<Fields<'t>>),
}

/// One key with its definitions.
pub(super) struct Entry<'t> {
    pub(super) key: Key,
    pub(super) content: Content<'t>,
}

/// A computed key.
enum Computed<'t> {
    Expr(ast::Expr<'t>),
    String(ast::StringExpr<'t>),
}

/// The definitions of one record.
#[derive(Default)]
pub(super) struct Fields<'t> {
    pub(super) entries: Vec<Entry<'t>>,
    index: SymbolMap<usize>,
    computed: Vec<(Computed<'t>, Content<'t>)>,
    /// The record as it is written, if it is written as one.
    pub(super) literal: Option<ast::Record<'t>>,
    /// Whether a part of it was not understood.
    damaged: bool,
}

/// The parts of a definition, found in one walk over it: sites are mostly definitions.
struct Parts<'t> {
    path: Option<ast::KeyPath<'t>>,
    colon: Option<Token<'t>>,
    mark: Option<Token<'t>>,
    value: Option<ast::Expr<'t>>,
}

impl<'t> Parts<'t> {
    fn of(definition: ast::Definition<'t>) -> Self {
        let mut parts = Self { path: None, colon: None, mark: None, value: None };
        for element in definition.node().elements() {
            match element {
                Element::Node(node) if node.kind() == SyntaxKind::KeyPath => parts.path = ast::KeyPath::cast(node),
                Element::Node(node) => parts.value = ast::Expr::cast(node).or(parts.value),
                Element::Token(token) => match token.kind() {
                    SyntaxKind::Colon => parts.colon = Some(token),
                    SyntaxKind::KwDefault | SyntaxKind::KwForce | SyntaxKind::KwUnset => parts.mark = Some(token),
                    _ => {}
                },
            }
        }
        parts
    }
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

    fn push(&mut self, entry: Entry<'t>) -> usize {
        let at = self.entries.len();
        if !self.index.is_empty() {
            self.index.insert(entry.key.name, at);
        }
        self.entries.push(entry);
        if self.index.is_empty() && self.entries.len() == INDEXED {
            self.index = self.entries.iter().enumerate().map(|(at, entry)| (entry.key.name, at)).collect();
        }
        at
    }
}

impl<'t> Lowerer<'_, '_, 't> {
    /// Gathers definitions. In a scope, keys are names and must be literal.
    pub(super) fn collect(&mut self, items: impl Iterator<Item = Item<'t>>, scope: bool) -> Fields<'t> {
        let mut fields = Fields::default();
        self.gather(&mut fields, items, scope);
        fields
    }

    fn gather(&mut self, fields: &mut Fields<'t>, items: impl Iterator<Item = Item<'t>>, scope: bool) {
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
                        self.add(fields, key, Content::Value(source));
                    }
                }
                Item::Include(include) => {
                    fields.damaged = true;
                    self.not_yet("`include`", include.keyword().map_or(include.span(), |word| word.span()));
                }
                Item::Extends(extends) => {
                    fields.damaged = true;
                    self.not_yet("`extends`", extends.keyword().map_or(extends.span(), |word| word.span()));
                }
                Item::Type(definition) if !self.library => {
                    self.not_yet("`type`", definition.keyword().map_or(definition.span(), |word| word.span()));
                }
                Item::Type(_) => {}
                Item::Error(_) => fields.damaged = true,
            }
        }
    }

    fn define(&mut self, fields: &mut Fields<'t>, definition: ast::Definition<'t>, scope: bool) {
        let parts = Parts::of(definition);
        let content = match (parts.mark, parts.value) {
            (Some(word), _) => {
                let what = match word.kind() {
                    SyntaxKind::KwDefault => "`default`",
                    SyntaxKind::KwForce => "`force`",
                    _ => "`unset`",
                };
                Content::Value(Source::Error(self.not_yet(what, word.span())))
            }
            (None, Some(ast::Expr::Record(record))) => {
                let mut parts = Fields { literal: Some(record), ..Fields::default() };
                self.gather(&mut parts, record.items(), false);
                parts.damaged |= record.node().has_error_child();
                Content::Parts(Box::new(parts))
            }
            (None, Some(value)) => Content::Value(Source::Expr(value)),
            (None, None) => Content::Value(Source::Error(BY_THE_PARSER)),
        };
        if let (Some(colon), false) = (parts.colon, self.library) {
            self.not_yet("an annotation", colon.span());
        }
        let mut keys = parts.path.into_iter().flat_map(|path| path.keys()).peekable();
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
                (Ok(key), true) => return self.add(place, key, content),
                (Err(Some(computed)), true) => return place.computed.push((computed, content)),
                (Ok(key), false) => match self.descend(place, key) {
                    Some(inner) => place = inner,
                    None => return,
                },
                (Err(Some(computed)), false) => {
                    place.computed.push((computed, Content::Parts(Box::default())));
                    match place.computed.last_mut() {
                        Some((_, Content::Parts(inner))) => place = inner,
                        _ => unreachable!("what was just pushed"),
                    }
                }
            }
        }
        place.damaged = true;
    }

    /// The parts of the record `key`, which is made if nothing defines it yet.
    fn descend<'f>(&mut self, fields: &'f mut Fields<'t>, key: Key) -> Option<&'f mut Fields<'t>> {
        let at = match fields.find(key.name) {
            Some(at) => at,
            None => fields.push(Entry { key, content: Content::Parts(Box::default()) }),
        };
        let first = fields.entries[at].key;
        match &mut fields.entries[at].content {
            Content::Parts(inner) => Some(inner),
            Content::Value(_) => {
                let name = self.names.get(key.name);
                self.reports.early(duplicate_definition::whole_and_part(name, first.span, key.span));
                None
            }
        }
    }

    /// A key; `Err` with its expression if it is computed, or with nothing if it was not understood.
    fn key(&mut self, key: AstKey<'t>) -> Result<Key, Option<Computed<'t>>> {
        match self.literal_key(key) {
            Some(key) => Ok(key),
            None => Err(match key {
                AstKey::Dynamic(dynamic) => dynamic.expr().map(Computed::Expr),
                AstKey::String(string) => string.string().map(Computed::String),
                AstKey::Name(_) | AstKey::Error(_) => None,
            }),
        }
    }

    /// A key that is known without evaluating.
    pub(super) fn literal_key(&mut self, key: AstKey<'t>) -> Option<Key> {
        let span = key.span();
        match key {
            AstKey::Name(name) => Some(Key { name: self.names.intern(name.text()), span }),
            AstKey::String(string) => {
                let text = string.string()?.plain()?;
                Some(Key { name: self.names.intern(&text), span })
            }
            AstKey::Dynamic(_) | AstKey::Error(_) => None,
        }
    }

    fn add(&mut self, fields: &mut Fields<'t>, key: Key, content: Content<'t>) {
        let Some(at) = fields.find(key.name) else {
            fields.push(Entry { key, content });
            return;
        };
        let first = fields.entries[at].key;
        match (&mut fields.entries[at].content, content) {
            (Content::Parts(known), Content::Parts(more)) => {
                let more = *more;
                known.damaged |= more.damaged;
                known.literal = known.literal.or(more.literal);
                known.computed.extend(more.computed);
                for entry in more.entries {
                    self.add(known, entry.key, entry.content);
                }
            }
            (Content::Value(_), Content::Value(_)) => {
                let name = self.names.get(key.name);
                self.reports.early(duplicate_definition::new(name, first.span, key.span));
            }
            (Content::Value(_), Content::Parts(_)) => {
                let name = self.names.get(key.name);
                self.reports.early(duplicate_definition::whole_and_part(name, first.span, key.span));
            }
            (Content::Parts(_), Content::Value(_)) => {
                let name = self.names.get(key.name);
                self.reports.early(duplicate_definition::whole_and_part(name, key.span, first.span));
            }
        }
    }

    pub(super) fn sort(&self, fields: &mut Fields<'t>) {
        fields.entries.sort_by(|a, b| self.names.get(a.key.name).cmp(self.names.get(b.key.name)));
    }

    /// The expression of one key. In a scope, an inherited name comes from outside of it.
    pub(super) fn entry(&mut self, entry: Entry<'t>, scope: bool) -> ExprId {
        let Entry { key, content } = entry;
        match content {
            Content::Parts(fields) => self.parts(*fields, Some(key)),
            Content::Value(Source::Expr(expr)) => self.named(expr, Some(key.name)),
            Content::Value(Source::Inherited) => {
                let text = self.names.get(key.name).to_owned();
                self.name(&text, key.span, usize::from(scope))
            }
            Content::Value(Source::InheritedFrom(from)) => {
                let base = self.expr(from);
                self.program.push(Expr::Select(base, key.name, key.span), key.span)
            }
            Content::Value(Source::Error(reported)) => self.error(reported, key.span),
        }
    }

    /// A record that is written in one place.
    pub(super) fn record(&mut self, record: ast::Record<'t>) -> ExprId {
        let mut fields = Fields { literal: Some(record), ..Fields::default() };
        self.gather(&mut fields, record.items(), false);
        fields.damaged |= record.node().has_error_child();
        self.parts(fields, None)
    }

    /// A record that is no scope, defined as `key`.
    fn parts(&mut self, mut fields: Fields<'t>, key: Option<Key>) -> ExprId {
        self.sort(&mut fields);
        let span = match (fields.literal, key, fields.entries.first()) {
            (Some(record), ..) => record.span(),
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
        for (name, content) in fields.computed {
            let name = match name {
                Computed::Expr(expr) => self.expr(expr),
                Computed::String(string) => self.string(string),
            };
            let value = match content {
                Content::Parts(fields) => self.parts(*fields, None),
                Content::Value(Source::Expr(expr)) => self.expr(expr),
                Content::Value(Source::Error(reported)) => self.error(reported, span),
                Content::Value(_) => self.error(BY_THE_PARSER, span),
            };
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
