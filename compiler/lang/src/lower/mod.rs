//! From syntax trees to [`Program`]: names become slots, definitions of paths become records, files are found.
//!
//! Nothing is evaluated here. Every construct gives an expression; one that is not understood gives [`Expr::Error`],
//! whose problem is reported already. Recursion follows the tree, whose depth the parser bounds.

mod expr;
pub mod files;
mod known;
mod pattern;
mod record;
mod scope;

use std::collections::HashMap;

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::intern::{Interner, Symbol};
use arvc_syntax::source::Span;

use crate::errors::not_yet;
use crate::eval::value::Reported;
use crate::ir::{Expr, ExprId, Program};
use crate::report::{BY_THE_PARSER, Reports};
use crate::schema::{self, types::Schema};
use files::Files;
use scope::Scope;

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
    /// A source of the compiler's own: types and annotations are allowed.
    library: bool,
    scopes: Vec<Scope<'t>>,
    /// Records around the expression that are no scopes.
    nested: Vec<Nested>,
    nested_keys: Vec<Symbol>,
    /// Unknown names of this file: each is reported once.
    unknown: HashMap<Symbol, Reported>,
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
        let library = path.starts_with('<');
        Self {
            program,
            names,
            reports,
            files,
            globals,
            path,
            library,
            scopes: Vec::new(),
            nested: Vec::new(),
            nested_keys: Vec::new(),
            unknown: HashMap::new(),
        }
    }

    /// The value of a whole file.
    pub fn file(&mut self, file: ast::File<'t>) -> ExprId {
        match file.expr() {
            Some(expr) => self.outermost(expr),
            None => self.error(BY_THE_PARSER, file.span()),
        }
    }

    /// The definitions of the prelude's `let`, in the order of their slots; they stay in scope.
    pub fn prelude(&mut self, items: ast::Let<'t>) -> (Globals, Vec<ExprId>) {
        let definitions = self.open_let(items);
        let globals = self.scopes.last().map(|scope| scope.slots()).unwrap_or_default();
        (globals, definitions)
    }

    /// The types of the prelude, whose definitions are in scope for their defaults.
    pub fn schema(&mut self, items: ast::Let<'t>) -> Schema {
        schema::parse::parse(items, self)
    }

    /// The symbol of a name.
    pub fn intern(&mut self, name: &str) -> Symbol {
        self.names.intern(name)
    }

    /// The heads of a file, and its outermost record, which is a scope.
    fn outermost(&mut self, expr: ast::Expr<'t>) -> ExprId {
        match expr {
            ast::Expr::Record(record) => self.scope_record(record),
            ast::Expr::Let(bindings) => {
                let mut children = self.open_let(bindings);
                let body = match bindings.body() {
                    Some(body) => self.outermost(body),
                    None => self.error(BY_THE_PARSER, expr.span()),
                };
                self.scopes.pop();
                children.push(body);
                let children = self.program.add_children(&children);
                self.program.push(Expr::Let(children), expr.span())
            }
            ast::Expr::Assert(assert) => self.assert(assert, Self::outermost),
            ast::Expr::Lambda(lambda) => self.lambda(lambda, None, Self::outermost),
            ast::Expr::Paren(paren) => match paren.expr() {
                Some(inner) => self.outermost(inner),
                None => self.error(BY_THE_PARSER, expr.span()),
            },
            other => self.expr(other),
        }
    }

    /// Opens the scope of a `let` and lowers its definitions.
    fn open_let(&mut self, bindings: ast::Let<'t>) -> Vec<ExprId> {
        let fields = self.collect(bindings.items(), true);
        self.scopes.push(Scope::of_let(&fields));
        let mut definitions = Vec::new();
        for field in fields.entries {
            let key = field.key;
            let definition = self.entry(field, true);
            self.program.named[definition.0 as usize] = true;
            self.program.bindings.push((definition, key));
            definitions.push(definition);
        }
        definitions
    }

    fn scope_record(&mut self, record: ast::Record<'t>) -> ExprId {
        let fields = self.collect(record.items(), true);
        let mut fields = fields;
        self.sort(&mut fields);
        for entry in &fields.entries {
            if self.is_name(entry.key.name) {
                self.program.hiding.push(entry.key.span);
            }
        }
        self.scopes.push(Scope::of_record(&fields));
        let mut definitions = Vec::new();
        let keys: Vec<_> = fields.entries.iter().map(|field| field.key).collect();
        for field in fields.entries {
            let definition = self.entry(field, true);
            self.program.named[definition.0 as usize] = true;
            definitions.push(definition);
        }
        self.scopes.pop();
        let start = self.program.keys.len() as u32;
        self.program.keys.extend(keys);
        let children = self.program.add_children(&definitions);
        let expr = Expr::Scope { keys: start, fields: children.start, len: children.len };
        let id = self.program.push(expr, record.span());
        if record.node().has_error_child() {
            self.program.damaged.push(id);
        }
        id
    }

    fn error(&mut self, reported: Reported, span: Span) -> ExprId {
        self.program.push(Expr::Error(reported), span)
    }

    /// A construct without a meaning yet.
    fn not_yet(&mut self, what: &str, keyword: Span) -> Reported {
        self.reports.early(not_yet::new(what, keyword))
    }
}
