//! What each layer does with a connection, on every path that it can take: the proof that `arvc reach` shows.
//!
//! Everything here starts from the [policies](crate::policy) that the layers are emitted from, and reads them as the real
//! programs read what is emitted: Nebula by certificate, Proxmox's firewall and a machine's packet filter by address. A
//! layer that a machine does not have lets everything through, and says so.
//!
//! Each step gives two bounds: what passes for certain, and what may pass. They differ only where the site does not say what
//! decides (a router that is not described), or where an end is a set of addresses that a rule cuts in two. A connection is
//! open if it is in the lower bound of every step, closed if it is outside the upper bound of one.
//!
//! Replies need no step of their own: every layer tracks connections, and a reply belongs to one.

mod answer;
mod around;
mod aside;
mod ask;
mod at_node;
mod behind;
mod beyond;
mod cells;
mod claims;
mod classes;
mod decide;
mod edge;
mod guards;
mod handed;
mod index;
mod leased;
mod led;
mod lists;
mod lost;
mod marks;
mod matrix;
mod needs;
mod node;
mod pools;
mod rows;
mod spared;
mod strangers;
#[cfg(test)]
mod tests;
mod tunnel;
mod words;
mod world;

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use arvc_site::model::{HostId, NetworkId, NodeId};
use ipnet::IpNet;

pub use self::answer::Answers;
pub use self::ask::Cell;
pub use self::claims::{Finding, Held, Judged};
pub use self::classes::Classes;
pub(crate) use self::decide::Detail;
pub(crate) use self::decide::Ground;
pub use self::decide::Layers;
pub use self::guards::{Guard, Stand};
pub use self::matrix::{Block, Matrix, Passing};
pub use self::needs::{Lack, Needed, Unserved};
pub use self::rows::packet_of;
use crate::ports::PortSet;

/// Who starts a connection, or gets it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// A machine of the site.
    Host(HostId),
    /// A Proxmox host.
    Node(NodeId),
    /// Everything but the site's own and private prefixes, and but the operators, who are asked for by themselves.
    Internet,
    /// The operators' addresses.
    Operators,
    /// Addresses that no machine of the site has.
    Prefix(IpNet),
    /// Some addresses of such a set, where a claim spares a part of it.
    Part(Box<Party>, Arc<[IpNet]>),
}

impl Party {
    /// The set that a part is of; else itself.
    pub fn whole(&self) -> &Self {
        match self {
            Self::Part(whole, _) => whole,
            whole => whole,
        }
    }
}

impl Party {
    /// Whether it is more than one, so that one of them may connect to another.
    pub(crate) fn is_several(&self) -> bool {
        match self {
            Self::Host(_) | Self::Node(_) => false,
            Self::Internet | Self::Operators => true,
            Self::Prefix(prefix) => prefix.prefix_len() < prefix.max_prefix_len(),
            Self::Part(_, prefixes) => prefixes.iter().any(|prefix| prefix.prefix_len() < prefix.max_prefix_len()),
        }
    }

    /// Whether it is a machine or a node of the site.
    pub fn is_of_the_site(&self) -> bool {
        matches!(self, Self::Host(_) | Self::Node(_))
    }
}

/// What decides about a connection at one place of its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The Proxmox firewall of a guest, outwards.
    ProxmoxOut,
    /// Nebula's outbound rules.
    NebulaOut,
    /// The address that something gives a machine, which nobody knows.
    Address,
    /// Whether there is a way for the packets of the overlay.
    Tunnel,
    /// A router between two networks, or at the edge of the site.
    Router,
    /// Nebula's inbound rules.
    NebulaIn,
    /// The Proxmox firewall of a guest, inwards.
    ProxmoxIn,
    /// The firewall of a Proxmox host itself.
    NodeIn,
    /// The packet filter of a machine.
    Filter,
    /// The same, for what it hands on as a router.
    Forward,
}

impl Layer {
    /// As whoever reads the files calls it.
    pub fn kind(self) -> arvc_verdict::Layer {
        match self {
            Self::ProxmoxOut | Self::ProxmoxIn | Self::NodeIn => arvc_verdict::Layer::Proxmox,
            Self::NebulaOut | Self::NebulaIn => arvc_verdict::Layer::Nebula,
            Self::Filter | Self::Forward => arvc_verdict::Layer::Guest,
            // Whether there is a tunnel is a question of what carries its packets.
            Self::Tunnel | Self::Router | Self::Address => arvc_verdict::Layer::Path,
        }
    }
}

/// One decision on a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What decides.
    pub layer: Layer,
    /// Where.
    pub at: Party,
    /// What passes for certain.
    pub lower: PortSet,
    /// What may pass.
    pub upper: PortSet,
    /// The rules that concern the other end: what each lets through, and why it is there, in the words of the flows that
    /// opened it.
    pub rules: Rc<[(PortSet, Arc<str>)]>,
    /// What there is to say besides: that there is no such layer here, what is not known.
    pub note: Option<String>,
}

impl Step {
    /// Whether the site does not say what it does.
    pub fn is_unknown(&self) -> bool {
        self.rules.is_empty() && self.lower != self.upper
    }
}

/// The way that a connection takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// On one network.
    Direct(NetworkId),
    /// From one network into another, through the router of the first; from an overlay, through the member that leads there.
    Routed(NetworkId, NetworkId),
    /// By no network of the site: between addresses that are on none, and from a node out into the world.
    Elsewhere,
}

impl Way {
    /// The network that it leaves the source by.
    pub fn first(self) -> Option<NetworkId> {
        match self {
            Self::Direct(network) | Self::Routed(network, _) => Some(network),
            Self::Elsewhere => None,
        }
    }

    /// The network that it reaches the target by.
    pub fn last(self) -> Option<NetworkId> {
        match self {
            Self::Direct(network) | Self::Routed(_, network) => Some(network),
            Self::Elsewhere => None,
        }
    }
}

/// A path with what every layer on it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The way.
    pub way: Way,
    /// The address that the source has there; a zone has none.
    pub from: Option<IpAddr>,
    /// The addresses of the target that are met alike.
    pub to: Vec<IpAddr>,
    /// The decisions, in the order in which a packet meets them.
    pub steps: Vec<Step>,
}

impl Path {
    /// What passes all steps for certain.
    pub fn lower(&self) -> PortSet {
        self.steps.iter().fold(PortSet::all(), |all, step| all.intersection(&step.lower))
    }

    /// What may pass all steps.
    pub fn upper(&self) -> PortSet {
        self.steps.iter().fold(PortSet::all(), |all, step| all.intersection(&step.upper))
    }

    /// Whether it leads from a machine of the site out into the world and in again, so that its own address may not arrive.
    pub fn is_through_the_world(&self) -> bool {
        self.steps.iter().any(|step| step.at == Party::Internet)
    }

    /// What takes this way at all, of a machine that goes around the site: a node hands on its ports, and all else is for itself.
    fn handed_on_around(&self) -> PortSet {
        let node = |step: &&Step| step.layer == Layer::Router && matches!(step.at, Party::Node(_));
        let nodes = self.steps.iter().filter(node).filter(|_| self.is_through_the_world());
        nodes.fold(PortSet::all(), |all, step| all.intersection(&step.upper))
    }

    /// Whether packets pass.
    pub fn verdict(&self, packets: &PortSet) -> Extent {
        verdict(packets, &self.lower(), &self.upper())
    }
}

/// How much of what was asked is open. Of a single packet it is a [verdict](arvc_verdict::Verdict).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// None of what was asked passes.
    Closed,
    /// What decides is not known.
    Unknown,
    /// Some of what was asked passes.
    Some,
    /// All of it passes.
    Open,
}

/// What two bounds say about packets.
pub fn verdict(packets: &PortSet, lower: &PortSet, upper: &PortSet) -> Extent {
    if packets.is_subset(lower) {
        Extent::Open
    } else if !packets.meets(upper) {
        Extent::Closed
    } else if packets.meets(lower) {
        Extent::Some
    } else {
        Extent::Unknown
    }
}
