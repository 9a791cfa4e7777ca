//! Golden trees: what each example emits, byte for byte. `ARVC_BLESS=1 cargo test -p arvc-tests --test golden` rewrites
//! them; read the difference before it is committed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arvc::world::memory::{Entry, Memory};
use arvc_tests::projects::{Project, examples, files};
use arvc_tests::root;

/// A disk in memory with the files of an example.
fn disk(example: &Project) -> Memory {
    let mut world = Memory::new("/project");
    for (path, text) in &example.files {
        world.file(format!("/project/{path}"), text);
    }
    world
}

/// The tree that an example emits: paths with their texts. The build runs on a disk in memory.
fn build(example: &Project) -> BTreeMap<String, String> {
    let mut world = disk(example);
    let status = arvc::run(["arvc", "build", &example.entry, "--out", "out"].map(Into::into), &mut world);
    let name = &example.name;
    // What the only node of a site carries is said once. Everything else builds without a lint.
    let deserved = usize::from(name == "arvandor");
    let lints = world.stderr.matches("warning[").count();
    assert_eq!((status, lints), (0, deserved), "examples: {name}: {}", world.stderr);
    assert!(deserved == 0 || world.stderr.contains("warning[L0850]"), "{}", world.stderr);
    let mut tree = BTreeMap::new();
    for (path, entry) in &world.disk {
        if let (Ok(path), Entry::File { .. }) = (path.strip_prefix("/project/out"), entry) {
            let text = world.text(Path::new("/project/out").join(path)).expect("what is emitted is text");
            tree.insert(path.to_string_lossy().into_owned(), text);
        }
    }
    tree
}

#[test]
fn every_example_emits_its_golden_tree() {
    let mut different = Vec::new();
    for example in examples() {
        let have = build(&example);
        let name = &example.name;
        let golden = root().join("golden").join(name);
        if std::env::var_os("ARVC_BLESS").is_some() {
            let _ = fs::remove_dir_all(&golden);
            for (path, text) in &have {
                let target = golden.join(path);
                fs::create_dir_all(target.parent().expect("a folder")).expect("a folder can be made");
                fs::write(&target, text).expect("a file can be written");
            }
        }
        let mut want = BTreeMap::new();
        files(&golden, "", &mut want);
        let paths: Vec<&String> = want.keys().chain(have.keys().filter(|path| !want.contains_key(*path))).collect();
        for path in paths {
            match (want.get(path), have.get(path)) {
                (Some(want), Some(have)) if want == have => {}
                (Some(want), Some(have)) => {
                    different.push(format!("{name}/{path}\n{}", pretty_assertions::StrComparison::new(want, have)));
                }
                (Some(_), None) => different.push(format!("{name}/{path} is no longer emitted")),
                _ => different.push(format!("{name}/{path} is new")),
            }
        }
    }
    assert!(different.is_empty(), "{} files differ:\n{}", different.len(), different.join("\n"));
}

#[test]
fn every_example_has_a_golden_tree_and_the_reverse() {
    let golden: Vec<String> = {
        let mut names: Vec<String> = fs::read_dir(root().join("golden"))
            .expect("there are golden trees")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let examples: Vec<String> = examples().into_iter().map(|example| example.name).collect();
    assert_eq!(golden, examples);
}

/// A further file can never meet one that arvc writes: the site refuses every path that any example's tree has.
#[test]
fn no_further_file_can_have_the_path_of_an_emitted_one() {
    use arvc_site::checks::file_written::instead;
    for example in examples() {
        let mut world = disk(&example);
        arvc::run(["arvc", "eval", &example.entry, "files", "--json"].map(Into::into), &mut world);
        let own: BTreeMap<String, String> = serde_json::from_str(&world.stdout).expect("the files of the site");
        let free: Vec<String> = build(&example).into_keys().filter(|path| instead(path).is_none()).collect();
        assert!(free.iter().all(|path| own.contains_key(path)), "{}: {free:?}", example.name);
    }
}
