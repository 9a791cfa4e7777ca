//! The trees that arvc writes, read back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use arvc_audit::{Tree, read};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden")
}

/// The files of a golden tree.
fn files(name: &str) -> BTreeMap<String, String> {
    fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, files);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
                files.insert(path, text);
            }
        }
    }
    let (root, mut found) = (root().join(name), BTreeMap::new());
    walk(&root, &root, &mut found);
    found
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root())
        .expect("golden trees")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn every_tree_is_read_whole() {
    for name in names() {
        let tree = read(&files(&name));
        assert!(tree.unread.is_empty(), "{name}: {:#?}", tree.unread);
        let matrix = tree.matrix();
        println!("{name}: {} classes, {} cells", matrix.classes.len(), matrix.cells.len());
        for class in &matrix.classes { println!("   {}", class.members.join(" ")); }
        if ["small","arvandor"].contains(&name.as_str()) {
        for cell in matrix.open() {
            println!("{}", serde_json::to_string(cell).unwrap());
        }}
    }
}
