//! Checking and evaluation agree: random well-typed programs.
//!
//! A program that is generated for its type ([`generate`]) has no type error, neither before evaluation nor in it. What
//! is none of a type, as a division by zero or the head of an empty list, is another matter.

mod functions;
mod generate;
mod mistake;
mod named;
mod program;
mod special;
mod types;

use arvc_lang::data::Datum;
use arvc_lang::{LoadError, Loader, Outcome, check_plain, evaluate_plain};
use arvc_syntax::diagnostic::Diagnostic;
use arvc_tests::random::{Choices, config, numbers};
use generate::Generator;
use proptest::prelude::*;

/// No other files.
struct Nothing;

impl Loader for Nothing {
    fn load(&mut self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::NotFound)
    }

    fn list(&mut self, _: &str) -> Result<Vec<String>, LoadError> {
        Err(LoadError::NotFound)
    }
}

fn evaluate(text: &str) -> Outcome {
    evaluate_plain("site.arv", text.to_owned(), &mut Nothing)
}

fn check(text: &str) -> Outcome {
    check_plain("site.arv", text.to_owned(), &mut Nothing)
}

/// Whether a problem is of types. How large a number may be and of which family an address is are no questions of their
/// types, although the code of a wrong operand tells it; and a function may be the value of a file that others import.
fn is_of_types(problem: &Diagnostic) -> bool {
    let of_values =
        [" from ", "not empty", "an Address and an Address"].iter().any(|words| problem.message.contains(words));
    match problem.code.id {
        "E0209" => !of_values,
        "E0213" => false,
        code => code.starts_with("E02"),
    }
}

/// What a program that is right in its types may still give: wrong numbers, too small a machine, values that disagree,
/// and names of a map that are computed twice.
fn may_be_given(problem: &Diagnostic) -> bool {
    ["E0103", "E02", "E05", "E06", "L"].iter().any(|family| problem.code.id.starts_with(family))
        && !is_of_types(problem)
}

/// What is said about types.
fn wrong_types(outcome: &Outcome) -> Vec<String> {
    outcome.diagnostics.iter().filter(|problem| is_of_types(problem)).map(|problem| line(outcome, problem)).collect()
}

fn line(outcome: &Outcome, problem: &Diagnostic) -> String {
    format!("{} {} at `{}`", problem.code.id, problem.message, outcome.sources.text(problem.span()))
}

fn said(outcome: &Outcome) -> String {
    outcome.diagnostics.iter().map(|problem| line(outcome, problem)).collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn a_well_typed_program_has_no_type_error(numbers in numbers(600)) {
        let text = Generator::new(numbers).program().text();
        let checked = check(&text);
        prop_assert!(checked.diagnostics.iter().all(may_be_given), "checking says: {}\n{text}", said(&checked));
        let outcome = evaluate(&text);
        prop_assert!(outcome.diagnostics.iter().all(may_be_given), "evaluation says: {}\n{text}", said(&outcome));
        prop_assert!(outcome.data.is_some(), "{text}");
    }

    #[test]
    fn what_evaluation_finds_wrong_in_types_is_found_before(numbers in numbers(600), more in numbers(4)) {
        let mut program = Generator::new(numbers).program();
        mistake::make(&mut program, &mut Choices::new(more));
        let text = program.text();
        let (before, after) = (wrong_types(&check(&text)), evaluate(&text));
        prop_assert_eq!(before, wrong_types(&after), "checking, and evaluation, of\n{}", text);
        let failed = after.data.is_none_or(|data| data.nodes.iter().any(|node| node.value == Datum::Failed));
        prop_assert!(!failed || !after.diagnostics.is_empty(), "{text}");
    }
}
