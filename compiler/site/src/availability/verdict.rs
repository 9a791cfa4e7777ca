//! What a cluster needs to go on, and which single losses leave less.

use std::collections::BTreeMap;

use crate::availability::losses::{Loss, Losses, present};
use crate::model::{Cluster, HostId, Site};

/// What a cluster is, as far as it can be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Its machines that are there.
    pub(crate) members: Vec<HostId>,
    /// How many of them hold a copy of the data.
    pub(crate) copies: u32,
    /// How many have to be there to decide anything; 0 where nobody decides.
    pub(crate) votes: u32,
    /// How many copies have to be there: the primary's, and those that it waits for.
    pub(crate) needed: u32,
}

impl Shape {
    pub(crate) fn of(site: &Site, cluster: &Cluster) -> Self {
        let is_present = |id: &HostId| present(&site.hosts[id.index()]);
        let members: Vec<_> = cluster.members.iter().copied().filter(is_present).collect();
        let copies = members.iter().filter(|id| !site.hosts[id.index()].witness).count() as u32;
        let majority = if cluster.quorum { counted(site, cluster) / 2 + 1 } else { 0 };
        let votes = majority.max(cluster.votes.map_or(0, |votes| votes.value));
        // Members that only vote have no data to lose: Sentinels on machines of their own.
        let only_votes = cluster.members.iter().all(|id| site.hosts[id.index()].witness);
        let needed = match cluster.replicas.value {
            0 if only_votes => 0,
            replicas => replicas.saturating_add(1),
        };
        Self { members, copies, votes, needed }
    }

    /// How many members it has.
    pub(crate) fn len(&self) -> u32 {
        self.members.len() as u32
    }

    /// How many members it can lose, whichever they are.
    pub(crate) fn spare(&self) -> u32 {
        self.spare_members().min(if self.needed == 0 { u32::MAX } else { self.spare_copies() })
    }

    /// How many members it can lose, as far as they decide.
    pub(crate) fn spare_members(&self) -> u32 {
        if self.votes == 0 { self.len() } else { self.len().saturating_sub(self.votes) }
    }

    /// How many members with a copy it can lose, as far as the data is concerned.
    pub(crate) fn spare_copies(&self) -> u32 {
        self.copies.saturating_sub(self.needed)
    }

    /// What is too little once this many are lost, and this many of them with a copy.
    pub(crate) fn lack(&self, lost: u32, copies: u32) -> Option<Lack> {
        let (members, copies) = (self.len() - lost, self.copies - copies);
        if members < self.votes {
            Some(Lack::Votes { left: members, needed: self.votes })
        } else if copies < self.needed {
            Some(Lack::Copies { left: copies, needed: self.needed })
        } else {
            None
        }
    }
}

/// How many members count when a majority is asked for: one that is switched off does, one that is not there yet does not.
pub(crate) fn counted(site: &Site, cluster: &Cluster) -> u32 {
    cluster.members.iter().filter(|id| site.hosts[id.index()].status.is_there()).count() as u32
}

/// What a loss leaves too few of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// Members that decide.
    Votes { left: u32, needed: u32 },
    /// Members with the data.
    Copies { left: u32, needed: u32 },
}

/// A loss that a cluster does not survive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) loss: Loss,
    /// The members that it takes.
    pub(crate) lost: Vec<HostId>,
    pub(crate) lack: Lack,
}

impl Stop {
    /// `db-01` and `db-02` of 3, which leaves 1 of the 2 that decide.
    pub(crate) fn words(&self, site: &Site, shape: &Shape) -> String {
        let lost: Vec<_> =
            self.lost.iter().take(4).map(|id| format!("`{}`", site.hosts[id.index()].named.name)).collect();
        let lost = match self.lost.len() {
            all if all == shape.members.len() => format!("all {all} members"),
            all if all > lost.len() => format!("{all} of its {} members", shape.len()),
            _ => format!("{} of its {} members", lost.join(" and "), shape.len()),
        };
        match self.lack {
            Lack::Votes { left: 0, .. } | Lack::Copies { left: 0, needed: 1 }
                if self.lost.len() == shape.members.len() =>
            {
                lost
            }
            Lack::Votes { left, needed } => format!("{lost}: {left} left, {needed} have to agree"),
            Lack::Copies { left: 0, .. } => format!("{lost}: no copy of the data is left"),
            Lack::Copies { left, needed } => {
                format!("{lost}: {left} with the data left, its primary waits for {}", needed - 1)
            }
        }
    }
}

/// The losses that stop a cluster, each only where no smaller one within it does.
pub(crate) fn stops(site: &Site, losses: &Losses, shape: &Shape) -> Vec<Stop> {
    let mut taken: BTreeMap<Loss, Vec<HostId>> = BTreeMap::new();
    for member in &shape.members {
        for loss in losses.of(*member) {
            taken.entry(*loss).or_default().push(*member);
        }
    }
    let copies = |lost: &[HostId]| lost.iter().filter(|id| !site.hosts[id.index()].witness).count() as u32;
    let stops = taken.into_iter().filter_map(|(loss, lost)| {
        let lack = shape.lack(lost.len() as u32, copies(&lost))?;
        Some(Stop { loss, lost, lack })
    });
    let stops: Vec<_> = stops.collect();
    let smallest = |stop: &Stop| {
        let Loss::Place(place) = stop.loss else { return true };
        !stops.iter().any(|other| match other.loss {
            Loss::Node(node) => losses.places.of_node(node).contains(&place),
            Loss::Machine(host) => losses.places.of_set(&site.hosts[host.index()].places).contains(&place),
            Loss::Storage(_) => false,
            Loss::Place(inner) => inner != place && losses.places.of_set(&[inner]).contains(&place),
        })
    };
    stops.iter().filter(|stop| smallest(stop)).cloned().collect()
}
