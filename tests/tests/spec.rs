//! The law is run: every `arv` block of `lang-spec/` gives the value or the diagnostics that stand beside it. Blocks marked
//! `arv file:NAME` are further files of the block behind them, `example.arv`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use arvc_lang::{LoadError, Loader, builtins, evaluate_plain, members, print};
use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::Sources;
use arvc_tests::{libraries, list, root};

/// One fenced block: where it begins, what stands behind its fence's `arv`, its text, and the `value` block behind it.
struct Block {
    place: String,
    kind: String,
    text: String,
    /// The other files of its project.
    files: BTreeMap<String, String>,
    value: Option<String>,
}

fn blocks(path: &Path) -> Vec<Block> {
    let text = fs::read_to_string(path).expect("a chapter can be read");
    let mut blocks: Vec<Block> = Vec::new();
    let mut files = BTreeMap::new();
    let mut open: Option<(usize, String, String)> = None;
    let mut adjacent = false;
    for (index, line) in text.lines().enumerate() {
        match &mut open {
            Some((start, info, body)) => {
                if line.starts_with("```") {
                    let place = format!("{}:{start}", path.file_name().expect("a file").to_string_lossy());
                    if info == "value" {
                        assert!(adjacent, "{place}: a value block stands right behind its arv block");
                        blocks.last_mut().expect("an arv block before").value = Some(body.trim_end().to_owned());
                    } else if let Some(name) = info.strip_prefix("arv file:") {
                        files.insert(name.trim().to_owned(), body.clone());
                    } else if let Some(kind) = info.strip_prefix("arv") {
                        let (kind, files) = (kind.trim().to_owned(), std::mem::take(&mut files));
                        blocks.push(Block { place, kind, text: body.clone(), files, value: None });
                    }
                    adjacent = info.starts_with("arv");
                    open = None;
                } else {
                    body.push_str(line);
                    body.push('\n');
                }
            }
            None => match line.strip_prefix("```") {
                Some(info) => open = Some((index + 1, info.to_owned(), String::new())),
                None => adjacent = false,
            },
        }
    }
    blocks
}

/// `(file, line, code)` of each comment `# error: CODE`; the block itself is the file without a name.
fn expected(block: &Block, text: &str) -> BTreeSet<(String, u32, String)> {
    let mut found = BTreeSet::new();
    let others = block.files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    for (name, text) in others.chain([("", text)]) {
        for (index, line) in text.lines().enumerate() {
            let code = line.split_once("# error: ").and_then(|(_, code)| code.split_whitespace().next());
            found.extend(code.map(|code| (name.to_owned(), index as u32 + 1, code.to_owned())));
        }
    }
    found
}

fn found(block: &Block, sources: &Sources, diagnostics: &[Diagnostic]) -> BTreeSet<(String, u32, String)> {
    let place = |problem: &Diagnostic| {
        let name = &sources.get(sources.file_of(problem.span())).name;
        let name = if block.files.contains_key(name) { name.as_str() } else { "" };
        (name.to_owned(), sources.position(problem.span()).line, problem.code.id.to_owned())
    };
    diagnostics.iter().map(place).collect()
}

struct Files<'b>(&'b BTreeMap<String, String>);

impl Loader for Files<'_> {
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

fn check_site(text: &str, files: &BTreeMap<String, String>) -> (Sources, Vec<Diagnostic>) {
    let read = &mut |path: &str| files.get(path).cloned().ok_or(arvc::source::Problem::NotFound);
    let checked = arvc::pipeline::check_held("site.arv", text.to_owned(), read, &held(text));
    (checked.sources, checked.diagnostics)
}

/// What the lock holds: the lines behind `# arv.lock: ` in an example.
fn held(text: &str) -> arvc_site::lock::Held {
    let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix("# arv.lock: "));
    let text: String = ["version = 1"].into_iter().chain(lines).map(|line| format!("{line}\n")).collect();
    arvc::lock::Lock::parse(&text, arvc::lock::Marks::Refused).expect("the lines of a lock").held("site")
}

#[test]
fn every_example_of_the_law_gives_what_stands_beside_it() {
    let mut chapters: Vec<PathBuf> = fs::read_dir(root().join("lang-spec"))
        .expect("the law is there")
        .chain(fs::read_dir(root().join("lang-spec/diagnostics")).expect("its pages are there"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    chapters.sort();
    let base = blocks(&root().join("lang-spec/README.md"))
        .into_iter()
        .find(|block| block.kind == "site")
        .expect("the law begins with a site")
        .text;
    let part = base.lines().position(|line| line.trim() == "# the part").expect("the site has a place for parts");
    let mut failures = Vec::new();
    let mut run = 0;
    for chapter in &chapters {
        for block in blocks(chapter) {
            run += 1;
            let text = match block.kind.as_str() {
                "part" => {
                    let mut lines: Vec<&str> = base.lines().collect();
                    lines.splice(part..=part, block.text.lines());
                    lines.join("\n") + "\n"
                }
                _ => block.text.clone(),
            };
            let mut value = None;
            let (sources, diagnostics) = match block.kind.as_str() {
                "" => {
                    let mut files = block.files.clone();
                    files.insert("example.arv".to_owned(), text.clone());
                    let outcome = evaluate_plain("example.arv", text.clone(), &mut Files(&files));
                    value = outcome.data.as_ref().map(|data| print(data, data.root));
                    (outcome.sources, outcome.diagnostics)
                }
                "site" | "part" => check_site(&text, &block.files),
                other => panic!("{}: unknown kind of block `arv {other}`", block.place),
            };
            let (want, have) = (expected(&block, &text), found(&block, &sources, &diagnostics));
            if want != have {
                let words: Vec<String> =
                    diagnostics.iter().map(|problem| format!("    {}: {}", problem.code.id, problem.message)).collect();
                failures.push(format!("{}: expected {want:?}, found {have:?}\n{}", block.place, words.join("\n")));
            } else if let Some(expected) = &block.value
                && value.as_ref() != Some(expected)
            {
                failures.push(format!("{}: expected {expected}, found {value:?}", block.place));
            }
        }
    }
    assert!(run > 40, "only {run} examples were found");
    assert!(failures.is_empty(), "{} of {run} examples:\n{}", failures.len(), failures.join("\n"));
}

/// Rewrites what the law repeats from the compiler when `ARVC_BLESS` is set, and compares otherwise.
fn hold(path: &Path, text: &str) {
    if std::env::var_os("ARVC_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(path, text).expect("a page can be written");
    }
    let there = fs::read_to_string(path).unwrap_or_default();
    pretty_assertions::assert_str_eq!(there, text, "{} (ARVC_BLESS=1 rewrites it)", path.display());
}

#[test]
fn the_law_has_a_page_for_every_code_and_no_other() {
    let folder = root().join("lang-spec/diagnostics");
    let mut index =
        String::from("# Diagnostics\n\nOne page a code; `arvc explain CODE` prints it.\n\n| code | |\n| --- | --- |\n");
    let mut pages = BTreeSet::from(["README.md".to_owned()]);
    for code in arvc::explain::codes() {
        index.push_str(&format!("| [{0}]({0}.md) | {1} |\n", code.id, code.title));
        hold(&folder.join(format!("{}.md", code.id)), &format!("# {}: {}\n\n{}", code.id, code.title, code.page()));
        pages.insert(format!("{}.md", code.id));
    }
    hold(&folder.join("README.md"), &index);
    let there: BTreeSet<String> = fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(there, pages);
}

#[test]
fn the_chapter_on_std_is_what_std_says_of_itself() {
    let text = arvc_lang::docs::chapter("The library `std`", &arvc_lang::docs::std());
    hold(&root().join("lang-spec/std.md"), &text);
}

#[test]
fn the_schema_in_the_law_is_the_prelude() {
    let path = root().join("lang-spec/schema.md");
    let prelude = fs::read_to_string(root().join("compiler/lang/prelude/prelude.arv")).expect("the prelude is there");
    hold_part(&path, "prelude", &format!("```\n{prelude}```\n"));
}

/// The text between two comments of a chapter is `generated`.
fn hold_part(path: &Path, name: &str, generated: &str) {
    let text = fs::read_to_string(path).expect("the chapter is there");
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&begin).expect("the chapter has a place for it");
    let (_, after) = rest.split_once(&end).expect("and its end");
    hold(path, &format!("{before}{begin}\n{generated}{end}{after}"));
}

/// How something is called, what it gives, and an example with its value.
fn entry(call: &str, signature: &str, about: &str, (example, value): (&str, &str)) -> String {
    format!("`{call} : {signature}`\n\n{about}\n\n```arv\n{example}\n```\n```value\n{value}\n```\n\n")
}

#[test]
fn the_law_lists_every_function_and_every_member_with_an_example() {
    let path = root().join("lang-spec/functions.md");
    let mut functions = String::new();
    for builtin in builtins::TABLE {
        functions.push_str(&format!("### `{}`\n\n", builtin.usage));
        functions.push_str(&entry(builtin.name, builtin.signature, builtin.about, builtin.example));
    }
    hold_part(&path, "functions", &functions);
    let mut listed = String::new();
    let mut kind = None;
    for member in members::TABLE {
        if kind.replace(member.of) != Some(member.of) {
            listed.push_str(&format!("### {:?}\n\n", member.of));
        }
        listed.push_str(&entry(&format!(".{}", member.name), member.signature, member.about, member.example));
    }
    hold_part(&path, "members", &listed);
}
