//! The house keeps its walls: who may import whom, and what no crate may know.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn compiler() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie inside the workspace").join("compiler")
}

/// The matrix of ARCHITECTURE.md: a crate may import these crates of the workspace and no others.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("syntax", &[]),
    ("lang", &["syntax"]),
    ("site", &["syntax", "lang"]),
    ("reach", &["syntax", "site"]),
    ("emit", &["site", "reach"]),
    // What is asked and answered: everybody may speak it, and it speaks of nothing else.
    ("verdict", &[]),
    // It reads the files as a stranger would: knowing how they came about, it would repeat the mistake.
    ("audit", &["verdict"]),
    // It compares what the others made: proofs and trees.
    ("diff", &["site", "reach", "verdict", "audit"]),
    ("cli", &["syntax", "lang", "site", "reach", "emit", "verdict", "audit", "diff"]),
];

#[test]
fn crates_import_only_what_the_matrix_allows() {
    let matrix: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    for entry in fs::read_dir(compiler()).expect("the compiler is there") {
        let folder = entry.expect("an entry").path();
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let allowed = matrix.get(name.as_str()).unwrap_or_else(|| panic!("compiler/{name} is not in the matrix"));
        let manifest: toml::Table =
            fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest").parse().expect("a manifest is TOML");
        let dependencies = manifest["dependencies"].as_table().expect("a table");
        for dependency in dependencies.keys().filter_map(|name| name.strip_prefix("arvc-")) {
            assert!(
                allowed.contains(&dependency),
                "compiler/{name} imports {dependency}, which the matrix does not allow"
            );
        }
    }
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => rust_files(&path, files),
            false if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
            false => {}
        }
    }
}

#[test]
fn no_service_has_a_name_in_rust() {
    let mut names: Vec<String> = fs::read_dir(compiler().join("lang/std"))
        .expect("std is there")
        .map(|entry| entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .filter(|name| !["default", "members", "dns"].contains(&name.as_str()))
        .collect();
    names.extend(["postgres", "etcd", "sentinel"].map(str::to_owned));
    assert!(names.len() > 8, "std has services: {names:?}");
    let mut files = Vec::new();
    for entry in fs::read_dir(compiler()).expect("the compiler is there") {
        rust_files(&entry.expect("an entry").path().join("src"), &mut files);
    }
    for file in files {
        let text = fs::read_to_string(&file).expect("a source");
        // A page and a unit test may tell of a real service; the code itself may not know one.
        let code: String = text
            .split("#[cfg(test)]")
            .next()
            .unwrap_or_default()
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| [line, "\n"])
            .collect();
        // Where Ansible looks a secret up is a plugin, which is no service of a site.
        let code = code.replace("community.hashi_vault.vault_kv2_get", "").replace("community.hashi_vault", "");
        for name in &names {
            assert!(!code.to_lowercase().contains(name.as_str()), "{} names the service {name}", file.display());
        }
    }
}

#[test]
fn every_crate_lists_every_code_that_it_declares() {
    for (name, _) in MAY_IMPORT {
        let mut files = Vec::new();
        rust_files(&compiler().join(name).join("src"), &mut files);
        let declared: Vec<String> = files
            .iter()
            .flat_map(|file| {
                let text = fs::read_to_string(file).expect("a source");
                let codes = text.match_indices("Code::new(\"").filter_map(|(at, found)| {
                    let id = text[at + found.len()..].split('"').next()?;
                    let real = id.len() == 5 && id[1..].bytes().all(|byte| byte.is_ascii_digit());
                    real.then(|| id.to_owned())
                });
                codes.collect::<Vec<_>>()
            })
            .collect();
        let listed: Vec<&str> = arvc::explain::codes().into_iter().map(|code| code.id).collect();
        for id in declared {
            assert!(listed.contains(&id.as_str()), "{name} declares {id} and does not list it");
        }
    }
}
