//! What does not change a site: the order of definitions in a record and of the items of a `let`, the names of the files
//! in a folder that is included, and which file a definition of the outermost record stands in.
//!
//! The order of a list does, and so does that of a set's items. Everything is emitted, and compared byte for byte.

use std::collections::BTreeMap;

use arvc::pipeline::{self, Read};
use arvc::source::Problem;
use arvc_syntax::ast::{AstNode, Expr, File, Item, views_of};
use arvc_syntax::kind::SyntaxKind;
use arvc_syntax::parse;
use arvc_syntax::tree::{Element, Node};
use arvc_tests::projects::{Project, examples};
use arvc_tests::random::{Choices, config, numbers};
use arvc_tests::{libraries, list};
use proptest::prelude::*;

struct Memory<'p>(&'p BTreeMap<String, String>);

impl Read for Memory<'_> {
    fn text(&mut self, path: &str) -> Result<String, Problem> {
        self.0.get(path).cloned().ok_or(Problem::NotFound)
    }

    fn names(&mut self, path: &str) -> Result<Vec<String>, Problem> {
        let names = list(self.0.keys(), path);
        if names.is_empty() { Err(Problem::NotFound) } else { Ok(names) }
    }

    fn libraries(&mut self) -> Vec<String> {
        libraries(self.0.keys())
    }
}

/// What a project emits: texts by their paths.
fn emitted(project: &Project) -> BTreeMap<String, String> {
    let checked = pipeline::check(&project.entry, project.files[&project.entry].clone(), &mut Memory(&project.files));
    // The one lint that an example deserves is no matter of order.
    let errors = checked.diagnostics.iter().filter(|problem| problem.code.id != "L0850");
    let messages: Vec<&str> = errors.map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, Vec::<&str>::new(), "{:#?}", project.files);
    let tree = pipeline::emit(&checked.site.expect("a site without an error is whole"), &project.entry);
    tree.files.into_iter().map(|(path, file)| (path, file.text)).collect()
}

/// Holds what a changed project emits against what it emitted before.
fn same(project: &Project, changed: &Project) {
    let (before, after) = (emitted(project), emitted(changed));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{:#?}", changed.files);
    for (path, text) in before {
        pretty_assertions::assert_str_eq!(text, after[&path], "{path} of {:#?}", changed.files);
    }
}

/// A source with the items of its records and `let`s in another order. Comments stay where they are.
fn shuffled(text: &str, choices: &mut Choices) -> String {
    let tree = parse(text, 0).tree;
    let mut out = String::new();
    write(tree.root(), choices, &mut out);
    out
}

fn write(node: Node<'_>, choices: &mut Choices, out: &mut String) {
    let is_item = |child: &Node<'_>| matches!(Item::cast(*child), Some(item) if !matches!(item, Item::Error(_)));
    let moves = matches!(node.kind(), SyntaxKind::Record | SyntaxKind::Let);
    let mut items: Vec<Node<'_>> = if moves { node.children().filter(is_item).collect() } else { Vec::new() };
    choices.shuffle(&mut items);
    let mut items = items.into_iter();
    for element in node.elements() {
        match element {
            Element::Token(token) => out.push_str(token.text()),
            Element::Node(child) if moves && is_item(&child) => {
                write(items.next().expect("as many items as places"), choices, out);
            }
            Element::Node(child) => write(child, choices, out),
        }
    }
}

/// A project whose entry's outermost record is spread over files that it includes.
fn split(project: &Project, choices: &mut Choices) -> Project {
    let mut changed = project.clone();
    let text = &project.files[&project.entry];
    let tree = parse(text, 0).tree;
    let mut expr = File::of(&tree).expr().expect("an example is a record");
    while let Expr::Let(inner) = expr {
        expr = inner.body().expect("a `let` has a body");
    }
    let mut parts = [String::new(), String::new(), String::new()];
    let mut rest = text.clone();
    for item in views_of::<Item<'_>>(expr.node()).collect::<Vec<_>>().into_iter().rev() {
        // What is below others in this file stays.
        if matches!(item, Item::Extends(_) | Item::Include(_)) {
            continue;
        }
        let part = choices.below(parts.len() + 1);
        if part > 0 {
            parts[part - 1].insert_str(0, &format!("{}\n", item.node().text()));
            let span = item.span();
            rest.replace_range(span.start as usize..span.end as usize, "");
        }
    }
    let open = expr.span().start as usize + 1;
    rest.insert_str(open, "include ./pieces/;");
    changed.files.insert(project.entry.clone(), rest);
    for (number, part) in parts.into_iter().enumerate() {
        changed.files.insert(format!("pieces/{number}.arv"), format!("{{\n{part}}}\n"));
    }
    changed
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn the_order_of_definitions_does_not_change_what_is_emitted(numbers in numbers(400)) {
        let mut choices = Choices::new(numbers);
        let project = choices.pick(&examples()).clone();
        let mut changed = project.clone();
        for text in changed.files.values_mut() {
            *text = shuffled(text, &mut choices);
        }
        same(&project, &changed);
    }

    #[test]
    fn the_file_that_a_definition_stands_in_does_not_change_what_is_emitted(numbers in numbers(80)) {
        let mut choices = Choices::new(numbers);
        let project = choices.pick(&examples()).clone();
        same(&project, &split(&project, &mut choices));
    }

    #[test]
    fn the_names_of_included_files_do_not_change_what_is_emitted(numbers in numbers(20)) {
        let mut choices = Choices::new(numbers);
        for project in examples().into_iter().filter(|project| project.name.starts_with("environments")) {
            let (mut parts, mut changed) = (Vec::new(), project.clone());
            changed.files.retain(|path, text| {
                let is_part = path.starts_with("hosts/");
                if is_part {
                    parts.push(text.clone());
                }
                !is_part
            });
            prop_assert!(parts.len() > 1);
            choices.shuffle(&mut parts);
            changed.files.extend(parts.into_iter().enumerate().map(|(n, text)| (format!("hosts/{n}.arv"), text)));
            same(&project, &changed);
        }
    }
}

#[test]
fn a_shuffle_changes_the_order_and_nothing_else() {
    for project in examples() {
        let text = &project.files[&project.entry];
        let other = shuffled(text, &mut Choices::new((0..500).map(|n| n * 7919).collect()));
        assert_ne!(*text, other);
        let sorted = |text: &str| {
            let mut tokens: Vec<String> = parse(text, 0).tree.tokens().map(|token| token.text().to_owned()).collect();
            tokens.sort();
            tokens
        };
        assert_eq!(sorted(text), sorted(&other));
    }
}
