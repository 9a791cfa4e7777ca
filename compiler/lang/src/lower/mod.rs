//! From syntax trees to [`Program`]: names become slots, definitions of paths become records, files are found.
//!
//! Nothing is evaluated here. Every construct gives an expression; one that is not understood gives [`Expr::Error`],
//! whose problem is reported already. Recursion follows the tree, whose depth the parser bounds.

mod ask;
mod compose;
mod declare;
mod expr;
mod fields;
pub mod files;
mod head;
mod joined;
mod matching;
mod pattern;
mod record;
mod scope;
mod settle;
#[cfg(test)]
mod tests;
mod types;

use std::collections::HashMap;

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::intern::{Interner, Symbol};
use arvc_syntax::source::Span;

use crate::compose::{Part, Strength};
use crate::eval::value::Reported;
use crate::ir::{Expr, ExprId, Program};
use crate::report::{BY_THE_PARSER, Reports};
use crate::schema::types::{DefId, Schema};
pub(crate) use ask::{Asked, Row, Rows, Standing};
use compose::{Context, Lost, Names};
use declare::{Declared, TypeItem, TypeNames};
use fields::Given;
use files::Files;
use head::Head;
use scope::Scope;
use settle::Place;

/// The name of the prelude's source.
pub const PRELUDE: &str = "<prelude>";

/// The definitions of the prelude, by name.
pub type Globals = HashMap<Symbol, u32>;

/// A record that is no scope, around the expression that is being lowered.
struct Nested {
    /// What it is defined as.
    name: Option<Symbol>,
    /// Its first key in [`Lowerer::nested_keys`].
    start: usize,
    /// The key whose definition the expression stands in.
    current: Option<Symbol>,
}

/// Lowers one file.
pub struct Lowerer<'a, 'l, 't> {
    program: &'a mut Program,
    names: &'a mut Interner,
    reports: &'a mut Reports,
    files: &'a mut Files<'l>,
    globals: &'a Globals,
    /// The file, as imports name it.
    path: &'a str,
    /// The files of its record, itself first.
    pub(crate) parts: &'t [Part],
    /// Why a file of it is not there: it may define what is not found.
    pub(crate) lost: Option<Reported>,
    /// What its record is, if that is a site.
    pub(crate) site: bool,
    /// What somebody asks for, to be evaluated where the file's record is a scope.
    pub(crate) asked: Asked<'t>,
    /// The file of the record whose text is being looked at.
    part: usize,
    /// How strong definitions are, where some are being gathered.
    strength: Strength,
    /// Whether the definitions of a file's outermost record are being gathered.
    file_record: bool,
    /// Whether something is to be decided in the record that is being gathered.
    unsettled: bool,
    /// The path to the record in which definitions are being weighed, below the one that is being settled.
    settling: Vec<Symbol>,
    /// Definitions that lost, of the record that is being settled.
    overridden: Vec<Given<'t>>,
    /// Names that are unset, and where.
    unset: HashMap<Symbol, Span>,
    /// What each file of a composed record sees, while that is being lowered.
    contexts: Vec<Context>,
    /// That of the current one.
    context: Context,
    /// What stands in front of the file's record, while that is being lowered.
    head: Option<Head<'t>>,
    /// What the files bind for themselves.
    private: Vec<Names>,
    /// Which scope is that of the composed record.
    composed: Option<usize>,
    /// Whether it is the prelude.
    prelude: bool,
    scopes: Vec<Scope>,
    /// Scopes below are not seen by expressions.
    floor: usize,
    /// Types that this file defines.
    declared: Vec<Declared<'t>>,
    /// Those of the files' own bindings, in parallel to `private`.
    private_types: Vec<TypeNames>,
    /// Defaults of types that are being read.
    pending_defaults: Vec<types::Default<'t>>,
    /// Records around the expression that are no scopes.
    nested: Vec<Nested>,
    nested_keys: Vec<Symbol>,
    /// Items of the lists that are being lowered.
    operands: Vec<ExprId>,
    /// Why the record around is `rec { … }`, whose fields would be names.
    rec: Option<Reported>,
    /// Unknown names of this file: each is reported once.
    unknown: HashMap<Symbol, Reported>,
    /// Unknown types.
    unknown_types: HashMap<Symbol, Reported>,
    /// Record types without a name: those that are written alike are one.
    written_records: HashMap<types::Written, DefId>,
}

/// A `let` whose scope is open.
struct OpenLet {
    definitions: Vec<ExprId>,
    lost: Lost,
}

impl<'a, 'l, 't> Lowerer<'a, 'l, 't> {
    /// A lowerer of the file `path`.
    pub fn new(
        program: &'a mut Program,
        names: &'a mut Interner,
        reports: &'a mut Reports,
        files: &'a mut Files<'l>,
        globals: &'a Globals,
        path: &'a str,
    ) -> Self {
        Self {
            program,
            names,
            reports,
            files,
            globals,
            path,
            parts: &[],
            lost: None,
            site: false,
            asked: Asked::default(),
            part: 0,
            strength: Strength::plain(0),
            file_record: false,
            unsettled: false,
            settling: Vec::new(),
            overridden: Vec::new(),
            unset: HashMap::new(),
            contexts: Vec::new(),
            context: Context::default(),
            head: None,
            private: Vec::new(),
            composed: None,
            prelude: path == PRELUDE,
            scopes: Vec::new(),
            floor: 0,
            declared: Vec::new(),
            private_types: Vec::new(),
            pending_defaults: Vec::new(),
            nested: Vec::new(),
            nested_keys: Vec::new(),
            operands: Vec::new(),
            rec: None,
            unknown: HashMap::new(),
            unknown_types: HashMap::new(),
            written_records: HashMap::new(),
        }
    }

    /// The value of a whole file.
    pub fn file(&mut self, file: ast::File<'t>) -> ExprId {
        match file.expr() {
            Some(expr) => self.outermost(expr),
            None => self.error(BY_THE_PARSER, file.span()),
        }
    }

    /// The definitions of the prelude's `let`, in the order of their slots. Its types become those of every file.
    pub fn prelude(&mut self, items: ast::Let<'t>) -> (Globals, Vec<ExprId>) {
        let OpenLet { definitions, .. } = self.open_let(items, None);
        let globals = self.scopes.last().map(|scope| scope.slots()).unwrap_or_default();
        self.publish_types();
        (globals, definitions)
    }

    /// What the file's record is held against, if that is a site.
    fn site_schema(&self) -> Option<&Schema> {
        self.site.then_some(&*self.program.schema)
    }

    /// The heads of a file, and its outermost record, which is a scope.
    fn outermost(&mut self, expr: ast::Expr<'t>) -> ExprId {
        match expr {
            ast::Expr::Record(record) => self.scope_record(record),
            ast::Expr::Let(_) | ast::Expr::Assert(_) if let Some(record) = head::record_behind(expr) => {
                self.head(expr, record)
            }
            ast::Expr::Let(bindings) => {
                let open = self.open_let(bindings, None);
                let body = match bindings.body() {
                    Some(body) => self.outermost(body),
                    None => self.error(BY_THE_PARSER, expr.span()),
                };
                self.close_let(open, body, expr.span())
            }
            ast::Expr::Assert(assert) => self.assert(assert, Self::outermost),
            ast::Expr::Lambda(lambda) => {
                self.ask_of_function(lambda);
                self.lambda(lambda, None, Self::outermost)
            }
            ast::Expr::Paren(paren) => match paren.expr() {
                Some(inner) => self.outermost(inner),
                None => self.error(BY_THE_PARSER, expr.span()),
            },
            other => {
                let value = self.expr(other);
                self.ask().unwrap_or(value)
            }
        }
    }

    /// Opens the scope of a `let`, which stands in front of the file's record if that is given, and lowers its
    /// definitions.
    fn open_let(&mut self, bindings: ast::Let<'t>, record: Option<ast::Record<'t>>) -> OpenLet {
        let mut fields = self.collect(bindings.items(), true);
        let overridden = self.settle(&mut fields, Place::default());
        self.open_scope(Scope::of_fields(&fields), &fields.types);
        if let Some(record) = record {
            self.begin_head(record, fields.entries.len());
        }
        let mut definitions = Vec::new();
        for field in fields.entries {
            let key = field.key;
            let definition = self.entry(field, true);
            self.program.named[definition.0 as usize] = true;
            self.program.bindings.push((definition, key));
            definitions.push(definition);
        }
        let lost = self.check_overridden(overridden, true);
        OpenLet { definitions, lost }
    }

    fn close_let(&mut self, open: OpenLet, body: ExprId, span: Span) -> ExprId {
        self.scopes.pop();
        let mut children = open.definitions;
        children.push(body);
        let children = self.program.add_children(&children);
        let id = self.program.push(Expr::Let(children), span);
        self.keep_overridden(id, open.lost);
        id
    }

    /// Opens a scope in which these types are defined.
    fn open_scope(&mut self, mut scope: Scope, types: &[TypeItem<'t>]) {
        scope.types = self.declare_types(types);
        self.scopes.push(scope);
        self.tell_types_apart(types);
        self.define_types(types);
    }

    fn error(&mut self, reported: Reported, span: Span) -> ExprId {
        self.program.push(Expr::Error(reported), span)
    }
}
