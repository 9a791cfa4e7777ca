//! Which folder is of which data centre: numbers of guests and names of groups, sets and aliases are each one's own.
//!
//! Each folder that has the switch of a data centre's firewall is one, since there is one such switch at each. What has none is
//! of the one whose nodes it names; where there is one alone, it is of that. Of any other nobody knows whether the firewall is on.

use std::collections::{BTreeMap, BTreeSet};

use crate::proxmox::Center;
use crate::text::hcl::{Block, Value};

/// What a folder says of where it belongs.
#[derive(Default)]
struct Folder<'f> {
    switch: bool,
    nodes: BTreeSet<&'f str>,
}

/// The data centre of each folder. `elsewhere`: the switch of one may be in another tree.
pub(super) fn of_folders(files: &[(u32, String, Block)], elsewhere: bool) -> BTreeMap<&str, Center> {
    let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
    for (_, folder, body) in files {
        let own = folders.entry(folder).or_default();
        for block in body.blocks.iter().filter(|block| block.kind == "resource") {
            own.switch |= block.labels.first().is_some_and(|kind| kind.ends_with("_cluster_firewall"));
            if let Some(Value::Text(node)) = block.attribute("node_name").map(|attribute| &attribute.value) {
                own.nodes.insert(node);
            }
        }
    }
    let is_one = |own: &Folder<'_>| own.switch || elsewhere && !own.nodes.is_empty();
    let ones: Vec<&str> = folders.iter().filter(|(_, own)| is_one(own)).map(|(name, _)| *name).collect();
    let mut further = ones.len().max(1);
    let mut centers = BTreeMap::new();
    for (name, own) in &folders {
        let known = ones.iter().position(|other| other == name);
        let beside = || ones.iter().position(|other| !folders[other].nodes.is_disjoint(&own.nodes));
        let center = known.or_else(beside).unwrap_or_else(|| match ones.len() {
            0 | 1 => 0,
            _ => {
                further += 1;
                further - 1
            }
        });
        centers.insert(*name, center);
    }
    centers
}
