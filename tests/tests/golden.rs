//! Golden trees: what each example emits, byte for byte; an example's `site.arv` under its name, any other entry beside it
//! under both names (`environments-staging`). `ARVC_BLESS=1 cargo test -p arvc-tests --test golden` rewrites
//! them; read the difference before it is committed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arvc::world::memory::{Entry, Memory};
use arvc_tests::root;

fn files(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
        match path.is_dir() {
            true => files(&path, &format!("{name}/"), found),
            false => drop(found.insert(name, fs::read_to_string(&path).expect("a text"))),
        }
    }
}

/// One tree: its name, the example's, and the entry that it is built from.
struct Example {
    golden: String,
    folder: String,
    entry: String,
}

fn examples() -> Vec<Example> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("examples")).expect("there are examples") {
        let folder = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        for path in sources(&folder).into_keys().filter(|path| !path.contains('/')) {
            let golden = match path.strip_suffix(".arv") {
                Some("site") => folder.clone(),
                Some(other) => format!("{folder}-{other}"),
                None => continue,
            };
            found.push(Example { golden, folder: folder.clone(), entry: path });
        }
    }
    found.sort_by(|a, b| a.golden.cmp(&b.golden));
    found
}

/// The tree that an example emits: paths with their texts. The build runs on a disk in memory.
fn build(example: &Example) -> BTreeMap<String, String> {
    let mut world = Memory::new("/project");
    for (path, text) in sources(&example.folder) {
        world.file(format!("/project/{path}"), text);
    }
    let status = arvc::run(["arvc", "build", &example.entry, "--out", "out"].map(Into::into), &mut world);
    let name = &example.golden;
    assert_eq!((status, world.stderr.as_str()), (0, ""), "examples: {name} builds without a lint");
    let mut tree = BTreeMap::new();
    for (path, entry) in &world.disk {
        if let (Ok(path), Entry::File { .. }) = (path.strip_prefix("/project/out"), entry) {
            let text = world.text(Path::new("/project/out").join(path)).expect("what is emitted is text");
            tree.insert(path.to_string_lossy().into_owned(), text);
        }
    }
    tree
}

fn sources(name: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    files(&root().join("examples").join(name), "", &mut found);
    let project = ["arv.toml", "arv.lock"];
    found.retain(|path, _| path.ends_with(".arv") || path.starts_with("vendor/") || project.contains(&path.as_str()));
    found
}

#[test]
fn every_example_emits_its_golden_tree() {
    let mut different = Vec::new();
    for example in examples() {
        let have = build(&example);
        let name = &example.golden;
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
    let examples: Vec<String> = examples().into_iter().map(|example| example.golden).collect();
    assert_eq!(golden, examples);
}
