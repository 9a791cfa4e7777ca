//! What stands on the disk after a build: whole, and after a death at any step.

use std::collections::BTreeMap;
use std::path::Path;

use arvc_emit::tree::Tree;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;
use crate::world::memory::{Entry, Memory};

const OUT: &str = "/site/out";

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        tree.text(*path, *text);
    }
    tree
}

fn options(overwrite: bool) -> Options<'static> {
    Options { entry: "site.arv", lock: None, overwrite }
}

fn build(disk: &mut Memory, tree: &Tree) -> Result<Plan, Failure> {
    write(disk, Path::new(OUT), tree, options(false))
}

/// What lies in the output folder, by path: `Some` text of a file, `None` for a folder or link.
fn found(disk: &Memory) -> BTreeMap<String, Option<String>> {
    let entries = disk.disk.iter().filter_map(|(path, entry)| {
        let path = path.strip_prefix(OUT).ok().filter(|path| !path.as_os_str().is_empty())?;
        let text = match entry {
            Entry::File { bytes, .. } => Some(String::from_utf8(bytes.clone()).unwrap()),
            _ => None,
        };
        Some((path.to_str().unwrap().to_owned(), text))
    });
    entries.collect()
}

fn files(disk: &Memory) -> Vec<String> {
    found(disk).into_iter().filter_map(|(path, text)| text.map(|_| path)).collect()
}

fn refusals(result: Result<Plan, Failure>) -> Vec<(String, Reason)> {
    match result {
        Err(Failure::Refused(refusals)) => refusals.into_iter().map(|r| (r.path, r.reason)).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_tree_is_written_with_a_manifest_that_lists_every_file() {
    let mut disk = Memory::new("/site");
    let mut new = tree(&[("dns/zone", "a\n")]);
    new.script("nebula/sign.sh", "#!/bin/sh\n");
    build(&mut disk, &new).unwrap();
    assert_eq!(files(&disk), ["dns/zone", "manifest.json", "nebula/sign.sh"]);
    let manifest: serde_json::Value = serde_json::from_str(&disk.text("out/manifest.json").unwrap()).unwrap();
    assert_eq!(manifest["entry"], "site.arv");
    // Of `a` and a line feed, by sha256sum(1).
    let hash = "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7";
    assert_eq!(manifest["files"]["dns/zone"], serde_json::json!({ "sha256": hash, "mode": "0644" }));
    assert_eq!(manifest["files"]["nebula/sign.sh"]["mode"], "0755");
    assert!(matches!(disk.disk[Path::new("/site/out/nebula/sign.sh")], Entry::File { executable: true, .. }));
}

#[test]
fn a_second_build_of_the_same_tree_touches_nothing() {
    let mut disk = Memory::new("/site");
    let same = tree(&[("dns/zone", "a\n"), ("x", "b\n")]);
    build(&mut disk, &same).unwrap();
    let (before, steps) = (disk.disk.clone(), disk.steps);
    assert!(build(&mut disk, &same).unwrap().is_empty());
    assert_eq!((disk.disk, disk.steps), (before, steps));
}

#[test]
fn an_unchanged_file_keeps_its_time_when_another_changes() {
    let mut disk = Memory::new("/site");
    build(&mut disk, &tree(&[("a", "1"), ("b", "1")])).unwrap();
    let before = disk.disk[Path::new("/site/out/a")].clone();
    build(&mut disk, &tree(&[("a", "1"), ("b", "2")])).unwrap();
    assert_eq!(disk.disk[Path::new("/site/out/a")], before);
    assert_eq!(disk.text("out/b").unwrap(), "2");
}

#[test]
fn stale_files_go_with_the_folders_that_they_leave_empty_and_those_of_others_stay() {
    let mut disk = Memory::new("/site");
    build(&mut disk, &tree(&[("a/b/c", "1"), ("terraform/main.tf", "1"), ("terraform/old.tf", "1")])).unwrap();
    disk.file("/site/out/terraform/.terraform/lock", "operator's");
    disk.file("/site/out/terraform/terraform.tfstate", "operator's");
    disk.folders(Path::new("/site/out/pki"));
    build(&mut disk, &tree(&[("terraform/main.tf", "1")])).unwrap();
    let left: Vec<_> = found(&disk).into_keys().collect();
    assert_eq!(
        left,
        [
            "manifest.json",
            "pki",
            "terraform",
            "terraform/.terraform",
            "terraform/.terraform/lock",
            "terraform/main.tf",
            "terraform/terraform.tfstate"
        ]
    );
}

#[test]
fn a_file_that_arvc_did_not_write_is_never_overwritten() {
    for overwrite in [false, true] {
        let mut disk = Memory::new("/site");
        disk.file("/site/out/dns/zone", "mine");
        let before = disk.disk.clone();
        let result = write(&mut disk, Path::new(OUT), &tree(&[("a", "1"), ("dns/zone", "2")]), options(overwrite));
        assert_eq!(refusals(result), [("dns/zone".into(), Reason::Foreign)]);
        assert_eq!(disk.disk, before);
    }
}

#[test]
fn a_file_that_already_holds_what_is_emitted_is_taken_over() {
    let mut disk = Memory::new("/site");
    build(&mut disk, &tree(&[("a", "1")])).unwrap();
    disk.disk.remove(Path::new("/site/out/manifest.json"));
    build(&mut disk, &tree(&[("a", "1")])).unwrap();
    build(&mut disk, &tree(&[])).unwrap();
    assert_eq!(files(&disk), ["manifest.json"]);
}

#[test]
fn an_edited_file_is_neither_overwritten_nor_removed_unless_asked() {
    for new in [tree(&[("a", "new")]), tree(&[("a", "old")]), tree(&[("b", "1")])] {
        let mut disk = Memory::new("/site");
        build(&mut disk, &tree(&[("a", "old")])).unwrap();
        disk.file("/site/out/a", "by hand");
        let before = disk.disk.clone();
        assert_eq!(refusals(build(&mut disk, &new)), [("a".into(), Reason::Edited)]);
        assert_eq!(disk.disk, before);
        write(&mut disk, Path::new(OUT), &new, options(true)).unwrap();
        assert_eq!(disk.text("out/a"), new.files.get("a").map(|file| file.text.clone()));
    }
}

#[test]
fn a_deleted_file_comes_back() {
    let mut disk = Memory::new("/site");
    build(&mut disk, &tree(&[("a", "1")])).unwrap();
    disk.disk.remove(Path::new("/site/out/a"));
    build(&mut disk, &tree(&[("a", "1")])).unwrap();
    assert_eq!(disk.text("out/a").unwrap(), "1");
}

#[test]
fn no_link_below_the_output_folder_is_followed() {
    let mut disk = Memory::new("/site");
    disk.file("/etc/passwd", "root");
    disk.file("/home/zone", "old");
    build(&mut disk, &tree(&[("dns/zone", "old"), ("gone/zone", "old")])).unwrap();
    for folder in ["dns", "gone"] {
        disk.disk.remove(Path::new(&format!("/site/out/{folder}/zone")));
        disk.link(format!("/site/out/{folder}"), "/home");
    }
    disk.link("/site/out/file", "/etc/passwd");
    let before = disk.disk.clone();
    let result = build(&mut disk, &tree(&[("dns/zone", "new"), ("file", "x")]));
    assert_eq!(refusals(result), [("dns".into(), Reason::Link), ("file".into(), Reason::Link)]);
    assert_eq!(disk.disk, before);
    build(&mut disk, &tree(&[])).unwrap();
    assert_eq!(disk.text("/home/zone").unwrap(), "old");
}

#[test]
fn a_folder_takes_a_stale_files_place_and_a_file_a_stale_folders() {
    let mut disk = Memory::new("/site");
    build(&mut disk, &tree(&[("a", "1"), ("b/c/d", "1")])).unwrap();
    build(&mut disk, &tree(&[("a/x", "2"), ("b", "2")])).unwrap();
    assert_eq!(files(&disk), ["a/x", "b", "manifest.json"]);
}

#[test]
fn a_folder_with_others_files_blocks_a_file() {
    let mut disk = Memory::new("/site");
    build(&mut disk, &tree(&[("b/c", "1")])).unwrap();
    disk.file("/site/out/b/mine", "1");
    assert_eq!(refusals(build(&mut disk, &tree(&[("b", "2")]))), [("b".into(), Reason::Folder)]);
    disk.file("/site/out/x", "mine");
    assert_eq!(refusals(build(&mut disk, &tree(&[("x/y", "2")]))), [("x".into(), Reason::NotFolder)]);
}

#[test]
fn a_manifest_that_names_a_path_outside_is_refused() {
    for path in ["../x", "/etc/passwd", "a/../../x", "a//b", "manifest.json", ".arvc-staging/f0", "a\\b"] {
        let mut disk = Memory::new("/site");
        disk.file("/site/x", "mine");
        let manifest = serde_json::json!({ "version": 1, "arvc": "0", "entry": "site.arv",
            "files": { path: { "sha256": manifest::sha256(b"mine"), "mode": "0644" } } });
        disk.file("/site/out/manifest.json", manifest.to_string());
        assert!(matches!(build(&mut disk, &tree(&[])), Err(Failure::Manifest(_))), "{path}");
        assert_eq!(disk.text("/site/x").unwrap(), "mine");
    }
}

#[test]
fn a_manifest_that_is_not_arvcs_is_refused() {
    let mut disk = Memory::new("/site");
    disk.file("/site/out/manifest.json", "{ \"name\": \"a web app\" }");
    let before = disk.disk.clone();
    assert!(matches!(build(&mut disk, &tree(&[("a", "1")])), Err(Failure::Manifest(_))));
    assert_eq!(disk.disk, before);
}

#[test]
fn the_tree_of_another_site_is_not_replaced_unless_asked() {
    let mut disk = Memory::new("/site");
    build(&mut disk, &tree(&[("a", "1")])).unwrap();
    let staging = |overwrite| Options { entry: "staging.arv", lock: None, overwrite };
    let result = write(&mut disk, Path::new(OUT), &tree(&[("a", "2")]), staging(false));
    assert!(matches!(result, Err(Failure::OtherEntry(entry)) if entry == "site.arv"));
    write(&mut disk, Path::new(OUT), &tree(&[("a", "2")]), staging(true)).unwrap();
    assert_eq!(disk.text("out/a").unwrap(), "2");
}

#[test]
fn two_runs_do_not_write_at_once() {
    let mut disk = Memory::new("/site");
    disk.locked = true;
    assert!(matches!(build(&mut disk, &tree(&[("a", "1")])), Err(Failure::Locked)));
}

#[test]
fn a_strange_staging_folder_is_left_alone() {
    let mut disk = Memory::new("/site");
    disk.file("/site/out/.arvc-staging/notes.txt", "mine");
    assert!(matches!(build(&mut disk, &tree(&[("a", "1")])), Err(Failure::Staging(_))));
    assert_eq!(disk.text("/site/out/.arvc-staging/notes.txt").unwrap(), "mine");
}

#[test]
fn a_file_edited_after_a_broken_run_is_not_lost() {
    let (old, new) = (tree(&[("a", "1"), ("b", "1")]), tree(&[("a", "2"), ("b", "2")]));
    let mut broken = Memory::new("/site");
    build(&mut broken, &old).unwrap();
    // The first death after which the new manifest stands and the old files still do.
    let (mut disk, _) = (1..).map(|step| die(&broken, &new, step)).find(|(disk, _)| committed(disk, &new)).unwrap();
    assert_eq!(disk.text("out/b").unwrap(), "1");
    disk.file("/site/out/b", "by hand");
    assert_eq!(refusals(build(&mut disk, &new)), [("b".into(), Reason::Edited)]);
    assert_eq!(disk.text("out/b").unwrap(), "by hand");
    write(&mut disk, Path::new(OUT), &new, options(true)).unwrap();
    assert_eq!(disk.text("out/b").unwrap(), "2");
}

#[test]
fn the_listing_counts_each_folder_and_what_changed() {
    let hosts: Vec<String> = (0..40).map(|n| format!("nebula/host-{n:02}.yml")).collect();
    let mut files: Vec<(&str, &str)> = hosts.iter().map(|path| (path.as_str(), "1")).collect();
    files.extend([("dns/zone", "1"), ("dns/old", "1")]);
    let mut disk = Memory::new("/site");
    let plan = build(&mut disk, &tree(&files)).unwrap();
    assert_eq!(
        listing::listing("out", &plan),
        "out/
├── dns/                            2 files
│   ├── old
│   └── zone
└── nebula/                         40 files
    ├── host-00.yml
    ├── host-01.yml
    ├── host-02.yml
    └── … 37 more files

42 added, 0 changed, 0 removed, 0 unchanged
"
    );
    files.pop();
    files[7].1 = "2";
    let plan = build(&mut disk, &tree(&files)).unwrap();
    assert_eq!(
        listing::listing("out", &plan),
        "out/
├── dns/                            1 file
│   ├── old  (removed)
│   └── zone
└── nebula/                         40 files
    ├── host-07.yml  (changed)
    └── … 39 more files

0 added, 1 changed, 1 removed, 40 unchanged
"
    );
}

/// A copy of the disk after a build of `tree` that died at a step, and whether the build was through before.
fn die(disk: &Memory, tree: &Tree, step: usize) -> (Memory, bool) {
    let mut disk = disk.clone();
    (disk.steps, disk.dies_at) = (0, Some(step));
    let whole = build(&mut disk, tree).is_ok();
    disk.dies_at = None;
    (disk, whole)
}

fn committed(disk: &Memory, tree: &Tree) -> bool {
    disk.text("out/manifest.json") == Some(Manifest::of(tree, "site.arv", None).text())
}

/// Trees whose paths often meet: the same names as files and as folders.
fn trees() -> impl Strategy<Value = Tree> {
    let path = prop::sample::select(vec!["a", "a/b", "a/b/c", "a/d", "e", "e/f", "g/h/i", "g/j"]);
    prop::collection::btree_map(path, ("[xy]", any::<bool>()), 0..6).prop_map(|files| {
        let mut tree = Tree::default();
        for (path, (text, script)) in files {
            // No path is both a file and a folder.
            if plan::above(path).all(|folder| !tree.files.contains_key(folder)) {
                if script { tree.script(path, text) } else { tree.text(path, text) }
            }
        }
        tree
    })
}

/// Exactly the tree, its manifest, its folders, and what the operator has.
fn assert_is(disk: &Memory, tree: &Tree, mine: &[&str], step: usize) {
    let mut expected: BTreeMap<String, Option<String>> =
        tree.files.iter().map(|(path, file)| (path.clone(), Some(file.text.clone()))).collect();
    expected.insert("manifest.json".into(), Some(Manifest::of(tree, "site.arv", None).text()));
    expected.extend(mine.iter().map(|path| (path.to_string(), Some("mine".to_owned()))));
    let folders: Vec<String> = expected.keys().flat_map(|path| plan::above(path)).map(String::from).collect();
    expected.extend(folders.into_iter().map(|folder| (folder, None)));
    assert_eq!(found(disk), expected, "after a death at step {step}");
    for (path, file) in &tree.files {
        let entry = &disk.disk[&Path::new(OUT).join(path)];
        assert!(matches!(entry, Entry::File { executable, .. } if *executable == file.executable), "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// A death at any step, then a death at any step of the run that repairs it: in the end the tree is the one whose
    /// manifest stands, and a build of either tree gives that tree.
    #[test]
    fn after_a_death_at_any_step_the_next_run_gives_exactly_the_old_or_the_new_tree(old in trees(), new in trees()) {
        let mine = ["pki/ca.key", "g/state"];
        let mut disk = Memory::new("/site");
        build(&mut disk, &old).unwrap();
        for path in mine {
            disk.file(Path::new(OUT).join(path), "mine");
        }
        for step in 1.. {
            let (broken, whole) = die(&disk, &new, step);
            // What the next run repairs before it does anything else.
            let (next, other) = if committed(&broken, &new) { (&new, &old) } else { (&old, &new) };
            let mut repaired = broken.clone();
            recover::recover(&mut repaired, Path::new(OUT), false).unwrap();
            assert_is(&repaired, next, &mine, step);
            for again in 1.. {
                let (mut broken, done) = die(&broken, other, again);
                build(&mut broken, other).unwrap();
                assert_is(&broken, other, &mine, step);
                if done {
                    break;
                }
            }
            if whole {
                assert_is(&broken, &new, &mine, step);
                break;
            }
        }
    }
}
