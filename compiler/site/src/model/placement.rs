//! Where guests may run, and what is lost together.

use arvc_syntax::source::Span;

use super::{ClusterId, DatastoreId, HostId, Named, NodeId, PlaceId, ServiceId, Spanned};

/// What Proxmox's HA manager does for a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ha {
    /// The nodes that it runs on while its own is lost; none are all of the Proxmox cluster. Sorted.
    pub nodes: Vec<NodeId>,
    /// It runs on no other node.
    pub strict: bool,
    /// It goes back to its own node once that is there again.
    pub failback: bool,
    /// How often it is started again on a node.
    pub max_restart: u32,
    /// How often it is started on another node.
    pub max_relocate: u32,
    /// Where it is written.
    pub span: Span,
}

/// Copies of a guest's volumes on other nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replication {
    /// The nodes that get one, sorted.
    pub to: Vec<NodeId>,
    /// When they are brought up to date, as Proxmox writes it.
    pub schedule: Spanned<String>,
    /// At most so many megabytes a second.
    pub rate: Option<u32>,
    /// Where it is written.
    pub span: Span,
}

/// What fails as one: a rack, a room, a power feed.
#[derive(Clone, Debug)]
pub struct Place {
    /// Name and place in the source.
    pub named: Named,
    /// The places that it is part of, sorted.
    pub within: Vec<PlaceId>,
}

/// What the site need not survive the loss of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accepted {
    /// A Proxmox host.
    Node(NodeId),
    /// What stands in one place.
    Place(PlaceId),
    /// One machine.
    Host(HostId),
    /// What lies on one storage.
    Datastore(DatastoreId),
    /// A cluster: what it needs may be lost, and it with it.
    Cluster(ClusterId),
    /// A service.
    Service(ServiceId),
}
