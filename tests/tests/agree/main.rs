//! Checking and evaluation agree: random well-typed programs.
//!
//! A program that is generated for its type ([`generate`]) has no type error, neither before evaluation nor in it. What
//! is none of a type, as a division by zero or the head of an empty list, is another matter.

mod generate;
mod mistake;
mod program;
mod special;
mod types;

use arvc_lang::data::Datum;
use arvc_lang::{LoadError, Loader, Outcome, evaluate_plain};
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

/// What a program that is right in its types may still give: wrong numbers, too small a machine, values that disagree.
fn may_be_given(code: &str) -> bool {
    ["E05", "E06", "L"].iter().any(|family| code.starts_with(family))
}

fn said(outcome: &Outcome) -> String {
    let line = |problem: &arvc_syntax::diagnostic::Diagnostic| {
        format!("{} {} at `{}`", problem.code.id, problem.message, outcome.sources.text(problem.span()))
    };
    outcome.diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn a_well_typed_program_has_no_type_error(numbers in numbers(600)) {
        let text = Generator::new(numbers).program().text();
        let outcome = evaluate(&text);
        let wrong = outcome.diagnostics.iter().find(|problem| !may_be_given(problem.code.id));
        prop_assert!(wrong.is_none(), "{}\n{text}", said(&outcome));
        prop_assert!(outcome.data.is_some(), "{text}");
    }

    #[test]
    fn a_program_with_one_mistake_has_a_value_or_says_why_not(numbers in numbers(600), more in numbers(4)) {
        let mut program = Generator::new(numbers).program();
        mistake::make(&mut program, &mut Choices::new(more));
        let text = program.text();
        let outcome = evaluate(&text);
        let failed = outcome.data.is_none_or(|data| data.nodes.iter().any(|node| node.value == Datum::Failed));
        prop_assert!(!failed || !outcome.diagnostics.is_empty(), "{text}");
    }
}
