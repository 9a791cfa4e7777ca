//! Writes some of the mutants that the test `mutants` looks at as trees: `mutant-trees FOLDER NUMBER`.
//!
//! Below FOLDER comes a folder for each, `001` and so on, with `tree/` and `mutant.json`: the tree's name, the change in words, and
//! the layer of its file.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use arvc_tests::edits::{Edit, Files};
use arvc_tests::mutants::{TREES, chosen, tree};
use arvc_tests::sites::NOT_BUILT;

/// Trees that packets are sent through.
const SENT: [&str; 3] = ["small", "containers", "dualstack"];

/// What no cell is about.
const NO_CELL: [&str; 5] = ["filter of a machine", "option dhcp", "option radv", "option macfilter", "option ipfilter"];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (folder, number) = match arguments.as_slice() {
        [folder, number] => (Path::new(folder), number.parse::<usize>().ok()),
        _ => (Path::new(""), None),
    };
    let Some(number) = number.filter(|number| *number > 0) else {
        eprintln!("usage: mutant-trees FOLDER NUMBER");
        return ExitCode::from(2);
    };
    let mut all: Vec<(&str, Files, Edit)> = Vec::new();
    for (name, each, folders) in TREES.into_iter().filter(|(name, ..)| SENT.contains(name)) {
        let files = tree(name);
        let (edits, _) = chosen(name, &files, each, folders);
        all.extend(edits.into_iter().filter(|edit| can_be_built(edit, &files)).map(|edit| (name, files.clone(), edit)));
    }
    // Of all kinds and trees, in even steps.
    let step = (all.len() / number).max(1);
    for (index, (name, mut files, edit)) in all.into_iter().step_by(step).take(number).enumerate() {
        edit.apply(&mut files);
        if let Err(error) = write(&folder.join(format!("{:03}", index + 1)), name, &files, &edit) {
            eprintln!("mutant-trees: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Whether its programs start.
fn can_be_built(edit: &Edit, files: &Files) -> bool {
    let lighthouse = files.get(&edit.file).is_some_and(|text| text.contains("am_lighthouse: true"));
    // Before 1.10, who finds a lighthouse outside his own network does not start.
    let early = files["ansible/inventory/group_vars/all.yml"].contains("nebula_version: \"1.9");
    let stops = match edit.kind {
        "port of the socket, random" => lighthouse,
        "network of a certificate" => early,
        kind => NOT_BUILT.contains(&kind) || NO_CELL.contains(&kind),
    };
    !stops
}

fn write(folder: &Path, name: &str, files: &Files, edit: &Edit) -> std::io::Result<()> {
    for (path, text) in files {
        let path = folder.join("tree").join(path);
        fs::create_dir_all(path.parent().expect("a folder"))?;
        fs::write(path, text)?;
    }
    let layer = match edit.file.split('/').next() {
        Some("terraform") => "proxmox",
        Some("nebula") => "nebula",
        Some("ansible") => "guest",
        _ => "all",
    };
    let said = serde_json::json!({ "tree": name, "change": edit.words(), "layer": layer });
    fs::write(folder.join("mutant.json"), format!("{said}\n"))
}
