//! A tree, what is asked about it, and what a change of it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use arvc_audit::{Manner, Tree, read};
use arvc_tests::edits::{Edit, Files};
use arvc_verdict::{Counted, Layer, Path, Protocol, Question, Verdict};

/// A question, and what is out of the ordinary about its packet.
pub type Asked = (Question, Manner);

/// A verdict without what is missing, from less to more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    Closed,
    Unknown,
    Open,
}

impl Said {
    pub fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Unknown => "unknown",
            Self::Open => "open",
        }
    }
}

/// A connection that is not what it was.
#[derive(Clone, Debug)]
pub struct Change {
    pub asked: Asked,
    pub before: Said,
    pub after: Said,
}

impl Change {
    /// `app -> db tcp/5432 by overlay: open -> closed`.
    pub fn words(&self) -> String {
        let (question, manner) = &self.asked;
        let port = question.port.map(|port| format!("/{port}")).unwrap_or_default();
        let (from, to, protocol, path) = (&question.from, &question.to, question.protocol, &question.path);
        let lie = manner.source.map(|source| format!(" as {source}")).unwrap_or_default();
        let relayed = if manner.relayed { ", relayed" } else { "" };
        let (before, after) = (self.before.word(), self.after.word());
        format!("{from} -> {to} {protocol}{port} by {path}{lie}{relayed}: {before} -> {after}")
    }
}

/// What a mutant changes: with all layers on, and of its own layer alone where that is one.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub all: Vec<Change>,
    pub alone: Vec<Change>,
    /// Kinds of findings that the tree has more often than before.
    pub findings: Vec<&'static str>,
}

/// A tree, what is asked about it, and what it says.
pub struct Subject {
    pub files: Files,
    trees: BTreeMap<&'static str, Tree>,
    asked: Vec<Asked>,
    said: BTreeMap<&'static str, Vec<Said>>,
    findings: BTreeMap<&'static str, usize>,
}

/// Parts of the kinds that give a rule another address.
const NAMES: [&str; 5] = ["source", "destination", "length", "address of a set", "alias"];

/// All layers, and each.
const LAYERS: [(&str, Counted); 4] = [
    ("all", Counted::All),
    ("proxmox", Counted::Alone(Layer::Proxmox)),
    ("nebula", Counted::Alone(Layer::Nebula)),
    ("guest", Counted::Alone(Layer::Guest)),
];

impl Subject {
    /// A tree.
    pub fn new(files: Files) -> Self {
        let trees = LAYERS.map(|(layer, counted)| {
            let mut tree = read(&files);
            tree.count(counted);
            (layer, tree)
        });
        let trees = BTreeMap::from(trees);
        let asked = questions(&trees["all"], &files);
        let said = trees.iter().map(|(layer, tree)| (*layer, verdicts(tree, &asked))).collect();
        let findings = kinds(&trees["all"]);
        Self { files, trees, asked, said, findings }
    }

    /// The layer that a file is of: its own alone, or none where it carries packets.
    pub fn layer(file: &str) -> Option<&'static str> {
        match file {
            _ if file.starts_with("terraform/") => Some("proxmox"),
            _ if file.starts_with("nebula/") => Some("nebula"),
            _ if file.starts_with("ansible/") => Some("guest"),
            _ => None,
        }
    }

    /// What becomes of the answers.
    pub fn change(&self, edit: &Edit) -> Changes {
        let mut files = self.files.clone();
        edit.apply(&mut files);
        let mut tree = read(&files);
        // What a rule names now, nobody asked about before.
        let fresh = if NAMES.iter().any(|part| edit.kind.contains(part)) { self.fresh(&tree) } else { Vec::new() };
        let mut changes = Changes { all: self.differences(&mut tree, "all", &fresh), ..Changes::default() };
        if let Some(layer) = Self::layer(&edit.file) {
            changes.alone = self.differences(&mut tree, layer, &fresh);
        }
        let before = |kind: &str| self.findings.get(kind).copied().unwrap_or(0);
        changes.findings =
            kinds(&tree).into_iter().filter(|(kind, count)| *count > before(kind)).map(|(kind, _)| kind).collect();
        changes
    }

    /// Questions of another tree that this one has not, for want of an address that a rule names.
    fn fresh(&self, tree: &Tree) -> Vec<Asked> {
        let known: BTreeSet<&Question> = self.asked.iter().map(|(question, _)| question).collect();
        let cells = tree.matrix().cells.into_iter().map(|cell| cell.question);
        cells.filter(|question| !known.contains(question)).map(|question| (question, Manner::default())).collect()
    }

    fn differences(&self, tree: &mut Tree, layer: &str, fresh: &[Asked]) -> Vec<Change> {
        let counted = LAYERS.iter().find(|(name, _)| *name == layer).expect("a layer").1;
        tree.count(counted);
        let old = self.said[layer].iter().copied().chain(verdicts(&self.trees[layer], fresh));
        let new = verdicts(tree, &self.asked).into_iter().chain(verdicts(tree, fresh));
        let all = self.asked.iter().chain(fresh).zip(old.zip(new));
        all.filter(|(_, (before, after))| before != after)
            .map(|(asked, (before, after))| Change { asked: asked.clone(), before, after })
            .collect()
    }
}

fn kinds(tree: &Tree) -> BTreeMap<&'static str, usize> {
    let mut found = BTreeMap::new();
    for finding in tree.findings() {
        *found.entry(finding.kind).or_default() += 1;
    }
    found
}

fn verdicts(tree: &Tree, asked: &[Asked]) -> Vec<Said> {
    let said = |verdict| match verdict {
        Verdict::Open => Said::Open,
        Verdict::Closed => Said::Closed,
        Verdict::Unknown { .. } => Said::Unknown,
    };
    tree.verdicts_as(asked.iter().map(|(question, manner)| (question, *manner))).into_iter().map(said).collect()
}

/// Every boundary packet of every two; between members with no tunnel of their own too; with a neighbour's address; from
/// operators through routers; from whoever a rule names to the nodes.
fn questions(tree: &Tree, files: &Files) -> Vec<Asked> {
    let mut asked: BTreeSet<(Question, bool, Option<IpAddr>)> = BTreeSet::new();
    for cell in tree.matrix().expand(tree) {
        let inside = matches!(cell.question.path, Path::Overlay(_));
        asked.extend(inside.then(|| (cell.question.clone(), true, None)));
        asked.insert((cell.question, false, None));
    }
    let machines: Vec<&str> = tree.machines().collect();
    for operator in operators(files) {
        for to in &machines {
            let own = tree.paths("internet", to).into_iter().map(|(_, address)| address);
            for address in own.filter(|address| address.is_ipv4() == operator.is_ipv4()) {
                for packet in [(Protocol::Tcp, Some(22)), (Protocol::Tcp, Some(443)), (Protocol::Icmp, None)] {
                    asked.insert((question(&operator.to_string(), to, address, &Path::Routed, packet), false, None));
                }
            }
        }
    }
    for (from, to, address, path) in to_nodes(tree, files) {
        let ports = [21, 22, 23, 3127, 3128, 3129, 5899, 5900, 5999, 6000, 8005, 8006, 8007, 60050, 60051];
        let ports = ports.into_iter().map(|port| (Protocol::Tcp, Some(port)));
        for packet in ports.chain([(Protocol::Udp, Some(22)), (Protocol::Icmp, None)]) {
            asked.insert((question(&from, &to, address, &path, packet), false, None));
        }
    }
    for from in &machines {
        for to in machines.iter().filter(|to| *to != from) {
            let Some(beside) = machines.iter().find(|other| *other != from && *other != to) else { continue };
            for (path, address) in tree.paths(from, to) {
                let lies = tree.paths(from, beside);
                let lie = lies.iter().find(|(way, own)| *way == path && own.is_ipv4() == address.is_ipv4());
                if let (Path::Bridge(..), Some((_, lie))) = (&path, lie) {
                    for packet in [(Protocol::Tcp, Some(22)), (Protocol::Udp, Some(4242))] {
                        asked.insert((question(from, to, address, &path, packet), false, Some(*lie)));
                    }
                }
            }
        }
    }
    let manner = |(question, relayed, source)| (question, Manner { relayed, source, ..Manner::default() });
    asked.into_iter().map(manner).collect()
}

fn question(from: &str, to: &str, address: IpAddr, path: &Path, (protocol, port): (Protocol, Option<u16>)) -> Question {
    Question { from: from.into(), to: to.into(), address, path: path.clone(), protocol, port }
}

/// An address of each network that operators come from.
fn operators(files: &Files) -> Vec<IpAddr> {
    let wiring: serde_json::Value = serde_json::from_str(&files["wiring.json"]).expect("JSON");
    let all = wiring["operators"].as_array().into_iter().flatten().filter_map(|net| net.as_str());
    all.filter_map(|net| net.split('/').next()?.parse().ok()).collect()
}

/// Those who are no machines, and each address of each node that they may speak to: on its bridge if they are there, else routed.
fn to_nodes(tree: &Tree, files: &Files) -> Vec<(String, String, IpAddr, Path)> {
    let wiring: serde_json::Value = serde_json::from_str(&files["wiring.json"]).expect("JSON");
    let nodes: Vec<&String> = wiring["nodes"].as_object().expect("nodes").keys().collect();
    let mut ways: BTreeMap<(String, IpAddr), Path> = BTreeMap::new();
    for machine in tree.machines() {
        for node in &nodes {
            for (path, address) in tree.paths(machine, node) {
                let way = ways.entry(((*node).clone(), address)).or_insert(Path::Routed);
                *way = path.min(way.clone());
            }
        }
    }
    let strangers = tree.classes().into_iter().flat_map(|class| class.members);
    let strangers: Vec<IpAddr> = strangers.filter_map(|name| name.parse().ok()).collect();
    let mut found = Vec::new();
    for ((node, address), path) in ways {
        for stranger in strangers.iter().filter(|stranger| stranger.is_ipv4() == address.is_ipv4()) {
            let own = matches!(path, Path::Bridge(..)) && near(*stranger, address);
            let path = if own { path.clone() } else { Path::Routed };
            found.push((stranger.to_string(), node.clone(), address, path));
        }
    }
    found
}

/// Whether two addresses are probably on one segment: in these trees networks of bridges are /24 or /64.
fn near(one: IpAddr, other: IpAddr) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one.octets()[..3] == other.octets()[..3],
        (IpAddr::V6(one), IpAddr::V6(other)) => one.segments()[..4] == other.segments()[..4],
        _ => false,
    }
}
