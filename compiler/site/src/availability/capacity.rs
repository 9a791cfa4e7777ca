//! What guests ask of their nodes together, also after a node is lost.
//!
//! A node is judged by what it states. After the loss of one, the guests that the HA manager keeps need room on the others:
//! that it is not there at all is certain where the free memory of all nodes that they may run on is too little together,
//! or no such node has room for the largest. How they would be packed is the HA manager's.

use std::collections::BTreeMap;

use crate::availability::losses::present;
use crate::availability::storage::reach;
use crate::model::{Host, HostId, Kind, NodeId, Site};

/// What the guests of one node ask for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) memory: u64,
    pub(crate) cores: u64,
    pub(crate) guests: Vec<HostId>,
}

/// For each node, what runs on it ordinarily.
pub(crate) fn asked(site: &Site) -> Vec<Asked> {
    let mut asked = vec![Asked::default(); site.nodes.len()];
    for (host, id) in site.hosts.iter().zip(0..) {
        let Some(node) = host.node.filter(|_| runs(host)) else { continue };
        let on = &mut asked[node.index()];
        on.memory = on.memory.saturating_add(host.memory);
        on.cores += u64::from(host.cores);
        on.guests.push(HostId(id));
    }
    asked
}

fn runs(host: &Host) -> bool {
    host.kind != Kind::Machine && present(host)
}

/// A node whose loss leaves guests without room.
#[derive(Debug)]
pub(crate) struct NoRoom {
    pub(crate) lost: NodeId,
    /// The nodes that they may run on.
    pub(crate) nodes: Vec<NodeId>,
    /// The guests that look for room there.
    pub(crate) guests: Vec<HostId>,
    pub(crate) memory: u64,
    pub(crate) free: u64,
    /// The guest that is larger than what each node has free, if it is that.
    pub(crate) largest: Option<HostId>,
    /// A guest that has more cores than each of the nodes, if there is one.
    pub(crate) starts_nowhere: Option<HostId>,
}

/// Where the HA manager starts a guest once its node is lost: on the nodes that it is told, and on others that have its disks
/// only if none of those is left.
fn destinations(site: &Site, host: &Host, lost: NodeId) -> Vec<NodeId> {
    let Some(ha) = host.ha.as_ref().filter(|_| host.placement.len() > 1) else { return Vec::new() };
    let left: Vec<NodeId> = reach(site, host).into_iter().filter(|node| *node != lost).collect();
    let told: Vec<NodeId> = left.iter().copied().filter(|node| ha.nodes.contains(node)).collect();
    if told.is_empty() { left } else { told }
}

/// The losses of nodes after which guests have no room. Nodes that are `full` already are reported.
pub(crate) fn without_room(site: &Site, asked: &[Asked], accepted: impl Fn(NodeId) -> bool) -> Vec<NoRoom> {
    let free = |node: &NodeId| {
        site.nodes[node.index()].memory.map(|memory| memory.value.saturating_sub(asked[node.index()].memory))
    };
    let mut found = Vec::new();
    for (lost, on) in site.node_ids().zip(asked) {
        if accepted(lost) {
            continue;
        }
        // Guests that go to the same nodes look for room together.
        let mut looking: BTreeMap<Vec<NodeId>, Vec<HostId>> = BTreeMap::new();
        for guest in &on.guests {
            let nodes = destinations(site, &site.hosts[guest.index()], lost);
            if !nodes.is_empty() {
                looking.entry(nodes).or_default().push(*guest);
            }
        }
        for (nodes, guests) in looking {
            let memory = |id: &HostId| site.hosts[id.index()].memory;
            let cores = |id: &HostId| u64::from(site.hosts[id.index()].cores);
            let threads = |node: &NodeId| site.nodes[node.index()].cores.map(|cores| u64::from(cores.value));
            let most = nodes.iter().map(threads).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max());
            let starts_nowhere = guests.iter().copied().find(|id| most.is_some_and(|most| cores(id) > most));
            let needed = guests.iter().map(memory).fold(0, u64::saturating_add);
            let rooms = nodes.iter().map(free).collect::<Option<Vec<u64>>>();
            let all = rooms.as_ref().map_or(u64::MAX, |rooms| rooms.iter().copied().fold(0, u64::saturating_add));
            let most = rooms.and_then(|rooms| rooms.into_iter().max());
            let largest = guests.iter().copied().max_by_key(memory);
            let largest = largest.filter(|id| most.is_some_and(|most| memory(id) > most));
            if needed > all || largest.is_some() || starts_nowhere.is_some() {
                found.push(NoRoom { lost, nodes, guests, memory: needed, free: all, largest, starts_nowhere });
            }
        }
    }
    found
}

/// The largest of some guests, and how many are left: `db` 8GiB, `app` 4GiB and 3 more.
pub(crate) fn largest(
    site: &Site,
    guests: &[HostId],
    by: impl Fn(&Host) -> u64,
    show: impl Fn(u64) -> String,
) -> String {
    let mut sorted: Vec<_> = guests.iter().map(|id| &site.hosts[id.index()]).collect();
    sorted.sort_by(|a, b| (by(b), &a.named.name).cmp(&(by(a), &b.named.name)));
    let shown = sorted.iter().take(3).map(|host| format!("`{}` {}", host.named.name, show(by(host))));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match sorted.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Bytes as the language writes them.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [(u32, &str); 4] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    let whole = UNITS.iter().find(|(shift, _)| bytes >= 1 << shift && bytes.is_multiple_of(1 << shift));
    match whole {
        Some((shift, unit)) => format!("{}{unit}", bytes >> shift),
        None => format!("{bytes}B"),
    }
}
