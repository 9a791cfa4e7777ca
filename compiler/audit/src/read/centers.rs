//! Which folder is of which data centre: numbers of guests, names of groups, sets and aliases are each one's own, and so are nodes.
//!
//! Each folder that has the switch of a data centre's firewall is one, since there is one such switch at each: that of Terraform
//! (`cluster_firewall`), or Proxmox's own (`cluster.fw`). What has none is of the one that it lies in, or whose nodes it names; where
//! there is one alone, it is of that. Of any other nobody knows whether the firewall is on.

use std::collections::{BTreeMap, BTreeSet};

use crate::proxmox::Center;

/// What wrote the files of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Terraform: what is below a folder is another one.
    Terraform,
    /// Proxmox itself: the folder is what `/etc/pve` is.
    Proxmox,
}

/// What a folder says of where it belongs.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// Whether it has the switch of a data centre's firewall.
    pub switch: bool,
    /// The nodes that it names.
    pub nodes: BTreeSet<String>,
    /// Files of which a data centre has one alone.
    pub single: BTreeSet<String>,
}

/// All folders, with what wrote them.
pub(super) type Folders<'f> = BTreeMap<(Kind, &'f str), Folder>;

/// The data centre of each folder.
#[derive(Debug, Default)]
pub(super) struct Centers<'f> {
    of: BTreeMap<(Kind, &'f str), Center>,
    /// What each is called, by its folder.
    names: Vec<String>,
    /// Names of nodes that several have.
    shared: BTreeSet<String>,
}

impl<'f> Centers<'f> {
    /// Tells them apart. `elsewhere`: the switch of one may be in another tree.
    pub fn of(folders: &Folders<'f>, elsewhere: bool) -> Self {
        let is_one = |(kind, _): &(Kind, &str), own: &Folder| {
            own.switch || elsewhere && *kind == Kind::Terraform && !own.nodes.is_empty()
        };
        let ones: Vec<_> = folders.iter().filter(|(key, own)| is_one(key, own)).map(|(key, _)| *key).collect();
        let mut centers = Self::default();
        for key in &ones {
            let center = centers.other_half(*key, &ones).unwrap_or_else(|| centers.further(key.1));
            centers.of.insert(*key, center);
        }
        let known = centers.names.len();
        for (key, own) in folders.iter().filter(|(key, own)| !is_one(key, own)) {
            let center = match known {
                0 if centers.names.is_empty() => centers.further(key.1),
                0 | 1 if centers.has_room(0, own, folders) => 0,
                // Of the one that is there it is none, whatever its nodes are called.
                0 | 1 => centers.around(*key, &ones).unwrap_or_else(|| centers.further(key.1)),
                _ => {
                    let found = centers.around(*key, &ones).or_else(|| centers.of_nodes(&own.nodes, &ones, folders));
                    found.unwrap_or_else(|| centers.further(key.1))
                }
            };
            centers.of.insert(*key, center);
        }
        centers.shorten();
        centers.shared = centers.shared(folders);
        centers
    }

    /// How many there are: one at least.
    pub fn count(&self) -> usize {
        self.names.len().max(1)
    }

    /// That of a folder.
    pub fn center(&self, kind: Kind, folder: &str) -> Center {
        self.of.get(&(kind, folder)).copied().unwrap_or_default()
    }

    /// What a node is called: where several data centres have one of a name, with the folder of its own.
    pub fn node(&self, center: Center, name: &str) -> String {
        match self.names.get(center) {
            Some(own) if self.shared.contains(name) && !own.is_empty() => format!("{own}/{name}"),
            _ => name.to_owned(),
        }
    }

    fn further(&mut self, folder: &str) -> Center {
        self.names.push(folder.to_owned());
        self.names.len() - 1
    }

    /// Terraform and Proxmox's files may describe one data centre: where each of them has one, or the folder of the one lies in that
    /// of the other.
    fn other_half(&self, (kind, folder): (Kind, &str), ones: &[(Kind, &str)]) -> Option<Center> {
        let of_kind = |wanted: Kind| ones.iter().filter(move |(kind, _)| *kind == wanted);
        if kind == Kind::Terraform {
            return None;
        }
        let halves: Vec<_> = match (of_kind(Kind::Terraform).count(), of_kind(Kind::Proxmox).count()) {
            (1, 1) => of_kind(Kind::Terraform).collect(),
            _ => of_kind(Kind::Terraform)
                .filter(|(_, other)| is_below(folder, other) || is_below(other, folder))
                .collect(),
        };
        let [half] = halves.as_slice() else { return None };
        // The other half of it may be known already.
        let center = *self.of.get(*half)?;
        self.of.iter().all(|((kind, _), known)| *kind == Kind::Terraform || *known != center).then_some(center)
    }

    /// The one whose folder a folder lies in: the nearest.
    fn around(&self, (kind, folder): (Kind, &str), ones: &[(Kind, &str)]) -> Option<Center> {
        let around = |(other, above): &&(Kind, &str)| {
            (kind == Kind::Proxmox || *other == Kind::Proxmox) && is_below(folder, above)
        };
        let nearest = ones.iter().filter(around).max_by_key(|(_, above)| above.len())?;
        self.of.get(nearest).copied()
    }

    /// The one that has a node which is named, if one alone has.
    fn of_nodes(&self, nodes: &BTreeSet<String>, ones: &[(Kind, &str)], folders: &Folders<'_>) -> Option<Center> {
        let having = ones.iter().filter(|key| !folders[*key].nodes.is_disjoint(nodes));
        let having: BTreeSet<Center> = having.filter_map(|key| self.of.get(key).copied()).collect();
        having.first().copied().filter(|_| having.len() == 1)
    }

    /// Whether none of the files of a folder is there already.
    fn has_room(&self, center: Center, own: &Folder, folders: &Folders<'_>) -> bool {
        let there = self.of.iter().filter(|(_, of)| **of == center).filter_map(|(key, _)| folders.get(key));
        there.into_iter().all(|other| other.single.is_disjoint(&own.single))
    }

    /// Leaves what all of their names have in common away.
    fn shorten(&mut self) {
        let split: Vec<Vec<&str>> = self.names.iter().map(|name| name.split('/').collect()).collect();
        let shortest = split.iter().map(Vec::len).min().unwrap_or_default();
        let alike = |at: &dyn Fn(&Vec<&str>) -> String| split.iter().all(|parts| at(parts) == at(&split[0]));
        let first = (0..shortest).take_while(|index| alike(&|parts| parts[*index].to_owned())).count();
        let room = shortest - first;
        let last = (0..room).take_while(|index| alike(&|parts| parts[parts.len() - 1 - index].to_owned())).count();
        self.names = split.iter().map(|parts| parts[first..parts.len() - last].join("/")).collect();
    }

    fn shared(&self, folders: &Folders<'_>) -> BTreeSet<String> {
        let mut owners: BTreeMap<&str, BTreeSet<Center>> = BTreeMap::new();
        for ((kind, folder), own) in folders {
            for node in &own.nodes {
                owners.entry(node).or_default().insert(self.center(*kind, folder));
            }
        }
        owners.into_iter().filter(|(_, centers)| centers.len() > 1).map(|(node, _)| node.to_owned()).collect()
    }
}

/// Whether a folder is another one, or lies in it.
fn is_below(folder: &str, above: &str) -> bool {
    above.is_empty() || folder.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
