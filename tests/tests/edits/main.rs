//! What an edit of a site changes in its tree, and nothing besides: `tests/edits/NAME.edit` is an edit of the site in
//! `tests/edits/base/`, `NAME.diff` what it does. `ARVC_BLESS=1 cargo test -p arvc-tests --test edits` rewrites the latter; each line
//! of it is read before it is committed.
//!
//! The base is built where nothing is locked, unless the edit names another one.
//!
//! An edit is a hunk of a unified diff without numbers: lines to find (` `, `-`), lines to put there (` `, `+`). The head of
//! the result says what each program has to do, told from the trees alone; the unified diff of the trees is below it, sorted
//! by path. The manifest is left out: it has the hash of each file that is in.

mod cases;
mod edit;
mod filtered;
mod lines;
mod meaning;
mod random_site;
mod reached;
mod sequences;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use arvc::pipeline::{self, Checked};
use arvc::source::Problem;
use arvc_site::lock::{Environment, Held};
use arvc_tests::root;

/// The texts of a tree by their paths.
type Tree = BTreeMap<String, String>;

fn folder() -> PathBuf {
    root().join("tests/edits")
}

fn base() -> String {
    fs::read_to_string(folder().join("base/site.arv")).expect("the base is there")
}

/// The site that an edit is of, if it is not the common one: it says `# base: NAME`, and is built with the lock of that.
fn base_of(edit: &str) -> Option<String> {
    let name = edit.lines().find_map(|line| line.strip_prefix("# base: "))?;
    Some(fs::read_to_string(folder().join(format!("base/{name}.arv"))).expect("the base is there"))
}

/// The names of the edits.
fn edits() -> BTreeSet<String> {
    let entries = fs::read_dir(folder()).expect("there are edits");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter_map(|name| name.strip_suffix(".edit").map(str::to_owned)).collect()
}

/// The site as it is after an edit.
fn edited(name: &str) -> String {
    let text = fs::read_to_string(folder().join(format!("{name}.edit"))).expect("an edit");
    edit::apply(&base_of(&text).unwrap_or_else(base), &text)
        .unwrap_or_else(|problem| panic!("tests/edits/{name}.edit: {problem}"))
}

fn check(text: &str) -> Checked {
    check_held(text, Environment::default())
}

fn check_held(text: &str, own: Environment) -> Checked {
    let held = Held { own, ..Held::default() };
    pipeline::check_held("site.arv", text.to_owned(), &mut |_: &str| Err(Problem::NotFound), &held)
}

/// The tree of a site, and what is said about the site.
fn build(text: &str) -> (Tree, Vec<String>) {
    tree(text, check(text))
}

fn tree(text: &str, checked: Checked) -> (Tree, Vec<String>) {
    let said: Vec<String> =
        checked.diagnostics.iter().map(|problem| format!("{}: {}", problem.code.id, problem.message)).collect();
    assert!(checked.is_good(), "{said:#?}\n{text}");
    let tree = pipeline::emit(&checked.site.expect("a site without an error is whole"), "site.arv");
    let files = tree.files.into_iter().filter(|(path, _)| path != "manifest.json");
    (files.map(|(path, file)| (path, file.text)).collect(), said)
}

#[test]
fn each_edit_changes_what_it_says_and_nothing_besides() {
    assert_eq!(build(&base()).1, Vec::<String>::new(), "the base is good");
    let mut different = Vec::new();
    let names = edits();
    assert!(names.len() > 10, "only {} edits", names.len());
    for name in names {
        let edit = fs::read_to_string(folder().join(format!("{name}.edit"))).expect("an edit");
        let other = base_of(&edit);
        let base = other.clone().unwrap_or_else(base);
        let lock = other.map_or_else(Environment::default, |text| check(&text).lock);
        let (before, was) = (build(&base).0, check(&base).site.expect("the base is good"));
        let text = edited(&name);
        let (after, said) = tree(&text, check_held(&text, lock.clone()));
        let is = check_held(&text, lock).site.expect("a site without an error is whole");
        let mut have = String::new();
        for line in said {
            have.push_str(&format!("check: {line}\n"));
        }
        have.push_str(&reached::reached(&was, &is));
        have.push_str(&work::work(&before, &after));
        have.push_str(&lines::diff(&before, &after));
        let path = folder().join(format!("{name}.diff"));
        if std::env::var_os("ARVC_BLESS").is_some() {
            fs::write(&path, &have).expect("a file can be written");
        }
        let want = fs::read_to_string(&path).unwrap_or_default();
        if want != have {
            different.push(format!("tests/edits/{name}.diff\n{}", pretty_assertions::StrComparison::new(&want, &have)));
        }
    }
    assert!(different.is_empty(), "{} differ (ARVC_BLESS=1 rewrites them):\n{}", different.len(), different.join("\n"));
}

/// Whatever was edited: the way back leads to the bytes that were there.
#[test]
fn an_edit_that_is_undone_leaves_nothing() {
    let (before, _) = build(&base());
    for name in edits() {
        let (after, _) = build(&edited(&name));
        let back: Tree = build(&base()).0;
        assert_ne!(before, after, "{name}: an edit changes something");
        assert_eq!(before, back, "{name}");
    }
}
