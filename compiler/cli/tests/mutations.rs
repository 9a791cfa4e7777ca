//! Projects with something cut out, doubled, exchanged or brought in from another file: never a panic, and never silence
//! where there is no site. Tokens and bytes, in any file of any example, through the whole pipeline.

use std::collections::BTreeMap;
use std::panic::catch_unwind;

use arvc::pipeline::{self, Read};
use arvc::source::Problem;
use arvc::{exit, world};
use arvc_syntax::parse;
use arvc_tests::projects::{Project, examples};
use arvc_tests::random::{Choices, config, numbers};
use proptest::prelude::*;

/// What is put in the place of something.
const PIECES: [&str; 40] = [
    "",
    "{",
    "}",
    "[",
    "]",
    "(",
    ";",
    ",",
    "\"",
    "''",
    "${",
    "->",
    "//",
    "&",
    "=",
    ":",
    ".",
    "..",
    "-",
    "0",
    "4294967296",
    "9223372036854775807",
    "99999999999999999999",
    "1.1.1.1",
    "10.0.0.0/8",
    "fd00::/64",
    "0/tcp",
    "1-65535/udp",
    "1..0",
    "1000000TiB",
    "hosts.db",
    "groups",
    "none",
    "unset",
    "default",
    "include ./hosts/;",
    "extends ./site.arv;",
    "import ./site.arv",
    "if true then 1 else",
    "ä\u{202e}\u{feff}\r\0",
];

struct Memory<'p>(&'p BTreeMap<String, String>);

impl Read for Memory<'_> {
    fn text(&mut self, path: &str) -> Result<String, Problem> {
        self.0.get(path).cloned().ok_or(Problem::NotFound)
    }

    fn names(&mut self, path: &str) -> Result<Vec<String>, Problem> {
        let names = arvc_tests::list(self.0.keys(), path);
        if names.is_empty() { Err(Problem::NotFound) } else { Ok(names) }
    }
}

/// The tokens of a text, blanks between them too.
fn tokens(text: &str) -> Vec<String> {
    parse(text, 0).tree.tokens().map(|token| token.text().to_owned()).collect()
}

/// A text with one change.
fn mutated(text: &str, other: &str, choices: &mut Choices) -> String {
    let mut parts = match choices.below(4) {
        0 => text.chars().map(String::from).collect(),
        _ => tokens(text),
    };
    let at = choices.below(parts.len());
    let end = (at + 1 + choices.below(12)).min(parts.len());
    match choices.below(6) {
        0 => drop(parts.drain(at..end)),
        1 => drop(parts.splice(at..end, [(*choices.pick(&PIECES)).to_owned()])),
        2 => {
            let doubled = parts[at..end].to_vec();
            drop(parts.splice(at..at, doubled));
        }
        3 if !parts.is_empty() => {
            let with = choices.below(parts.len());
            parts.swap(at, with);
        }
        4 => parts.truncate(at),
        _ => {
            let others = tokens(other);
            let start = choices.below(others.len());
            let stop = (start + choices.below(60)).min(others.len());
            drop(parts.splice(at..end, others[start..stop].iter().cloned()));
        }
    }
    parts.concat()
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn a_mutated_project_is_a_site_or_has_an_error(numbers in numbers(24)) {
        let mut choices = Choices::new(numbers);
        let all = examples();
        let mut project = choices.pick(&all).clone();
        for _ in 0..1 + choices.below(3) {
            let paths: Vec<String> = project.files.keys().filter(|path| path.ends_with(".arv")).cloned().collect();
            let path = choices.pick(&paths);
            let other = choices.pick(&all);
            let changed = mutated(&project.files[path], &other.files[&other.entry], &mut choices);
            project.files.insert(path.clone(), changed);
        }
        let checked = catch_unwind(|| check(&project));
        prop_assert!(checked.is_ok(), "{:#?}", project.files);
    }

    #[test]
    fn a_project_with_other_bytes_is_built_or_has_an_error_in_every_format(numbers in numbers(24)) {
        let mut choices = Choices::new(numbers);
        let project = choices.pick(&examples()).clone();
        let mut files: BTreeMap<String, Vec<u8>> =
            project.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
        let paths: Vec<String> = files.keys().filter(|path| path.ends_with(".arv")).cloned().collect();
        let path = choices.pick(&paths);
        let bytes = files.get_mut(path).expect("one of them");
        for _ in 0..1 + choices.below(4) {
            let at = choices.below(bytes.len());
            match choices.below(4) {
                0 => bytes[at] ^= 1 << choices.below(8),
                1 => bytes[at] = choices.below(256) as u8,
                2 => bytes.insert(at, *choices.pick(b"\0\xff\x80\xe2\r\n\"${}[;")),
                _ => drop(bytes.drain(at..(at + choices.below(40)).min(bytes.len() - 1))),
            }
        }
        let format = *choices.pick(&["human", "short", "json"]);
        let built = catch_unwind(|| build(&project.entry, &files, format));
        prop_assert!(built.is_ok(), "{}: {}", path, String::from_utf8_lossy(&files[path]));
    }
}

/// Everything that holds for every project.
fn check(project: &Project) {
    let text = project.files[&project.entry].clone();
    let checked = pipeline::check(&project.entry, text, &mut Memory(&project.files));
    for diagnostic in &checked.diagnostics {
        for label in &diagnostic.labels {
            let file = checked.sources.get(checked.sources.file_of(label.span)).span();
            assert!(file.start <= label.span.start && label.span.end <= file.end, "{diagnostic:?}");
        }
    }
    if checked.is_good() {
        let site = checked.site.expect("a source without an error gives a site");
        assert!(!pipeline::emit(&site, &project.entry).files.is_empty());
    }
}

/// A tree is there, or something is said and nothing is there.
fn build(entry: &str, files: &BTreeMap<String, Vec<u8>>, format: &str) {
    let mut world = world::memory::Memory::new("/project");
    for (path, bytes) in files {
        world.file(path, bytes);
    }
    let arguments = ["arvc", "build", entry, "--out", "out", "--message-format", format];
    match arvc::run(arguments.map(Into::into), &mut world) {
        exit::GOOD => assert!(world.text("out/manifest.json").is_some()),
        status => {
            assert_eq!((status, world.steps), (exit::SOURCE, 0), "{}", world.stderr);
            assert!(world.stdout.contains("E0") || world.stderr.contains("E0"), "{}", world.stderr);
        }
    }
}
