//! Rows say of every packet what it is told when it is asked about alone: of the trees that arvc writes with all layers and with
//! each alone, of a site that hands on and translates, and of rules at whose edges much could be mistaken.

mod common;

use std::collections::BTreeMap;

use arvc_audit::{Tree, pairs, read};
use arvc_verdict::{Counted, Layer, Protocol, Question, Verdict};

use common::{files, golden};

/// Holds each packet of each row against its own verdict, of so many pairs of classes; how many there were.
fn same(name: &str, tree: &Tree, every: usize) -> usize {
    let classes = tree.classes_apart(|_| None);
    let rows = tree.rows([(Protocol::Tcp, Some(7)), (Protocol::Udp, Some(40_000)), (Protocol::Other(132), None)]);
    let mut asked = 0;
    for (from, to) in pairs(&classes).step_by(every) {
        for (path, address) in tree.paths(from, to) {
            let row = rows.row(from, to, &path, address);
            let question = |(protocol, port)| Question {
                from: from.to_owned(),
                to: to.to_owned(),
                address,
                path: path.clone(),
                protocol,
                port,
            };
            let questions: Vec<Question> = rows.packets().iter().map(|packet| question(*packet)).collect();
            for (at, verdict) in tree.verdicts(&questions).into_iter().enumerate() {
                let bit = |bits: &[u64]| bits[at / 64] >> (at % 64) & 1 == 1;
                let said = (bit(&row.open), bit(&row.closed));
                let alone = (verdict == Verdict::Open, verdict == Verdict::Closed);
                assert_eq!(said, alone, "{name}: {:?}: {verdict}", questions[at]);
            }
            asked += questions.len();
        }
    }
    asked
}

#[test]
fn a_row_says_of_each_packet_what_it_is_told_alone() {
    for folder in std::fs::read_dir(golden()).expect("golden trees") {
        let folder = folder.expect("an entry").path();
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let mut tree = read(&files(&folder));
        let pairs = tree.classes_apart(|_| None).len().pow(2);
        for counted in
            [Counted::All].into_iter().chain([Layer::Proxmox, Layer::Nebula, Layer::Guest].map(Counted::Alone))
        {
            tree.count(counted);
            // Of a large tree some pairs, evenly spread: a step that has no divisor in common with the number of classes.
            let asked = same(&name, &tree, (pairs / 40).max(1) | 1);
            assert!(asked > 0, "{name} has ways");
        }
    }
}

#[test]
fn what_a_node_hands_on_is_looked_at_by_its_port() {
    let mut tree = files(&golden().join("arvandor"));
    // The same port twice under another number, a range to its first port, and all of a protocol.
    let edge = tree.keys().find(|path| path.ends_with("edge.rules")).cloned();
    let edge = edge.expect("a node of the example hands ports on");
    let text = tree.remove(&edge).expect("its file");
    let rule = text.lines().find(|line| line.contains("DNAT")).expect("a rule that hands on").to_owned();
    let at = rule.find("--dport").expect("a port");
    let (head, tail) = rule.split_at(at);
    let target =
        tail.split("--to-destination ").nth(1).expect("a target").split([' ', ':']).next().expect("an address");
    let more = ["5000", "6000:6010"].map(|ports| format!("{head}--dport {ports} -j DNAT --to-destination {target}:22"));
    tree.insert(edge, text.replace(&rule, &format!("{}\n{}\n{rule}", more[0], more[1])));
    let tree: Tree = read(&tree);
    let asked: BTreeMap<&str, usize> = [("arvandor, handing on", same("arvandor, handing on", &tree, 1))].into();
    assert!(asked.values().all(|count| *count > 1000), "{asked:?}");
}
