//! Evaluation is bounded whatever the source says: no overflow of the native stack, which is 2 MiB here, and no more than
//! linear cost.

mod common;

use std::fmt::Write;

use common::{plain, site};

fn codes(text: &str) -> Vec<&'static str> {
    let outcome = plain(&[("site.arv", text)]);
    outcome.diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect()
}

#[test]
fn a_chain_of_definitions_is_as_deep_as_the_budget_says() {
    let chain = |length: usize| {
        let mut text = String::from("let a0 = 1;\n");
        for n in 1..length {
            writeln!(text, "a{n} = a{} + 1;", n - 1).expect("a String can be written to");
        }
        write!(text, "in a{}", length - 1).expect("a String can be written to");
        text
    };
    let short = plain(&[("site.arv", &chain(10_000))]);
    assert_eq!(common::value(&short), "10000");
    assert_eq!(codes(&chain(100_000)), ["E0502"]);
}

#[test]
fn a_deep_value_costs_no_native_stack() {
    let outcome = plain(&[(
        "site.arv",
        "let type N = { n? : N; }; f : N -> Int -> N = a: _: { n = a; }; in fold f {} (range 1 20000)",
    )]);
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    assert_eq!(common::value(&outcome).matches('{').count(), 20_001);
    let text = "let type N = { n? : N; }; f : N -> Int -> N = a: _: { n = a; }; deep = fold f {} (range 1 20000); in deep == deep // {}";
    assert_eq!(common::value(&plain(&[("site.arv", text)])), "true");
}

#[test]
fn a_source_that_is_nested_too_deeply_is_no_crash() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{ a = ", "; }"), ("x: ", ""), ("let a = ", "; in 1"), ("-", "")] {
        for depth in [200, 10_000] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let outcome = plain(&[("site.arv", &text)]);
            assert!(outcome.diagnostics.len() <= 2, "{open}: {} problems", outcome.diagnostics.len());
        }
    }
}

#[test]
fn a_hundred_thousand_attributes_and_paths_are_linear() {
    let mut flat = String::from("{\n");
    let mut paths = String::from("{ name = \"x\"; domain = \"x.internal\";\n");
    for n in 0..100_000 {
        writeln!(flat, "  a{n} = {n};").expect("a String can be written to");
        writeln!(paths, "  hosts.h{n}.vmid = {};", 1000 + n).expect("a String can be written to");
    }
    flat.push('}');
    paths.push('}');
    assert_eq!(codes(&flat), Vec::<&str>::new());
    let outcome = site(&paths);
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics.first());
    assert_eq!(outcome.data.map(|data| data.entities.len()), Some(100_000));
}
