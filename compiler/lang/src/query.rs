//! Questions to a site: what an expression gives in the scope of its record, and who says what a path is.
//!
//! An answer depends on nothing that it does not need: what is wrong elsewhere in the site is counted, and no more.

use std::collections::{BTreeSet, HashMap};

use arvc_syntax::ast;
use arvc_syntax::intern::Symbol;
use arvc_syntax::parser;
use arvc_syntax::source::{FileId, Sources, Span};
use arvc_syntax::tree::Tree;

use crate::compose::Part;
use crate::data::{Data, Datum};
use crate::eval::machine::Machine;
use crate::eval::value::Key;
use crate::ir::{ExprId, UnitId};
use crate::lower::files::Files;
use crate::lower::{Lowerer, Rows};
use crate::report::{BY_THE_PARSER, Reports};
use crate::run::Until;
use crate::schema::types::Schema;
use crate::schema::{self, Extracted, Found, Wanted};
use crate::{Loader, docs};
use arvc_syntax::diagnostic::Diagnostic;

mod why;

pub use why::{Definition, Explanation, Layer, Outcome, explain_path};

/// What messages call the text of a question.
pub const EXPRESSION: &str = "<expression>";

/// What an expression gives.
#[derive(Debug)]
pub struct Answer {
    /// All sources, that of the question among them.
    pub sources: Sources,
    /// The value, unless it failed or nobody gives it.
    pub data: Option<Data>,
    /// Whether nobody gives it: an optional that is absent.
    pub absent: bool,
    /// The problems that it depends on. With an error among them there is no whole value.
    pub diagnostics: Vec<Diagnostic>,
    /// How many errors of the site were met that the answer does not depend on.
    pub others: usize,
}

/// What an expression gives where it stands as a further field of a file's outermost record; without one, what the file
/// gives. In a site, a path has its type: what the schema says when nobody else does is a part of the value.
pub fn evaluate_expression(
    entry_path: &str,
    entry_text: String,
    expression: Option<&str>,
    loader: &mut dyn Loader,
    site: bool,
) -> Answer {
    let mut question = Question::new(expression, false);
    let outcome = crate::run::run_asking(entry_path, entry_text, loader, until(site), Some(&mut question));
    Answer {
        sources: outcome.sources,
        data: outcome.data,
        absent: question.absent,
        diagnostics: outcome.diagnostics,
        others: question.others,
    }
}

/// What type an expression has.
#[derive(Debug)]
pub struct Typed {
    /// All sources, that of the question among them.
    pub sources: Sources,
    /// The type in the language's notation, unless the expression has mistakes.
    pub ty: Option<String>,
    /// The mistakes in the expression.
    pub diagnostics: Vec<Diagnostic>,
}

/// The type of an expression where it stands as a further field of a file's outermost record. Nothing is evaluated.
pub fn type_of(entry_path: &str, entry_text: String, expression: &str, loader: &mut dyn Loader, site: bool) -> Typed {
    let mut question = Question { only_type: true, ..Question::new(Some(expression), false) };
    let outcome = crate::run::run_asking(entry_path, entry_text, loader, until(site), Some(&mut question));
    Typed { sources: outcome.sources, ty: question.ty, diagnostics: outcome.diagnostics }
}

fn until(site: bool) -> Until {
    if site { Until::Site } else { Until::Value }
}

/// A question on its way through a run.
pub(crate) struct Question {
    text: Option<String>,
    file: Option<Span>,
    path: Option<Vec<Key>>,
    /// The expression in the program.
    pub(crate) lowered: Option<ExprId>,
    /// Its type, as it is written.
    pub(crate) ty: Option<String>,
    /// Whether only its type is asked for.
    only_type: bool,
    /// All definitions of the file's record, if they are asked for.
    rows: Option<Rows>,
    /// The layer's file of each definition's layer.
    layers: Vec<String>,
    why: Option<why::Why>,
    problems: BTreeSet<u32>,
    absent: bool,
    others: usize,
}

impl Question {
    fn new(text: Option<&str>, why: bool) -> Self {
        Self {
            text: text.map(str::to_owned),
            file: None,
            path: None,
            lowered: None,
            ty: None,
            only_type: false,
            rows: why.then(Rows::new),
            layers: Vec::new(),
            why: None,
            problems: BTreeSet::new(),
            absent: false,
            others: 0,
        }
    }

    /// Reads the expression, a source of its own.
    pub(crate) fn read(&mut self, files: &mut Files<'_>, reports: &mut Reports) -> Option<Tree> {
        let file: FileId = files.sources.add(EXPRESSION, self.text.clone()?).ok()?;
        let source = files.sources.get(file);
        self.file = Some(source.span());
        let parsed = parser::parse(&source.text, source.base);
        for diagnostic in parsed.diagnostics {
            reports.early(diagnostic);
        }
        Some(parsed.tree)
    }

    /// Lowers the file, with the expression in the scope of its record.
    pub(crate) fn lower<'t>(
        &mut self,
        lowerer: &mut Lowerer<'_, '_, 't>,
        tree: Option<&'t Tree>,
        parts: &'t [Part],
    ) -> ExprId {
        let expr = tree.and_then(|tree| ast::File::of(tree).expr());
        // A file that is missing may say anything.
        self.problems.extend(lowerer.lost.map(|lost| lost.0));
        self.path = expr.and_then(|expr| lowerer.path_of(expr));
        lowerer.asked.expr = expr;
        lowerer.asked.rows = self.rows.take();
        let root = lowerer.file(ast::File::of(&parts[0].tree));
        self.lowered = lowerer.asked.lowered;
        self.rows = lowerer.asked.rows.take();
        for part in parts.iter().filter(|part| part.owner.is_none()) {
            self.layers.push(part.path.clone());
        }
        root
    }

    /// Evaluates it. A mistake in the question itself is the whole answer.
    pub(crate) fn answer(
        &mut self,
        machine: &mut Machine<'_>,
        schema: &Schema,
        entry: UnitId,
        site: bool,
    ) -> Option<Extracted> {
        if self.only_type && self.lowered.is_some() {
            // What the schema gives and nobody says is no name of the record, and has a type all the same.
            let path: Vec<Symbol> = self.path.iter().flatten().map(|key| key.name).collect();
            if site
                && machine.reports.is_wrong(self.file)
                && let Some((owner, field)) = schema::declared(schema, &path)
            {
                self.ty = docs::field_type(machine.names.get(schema.def(owner).name), machine.names.get(field.name));
                self.file = None;
            }
            return None;
        }
        // What the schema gives the site itself when nobody says it is no name of the record.
        let first = self.path.as_ref().and_then(|path| path.first());
        if site && first.is_some_and(|first| schema::declared(schema, &[first.name]).is_some()) {
            self.file = None;
        }
        if self.text.is_some() && (self.lowered.is_none() || machine.reports.is_wrong(self.file)) {
            if !machine.reports.is_wrong(self.file) {
                self.problems.insert(BY_THE_PARSER.0);
            }
            return None;
        }
        machine.joins = self.rows.is_some().then(HashMap::new);
        let wanted = Wanted { expr: self.lowered, path: self.path.as_deref(), site };
        let answer = schema::ask(machine, schema, entry, &wanted);
        self.problems.extend(answer.problems);
        // What was decided before evaluation is wrong for the value, too: two definitions of one strength, a type.
        let mut places: BTreeSet<Span> = answer.found.iter().flat_map(|found| found.key).collect();
        for node in answer.extracted.iter().flat_map(|extracted| &extracted.nodes) {
            places.insert(node.span);
            if let Datum::Record(fields) = &node.value {
                places.extend(fields.iter().map(|field| field.key));
            }
        }
        self.problems.extend(machine.reports.early_at(&places));
        self.absent = answer.absent;
        let found: Option<Found> = answer.found;
        let failed = answer.extracted.as_ref().is_some_and(|it| it.nodes[it.root.0 as usize].value == Datum::Failed);
        if let (Some(rows), Some(path)) = (self.rows.take(), &self.path) {
            self.why = Some(why::Why::new(machine, site.then_some(schema), rows, path, found, failed));
        }
        answer.extracted
    }

    /// The problems that the answer depends on.
    pub(crate) fn problems(&mut self, reports: Reports) -> Vec<Diagnostic> {
        let (diagnostics, others) = reports.only(&self.problems, self.file);
        self.others = others;
        diagnostics
    }
}
