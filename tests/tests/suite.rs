//! Runs the annotated sources of `tests/suite`: the folder says which part of the compiler looks at them.
//!
//! A file holds sections, each of which begins with `--- name ---`. A section is a source; `--- file PATH ---` inside of
//! it begins a further file of its project. What is expected is written where it belongs:
//!
//! - the value of the source, behind a line that begins with `=> `;
//! - a diagnostic at the end of the line of its first label: `# error: E0102 part of the message`, or `# warning: L0301`,
//!   several of them in a row if there are several.
//!
//! Nothing else may be reported, in any file of the section.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arvc_lang::{LoadError, Loader, Outcome, evaluate_plain, evaluate_site, print};
use arvc_syntax::diagnostic::{Diagnostic, Severity};
use arvc_syntax::source::Sources;
use arvc_tests::{libraries, list};

/// The name of a section's own source.
const ENTRY: &str = "site.arv";

/// One section of a file.
struct Section {
    name: String,
    files: BTreeMap<String, String>,
    value: Option<String>,
}

/// What the compiler says about a section.
struct Found {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    /// The value, where the folder's sources have one.
    value: Option<String>,
}

/// How the sections of a folder are run.
type Check = fn(&Section) -> Found;

/// Every folder of the suite, and what its sources are.
const FOLDERS: &[(&str, Check)] =
    &[("compose", plain), ("lang", plain), ("reach", judged), ("schema", site), ("site", resolved), ("syntax", plain)];

fn plain(section: &Section) -> Found {
    evaluated(evaluate_plain(ENTRY, section.files[ENTRY].clone(), &mut Memory(&section.files)))
}

fn site(section: &Section) -> Found {
    evaluated(evaluate_site(ENTRY, section.files[ENTRY].clone(), &mut Memory(&section.files)))
}

fn resolved(section: &Section) -> Found {
    let mut outcome = evaluate_site(ENTRY, section.files[ENTRY].clone(), &mut Memory(&section.files));
    if let Some(data) = &outcome.data {
        outcome.diagnostics.extend(arvc_site::resolve(data).1);
    }
    evaluated(outcome)
}

fn judged(section: &Section) -> Found {
    let mut outcome = evaluate_site(ENTRY, section.files[ENTRY].clone(), &mut Memory(&section.files));
    if let Some(data) = &outcome.data {
        let (site, problems) = arvc_site::resolve(data);
        outcome.diagnostics.extend(problems);
        outcome.diagnostics.extend(site.iter().flat_map(arvc_reach::check));
    }
    evaluated(outcome)
}

fn evaluated(outcome: Outcome) -> Found {
    let value = outcome.data.as_ref().map(|data| print(data, data.root));
    Found { sources: outcome.sources, diagnostics: outcome.diagnostics, value }
}

/// The files of a section.
struct Memory<'s>(&'s BTreeMap<String, String>);

impl Loader for Memory<'_> {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::NotFound)
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, LoadError> {
        let names = list(self.0.keys(), path);
        if names.is_empty() { Err(LoadError::NotFound) } else { Ok(names) }
    }

    fn libraries(&mut self) -> Vec<String> {
        libraries(self.0.keys())
    }
}

#[test]
fn every_section_gives_what_is_written_beside_it() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite");
    let mut failures = Vec::new();
    let mut run = 0;
    let folders = entries(&suite);
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((_, check)) = FOLDERS.iter().find(|(known, _)| *known == name) else {
            failures.push(format!("suite/{name}: no check is known for this folder"));
            continue;
        };
        for file in entries(folder) {
            let text = fs::read_to_string(&file).expect("a file of the suite can be read");
            let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for section in sections(&text) {
                run += 1;
                let found = check(&section);
                let place = format!("suite/{name}/{file}, {}", section.name);
                failures.extend(compare(&section, &found).into_iter().map(|problem| format!("{place}: {problem}")));
            }
        }
    }
    assert!(run > 0, "the suite has no sections");
    assert!(failures.is_empty(), "{} of {run} sections fail\n{}", failures.len(), failures.join("\n"));
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the suite can be read");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    paths.sort();
    paths
}

fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut file = String::new();
    for line in text.lines() {
        let heading = line.strip_prefix("--- ").and_then(|rest| rest.strip_suffix(" ---"));
        match (heading, sections.last_mut()) {
            (Some(heading), Some(section)) if heading.starts_with("file ") => {
                file = heading["file ".len()..].to_owned();
                section.files.insert(file.clone(), String::new());
            }
            (Some(heading), _) => {
                file = ENTRY.to_owned();
                let files = BTreeMap::from([(file.clone(), String::new())]);
                sections.push(Section { name: heading.to_owned(), files, value: None });
            }
            (None, Some(section)) => match line.strip_prefix("=> ") {
                Some(value) => section.value = Some(value.to_owned()),
                None => {
                    let text = section.files.entry(file.clone()).or_default();
                    text.push_str(line);
                    text.push('\n');
                }
            },
            // What stands before the first section is a comment on the file.
            (None, None) => {}
        }
    }
    sections
}

/// A problem as it is expected: file, line, code, part of the message.
type Expected = (String, u32, String, String);

fn expected(section: &Section) -> Vec<Expected> {
    let mut expected = Vec::new();
    for (path, text) in &section.files {
        for (at, line) in text.lines().enumerate() {
            let mut rest = line;
            while let Some(start) = rest.find("# error: ").or_else(|| rest.find("# warning: ")) {
                let mark = &rest[start + 2..];
                let end = mark.find(" # ").unwrap_or(mark.len());
                let words = mark[..end].trim();
                let words = words.split_once(": ").map_or("", |(_, words)| words);
                let (code, part) = words.split_once(' ').unwrap_or((words, ""));
                expected.push((path.clone(), at as u32 + 1, code.to_owned(), part.trim().to_owned()));
                rest = &mark[end..];
            }
        }
    }
    expected
}

fn compare(section: &Section, found: &Found) -> Vec<String> {
    let mut problems = Vec::new();
    let mut missing = expected(section);
    for diagnostic in &found.diagnostics {
        let span = diagnostic.span();
        let file = &found.sources.get(found.sources.file_of(span)).name;
        let line = found.sources.position(span).line;
        let at = missing.iter().position(|(path, expected, code, part)| {
            path == file
                && *expected == line
                && code == diagnostic.code.id
                && diagnostic.message.contains(part.as_str())
        });
        match at {
            Some(at) => {
                missing.remove(at);
            }
            None => {
                let word = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
                let (code, message) = (diagnostic.code.id, &diagnostic.message);
                problems.push(format!("{file}:{line}: unexpected {word}: {code} {message}"));
            }
        }
    }
    problems
        .extend(missing.into_iter().map(|(file, line, code, part)| format!("{file}:{line}: expected {code} {part}")));
    if let Some(value) = &section.value
        && found.value.as_ref() != Some(value)
    {
        let found = found.value.as_deref().unwrap_or("no value");
        problems.push(format!("the value is {found}\n    and not {value}"));
    }
    problems
}
