//! Trees and questions in a few words.
#![allow(dead_code, reason = "each test file uses some of it")]

pub mod filtered;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use arvc_audit::{Tree, read};
use arvc_verdict::{Answer, Question, Verdict};

/// The folder of the golden trees.
pub fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden")
}

/// The files below a folder.
pub fn files(root: &Path) -> BTreeMap<String, String> {
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
    let mut found = BTreeMap::new();
    walk(root, root, &mut found);
    found
}

/// A tree of a few files.
pub fn tree(files: &[(&str, &str)]) -> Tree {
    read(&files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

/// A guest's `VMID.conf`: one device on `vmbr1`, with this `ipconfig0`.
pub fn machine(name: &str, addresses: &str) -> String {
    format!("name: {name}\nnet0: virtio=BC:24:11:00:00:01,bridge=vmbr1\nipconfig0: {addresses}\n")
}

/// Two machines `a` (.1) and `b` (.2) of one bridge, without a firewall of Proxmox, and these files besides.
pub fn beside(files: &[(&str, &str)]) -> Tree {
    let of = |name: &str, last: u8| machine(name, &format!("ip=10.0.0.{last}/24,ip6=fd00::{last}/64"));
    let (a, b) = (of("a", 1), of("b", 2));
    let mut all = vec![
        ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 0\n"),
        ("pve/nodes/one/qemu-server/101.conf", a.as_str()),
        ("pve/nodes/one/qemu-server/102.conf", b.as_str()),
    ];
    all.extend(files);
    tree(&all)
}

/// What passes from `a` to `b` of [`beside`]: `VERDICT PACKET` a line, `VERDICT PACKET 6` over IPv6.
pub fn asks(tree: &Tree, lines: &str) {
    for line in lines.lines() {
        let (wanted, what) = line.split_once(' ').expect("a verdict and a packet");
        let (what, address) = what.strip_suffix(" 6").map_or((what, "10.0.0.2"), |what| (what, "fd00::2"));
        expect(tree, &format!("{wanted} a -> b {address}, bridge vmbr1, {what}"));
    }
}

/// A question: `FROM -> TO ADDRESS, PATH, PROTOCOL[/PORT]`, as `a -> b 10.0.0.2, bridge vmbr1, tcp/22`.
pub fn question(text: &str) -> Question {
    let mut parts = text.split(", ");
    let (ends, path, what) = (parts.next().expect("ends"), parts.next().expect("a path"), parts.next().expect("what"));
    let (from, to) = ends.split_once(" -> ").expect("an arrow");
    let (to, address) = to.split_once(' ').expect("an address");
    let (protocol, port) = what.split_once('/').map_or((what, None), |(protocol, port)| (protocol, Some(port)));
    Question {
        from: from.into(),
        to: to.into(),
        address: address.parse().expect("an address"),
        path: path.parse().expect("a path"),
        protocol: protocol.parse().expect("a protocol"),
        port: port.map(|port| port.parse().expect("a port")),
    }
}

/// The whole answer.
pub fn answer(tree: &Tree, text: &str) -> Answer {
    tree.decide(&question(text))
}

/// `open`, `closed` or `unknown`.
pub fn verdict(tree: &Tree, text: &str) -> &'static str {
    match answer(tree, text).verdict {
        Verdict::Open => "open",
        Verdict::Closed => "closed",
        Verdict::Unknown { .. } => "unknown",
    }
}

/// Every question of a list has this verdict, one `VERDICT QUESTION` a line.
pub fn expect(tree: &Tree, lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (wanted, text) = line.split_once(' ').expect("a verdict and a question");
        let answer = answer(tree, text);
        let found = verdict(tree, text);
        assert_eq!(found, wanted, "{text}\n{answer:#?}");
    }
}
