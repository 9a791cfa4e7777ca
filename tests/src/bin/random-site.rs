//! Writes the site of a seed and lets arvc emit it: `random-site SEED FOLDER ARVC`.
//!
//! Below FOLDER come `site.arv`, `emitted/`, `tree/` with what was changed in it afterwards, and `drawn.json`, which says
//! what was drawn and changed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs};

use arvc_tests::edits::Edit;
use arvc_tests::projects;
use arvc_tests::sites::{Site, draw, draw_edits};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [seed, folder, arvc] = arguments.as_slice() else {
        eprintln!("usage: random-site SEED FOLDER ARVC");
        return ExitCode::from(2);
    };
    let Ok(seed) = seed.parse() else {
        eprintln!("random-site: {seed} is no number");
        return ExitCode::from(2);
    };
    match emit(draw(seed), seed, Path::new(folder), arvc) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("random-site: seed {seed}: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Builds it, without the flows that arvc refuses: those that connect nobody.
fn emit(mut site: Site, seed: u64, folder: &Path, arvc: &str) -> Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    fs::create_dir_all(folder).map_err(said)?;
    let (source, emitted, tree) = (folder.join("site.arv"), folder.join("emitted"), folder.join("tree"));
    loop {
        fs::write(&source, site.source()).map_err(said)?;
        let mut command = Command::new(arvc);
        command.args(["build", "--message-format", "short", "--out"]).arg(&emitted).arg(&source);
        let done = command.output().map_err(said)?;
        if done.status.success() {
            break;
        }
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        let refused: Vec<usize> = told.lines().filter_map(|line| refused(line, &site)).collect();
        if refused.is_empty() {
            return Err(format!("arvc refuses it:\n{told}"));
        }
        let kept = site.flows.iter().enumerate().filter(|(number, _)| !refused.contains(number));
        site.flows = kept.map(|(_, flow)| flow.clone()).collect();
    }
    let mut files = BTreeMap::new();
    projects::files(&emitted, "", &mut files);
    // The language has one release for all; what a member runs besides is a variable of its own.
    for (member, release) in &site.releases {
        let path = format!("ansible/inventory/host_vars/{member}.yml");
        let own = files.get_mut(&path).ok_or_else(|| format!("no {path}"))?;
        *own += &format!("nebula_version: \"{release}\"\n");
    }
    let edits = draw_edits(seed, &files);
    for edit in &edits {
        edit.apply(&mut files);
    }
    for (path, text) in &files {
        let path = tree.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).map_err(said)?;
        fs::write(path, text).map_err(said)?;
    }
    let edits: Vec<String> = edits.iter().map(Edit::words).collect();
    let list = |items: &[String]| items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join(",");
    let features: Vec<String> = site.features.iter().map(|feature| (*feature).to_owned()).collect();
    let drawn = format!("{{\"features\":[{}],\"edits\":[{}]}}\n", list(&features), list(&edits));
    fs::write(folder.join("drawn.json"), drawn).map_err(said)
}

/// The flow that a line of errors is about: `site.arv:26:5: error[E0403]: …`.
fn refused(line: &str, site: &Site) -> Option<usize> {
    if !line.contains("error[E") {
        return None;
    }
    let number: usize = line.split(':').nth(1)?.parse().ok()?;
    number.checked_sub(site.first_flow()).filter(|flow| *flow < site.flows.len())
}
