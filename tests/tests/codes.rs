//! Whatever arvc can say, something shows it being said: a section of the suite that expects it, the example of its page, or a
//! test in Rust, where a text cannot show it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use arvc_tests::root;

/// Codes that no text of a page or of the suite can show, and what does.
const ELSEWHERE: &[(&str, &str)] = &[
    ("E0007", "compiler/syntax/tests/limits.rs"),
    ("E0011", "compiler/syntax/tests/mistakes.rs"),
    ("E0120", "compiler/lang/tests/query.rs"),
    ("E0701", "compiler/cli/src/tests.rs"),
    ("E0702", "compiler/cli/src/tests.rs"),
    // What a check of a source cannot find: it is about the files.
    ("E0960", "compiler/cli/src/audited/tests.rs"),
];

fn texts(folder: &Path, extension: &str, found: &mut Vec<(PathBuf, String)>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            texts(&path, extension, found);
        } else if path.extension().is_some_and(|own| own == extension) {
            let text = fs::read_to_string(&path).expect("a text");
            found.push((path, text));
        }
    }
}

/// The codes that a text says are expected.
fn expected(text: &str) -> BTreeSet<&str> {
    let marks = ["# error: ", "# warning: "].into_iter();
    marks.flat_map(|mark| text.split(mark).skip(1)).filter_map(|rest| rest.split([' ', '\n']).next()).collect()
}

/// The fenced blocks of a page that are run: by `spec.rs` and the crates' own tests of their pages.
fn examples(page: &str) -> String {
    let blocks = page.split("\n```").skip(1).step_by(2);
    blocks.filter(|block| block.starts_with("arv") || block.starts_with("toml")).collect()
}

#[test]
fn every_code_is_shown_by_an_example_or_by_a_test() {
    let (mut suite, mut pages) = (Vec::new(), Vec::new());
    texts(&root().join("tests/suite"), "arv", &mut suite);
    texts(&root().join("lang-spec/diagnostics"), "md", &mut pages);
    let suite: BTreeSet<&str> = suite.iter().flat_map(|(_, text)| expected(text)).collect();
    let pages: BTreeMap<String, String> = pages
        .iter()
        .map(|(path, text)| (path.file_stem().expect("a name").to_string_lossy().into_owned(), examples(text)))
        .collect();
    let elsewhere: BTreeMap<&str, &str> = ELSEWHERE.iter().copied().collect();
    for code in arvc::explain::codes() {
        let by_page = pages.get(code.id).is_some_and(|page| expected(page).contains(code.id));
        let by_text = suite.contains(code.id) || by_page;
        match elsewhere.get(code.id) {
            Some(file) => {
                assert!(!by_text, "{} is shown by a text, and is no exception any more", code.id);
                let test = fs::read_to_string(root().join(file)).expect("a test");
                assert!(test.contains(code.id), "{file} does not show {}", code.id);
            }
            None => assert!(by_text, "nothing shows {}: {}", code.id, code.title),
        }
    }
}

/// What is expected somewhere is a code that there is.
#[test]
fn no_example_expects_a_code_that_nobody_says() {
    let known: BTreeSet<&str> = arvc::explain::codes().into_iter().map(|code| code.id).collect();
    let mut all = Vec::new();
    texts(&root().join("tests/suite"), "arv", &mut all);
    texts(&root().join("lang-spec"), "md", &mut all);
    for (path, text) in &all {
        let ours = |code: &&str| code.len() == 5 && (code.starts_with('E') || code.starts_with('L'));
        let unknown: Vec<&str> = expected(text).into_iter().filter(ours).filter(|code| !known.contains(code)).collect();
        assert_eq!(unknown, Vec::<&str>::new(), "{}", path.display());
    }
}
