//! Every diagnostic's page has an example, and the example gives exactly that diagnostic at that line.

use std::panic::catch_unwind;

use crate::source;

/// The site that the spec's parts belong to: `lang-spec/README.md`.
const BASE: &str = include_str!("../../../../lang-spec/README.md");

#[test]
fn the_example_of_each_page_gives_its_code_and_no_other() {
    let base = block(BASE, "```arv site").expect("the spec has a site for parts").1;
    let mut failures = Vec::new();
    for code in arvc_site::CODES {
        let page = code.page();
        for section in ["## What is wrong", "## Why", "## Example", "## What to do"] {
            if !page.contains(section) {
                failures.push(format!("{}: the page has no {section}", code.id));
            }
        }
        let Some((heading, example)) = block(&page, "```arv") else {
            failures.push(format!("{}: the page has no example", code.id));
            continue;
        };
        let text = match heading {
            "```arv part" => base.replace("  # the part\n", &example),
            _ => example,
        };
        let expected: Vec<_> = lines(&text).collect();
        if !expected.iter().all(|(_, id)| *id == code.id) || expected.is_empty() {
            failures.push(format!("{}: the example marks {expected:?}", code.id));
        }
        // What needs a lock is run where its text can be read: `tests/tests/spec.rs`.
        if text.contains("# arv.lock: ") {
            continue;
        }
        let found = catch_unwind(|| source::resolve(&text).1).unwrap_or_else(|_| vec![(0, "a panic".to_owned())]);
        if found.iter().map(|(line, id)| (*line, id.as_str())).ne(expected.iter().copied()) {
            failures.push(format!("{}: expected {expected:?}, found {found:?}", code.id));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn block<'a>(page: &'a str, fence: &str) -> Option<(&'a str, String)> {
    let begin = page.find(fence)?;
    let (heading, rest) = page[begin..].split_once('\n')?;
    Some((heading, rest[..rest.find("```")?].to_owned()))
}

fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let mark = |(at, line)| Some((at, str::split_once(line, "# error: ")?.1.trim()));
    (1..).zip(text.lines()).filter_map(mark)
}
