//! What stays when something is lost: where members run, and what each single loss takes with it.
//!
//! A loss is one node, one place, one shared storage or one machine that Proxmox does not run. Two at once are nobody's promise here. It knows
//! no service by name: what a cluster survives follows from what it says of itself.

pub(crate) mod boot;
pub(crate) mod capacity;
pub(crate) mod chains;
pub(crate) mod disks;
pub(crate) mod losses;
pub(crate) mod places;
pub(crate) mod spread;
pub(crate) mod storage;
#[cfg(test)]
mod tests;
pub(crate) mod verdict;

use self::losses::Losses;
use self::verdict::{Shape, Stop, stops};
use crate::model::{Accepted, ClusterId, HostId, Kind, Site};
use crate::origins::Origins;

/// What is known of a site's losses, made once for all checks.
pub(crate) struct Availability {
    pub(crate) losses: Losses,
    /// One for each cluster.
    pub(crate) shapes: Vec<Shape>,
    /// The losses that stop each cluster.
    pub(crate) stops: Vec<Vec<Stop>>,
}

impl Availability {
    pub(crate) fn new(site: &Site) -> Self {
        let losses = Losses::new(site);
        let shapes: Vec<_> = site.clusters.iter().map(|cluster| Shape::of(site, cluster)).collect();
        let stops = shapes.iter().map(|shape| stops(site, &losses, shape)).collect();
        Self { losses, shapes, stops }
    }

    /// Whether what stops a cluster is worth a word: it decides by votes, can lose a member at all, and is not accepted.
    pub(crate) fn judged(&self, site: &Site, id: ClusterId) -> bool {
        let shape = &self.shapes[id.index()];
        shape.votes > 0 && shape.len() > 1 && shape.spare() > 0 && !self.accepted(site, id)
    }

    /// Whether the site accepts the loss of a cluster.
    pub(crate) fn accepted(&self, site: &Site, id: ClusterId) -> bool {
        site.accepted_losses.binary_search(&Accepted::Cluster(id)).is_ok()
    }

    /// How many nodes a cluster's members can be put on.
    pub(crate) fn nodes(&self, site: &Site, id: ClusterId) -> usize {
        spread::room(site, &site.clusters[id.index()])
    }

    /// Whether members that are spread evenly over the nodes survive the loss of each of them.
    pub(crate) fn avoidable(&self, site: &Site, id: ClusterId) -> bool {
        let shape = &self.shapes[id.index()];
        let hosts = shape.members.iter().map(|member| &site.hosts[member.index()]);
        let guests = hosts.filter(|host| host.kind != Kind::Machine);
        let copies = guests.clone().filter(|host| !host.witness).count();
        let nodes = self.nodes(site, id);
        // Those with a copy are spread first, and the others after them: each node has as few of both as can be.
        let even = |members: usize, spare: u32| members.div_ceil(nodes) as u32 <= spare;
        nodes > 0
            && even(guests.count(), shape.spare_members())
            && (shape.needed == 0 || even(copies, shape.spare_copies()))
    }

    /// Whether the site has a cluster that survives every single loss: what others are to it is worth a word.
    pub(crate) fn promises(&self, site: &Site) -> bool {
        let clusters = site.cluster_ids();
        clusters.into_iter().any(|id| {
            // Somewhere else to be, and not merely a loss that is accepted.
            self.judged(site, id) && self.stops[id.index()].is_empty() && self.is_apart(site, id)
        })
    }

    /// What helps a cluster whose members are on one node: whom to move, where `spread` holds them there.
    pub(crate) fn advice(site: &Site, origins: &Origins, id: ClusterId, lost: &[HostId]) -> String {
        let held = lost.iter().rev().find(|member| origins.hosts[member.index()].node.is_none());
        match held.filter(|_| site.clusters[id.index()].spread) {
            Some(member) => format!("`arv.lock` holds them there: {}", spread::release(&site.hosts[member.index()])),
            None => "put its members on different nodes, or name none and say `spread = true;`".into(),
        }
    }

    fn is_apart(&self, site: &Site, id: ClusterId) -> bool {
        let mut nodes = self.shapes[id.index()].members.iter().map(|member| site.hosts[member.index()].node);
        let Some(first) = nodes.next() else { return false };
        nodes.any(|node| node != first)
    }
}
