//! What each machine lets in and out, per network: the one derivation that every layer is emitted from.
//!
//! Machines with the same rules share one [`Policy`], so the work and the tree grow with the number of policies and not
//! with the square of the number of hosts. Only `allow`, the essentials, peers and the built-in rules open anything.
//!
//! A policy is called as most of its machines were in the last build ([`names`]). One of new machines has the name of its
//! machine if it has one machine, else of the cluster whose machines it has exactly, else of the groups that all of its
//! machines have, joined by `-` (`hosts` if there is none). A name that is taken gets the name of the policy's first
//! machine behind it.
//!
//! A rule's peer stays a symbol where the symbol says exactly what the flow says on that network: `groups.web -> …` is
//! one rule with [`Peer::Group`], unless some machines of the group take another path than the rule's network.

mod builtin;
mod covered;
mod derive;
mod forward;
pub mod names;
pub(crate) mod nodes;
mod table;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use arvc_site::model::{GroupId, HostId, NetworkId, NodeId};
use ipnet::IpNet;

pub use self::derive::policies;
pub(crate) use self::derive::policies_among;
pub use self::forward::Forward;
pub use self::nodes::NodeRule;
use crate::ports::PortSet;

/// Who is at the other end of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// Every member of the overlay, or on a bridge every address.
    Any,
    /// Members of a group.
    Group(GroupId),
    /// Machines that are in every one of these groups.
    AllOf(Vec<GroupId>),
    /// One machine.
    Host(HostId),
    /// A Proxmox host, by its address on the network.
    Node(NodeId),
    /// The operators' addresses.
    Operators,
    /// Everything but the site's own and private prefixes.
    Internet,
    /// Every address of the rule's network.
    Network(NetworkId),
    /// Addresses.
    Prefix(IpNet),
}

/// One opening of one direction on one network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// The network whose packets it speaks of.
    pub network: NetworkId,
    /// The network that the other end has its address on: another one where a router stands between.
    pub there: NetworkId,
    /// The other end: the source of an inbound rule, the target of an outbound one.
    pub peer: Peer,
    /// What may pass: destination ports in both directions.
    pub ports: PortSet,
    /// Why it is there, as a reviewer reads it: `groups.projects -> clusters.postgres : sql`, `operators: SSH`.
    pub reason: Arc<str>,
    /// Of a rule that several flows make, what each of them opens, and why; else nothing.
    parts: Arc<[(PortSet, Arc<str>)]>,
}

impl Rule {
    /// What each flow that makes the rule opens of it, and why.
    pub fn openings(&self) -> impl Iterator<Item = (&PortSet, &Arc<str>)> {
        let whole = self.parts.is_empty().then_some((&self.ports, &self.reason));
        whole.into_iter().chain(self.parts.iter().map(|(ports, reason)| (ports, reason)))
    }
}

/// What machines let in and out. Rules are sorted and no rule repeats or is covered by another of its list.
#[derive(Clone, Debug)]
pub struct Policy {
    /// A name for files: what is held, else the host's, the cluster's, or the groups' joined by `-`; unique.
    pub name: String,
    /// The machines that have it, sorted.
    pub hosts: Vec<HostId>,
    /// What they let in.
    pub inbound: Vec<Rule>,
    /// What they may open.
    pub outbound: Vec<Rule>,
    /// What they hand on, if they are a router; sorted.
    pub forward: Vec<Forward>,
}

/// The policies of a site.
#[derive(Clone, Debug)]
pub struct Policies {
    /// All policies, by name.
    pub list: Vec<Policy>,
    /// For each host, the index of its policy.
    pub of_host: Vec<usize>,
    /// What Proxmox hosts let in to themselves besides what machines may send them, sorted.
    pub nodes: Vec<NodeRule>,
    /// The sets of machines that rules tell from others, once somebody asked: several threads do.
    pub(crate) told_apart: OnceLock<Vec<Vec<HostId>>>,
}

impl Policies {
    /// The policy of a host.
    pub fn of(&self, host: HostId) -> &Policy {
        &self.list[self.of_host[host.index()]]
    }
}
