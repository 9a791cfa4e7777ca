//! The style of the repository's own sources, and of the law's chapter about it.

use std::fs;
use std::path::{Path, PathBuf};

use arvc_lang::{LoadError, Loader, evaluate_plain, print};
use arvc_syntax::diagnostic::Severity;
use arvc_syntax::format::{Unformatted, format};
use arvc_syntax::parse;
use arvc_tests::root;

/// Every source below a folder, but for what cargo and git keep.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository can be read") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "arv") {
            found.push(path);
        }
    }
}

fn formatted(text: &str, place: &str) -> Option<String> {
    let parsed = parse(text, 0);
    match format(&parsed) {
        Ok(text) => Some(text),
        Err(Unformatted::Mistakes) => {
            assert!(parsed.diagnostics.iter().any(|problem| problem.severity == Severity::Error), "{place}");
            None
        }
        Err(Unformatted::Bug(what)) => panic!("{place}: {what}"),
    }
}

#[test]
fn every_source_of_the_repository_is_formatted() {
    let mut files = Vec::new();
    sources(&root(), &mut files);
    // The suite's files are collections of sources.
    files.retain(|path| !path.starts_with(root().join("tests/suite")));
    assert!(files.len() > 10, "only {} sources were found", files.len());
    for path in files {
        let text = fs::read_to_string(&path).expect("a source");
        let place = path.display().to_string();
        let formatted = formatted(&text, &place).unwrap_or_else(|| panic!("{place} has mistakes"));
        pretty_assertions::assert_str_eq!(text, formatted, "{place} (`arvc fmt` formats it)");
    }
}

/// What a source is evaluated to alone, and the codes of what is wrong with it.
fn meaning(text: String) -> (Option<String>, Vec<&'static str>) {
    let outcome = evaluate_plain("site.arv", text, &mut Nothing);
    let value = outcome.data.as_ref().map(|data| print(data, data.root));
    (value, outcome.diagnostics.iter().map(|problem| problem.code.id).collect())
}

struct Nothing;

impl Loader for Nothing {
    fn load(&mut self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::NotFound)
    }

    fn list(&mut self, _: &str) -> Result<Vec<String>, LoadError> {
        Err(LoadError::NotFound)
    }
}

#[test]
fn every_source_of_the_suite_can_be_formatted_and_means_the_same_then() {
    let mut files = Vec::new();
    sources(&root().join("tests/suite"), &mut files);
    let (mut run, mut values) = (0, 0);
    // What uses up its budgets takes as long as it may.
    for path in files.into_iter().filter(|path| !path.ends_with("lang/budgets.arv")) {
        let text = fs::read_to_string(&path).expect("a source");
        let mut section = String::new();
        for line in text.lines().chain(["--- end ---"]) {
            if line.starts_with("--- ") {
                let place = format!("{}\n{section}", path.display());
                if let Some(formatted) = formatted(&section, &place) {
                    let before = meaning(std::mem::take(&mut section));
                    run += 1;
                    values += usize::from(before.1.is_empty());
                    pretty_assertions::assert_eq!(before, meaning(formatted), "{place}");
                }
                section.clear();
            } else if !line.starts_with("=> ") {
                section.push_str(line);
                section.push('\n');
            }
        }
    }
    assert!(run > 100 && values > 50, "only {run} sections have no mistakes, and {values} a value");
}

#[test]
fn every_example_of_the_chapter_is_formatted_as_it_says() {
    let chapter = fs::read_to_string(root().join("lang-spec/format.md")).expect("the chapter is there");
    let mut examples = 0;
    let mut rest = chapter.as_str();
    while let Some((_, begun)) = rest.split_once("```before\n") {
        let (before, begun) = begun.split_once("```\n").expect("a source ends");
        let begun = begun.strip_prefix("```after\n").expect("its result follows");
        let (after, next) = begun.split_once("```\n").expect("a result ends");
        pretty_assertions::assert_str_eq!(formatted(before, before).expect("the source has no mistakes"), after);
        pretty_assertions::assert_str_eq!(formatted(after, after).expect("the result has no mistakes"), after);
        examples += 1;
        rest = next;
    }
    assert!(examples > 4 && !rest.contains("```after"), "{examples} examples");
}
