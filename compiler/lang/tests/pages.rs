//! The page of each code: its sections, and that its example gives exactly that code where it says so.

mod common;

use std::collections::BTreeSet;

use arvc_lang::{CODES, Outcome};
use common::{plain, problems, site};

/// A project: the example first, then its other files.
type Example = Vec<(String, String)>;

/// The blocks of a page that are marked as the language's; a block with `file:NAME` is a file of the example behind it.
fn examples(page: &str) -> Vec<Example> {
    let blocks = page.split("```arv").skip(1).filter_map(|rest| rest.split("```").next()?.split_once('\n'));
    let (mut found, mut files) = (Vec::new(), Vec::new());
    for (kind, text) in blocks {
        match kind.trim().strip_prefix("file:") {
            Some(name) => files.push((name.to_owned(), text.to_owned())),
            None => {
                files.insert(0, ("example.arv".to_owned(), text.to_owned()));
                found.push(std::mem::take(&mut files));
            }
        }
    }
    found
}

fn gives(outcome: &Outcome, code: &str, file: &str, line: u32) -> bool {
    let [diagnostic] = outcome.diagnostics.as_slice() else { return false };
    let span = diagnostic.span();
    let name = &outcome.sources.get(outcome.sources.file_of(span)).name;
    diagnostic.code.id == code && (name == file || name == "site.arv") && outcome.sources.position(span).line == line
}

#[test]
fn every_page_has_its_sections_and_its_example_gives_the_code() {
    for code in CODES {
        let page = code.page();
        for section in ["## What is wrong", "## Why", "## Example", "## What to do"] {
            assert!(page.contains(section), "{} has no section {section}", code.id);
        }
        for example in examples(&page) {
            let mark = format!("# error: {}", code.id);
            let marked = example
                .iter()
                .find_map(|(file, text)| Some((file, text.lines().position(|line| line.ends_with(&mark))? as u32 + 1)));
            let (file, line) = marked.unwrap_or_else(|| panic!("{}: no line ends with {mark}", code.id));
            let files: Vec<(&str, &str)> = example.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
            let (alone, checked) = (plain(&files), site(&example[0].1));
            assert!(
                gives(&alone, code.id, file, line) || gives(&checked, code.id, file, line),
                "{}: {:?} and as a site {:?}",
                code.id,
                problems(&alone),
                problems(&checked)
            );
        }
    }
}

#[test]
fn codes_are_told_apart() {
    let ids: BTreeSet<_> = CODES.iter().map(|code| code.id).collect();
    assert_eq!(ids.len(), CODES.len());
}
