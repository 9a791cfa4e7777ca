//! The chapter of the library is whole: a part for each field of `std`, with each argument and endpoint, and an example.
//!
//! That the examples are right is the business of `spec.rs`, which runs them.

use std::fs;

use arvc_tests::root;
use pretty_assertions::assert_eq;

fn library(file: &str) -> String {
    fs::read_to_string(root().join("compiler/lang/std").join(file)).expect("the library can be read")
}

/// The parts of the chapter: the name behind `std.`, and the text.
fn parts() -> Vec<(String, String)> {
    let chapter = fs::read_to_string(root().join("lang-spec/std.md")).expect("the chapter can be read");
    let parts = chapter.split("\n## `std.").skip(1);
    parts.map(|part| part.split_once('`').expect("a heading ends")).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// The fields of the library, which are the lines of its record that are indented once.
fn fields() -> Vec<(String, Option<String>)> {
    let text = library("default.arv");
    let (_, record) = text.split_once("in {").expect("the library is a record");
    let fields = record.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(';')?.split_once(" = "));
    fields.map(|(name, value)| (name.to_owned(), value.strip_prefix("import ./").map(str::to_owned))).collect()
}

/// The arguments of the function in a file.
fn arguments(text: &str) -> Vec<&str> {
    let head = text.lines().find(|line| line.starts_with('{')).expect("a function begins with its pattern");
    let (inside, _) = head[1..].split_once("}:").expect("the pattern ends on its line");
    let pieces = inside.split(", ").map(|piece| piece.split_whitespace().next().unwrap_or_default());
    pieces.filter(|name| !name.is_empty()).map(|name| name.trim_end_matches('?')).collect()
}

/// The endpoints of what it returns.
fn endpoints(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(" = { ports = "));
    lines.map(|(name, _)| name).filter(|name| !name.starts_with(' ')).collect()
}

#[test]
fn every_field_of_the_library_has_a_part_and_nothing_else_has() {
    let fields: Vec<String> = fields().into_iter().map(|(name, _)| name).collect();
    assert!(fields.len() >= 10, "{fields:?}");
    let parts: Vec<String> = parts().into_iter().map(|(name, _)| name).collect();
    assert_eq!(parts, fields);
}

#[test]
fn every_part_has_an_example_that_names_what_it_is_about() {
    for (name, text) in parts() {
        let (_, example) = text.split_once("```arv part\n").unwrap_or_else(|| panic!("std.{name} has no example"));
        assert!(example.contains(&format!("std.{name}")), "std.{name}");
    }
}

#[test]
fn every_argument_and_endpoint_stands_in_a_table_and_no_other_does() {
    for ((name, text), (_, file)) in parts().into_iter().zip(fields()) {
        let Some(file) = file else { continue };
        let source = library(&file);
        let rows: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(row, _)| row).collect();
        assert_eq!(rows, [arguments(&source), endpoints(&source)].concat(), "std.{name}");
    }
}
