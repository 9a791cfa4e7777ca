//! What the tests of this crate share: parsing one text, and a readable form of a tree.

#![allow(dead_code, reason = "each test target uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};

use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::kind::SyntaxKind;
use arvc_syntax::parser::{Parse, parse};
use arvc_syntax::tree::{Element, Node};

/// Parses a text that has no mistakes.
pub fn parses(text: &str) -> Parse {
    let parsed = parse(text, 0);
    assert!(parsed.diagnostics.is_empty(), "{text}\n{}", report(text, &parsed.diagnostics));
    assert!(!parsed.tree.root().has_error(), "{text}\n{}", dump(parsed.tree.root()));
    parsed
}

/// The problems of a text as `CODE line:column "underlined text" message`, one a line.
pub fn report(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for problem in diagnostics {
        let span = problem.span();
        let before = &text[..span.start as usize];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let covered = &text[span.start as usize..span.end as usize];
        out.push_str(&format!("{} {line}:{column} {covered:?} {}\n", problem.code.id, problem.message));
    }
    out
}

/// A tree on one line: `(Kind child child)`, tokens as their text.
pub fn dump(node: Node<'_>) -> String {
    let mut out = format!("({:?}", node.kind());
    for element in node.elements() {
        match element {
            Element::Node(child) => out.push_str(&format!(" {}", dump(child))),
            Element::Token(token) if token.kind().is_trivia() => {}
            Element::Token(token) if token.kind() == SyntaxKind::ErrorToken => out.push_str(" <bad>"),
            Element::Token(token) => out.push_str(&format!(" {}", token.text())),
        }
    }
    out.push(')');
    out
}

/// Every source of the repository, with its path: files, and the sections of the annotated suite, which are sources of
/// their own.
pub fn repository() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate lies in the workspace");
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["compiler/lang", "examples", "tests/suite"].iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "arv") {
                let text = fs::read_to_string(&path).expect("a source");
                let name = path.strip_prefix(root).expect("it lies in the workspace").display().to_string();
                found.extend(sections(&text).into_iter().map(|section| (name.clone(), section)));
            }
        }
    }
    found.sort();
    found
}

/// The sections of a file of the suite; any other file is one section.
fn sections(text: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    for line in text.split_inclusive('\n') {
        match sections.last_mut() {
            Some(section) if !line.starts_with("--- ") => section.push_str(line),
            _ => sections.push(String::new()),
        }
    }
    sections.retain(|section| !section.is_empty());
    sections
}

/// A source, and what it is formatted to.
pub struct Case {
    /// What is tested.
    pub name: String,
    /// The source.
    pub before: String,
    /// The result; that of a source which stays as it is, is the same.
    pub after: String,
}

/// The sources of `format/cases.txt`.
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut result = false;
    for line in include_str!("../format/cases.txt").split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("--- ").and_then(|line| line.strip_suffix(" ---\n")) {
            cases.push(Case { name: name.to_owned(), before: String::new(), after: String::new() });
            result = false;
        } else if line == "=>\n" {
            result = true;
        } else if let Some(case) = cases.last_mut() {
            let text = if result { &mut case.after } else { &mut case.before };
            text.push_str(line);
        }
    }
    for case in &mut cases {
        if case.after.is_empty() {
            case.after.clone_from(&case.before);
        }
    }
    cases
}
