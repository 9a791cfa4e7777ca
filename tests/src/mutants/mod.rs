//! Mutants of golden trees: which of all single changes are looked at, and what an operator sees in the texts around them. The test
//! `mutants` holds the audit against them, and `tests/packets/mutants` holds both against packets.

pub mod more;
pub mod site;

use std::collections::BTreeMap;

use crate::edits::{Edit, Files, edits};
use crate::{projects, root};

/// Golden trees, how many places of each kind, and which folders of them. In `networks` no tunnel is certain, and a machine has an
/// address that nobody knows: there, and in the edges of nodes with several networks, random sites change what they have.
pub const TREES: [(&str, usize, &[&str]); 5] = [
    ("small", 5, &["terraform", "ansible", "nebula", "proxmox"]),
    ("containers", 4, &["terraform", "ansible", "nebula", "proxmox"]),
    ("dualstack", 2, &["terraform", "ansible", "nebula", "proxmox"]),
    ("stages", 1, &["terraform", "ansible", "nebula"]),
    ("domains", 1, &["terraform", "ansible", "nebula"]),
];

/// Kinds about which there is one thing to say, wherever they stand: one place of all.
const ONE: [&str; 5] =
    ["option dhcp", "option radv", "option macfilter", "option ipfilter", "local networks by default"];

/// Kinds that mostly do nothing, by rules that are soon told: one place in each tree.
const FEW: [&str; 11] = [
    "network that is told",
    "network that is told, or not",
    "port of the socket",
    "port of the socket, random",
    "use of relays",
    "name of a certificate",
    "host of an overlay rule, anybody",
    "subjects of an overlay rule",
    "order of a filter",
    "filter rule that goes",
    "address of a set, excluded",
];

/// The files of a golden tree.
pub fn tree(name: &str) -> Files {
    let mut files = BTreeMap::new();
    projects::files(&root().join("golden").join(name), "", &mut files);
    files
}

/// Why nobody looks at a place, if nobody does.
fn left_out(edit: &Edit, files: &Files) -> Option<&'static str> {
    if edit.kind.ends_with(", rejecting") {
        return Some("a refusal lets nothing pass, as a drop does not");
    }
    if edit.file.ends_with("templates.tf") {
        return Some("a template is no machine");
    }
    let speaks = |family: &str| {
        files.iter().any(|(path, text)| path.starts_with("terraform/") && text.contains(&format!("ip{family} {{")))
    };
    if let Some((name, family)) = edit.file.strip_prefix("ansible/files/filter/").and_then(|name| name.rsplit_once('.'))
    {
        // What is inside the overlay has families of its own.
        let inside = edit.before.contains("-i nebula");
        let own = |host: &String| site::speaks(files, host, family);
        if !inside && !site::with_filter(files, name).iter().any(own) {
            return Some("no machine with this filter has an address of the family");
        }
    }
    let rule = site::Spot::of(files, edit).rule(&edit.file).join("\n");
    let v6 = ["::/127", "fe80::", "fc00::", "fd00:"].iter().any(|net| rule.contains(net));
    (edit.file.starts_with("terraform/") && v6 && !speaks("v6")).then_some("nobody speaks IPv6 here")
}

/// The same number for the same text, wherever the program runs (FNV-1a).
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Of each kind some places, which stay the same if others come and go; and how many are left out, by why.
pub fn chosen(name: &str, files: &Files, each: usize, folders: &[&str]) -> (Vec<Edit>, BTreeMap<&'static str, usize>) {
    let mut kinds: BTreeMap<&str, Vec<Edit>> = BTreeMap::new();
    let mut left = BTreeMap::new();
    for edit in edits(files).into_iter().chain(more::edits(files)) {
        if !folders.contains(&edit.file.split('/').next().unwrap_or("")) {
            continue;
        }
        match left_out(&edit, files) {
            Some(why) => *left.entry(why).or_default() += 1,
            None => kinds.entry(edit.kind).or_default().push(edit),
        }
    }
    let some = |(kind, mut all): (&str, Vec<Edit>)| {
        all.sort_by_key(|edit| hash(&format!("{} {} {}", edit.file, edit.before, edit.after)));
        let most = match kind {
            _ if ONE.contains(&kind) => usize::from(name == TREES[0].0),
            _ if FEW.contains(&kind) => 1,
            _ => each,
        };
        all.truncate(most);
        all
    };
    (kinds.into_iter().flat_map(some).collect(), left)
}
