//! One run, from the entry's text to data: the prelude first, then every file that is imported, then evaluation.

use std::sync::Arc;

use arvc_syntax::ast::{self, AstNode};
use arvc_syntax::intern::Interner;
use arvc_syntax::parser;

use crate::builtins::signature;
use crate::compose;
use crate::data::Data;
use crate::eval::held::Held;
use crate::eval::machine::Machine;
use crate::eval::value::Store;
use crate::functions::Functions;
use crate::ir::{Expr, ExprId, Program};
use crate::lower::files::Files;
use crate::lower::{self, Globals, Lowerer};
use crate::query::Question;
use crate::report::{BY_THE_PARSER, Reports};
use crate::schema::Extracted;
use crate::{Loader, Outcome, library, schema, types};

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// What is wrong before evaluation.
    Types,
    /// The value as it is.
    Value,
    /// The value as a site.
    Site,
}

/// Runs a file.
pub(crate) fn run(path: &str, text: String, loader: &mut dyn Loader, until: Until) -> Outcome {
    run_asking(path, text, loader, until, None)
}

/// The same, for the answer to a question where there is one.
pub(crate) fn run_asking(
    path: &str,
    text: String,
    loader: &mut dyn Loader,
    until: Until,
    mut question: Option<&mut Question>,
) -> Outcome {
    let site = until == Until::Site;
    let mut names = Interner::new();
    let mut program = Program { store: Store::default(), ..Program::default() };
    let mut reports = Reports::default();
    let mut files = Files::new(loader);
    let (globals, definitions) = prelude(&mut program, &mut names, &mut reports, &mut files);
    let entry = match files.add(&mut program, path, text) {
        Ok(entry) => entry,
        Err(_) => {
            return Outcome { sources: files.sources, data: None, functions: None, diagnostics: reports.finish() };
        }
    };
    let tree = question.as_deref_mut().and_then(|question| question.read(&mut files, &mut reports));
    while let Some((path, unit)) = files.next() {
        let root = if unit != entry && files.is_empty(unit) {
            let span = files.sources.get(program.units[unit.0 as usize].file).span();
            program.push(Expr::Error(BY_THE_PARSER), span)
        } else {
            let file = program.units[unit.0 as usize].file;
            let composition = compose::parts(&mut files, &mut reports, &path, file);
            program.reserve(composition.parts.iter().map(|part| part.tree.text().len()).sum());
            let mut lowerer = Lowerer::new(&mut program, &mut names, &mut reports, &mut files, &globals, &path);
            lowerer.parts = &composition.parts;
            lowerer.lost = composition.lost;
            lowerer.site = site && unit == entry;
            match question.as_deref_mut().filter(|_| unit == entry) {
                Some(question) => question.lower(&mut lowerer, tree.as_ref(), &composition.parts),
                None => lowerer.file(ast::File::of(&composition.parts[0].tree)),
            }
        };
        program.named[root.0 as usize] = true;
        program.units[unit.0 as usize].root = root;
    }
    program.damaged.sort_unstable();
    for field in signature::fields() {
        names.intern(field);
    }
    let asked = question.as_deref().and_then(|question| question.lowered);
    let ty =
        types::check(&mut program, &names, &files.sources, &mut reports, &definitions, site.then_some(entry), asked);
    if let Some(question) = question.as_deref_mut() {
        question.ty = ty;
    }
    let mut rest = None;
    let extracted = if until == Until::Types {
        None
    } else {
        let sources = &files.sources;
        let schema = Arc::clone(&program.schema);
        let mut machine = Machine::new(&mut program, &mut names, sources, &mut reports, &definitions);
        let extracted = match site {
            site if let Some(question) = question.as_deref_mut() => question.answer(&mut machine, &schema, entry, site),
            true => schema::site(&mut machine, &schema, entry),
            false => schema::plain(&mut machine, &schema, entry),
        };
        // What was made stays only where a function of the value may need it.
        let functions = extracted.as_ref().is_some_and(|extracted| site && !extracted.functions.is_empty());
        rest = functions.then(|| machine.suspend());
        extracted
    };
    let mut functions = None;
    let data = extracted.map(|extracted| {
        let Extracted { nodes, calls, entities, root, functions: all, .. } = extracted;
        if let Some(rest) = rest {
            let held = Held { program, names: names.clone(), reports: reports.successor(), rest };
            functions = Some(Functions::new(held, all));
        }
        Data { nodes, calls, entities, names, root }
    });
    let diagnostics = match question {
        Some(question) => question.problems(reports),
        None => reports.finish(),
    };
    Outcome { sources: files.sources, data, functions, diagnostics }
}

/// The prelude: its types, and its definitions, which are names of every file.
fn prelude(
    program: &mut Program,
    names: &mut Interner,
    reports: &mut Reports,
    files: &mut Files<'_>,
) -> (Globals, Vec<ExprId>) {
    let name = lower::PRELUDE;
    let file = files.sources.add(name, library::PRELUDE).expect("the prelude is the first source and small");
    let base = files.sources.get(file).base;
    let parsed = parser::parse(library::PRELUDE, base);
    assert!(parsed.diagnostics.is_empty(), "the prelude has mistakes: {:?}", parsed.diagnostics);
    let Some(ast::Expr::Let(items)) = ast::File::of(&parsed.tree).expr() else {
        panic!("the prelude is no `let`: {:?}", parsed.tree.root().span())
    };
    let none = Globals::new();
    let mut lowerer = Lowerer::new(program, names, reports, files, &none, name);
    let (globals, definitions) = lowerer.prelude(items);
    debug_assert!(items.span().start >= base, "spans of the prelude lie in it");
    (globals, definitions)
}
