//! Which files one record is made of: the file itself, what it includes, and, one layer below, what it extends.
//!
//! Only files are found here, from `include` and `extends` in outermost records; what their definitions give is decided
//! when they are lowered. Nothing is evaluated, since paths are literals.

use std::cmp::Reverse;
use std::collections::HashMap;

use arvc_syntax::ast::{self, AstNode, Item};
use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::parser;
use arvc_syntax::source::{FileId, Span};
use arvc_syntax::tree::Tree;

use crate::LoadError;
use crate::errors::{composition_cycle, import_failed, library_by_path, misplaced, not_a_part};
use crate::eval::value::Reported;
use crate::ir::Rank;
use crate::lower::files::{Files, Role, is_empty, normalize};
use crate::report::{BY_THE_PARSER, Reports};

/// How strong a definition is: first its layer, the topmost of which is 0, then its rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Strength {
    /// Files that extend others stand above them.
    pub(crate) layer: Reverse<u16>,
    /// Among definitions of one layer.
    pub(crate) rank: Rank,
}

impl Strength {
    /// Of a definition without a mark.
    pub(crate) fn plain(layer: u16) -> Self {
        Self { layer: Reverse(layer), rank: Rank::Plain }
    }
}

/// One file of a record.
pub(crate) struct Part {
    /// As messages name it.
    pub(crate) path: String,
    /// Its text.
    pub(crate) tree: Tree,
    /// 0 for the file itself and what it includes, one more for what that extends.
    pub(crate) layer: u16,
    /// The part that includes it. None: it is a file of its own, which is what the others extend.
    pub(crate) owner: Option<usize>,
    /// Who names it, and where.
    named: Option<(usize, Span)>,
}

/// What stands around the outermost record of a file, and the record.
#[derive(Default)]
pub(crate) struct Heads<'t> {
    /// In their order.
    pub(crate) heads: Vec<Head<'t>>,
    /// None if the file is something else.
    pub(crate) record: Option<ast::Record<'t>>,
}

/// `let` or `assert`.
pub(crate) enum Head<'t> {
    Let(ast::Let<'t>),
    Assert(ast::Assert<'t>),
}

/// The heads of a file that may be a part: a function may not.
pub(crate) fn heads(tree: &Tree) -> Heads<'_> {
    let mut found = Heads::default();
    let mut next = ast::File::of(tree).expr();
    while let Some(expr) = next {
        next = match expr {
            ast::Expr::Let(bindings) => {
                found.heads.push(Head::Let(bindings));
                bindings.body()
            }
            ast::Expr::Assert(assert) => {
                found.heads.push(Head::Assert(assert));
                assert.body()
            }
            ast::Expr::Paren(paren) => paren.expr(),
            ast::Expr::Record(record) => {
                found.record = Some(record);
                None
            }
            _ => None,
        };
    }
    found
}

/// The outermost record, behind functions too: a file of its own may be one.
fn record(tree: &Tree) -> Option<ast::Record<'_>> {
    let mut next = ast::File::of(tree).expr();
    while let Some(expr) = next {
        next = match expr {
            ast::Expr::Let(bindings) => bindings.body(),
            ast::Expr::Assert(assert) => assert.body(),
            ast::Expr::Paren(paren) => paren.expr(),
            ast::Expr::Lambda(lambda) => lambda.body(),
            ast::Expr::Record(record) => return Some(record),
            _ => None,
        };
    }
    None
}

/// `include PATH;` or `extends PATH;`.
pub(crate) struct Statement {
    pub(crate) extends: bool,
    pub(crate) path: String,
    pub(crate) span: Span,
    keyword: Span,
}

/// Those of a file's outermost record.
pub(crate) fn statements(tree: &Tree) -> Vec<Statement> {
    let items = record(tree).into_iter().flat_map(|record| record.items());
    let statement = |item| {
        let (extends, path, keyword): (bool, Option<ast::PathLiteral<'_>>, _) = match item {
            Item::Include(include) => (false, include.path(), include.keyword()),
            Item::Extends(extends) => (true, extends.path(), extends.keyword()),
            _ => return None,
        };
        let path = path?;
        let keyword = keyword.map_or(path.span(), |word| word.span());
        Some(Statement { extends, path: path.text().to_owned(), span: path.span(), keyword })
    };
    items.filter_map(statement).collect()
}

/// Whether a statement names no file, which the parser reported.
fn unreadable(tree: &Tree) -> bool {
    record(tree).into_iter().flat_map(|record| record.items()).any(|item| match item {
        Item::Include(include) => include.path().is_none(),
        Item::Extends(extends) => extends.path().is_none(),
        _ => false,
    })
}

/// The files of one record.
pub(crate) struct Composition {
    /// The file itself first, each behind the one that names it.
    pub(crate) parts: Vec<Part>,
    /// Why a file is not among them, if one is missing: what it would have defined is not missed again.
    pub(crate) lost: Option<Reported>,
}

/// All files of the record of a file.
pub(crate) fn parts(files: &mut Files<'_>, reports: &mut Reports, path: &str, file: FileId) -> Composition {
    let tree = parse(files, reports, file);
    let mut gathering = Gathering {
        files,
        reports,
        parts: vec![Part { path: path.to_owned(), tree, layer: 0, owner: None, named: None }],
        known: HashMap::from([(path.to_owned(), 0)]),
        lost: None,
    };
    let mut at = 0;
    while at < gathering.parts.len() {
        gathering.statements_of(at);
        at += 1;
    }
    Composition { parts: gathering.parts, lost: gathering.lost }
}

fn parse(files: &Files<'_>, reports: &mut Reports, file: FileId) -> Tree {
    let source = files.sources.get(file);
    let parsed = parser::parse(&source.text, source.base);
    for diagnostic in parsed.diagnostics {
        reports.early(diagnostic);
    }
    parsed.tree
}

struct Gathering<'f, 'l> {
    files: &'f mut Files<'l>,
    reports: &'f mut Reports,
    parts: Vec<Part>,
    known: HashMap<String, usize>,
    lost: Option<Reported>,
}

impl Gathering<'_, '_> {
    fn lose(&mut self, diagnostic: Diagnostic) {
        let reported = self.reports.early(diagnostic);
        self.lost.get_or_insert(reported);
    }

    fn statements_of(&mut self, at: usize) {
        if unreadable(&self.parts[at].tree) {
            self.lost.get_or_insert(BY_THE_PARSER);
        }
        let mut extended: Option<Span> = None;
        for statement in statements(&self.parts[at].tree) {
            let folder = statement.path.ends_with('/');
            if statement.extends {
                let problem = match (extended, self.parts[at].owner) {
                    (Some(first), _) => Some(misplaced::second_extends(statement.keyword, first)),
                    (None, Some(owner)) => Some(misplaced::extends_in_part(
                        statement.keyword,
                        &self.parts[at].path,
                        &self.parts[owner].path,
                        self.parts[at].named.map(|(_, span)| span),
                    )),
                    (None, None) if folder => Some(misplaced::extends_folder(statement.span)),
                    (None, None) => None,
                };
                if let Some(problem) = problem {
                    self.lose(problem);
                    continue;
                }
                extended = Some(statement.keyword);
            }
            let Some(path) = normalize(&self.parts[at].path, &statement.path) else {
                self.lose(import_failed::outside(&self.parts[at].path, &statement.path, statement.span));
                continue;
            };
            if let Some(problem) = library_by_path::check(&self.parts[at].path, &path, folder, statement.span) {
                self.lose(problem);
                continue;
            }
            if !folder {
                self.add(at, &statement, path);
                continue;
            }
            match self.files.folder(&path) {
                Ok(paths) => {
                    for path in paths {
                        self.add(at, &statement, path);
                    }
                }
                Err(error) => self.lose(import_failed::new(&statement.path, &error, statement.span)),
            }
        }
    }

    fn add(&mut self, at: usize, statement: &Statement, path: String) {
        let span = statement.span;
        if let Some(circle) = self.circle(at, &path, span) {
            self.reports.early(composition_cycle::new(&path, &circle, &self.files.sources));
            return;
        }
        let role = match statement.extends {
            true => Role::Base(span),
            false => Role::Part(self.parts[at].path.clone(), span),
        };
        if let Err(diagnostic) = self.files.claim(&path, role) {
            self.lose(*diagnostic);
            return;
        }
        if self.known.contains_key(&path) {
            return;
        }
        let file = match self.files.text(&path) {
            Ok(file) => file,
            Err(error) => {
                let diagnostic = import_failed::new(&path, &error, span);
                let folder = matches!(error, LoadError::Other(_)) && self.files.folder(&path).is_ok();
                self.lose(match folder {
                    true => {
                        diagnostic.help(format!("to include a folder, end its path in a slash: `{}/`", statement.path))
                    }
                    false => diagnostic,
                });
                return;
            }
        };
        if is_empty(&self.files.sources.get(file).text) {
            self.lose(import_failed::empty(&path, span));
            return;
        }
        let tree = parse(self.files, self.reports, file);
        if heads(&tree).record.is_none() {
            let expr = ast::File::of(&tree).expr();
            if let Some(expr) = expr.filter(|expr| !matches!(expr, ast::Expr::Error(_))) {
                self.lose(not_a_part::new(&path, span, expr.span()));
            }
            self.lost.get_or_insert(BY_THE_PARSER);
            return;
        }
        let (layer, owner) = match statement.extends {
            true => (self.parts[at].layer.saturating_add(1), None),
            false => (self.parts[at].layer, Some(at)),
        };
        self.known.insert(path.clone(), self.parts.len());
        self.parts.push(Part { path, tree, layer, owner, named: Some((at, span)) });
    }

    /// The statements from a file back to itself, if `at` is a part of it.
    fn circle(&self, at: usize, path: &str, span: Span) -> Option<Vec<Span>> {
        let mut circle = vec![span];
        let mut part = &self.parts[at];
        loop {
            if part.path == path {
                circle.reverse();
                return Some(circle);
            }
            let (by, span) = part.named?;
            circle.push(span);
            part = &self.parts[by];
        }
    }
}
