//! Runs the annotated sources of `tests/suite`: the folder says which part of the compiler looks at them.
//!
//! A file holds sections, each of which begins with `--- name ---`. A section is a source; `--- file PATH ---` inside of
//! it begins a further file of its project. What is expected is written where it belongs:
//!
//! - the value of the source, behind a line that begins with `=> `;
//! - a diagnostic at the end of the line of its first label: `# error: E0102 part of the message`, or `# warning: L0301`,
//!   several of them in a row if there are several. A line of carets below says which characters it points at.
//!
//! Nothing else may be reported, in any file of the section.
//!
//! What stands before the first section is a comment on the file; but if one of its lines is `# the mistake`, its lines
//! from the first `{` on are a site, and each section is put in the place of that line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arvc_lang::functions::Calls;
use arvc_lang::{LoadError, Loader, Outcome, evaluate_plain, evaluate_site, print};
use arvc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use arvc_syntax::source::Sources;
use arvc_tests::{libraries, list, root};

/// The name of a section's own source.
const ENTRY: &str = "site.arv";

/// The line of a site in whose place the sections of its file are put.
const PART: &str = "# the mistake";

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
const FOLDERS: &[(&str, Check)] = &[
    ("cases", judged),
    ("compose", plain),
    ("lang", plain),
    ("mistakes", judged),
    ("reach", judged),
    ("schema", site),
    ("site", resolved),
    ("syntax", plain),
    ("types", plain),
];

fn plain(section: &Section) -> Found {
    evaluated(evaluate_plain(ENTRY, section.files[ENTRY].clone(), &mut Memory(&section.files)))
}

fn site(section: &Section) -> Found {
    evaluated(evaluate_site(ENTRY, section.files[ENTRY].clone(), &mut Memory(&section.files)))
}

fn resolved(section: &Section) -> Found {
    let mut outcome = evaluate_site(ENTRY, section.files[ENTRY].clone(), &mut Memory(&section.files));
    if let Some(data) = &outcome.data {
        let calls = Calls::new(&outcome.sources, &mut outcome.functions);
        outcome.diagnostics.extend(arvc_site::resolve_held(data, calls, &held(section)).diagnostics);
    }
    evaluated(outcome)
}

fn judged(section: &Section) -> Found {
    let mut outcome = evaluate_site(ENTRY, section.files[ENTRY].clone(), &mut Memory(&section.files));
    if let Some(data) = &outcome.data {
        let calls = Calls::new(&outcome.sources, &mut outcome.functions);
        let arvc_site::Resolved { site, diagnostics, .. } = arvc_site::resolve_held(data, calls, &held(section));
        outcome.diagnostics.extend(diagnostics);
        let judged = site.as_ref().map(|site| arvc_reach::judge(site, &outcome.diagnostics).0);
        outcome.diagnostics.extend(judged.into_iter().flatten());
    }
    evaluated(outcome)
}

/// What the lock holds: a file `arv.lock` of the section.
fn held(section: &Section) -> arvc_site::lock::Held {
    let text = section.files.get("arv.lock").map_or("version = 1\n", String::as_str);
    arvc::lock::Lock::parse(text, arvc::lock::Marks::Refused).expect("a lock").held("site")
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
fn whoever_is_told_of_a_wrong_number_is_told_what_to_do() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/site");
    let numbers = ["E030", "E032", "E0387", "E0388", "E0389", "E039", "E080", "E090", "E0924", "L0301", "L083"];
    let mut silent = Vec::new();
    for file in entries(&suite) {
        let text = fs::read_to_string(&file).expect("a file of the suite can be read");
        for section in sections(&text) {
            let found = resolved(&section).diagnostics.into_iter().filter(|it| it.helps.is_empty());
            let found = found.filter(|it| numbers.iter().any(|start| it.code.id.starts_with(start)));
            silent.extend(found.map(|it| format!("{}: {} {}", section.name, it.code.id, it.message)));
        }
    }
    assert_eq!(silent, Vec::<String>::new());
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

/// Mistakes that people really make, as `lang-spec/errors.md` lists them.
#[test]
fn a_typical_mistake_gives_one_diagnostic_at_the_token_to_change() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/mistakes");
    let (mut table, mut count, mut failures) = (String::new(), 0, Vec::new());
    for file in entries(&suite) {
        let text = fs::read_to_string(&file).expect("a file of the suite can be read");
        let about = text.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, about)| about);
        table.push_str(&format!("\n### {about}\n\n| mistake | underlined | message |\n| --- | --- | --- |\n"));
        for section in sections(&text) {
            count += 1;
            let found = judged(&section);
            let [diagnostic] = found.diagnostics.as_slice() else {
                failures.push(format!("{}: {} diagnostics", section.name, found.diagnostics.len()));
                continue;
            };
            if expected(&section).iter().all(|expected| expected.columns.is_none()) {
                failures.push(format!("{}: no carets say what is underlined", section.name));
            }
            table.push_str(&row(&section.name, &found.sources, diagnostic));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count >= 40, "only {count} mistakes");
    let path = root().join("lang-spec/errors.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let (before, rest) = page.split_once("<!-- mistakes -->").expect("the page has a place for the mistakes");
    let (_, after) = rest.split_once("<!-- /mistakes -->").expect("and its end");
    let written = format!("{before}<!-- mistakes -->\n{table}\n<!-- /mistakes -->{after}");
    if std::env::var_os("ARVC_BLESS").is_some() {
        fs::write(&path, &written).expect("the page can be written");
    }
    let there = fs::read_to_string(&path).expect("the page is there");
    pretty_assertions::assert_str_eq!(there, written, "lang-spec/errors.md (ARVC_BLESS=1 rewrites it)");
}

/// A fix that an editor may apply unasked leaves nothing to mend.
#[test]
fn a_fix_that_is_certain_mends_the_mistake() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/mistakes");
    let (mut mended, mut failures) = (0, Vec::new());
    for file in entries(&suite) {
        let text = fs::read_to_string(&file).expect("a file of the suite can be read");
        for mut section in sections(&text) {
            let found = judged(&section);
            let certain = |fix: &&Fix| fix.applicability == Applicability::MachineApplicable;
            let Some(fix) = found.diagnostics.iter().flat_map(|diagnostic| &diagnostic.fixes).find(certain) else {
                continue;
            };
            let mut edits: Vec<&Edit> = fix.edits.iter().collect();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
            let source = found.sources.get(found.sources.file_of(edits[0].span));
            let text = section.files.get_mut(&source.name).expect("a fix is of a file of the section");
            for edit in edits {
                let (start, end) = (edit.span.start - source.base, edit.span.end - source.base);
                text.replace_range(start as usize..end as usize, &edit.text);
            }
            mended += 1;
            for left in judged(&section).diagnostics {
                failures.push(format!("{}: {} {}", section.name, left.code.id, left.message));
            }
        }
    }
    assert!(mended > 20, "only {mended} mistakes have a fix that is certain");
    assert!(failures.is_empty(), "{} fixes leave something:\n{}", failures.len(), failures.join("\n"));
}

/// A line of the page: what is wrong, what is underlined, what is said.
fn row(mistake: &str, sources: &Sources, diagnostic: &Diagnostic) -> String {
    let code = diagnostic.code.id;
    let at = sources.text(diagnostic.span()).lines().next().unwrap_or_default();
    let at = at.split(" # error: ").next().unwrap_or_default();
    let at = if at.is_empty() { "the gap".to_owned() } else { format!("`` {at} ``") };
    let fixes = diagnostic.fixes.iter().map(|fix| &fix.title);
    let advice = diagnostic.labels[..1].iter().map(|label| &label.message).chain(&diagnostic.helps).chain(fixes);
    let advice = advice.filter(|text| !text.is_empty()).map(|text| format!("<br>{text}"));
    let said = format!("{}{}", diagnostic.message, advice.collect::<String>()).replace('|', "\\|");
    format!("| {mistake} | {at} | [{code}](diagnostics/{code}.md) {said} |\n")
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
    let mut before: Vec<&str> = Vec::new();
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
            (None, None) => before.push(line),
        }
    }
    if let Some(part) = before.iter().position(|line| line.trim() == PART) {
        let start = before.iter().position(|line| line.starts_with('{')).expect("a site around the part");
        for section in &mut sections {
            let text = section.files.get_mut(ENTRY).expect("a section has an entry");
            *text = format!("{}\n{text}{}\n", before[start..part].join("\n"), before[part + 1..].join("\n"));
        }
    }
    sections
}

/// A problem as it is expected.
struct Expected {
    file: String,
    line: u32,
    code: String,
    /// A part of its message.
    words: String,
    /// The first column of its label and the one behind it, where carets say so.
    columns: Option<(u32, u32)>,
}

/// The columns of a line that has nothing but carets, as a comment.
fn carets(line: &str) -> Option<(u32, u32)> {
    let rest = line.trim_start().strip_prefix('#')?;
    let carets = rest.trim();
    let start = line.find('^')? as u32 + 1;
    carets.bytes().all(|byte| byte == b'^').then_some((start, start + carets.len() as u32))
}

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
                let columns = text.lines().nth(at + 1).and_then(carets);
                let (code, words) = (code.to_owned(), part.trim().to_owned());
                expected.push(Expected { file: path.clone(), line: at as u32 + 1, code, words, columns });
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
        let place = found.sources.position(span);
        let width = found.sources.text(span).lines().next().unwrap_or_default().chars().count() as u32;
        let (line, columns) = (place.line, (place.column, place.column + width.max(1)));
        let at = missing.iter().position(|expected| {
            expected.file == *file
                && expected.line == line
                && expected.code == diagnostic.code.id
                && diagnostic.message.contains(&expected.words)
                && expected.columns.is_none_or(|expected| expected == columns)
        });
        match at {
            Some(at) => {
                missing.remove(at);
            }
            None => {
                let word = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
                let (code, message) = (diagnostic.code.id, &diagnostic.message);
                let place = format!("{file}:{line}:{}-{}", columns.0, columns.1);
                problems.push(format!("{place}: unexpected {word}: {code} {message}"));
            }
        }
    }
    problems.extend(missing.into_iter().map(|expected| {
        let Expected { file, line, code, words, columns } = expected;
        let columns = columns.map(|(start, end)| format!(" at columns {start}-{end}")).unwrap_or_default();
        format!("{file}:{line}: expected {code} {words}{columns}")
    }));
    if let Some(value) = &section.value
        && found.value.as_ref() != Some(value)
    {
        let found = found.value.as_deref().unwrap_or("no value");
        problems.push(format!("the value is {found}\n    and not {value}"));
    }
    problems
}
