//! Writing on a real disk: modes, links, locks, and what is left in the folder.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use arvc::output::{Failure, Options, Plan, Reason, write};
use arvc::world::Disk;
use arvc::world::real::Real;
use arvc_emit::tree::Tree;
use pretty_assertions::assert_eq;

fn tree(zone: &str) -> Tree {
    let mut tree = Tree::default();
    tree.text("dns/zone", zone);
    tree.script("nebula/sign.sh", "#!/bin/sh\n");
    tree
}

fn build(out: &Path, tree: &Tree) -> Result<Plan, Failure> {
    write(&mut Real::default(), out, tree, Options { entry: "site.arv", lock: None, overwrite: false })
}

#[test]
fn a_tree_is_written_with_its_modes_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/out");
    build(&out, &tree("a\n")).unwrap();
    let mut names: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["dns", "manifest.json", "nebula"]);
    let mode = |path: &str| fs::metadata(out.join(path)).unwrap().permissions().mode() & 0o100;
    assert_eq!((mode("dns/zone"), mode("nebula/sign.sh")), (0, 0o100));
    assert_eq!(fs::read_to_string(out.join("dns/zone")).unwrap(), "a\n");
}

#[test]
fn a_build_that_changes_nothing_keeps_every_time_and_inode() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &tree("a\n")).unwrap();
    let times = || {
        ["dns/zone", "nebula/sign.sh", "manifest.json", "dns", "."].map(|path| {
            let metadata = fs::metadata(folder.path().join(path)).unwrap();
            (metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
        })
    };
    let before = times();
    build(folder.path(), &tree("a\n")).unwrap();
    assert_eq!(times(), before);
}

#[test]
fn a_changed_mode_is_put_right_without_a_question() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &tree("a\n")).unwrap();
    let script = folder.path().join("nebula/sign.sh");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o644)).unwrap();
    build(folder.path(), &tree("a\n")).unwrap();
    assert_eq!(fs::metadata(&script).unwrap().permissions().mode() & 0o100, 0o100);
}

#[test]
fn no_link_leads_out_of_the_output_folder() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    symlink(elsewhere.path(), folder.path().join("dns")).unwrap();
    symlink(elsewhere.path().join("new"), folder.path().join("nebula")).unwrap();
    match build(folder.path(), &tree("a\n")) {
        Err(Failure::Refused(refusals)) => {
            assert_eq!(refusals.len(), 2);
            assert!(refusals.iter().all(|refusal| refusal.reason == Reason::Link));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    assert!(!folder.path().join("manifest.json").exists());
}

#[test]
fn a_folder_that_another_run_writes_into_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = Real::default();
    assert!(other.lock(folder.path()).unwrap());
    assert!(matches!(build(folder.path(), &tree("a\n")), Err(Failure::Locked)));
    drop(other);
    build(folder.path(), &tree("a\n")).unwrap();
}

#[test]
fn a_name_that_is_no_utf8_is_an_operators_and_stays() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &tree("a\n")).unwrap();
    let odd = folder.path().join("dns").join(std::ffi::OsStr::from_bytes(b"\xff"));
    fs::write(&odd, "mine").unwrap();
    build(folder.path(), &Tree::default()).unwrap();
    assert!(odd.exists() && !folder.path().join("dns/zone").exists());
}

#[test]
fn a_file_that_is_replaced_keeps_its_mode_and_nothing_is_left_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.arv");
    for mode in [0o600, 0o664, 0o755] {
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        Real::default().replace(&path, b"new").unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), metadata.permissions().mode() & 0o777), ("new", mode));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(Real::default().replace(&folder.path().join("none"), b"new").is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
