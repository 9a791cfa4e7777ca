//! Proof and audit held against one another, cell by cell: what the site's policies let through, and what the files of its tree
//! let through, with all layers and with each alone. Neither knows anything of the other.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;

use arvc::world::memory::Memory;
use arvc_tests::projects::{Project, examples, files};
use arvc_tests::root;
use serde_json::{Value, json};

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

/// Small sites of what the examples have not, with questions in comments: `# VERDICT FROM -> TO ADDRESS, PATH, PROTOCOL[/PORT]`.
fn small() -> Vec<Project> {
    let mut texts = BTreeMap::new();
    files(&root().join("tests/cells"), "", &mut texts);
    let one = |(path, text): (String, String)| {
        let name = path.trim_end_matches(".arv").to_owned();
        Project { name, entry: "site.arv".into(), files: BTreeMap::from([("site.arv".into(), text)]) }
    };
    texts.into_iter().map(one).collect()
}

/// The questions in the comments of a site, with their verdicts.
fn stated(site: &Project) -> BTreeMap<String, String> {
    let lines = site.files[&site.entry].lines().filter_map(|line| line.strip_prefix("# ")?.split_once(' '));
    let stated = lines.filter(|(verdict, _)| ["open", "closed", "unknown"].contains(verdict));
    let question = |text: &str| {
        let [ends, path, packet] = text.split(", ").collect::<Vec<_>>()[..] else { panic!("{text}") };
        let (from, to) = ends.split_once(" -> ").expect("an arrow");
        let (to, address) = to.split_once(' ').expect("an address");
        let mut question = json!({ "from": from, "to": to, "address": address, "path": path });
        let (protocol, port) = packet.split_once('/').map_or((packet, None), |(it, port)| (it, Some(port)));
        question["protocol"] = json!(protocol);
        if let Some(port) = port {
            question["port"] = json!(port.parse::<u16>().expect("a port"));
        }
        question.to_string()
    };
    stated.map(|(verdict, text)| (question(text), verdict.to_owned())).collect()
}

/// Every example is asked about, each pair of its machines, with all layers and with each alone; what differs, in words. They are
/// taken one after the other by as many threads as there are processors, the largest first.
fn differing(mut all: Vec<Project>) -> String {
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
    let said = differing(examples());
    assert!(said.is_empty(), "{} cells differ:\n{said}", said.lines().count());
}

#[test]
fn proof_and_audit_agree_in_every_cell_of_small_sites() {
    let said = differing(small());
    assert!(said.is_empty(), "{} cells differ:\n{said}", said.lines().count());
}

#[test]
fn proof_and_audit_say_what_small_sites_expect() {
    let mut wrong = String::new();
    for site in small() {
        let (mut world, stated) = (built(&site), stated(&site));
        world.file("/project/ask.jsonl", stated.keys().map(|question| format!("{question}\n")).collect::<String>());
        let proof: &[&str] = &["reach", "--site", &site.entry, "--ask", "ask.jsonl"];
        for (who, arguments) in [("proof", proof), ("audit", &["audit", "out", "--ask", "ask.jsonl"])] {
            let said = cells(&run(&mut world, arguments, None));
            assert_eq!(said.len(), stated.len(), "{}: {who} answers all", site.name);
            for (question, wanted) in &stated {
                let found = &said[question];
                if found.split(' ').next() != Some(wanted) {
                    let _ = writeln!(wrong, "{}: {who} says {found}, not {wanted}: {question}", site.name);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
