//! A build that is killed at any moment: the next one gives exactly its own tree.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pretty_assertions::assert_eq;

/// Moments at which a run is killed, spread over the time that a whole one takes.
const MOMENTS: u32 = 12;

/// Starts a build. What earlier ones held on to is forgotten: the sites have machines in common that are not the same.
fn start(folder: &Path) -> Child {
    let _ = fs::remove_file(folder.join("arv.lock"));
    Command::new(env!("CARGO_BIN_EXE_arvc"))
        .args(["build", "site.arv"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

fn build(folder: &Path, site: &str) -> Duration {
    fs::write(folder.join("site.arv"), site).unwrap();
    let started = Instant::now();
    assert!(start(folder).wait().unwrap().success());
    started.elapsed()
}

fn tree(out: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                found.insert(path.strip_prefix(root).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(out, out, &mut found);
    found
}

#[test]
fn a_killed_build_is_finished_or_undone_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    // Every file of the second differs from the first's, some are new, some gone.
    let sites = [
        arvc_tests::synthetic::site(40),
        arvc_tests::synthetic::site(44).replace("synthetic.internal", "other.internal").replace("worker-", "work-"),
    ];
    let mut expected = Vec::new();
    let mut whole = Duration::ZERO;
    for site in &sites {
        whole = whole.max(build(folder.path(), site));
        expected.push(tree(&out));
    }
    for moment in 0..MOMENTS {
        let next = (moment % 2) as usize;
        fs::write(folder.path().join("site.arv"), &sites[next]).unwrap();
        let mut child = start(folder.path());
        std::thread::sleep(whole * moment / MOMENTS);
        child.kill().unwrap();
        child.wait().unwrap();
        // A run of either site repairs what is left, and then does its own work.
        let after = (moment / 2 % 2) as usize;
        build(folder.path(), &sites[after]);
        assert!(tree(&out) == expected[after], "another tree after moment {moment}");
        build(folder.path(), &sites[1 - next]);
        assert_eq!(tree(&out).keys().collect::<Vec<_>>(), expected[1 - next].keys().collect::<Vec<_>>());
    }
}
