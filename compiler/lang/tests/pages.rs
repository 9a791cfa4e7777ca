//! The page of each code: its sections, and that its example gives exactly that code where it says so.

mod common;

use std::collections::BTreeSet;

use arvc_lang::{CODES, Outcome};
use common::{plain, problems, site};

/// The blocks of a page that are marked as the language's.
fn examples(page: &str) -> Vec<String> {
    let blocks = page.split("```arv").skip(1).filter_map(|rest| rest.split("```").next()?.split_once('\n'));
    blocks.map(|(_, text)| text.to_owned()).collect()
}

fn gives(outcome: &Outcome, code: &str, line: u32) -> bool {
    let [diagnostic] = outcome.diagnostics.as_slice() else { return false };
    diagnostic.code.id == code && outcome.sources.position(diagnostic.span()).line == line
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
            let line = example.lines().position(|line| line.ends_with(&mark));
            let line = line.unwrap_or_else(|| panic!("{}: no line ends with {mark}", code.id)) as u32 + 1;
            let (alone, checked) = (plain(&[("site.arv", &example)]), site(&example));
            assert!(
                gives(&alone, code.id, line) || gives(&checked, code.id, line),
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
