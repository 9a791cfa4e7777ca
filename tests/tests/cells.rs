//! Proof and audit held against one another, cell by cell: what the site's policies let through, and what the files of its tree
//! let through, with all layers and with each alone. Neither knows anything of the other.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;

use arvc::world::memory::Memory;
use arvc_tests::projects::{Project, examples};
use serde_json::Value;

/// Layers as the command line names them; none is all of them.
const LAYERS: [Option<&str>; 4] = [None, Some("proxmox"), Some("nebula"), Some("guest")];

fn run(world: &mut Memory, arguments: &[&str], layer: Option<&str>) -> String {
    let layer = layer.map(|layer| format!("--layer={layer}"));
    let all = ["arvc"].iter().chain(arguments).copied().chain(layer.as_deref());
    world.stdout.clear();
    arvc::run(all.map(Into::into).collect::<Vec<_>>(), world);
    std::mem::take(&mut world.stdout)
}

/// Verdicts by question.
fn cells(text: &str) -> BTreeMap<String, String> {
    let cell = |line: &str| {
        let Value::Object(mut cell) = serde_json::from_str(line).expect("a line of JSON") else { panic!("{line}") };
        let verdict = cell.remove("verdict").expect("a verdict");
        let missing = cell.remove("missing");
        let verdict = format!(
            "{}{}",
            verdict.as_str().expect("a word"),
            missing.map(|it| format!(" ({it})")).unwrap_or_default()
        );
        (Value::Object(cell).to_string(), verdict)
    };
    text.lines().map(cell).collect()
}

/// An example with its tree.
fn built(example: &Project) -> Memory {
    let mut world = Memory::new("/project");
    for (path, text) in &example.files {
        world.file(format!("/project/{path}"), text);
    }
    run(&mut world, &["build", &example.entry, "--out", "out"], None);
    world
}

/// Everything that one of the two asks, answered by both.
fn compare(example: &Project, world: &mut Memory, layer: Option<&str>, said: &mut String) -> [usize; 3] {
    // Of a tree whose data centre's firewall another site has, that is known beside the files.
    let tree = if example.name == "environments-staging" { example.entry.as_str() } else { "out" };
    let proof = run(world, &["reach", "--site", &example.entry, "--cells"], layer);
    let audit = run(world, &["audit", tree, "--cells"], layer);
    world.file("/project/proof.jsonl", &proof);
    world.file("/project/audit.jsonl", &audit);
    let mut proof = cells(&proof);
    let mut audit = cells(&audit);
    proof.extend(cells(&run(world, &["reach", "--site", &example.entry, "--ask", "audit.jsonl"], layer)));
    audit.extend(cells(&run(world, &["audit", tree, "--ask", "proof.jsonl"], layer)));
    assert_eq!(proof.len(), audit.len(), "{}: each answers all", example.name);
    let mut counts = [0; 3];
    for (question, verdict) in &proof {
        let other = &audit[question];
        let unknown = |verdict: &str| verdict.starts_with("unknown");
        if verdict == other || unknown(verdict) && unknown(other) {
            counts[usize::from(unknown(verdict)) * 2] += 1;
        } else {
            counts[1] += 1;
            let layer = layer.unwrap_or("all");
            let _ = writeln!(said, "{}, {layer}: {question}: proof {verdict}, audit {other}", example.name);
        }
    }
    counts
}

/// Every example is asked about, each pair of its machines, with all layers and with each alone; what differs, in words. They are
/// taken one after the other by as many threads as there are processors, the largest first.
fn differing() -> String {
    let mut all: Vec<Project> = examples();
    all.sort_by_key(|example| std::cmp::Reverse(example.files.values().map(String::len).sum::<usize>()));
    let queue = Mutex::new(all.into_iter());
    let said = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let Some(example) = queue.lock().expect("nobody panics with it").next() else { break };
            let (mut world, mut own) = (built(&example), String::new());
            for layer in LAYERS {
                let [agreed, different, unknown] = compare(&example, &mut world, layer, &mut own);
                let layer_name = layer.unwrap_or("all");
                println!(
                    "{}, {layer_name}: {agreed} agree, {different} differ, {unknown} unknown to both",
                    example.name
                );
                assert!(agreed > 0 || layer.is_some(), "{} has cells", example.name);
            }
            said.lock().expect("nobody panics with it").insert(example.name.clone(), own);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    said.into_inner().expect("nobody panicked").into_values().collect()
}

#[test]
fn proof_and_audit_agree_in_every_cell_of_the_examples() {
    let said = differing();
    assert!(said.is_empty(), "{} cells differ:\n{said}", said.lines().count());
}
