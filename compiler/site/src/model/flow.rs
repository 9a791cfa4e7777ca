//! Flows: what may, must and must not be open.

use arvc_lang::data::Ports;
use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::{ClusterId, EndpointId, GroupId, HostId, NetworkId, NodeId, ServiceId, VipId};

/// One end of a flow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// Every host of the site.
    Any,
    /// Everything but the site's own and private prefixes.
    Internet,
    /// The operators' addresses.
    Operators,
    /// Machines whose service resolves the site's names.
    Resolvers,
    /// Lighthouses.
    Lighthouses,
    /// Members of a group.
    Group(GroupId),
    /// One machine.
    Host(HostId),
    /// Members of a cluster.
    Cluster(ClusterId),
    /// Machines that run a service.
    Service(ServiceId),
    /// A Proxmox host.
    Node(NodeId),
    /// Everything on a network, known or not.
    Network(NetworkId),
    /// Addresses.
    Prefix(IpNet),
    /// Any of these.
    Union(Vec<End>),
    /// Machines that are in every one of these.
    All(Vec<End>),
}

/// What a flow lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortTerm {
    /// Ports of TCP or UDP.
    Ports(Ports),
    /// ICMP, ICMPv6.
    Icmp,
    /// One protocol by its number.
    Proto(u8),
    /// The ports of an endpoint, on the machines that serve it only.
    Endpoint(EndpointId),
}

/// Who wrote a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlowOrigin {
    /// The author, in `allow`, `never` or a host's `needs`.
    Author,
    /// The site's essentials.
    Essential,
    /// What the machines of a service say to one another: only between different machines.
    Peers(ServiceId),
    /// The `needs` of a service.
    Service(ServiceId),
}

/// What a site is tested for.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// What has to be open.
    pub open: Vec<Flow>,
    /// What has to be closed.
    pub closed: Vec<Flow>,
    /// What rests on something that the site does not describe.
    pub unknown: Vec<Flow>,
    /// What fewer than two layers keep closed, and that is accepted.
    pub weak: Vec<Flow>,
}

/// Where a flow of `allow` can be written, and the text around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// An empty place of the sources.
    pub at: Span,
    /// What stands before the flow.
    pub before: String,
    /// What stands behind it.
    pub after: String,
}

/// Which ends of a flow are written as an address that machines have by turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Where it starts.
    pub source: Option<VipId>,
    /// Where it goes.
    pub target: Option<VipId>,
}

/// A flow.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Where it starts.
    pub source: End,
    /// Where it goes.
    pub target: End,
    /// What it lets through; `None` is every protocol.
    pub ports: Option<Vec<PortTerm>>,
    /// The only path that it speaks of.
    pub via: Option<NetworkId>,
    /// The addresses by turns that its ends are written as: they mean those who may have them, on the network of the address.
    pub written: Written,
    /// What it spares.
    pub except: Vec<Flow>,
    /// Who wrote it.
    pub origin: FlowOrigin,
    /// Where it is written.
    pub span: Span,
}
