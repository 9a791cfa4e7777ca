//! Documentation out of sources: comments, arguments, results, imports, and the names that find them.

mod common;

use arvc_lang::docs::{self, Entry, Reader, Shape};
use common::project;

fn file(files: &[(&str, &str)]) -> Entry {
    let (path, _, mut loader) = project(files);
    Reader::new(&mut loader).project(&path).expect("a file with an expression")
}

/// `name said: about`, a line a part.
fn parts(shape: &Shape) -> Vec<String> {
    shape.parts().iter().map(|part| format!("{}{}: {}", part.name, part.said, part.about)).collect()
}

#[test]
fn a_function_is_told_with_its_arguments_and_the_fields_that_have_a_word() {
    let entry = file(&[(
        "vm.arv",
        "# For the reader of the code.\n\n## A machine.\n##\n## More of it.\n{\n  ## Its number.\n  n : Int,\n  mem : Size ? 2GiB,\n  \
         extra?,\n  ...\n}:\nlet x = 1; in {\n  vmid = n;\n  ## What it says.\n  said = x;\n}\n",
    )]);
    assert_eq!(entry.about, "A machine.\n\nMore of it.");
    assert_eq!(entry.summary(), "A machine.");
    let Shape::Function(_, gives) = entry.shape.as_ref() else { panic!("{entry:?}") };
    assert_eq!(parts(&entry.shape), ["n : Int: Its number.", "mem : Size ? 2GiB: ", "extra?: ", "...: further fields"]);
    assert_eq!(parts(gives), ["vmid = n: ", "said = x: What it says."]);
}

#[test]
fn an_import_is_what_its_file_says_and_a_circle_ends() {
    let lib = "let two = a: b: a + b; in {\n  ## Here.\n  vm = import ./vm.arv;\n  ## There.\n  other = import ./lib.arv;\n  inherit two;\n}";
    let entry = file(&[("lib.arv", lib), ("vm.arv", "## A machine.\n{ n }: { m = n; }")]);
    assert_eq!(parts(&entry.shape), ["vm: A machine.", "other: There.", "two: "]);
    let kinds: Vec<&str> = entry.shape.parts().iter().map(|part| part.shape.kind()).collect();
    assert_eq!(kinds, ["function", "value", "function"]);
    assert!(matches!(entry.shape.parts()[2].shape.as_ref(), Shape::Call(usage) if usage == "two a b"));
}

#[test]
fn a_name_finds_a_thing_and_a_misspelt_one_the_nearest() {
    let roots: Vec<Entry> = [docs::std()].into_iter().chain(docs::types()).chain(docs::builtins()).collect();
    let found = |name: &str| docs::find(&roots, name).map(|found| found.entry.summary());
    assert_eq!(found("std.patroni.members").unwrap(), "How many.");
    assert_eq!(
        found("std.patroni.rest").unwrap(),
        "Patroni's REST API: health checks of a proxy, `patronictl`, metrics."
    );
    assert_eq!(found("map").unwrap(), "The results of `f` on each item.");
    assert_eq!(docs::find(&roots, "Host.memory").unwrap().entry.said, " : Size = 2GiB");
    assert_eq!(found("std.patorni"), Err(Some("std.patroni".to_owned())));
    assert_eq!(found("patroni"), Err(Some("std.patroni".to_owned())));
    assert_eq!(found("Host.memroy"), Err(Some("Host.memory".to_owned())));
    assert_eq!(found("lihgthouse"), Err(Some("Host.lighthouse".to_owned())));
    assert_eq!(found("qqqqqqqq"), Err(None));
}

#[test]
fn std_says_a_word_about_everything_that_it_offers() {
    for part in docs::std().shape.parts() {
        assert!(!part.about.is_empty(), "std.{} has no comment", part.name);
        let (_, example) = part.text_and_examples();
        assert!(example.starts_with("```arv part\n"), "std.{} has no example", part.name);
        assert!(example.contains(&format!("std.{}", part.name)), "the example of std.{} does not name it", part.name);
        let Shape::Function(arguments, gives) = part.shape.as_ref() else { continue };
        for argument in arguments {
            assert!(!argument.about.is_empty(), "the argument {} of std.{} has no comment", argument.name, part.name);
        }
        // An endpoint is what a site names: `clusters.postgres.sql`.
        for field in gives.parts().iter().filter(|field| field.said.contains("ports =")) {
            assert!(!field.about.is_empty(), "the endpoint {} of std.{} has no comment", field.name, part.name);
        }
    }
    assert!(docs::prelude().iter().all(|entry| !entry.about.is_empty()));
}

#[test]
fn markdown_has_a_table_of_arguments_and_ends_in_the_example() {
    let entry = file(&[(
        "f.arv",
        "## Doubles.\n##\n## ```arv\n## 1\n## ```\n{\n  ## A | B.\n  n ? 1,\n}: { ## Behind.\n  m = n; }",
    )]);
    assert_eq!(
        docs::markdown("f", &entry, 2),
        "## `f`\n\nDoubles.\n\n| argument | | |\n| --- | --- | --- |\n| `n` | `1` | A \\| B. |\n\n```arv\n1\n```\n"
    );
}

#[test]
fn a_file_with_mistakes_is_documented_as_far_as_it_is_understood() {
    for text in ["{ ## A.\n a = ; ## B.\n b = 1", "{ a, }: { b = ", "let a = 1;", "((((", "{ x = import ./gone.arv; }"]
    {
        let (path, _, mut loader) = project(&[("x.arv", text)]);
        let entry = Reader::new(&mut loader).project(&path);
        if let Some(entry) = entry {
            docs::chapter("x", &entry);
        }
    }
}
