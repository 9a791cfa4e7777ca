//! The definitions of one record, gathered by path, before it is decided which of them count.

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::intern::Symbol;
use arvc_syntax::kind::SyntaxKind;
use arvc_syntax::source::Span;
use arvc_syntax::tree::{Element, Token};

use super::declare::TypeItem;
use super::settle::Place;
use super::types::Annotation;
use crate::compose::Strength;
use crate::eval::value::{Key, Reported};
use crate::ir::Rank;
use crate::numbers::SymbolMap;
use crate::schema::types::TypeId;

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
    /// What it is said to be where it is written.
    pub(super) annotation: Option<Annotation<'t>>,
    /// What the schema says, once it lost.
    pub(super) ty: Option<TypeId>,
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
    /// What definitions of it say that it is.
    pub(super) types: Vec<Annotation<'t>>,
}

impl<'t> Entry<'t> {
    pub(super) fn of_parts(key: Key, parts: Fields<'t>) -> Self {
        let parts = Some(Box::new(parts));
        Self { key, whole: None, more: Vec::new(), parts, place: Place::default(), types: Vec::new() }
    }

    pub(super) fn of_whole(given: Given<'t>) -> Self {
        let types = given.annotation.into_iter().collect();
        Self { key: given.key, whole: Some(given), more: Vec::new(), parts: None, place: Place::default(), types }
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
    pub(super) index: SymbolMap<usize>,
    pub(super) computed: Vec<Computed<'t>>,
    /// Types that are defined beside them.
    pub(super) types: Vec<TypeItem<'t>>,
    /// The records as they are written, if they are written as such.
    pub(super) literals: Vec<Opened<'t>>,
    /// Keys that are unset, and where.
    pub(super) gone: Vec<(Symbol, Span)>,
    /// Whether a part of it was not understood.
    pub(super) damaged: bool,
    /// Whether something is to be decided in it; asked for the whole record at once.
    pub(super) mixed: bool,
    /// Whether more than a literal says what it is.
    pub(super) spread: bool,
}

/// The parts of a definition, found in one walk over it: sites are mostly definitions.
pub(super) struct Written<'t> {
    pub(super) path: Option<ast::KeyPath<'t>>,
    pub(super) annotation: Option<ast::Type<'t>>,
    pub(super) mark: Option<Token<'t>>,
    pub(super) value: Option<ast::Expr<'t>>,
}

impl<'t> Written<'t> {
    pub(super) fn of(definition: ast::Definition<'t>) -> Self {
        let mut parts = Self { path: None, annotation: None, mark: None, value: None };
        let mut annotated = false;
        for element in definition.node().elements() {
            match element {
                Element::Node(node) if node.kind() == SyntaxKind::KeyPath => parts.path = ast::KeyPath::cast(node),
                Element::Node(node) if annotated => {
                    parts.annotation = ast::Type::cast(node).filter(|ty| !matches!(ty, ast::Type::Error(_)));
                    annotated = false;
                }
                Element::Node(node) => parts.value = ast::Expr::cast(node).or(parts.value),
                Element::Token(token) => match token.kind() {
                    SyntaxKind::Colon => annotated = true,
                    SyntaxKind::Eq => annotated = false,
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
    pub(super) fn find(&self, name: Symbol) -> Option<usize> {
        match self.index.is_empty() {
            true => self.entries.iter().position(|entry| entry.key.name == name),
            false => self.index.get(&name).copied(),
        }
    }

    /// Marks every record in which something is to be decided, and those around it.
    pub(super) fn refresh(&mut self) -> bool {
        let mut mixed = self.literals.iter().any(|opened| opened.strength.rank != Rank::Plain);
        for entry in &mut self.entries {
            mixed |= entry.parts.as_mut().is_some_and(|parts| parts.refresh());
            mixed |= entry.is_mixed();
        }
        for computed in &mut self.computed {
            mixed |= computed.entry.parts.as_mut().is_some_and(|parts| parts.refresh());
            mixed |= computed.entry.is_mixed() || self.spread;
        }
        self.mixed = mixed;
        mixed
    }

    pub(super) fn push(&mut self, entry: Entry<'t>) -> usize {
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

    /// Whether nothing is defined.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.computed.is_empty() && self.literals.is_empty()
    }
}
