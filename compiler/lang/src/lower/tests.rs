//! What lowering keeps for those who look at a program without evaluating it.

use arvc_syntax::ast;
use arvc_syntax::intern::Interner;
use arvc_syntax::parser;
use pretty_assertions::assert_eq;

use super::files::Files;
use super::{Globals, Lowerer};
use crate::ir::{Expr, ExprId, Program};
use crate::report::Reports;
use crate::schema::types::{Scalar, Type};
use crate::{LoadError, Loader};

struct Nothing;

impl Loader for Nothing {
    fn load(&mut self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::NotFound)
    }

    fn list(&mut self, _: &str) -> Result<Vec<String>, LoadError> {
        Err(LoadError::NotFound)
    }
}

/// The program of one file that has no mistake.
fn lowered(text: &str) -> (Program, ExprId) {
    let parsed = parser::parse(text, 0);
    let (mut program, mut names, mut reports) = (Program::default(), Interner::new(), Reports::default());
    let mut loader = Nothing;
    let mut files = Files::new(&mut loader);
    let globals = Globals::new();
    let mut lowerer = Lowerer::new(&mut program, &mut names, &mut reports, &mut files, &globals, "site.arv");
    let root = lowerer.file(ast::File::of(&parsed.tree));
    assert_eq!((parsed.diagnostics, reports.finish()), (Vec::new(), Vec::new()));
    (program, root)
}

fn within(program: &Program) -> Vec<Expr> {
    program.overridden.iter().map(|lost| program.get(lost.within)).collect()
}

#[test]
fn what_lost_is_kept_with_what_opens_its_frame() {
    let (program, root) = lowered("{ a = default (1 + 1); a = 2; }");
    let [lost] = program.overridden.as_slice() else { panic!("{:?}", program.overridden) };
    assert_eq!(lost.within, root);
    assert!(matches!(program.get(lost.expr), Expr::Binary(..)));
    assert!(matches!(within(&lowered("let a = default b; a = 2; b = 3; in a").0)[..], [Expr::Let(_)]));
    // A nested record opens no frame: what lost in it stands where the record stands.
    let (program, _) = lowered("x: { a = [ { b = default x; b = 1; } ]; }");
    let [lost] = program.overridden.as_slice() else { panic!("{:?}", program.overridden) };
    assert!(matches!(program.get(lost.within), Expr::Record { .. }));
    assert!(matches!(program.get(lost.expr), Expr::Local { up: 1, slot: 0 }));
}

#[test]
fn an_annotation_stands_around_its_value_with_its_place() {
    let text = "{ a : Int = default 1; a : Int = 2; b : _ = 3; c : Size? = 1GiB; }";
    let (program, _) = lowered(text);
    let said = |id: ExprId| match program.get(id) {
        Expr::Coerce(value, ty) => {
            let span = program.annotations[&id];
            (program.get(value), program.schema.ty(ty), &text[span.start as usize..span.end as usize])
        }
        other => panic!("{other:?}"),
    };
    let coerced: Vec<ExprId> =
        (0..program.exprs.len() as u32).map(ExprId).filter(|id| matches!(program.get(*id), Expr::Coerce(..))).collect();
    let found: Vec<(Type, &str)> = coerced.iter().map(|id| said(*id)).map(|(_, ty, text)| (ty, text)).collect();
    let (int, size) = (Type::Scalar(Scalar::Int), Type::Scalar(Scalar::Size));
    let option = Type::Option(program.schema.find(size).expect("a size"));
    assert_eq!(found, [(int, "Int"), (option, "Size?"), (int, "Int")]);
    assert!(coerced.contains(&program.overridden[0].expr), "what lost has its own");
}

#[test]
fn a_record_in_front_of_which_nothing_asks_for_it_takes_no_slot() {
    let children = |text: &str| {
        let (program, root) = lowered(text);
        match program.get(root) {
            Expr::Let(children) => children.len,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(children("let a = 1; in { b = a; }"), 2);
    assert_eq!(children("let a = b; in { b = 1; }"), 3);
}
