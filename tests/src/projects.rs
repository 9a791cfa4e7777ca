//! The examples as projects in memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::root;

/// One site: an entry, and the files that it can read.
#[derive(Clone, Debug)]
pub struct Project {
    /// The example's name; that of an entry which is not `site.arv` behind it (`environments-staging`).
    pub name: String,
    /// The entry's path.
    pub entry: String,
    /// Texts by their paths: sources, `arv.toml`, `arv.lock` and what is vendored.
    pub files: BTreeMap<String, String>,
}

/// Every entry of every example.
pub fn examples() -> Vec<Project> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("examples")).expect("there are examples") {
        let folder = entry.expect("an entry").path();
        let example = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let mut sources = BTreeMap::new();
        files(&folder, "", &mut sources);
        let project = ["arv.toml", "arv.lock"];
        let read = |path: &str| path.ends_with(".arv") || path.starts_with("vendor/") || project.contains(&path);
        sources.retain(|path, _| read(path));
        for path in sources.keys().filter(|path| !path.contains('/')) {
            let name = match path.strip_suffix(".arv") {
                Some("site") => example.clone(),
                Some(other) => format!("{example}-{other}"),
                None => continue,
            };
            found.push(Project { name, entry: path.clone(), files: sources.clone() });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The texts below a folder, by their paths behind `prefix`.
pub fn files(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
        match path.is_dir() {
            true => files(&path, &format!("{name}/"), found),
            false => drop(found.insert(name, fs::read_to_string(&path).expect("a text"))),
        }
    }
}
