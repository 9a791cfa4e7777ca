//! The checked model of a site as plain data: indices into vectors, public fields, and no behaviour but to tell what a
//! thing is.
//!
//! Everything keeps the span of what it was made from. Order is the order of names, so it never depends on the sources'.

use std::net::IpAddr;

use arvc_lang::data::Ports;
pub use arvc_lang::data::{SecretRef, Transport};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use crate::extra::ExtraField;
pub use crate::openness::{Answer, File, Provider, Resource, Terraform, ZoneRecord};

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into its vector.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index!(/** A datacenter of [`Site::datacenters`]. */ DatacenterId);
index!(/** A node of [`Site::nodes`]. */ NodeId);
index!(/** A network of [`Site::networks`]. */ NetworkId);
index!(/** A range of [`Site::ranges`]. */ RangeId);
index!(/** A group of [`Site::groups`]. */ GroupId);
index!(/** An image of [`Site::images`]. */ ImageId);
index!(/** A service of [`Site::services`]. */ ServiceId);
index!(/** A host of [`Site::hosts`]. */ HostId);
index!(/** A cluster of [`Site::clusters`]. */ ClusterId);
index!(/** An endpoint of [`Site::endpoints`]. */ EndpointId);

/// Identity of a guest in a Proxmox cluster: 100 to 999,999,999 (`PVE::JSONSchema`, `pve-vmid`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vmid(pub u32);

/// A value together with the expression that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its origin.
    pub span: Span,
}

/// What every named thing of a site has.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name: the key in the source, for a member `<cluster>-<key>`.
    pub name: String,
    /// Its path in the source: `hosts.dns`, `clusters.postgres.members.01`.
    pub path: String,
    /// Where the name is defined.
    pub key: Span,
    /// The calls through which its record was made, innermost first.
    pub calls: Vec<Span>,
    /// Free text of the author.
    pub description: Option<String>,
}

/// A whole site.
#[derive(Debug)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Free text of the author.
    pub description: Option<String>,
    /// Its DNS domain, without a final dot.
    pub domain: String,
    /// Proxmox clusters, at least one if there is a node.
    pub datacenters: Vec<Datacenter>,
    /// Proxmox hosts.
    pub nodes: Vec<Node>,
    /// Bridges and overlays.
    pub networks: Vec<Network>,
    /// VMID ranges.
    pub ranges: Vec<Range>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Templates and images.
    pub images: Vec<Image>,
    /// Services, those of the site first and then those written at a host or cluster.
    pub services: Vec<Service>,
    /// All machines, members of clusters too, by name.
    pub hosts: Vec<Host>,
    /// Clusters.
    pub clusters: Vec<Cluster>,
    /// Endpoints of services and clusters.
    pub endpoints: Vec<Endpoint>,
    /// The people who run it.
    pub operators: Operators,
    /// What opens: the author's `allow`, then the essentials, then what peers say to one another.
    pub allow: Vec<Flow>,
    /// A flow of `allow` is wrong, that is reported, and it is not in the list: nobody can say that something is closed.
    pub allow_broken: bool,
    /// A machine, a network or where a service listens is wrong in a way that any flow may depend on, and that is
    /// reported: nobody can say that two machines have no path.
    pub paths_broken: bool,
    /// What must stay closed.
    pub never: Vec<Flow>,
    /// What must be open: `needs` of hosts and services, one flow for each. Needs of and from machines that are broken
    /// are not among them, and none is if [`allow_broken`](Self::allow_broken): nobody can say that one is not open.
    pub needs: Vec<Flow>,
    /// Resolvers before the overlay is there.
    pub uplink_resolvers: Vec<IpAddr>,
    /// Nebula.
    pub nebula: Nebula,
    /// Ansible's variables of every machine.
    pub variables: Vec<ExtraField>,
    /// Further records of the domain.
    pub records: Vec<ZoneRecord>,
    /// Further files, by path.
    pub files: Vec<File>,
}

/// A Proxmox cluster.
#[derive(Clone, Debug)]
pub struct Datacenter {
    /// Name and place.
    pub named: Named,
    /// The API, if the site says.
    pub endpoint: Option<String>,
    /// The pool of the guests.
    pub pool: String,
    /// What Terraform has to manage besides.
    pub terraform: Terraform,
}

/// A Proxmox host.
#[derive(Clone, Debug)]
pub struct Node {
    /// Name and place.
    pub named: Named,
    /// Its owner.
    pub datacenter: DatacenterId,
    /// Its address on the bridge that it shares with guests.
    pub address: Spanned<IpAddr>,
    /// Its connection to the world.
    pub uplink: Option<Uplink>,
    /// Ports that it hands on.
    pub forwards: Vec<Forward>,
}

/// A node's connection to the world.
#[derive(Clone, Debug)]
pub struct Uplink {
    /// The bridge.
    pub bridge: String,
    /// The node's own address there, which arriving packets are for.
    pub address: Spanned<IpAddr>,
    /// The address that the world reaches it by, if that is another one.
    pub public: Option<Spanned<IpAddr>>,
}

/// A port handed on by a node.
#[derive(Clone, Debug)]
pub struct Forward {
    /// The port, the same on both sides.
    pub ports: Ports,
    /// The machine that gets it.
    pub to: HostId,
    /// Where it is written.
    pub span: Span,
}

/// What a network is.
#[derive(Clone, Debug)]
pub enum NetworkKind {
    /// A segment that guests have NICs on.
    Bridge {
        /// The Proxmox bridge.
        bridge: String,
        /// The VLAN tag.
        vlan: Option<u16>,
        /// The router: its address, and the node if it is one.
        gateway: Option<(IpAddr, Option<NodeId>)>,
    },
    /// A Nebula overlay.
    Overlay {
        /// What its packets travel on.
        underlay: NetworkId,
        /// The UDP port of every member.
        port: u16,
    },
    /// Neither: addresses that are known and not configured.
    Plain,
}

/// A network.
#[derive(Clone, Debug)]
pub struct Network {
    /// Name and place.
    pub named: Named,
    /// Its prefix.
    pub prefix: Spanned<IpNet>,
    /// What it is.
    pub kind: NetworkKind,
    /// The MTU, if not the usual one.
    pub mtu: Option<u32>,
    /// Host numbers that no rule hands out.
    pub reserved: Vec<Spanned<(u64, u64)>>,
}

impl Network {
    /// Whether it is a segment that guests have NICs on.
    pub fn is_bridge(&self) -> bool {
        matches!(self.kind, NetworkKind::Bridge { .. })
    }

    /// Whether it is a Nebula overlay.
    pub fn is_overlay(&self) -> bool {
        matches!(self.kind, NetworkKind::Overlay { .. })
    }
}

/// A VMID range.
#[derive(Clone, Debug)]
pub struct Range {
    /// Name and place.
    pub named: Named,
    /// First and last VMID.
    pub vmids: Spanned<(Vmid, Vmid)>,
    /// First and last host number.
    pub addresses: Spanned<(u64, u64)>,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Name and place.
    pub named: Named,
    /// Ansible's variables of its members.
    pub variables: Vec<ExtraField>,
    /// Further keys of its members' Nebula configurations.
    pub nebula: Vec<ExtraField>,
}

/// What a guest is made from.
#[derive(Clone, Debug)]
pub struct Image {
    /// Name and place.
    pub named: Named,
    /// For VMs or containers.
    pub kind: Kind,
    /// How it is had.
    pub source: ImageSource,
}

/// How an image is had.
#[derive(Clone, Debug)]
pub enum ImageSource {
    /// A template to clone.
    Template {
        /// Its VMID, which is taken.
        vmid: Spanned<Vmid>,
        /// Where it lies, if not on the guest's own node.
        node: Option<NodeId>,
    },
    /// A file that a datastore has: `local:vztmpl/debian-13.tar.zst`.
    File(String),
    /// A download.
    Download {
        /// From where.
        url: String,
        /// Its checksum.
        checksum: String,
        /// The checksum's algorithm.
        algorithm: String,
        /// Where to.
        datastore: String,
    },
}

/// A service, or the member side of one.
#[derive(Clone, Debug)]
pub struct Service {
    /// Name and place. The name is the service's own `name`.
    pub named: Named,
    /// The networks that it listens on; empty means the overlays of the machine.
    pub listen: Vec<NetworkId>,
    /// Ports that its machines open to one another.
    pub peers: Vec<PortTerm>,
    /// The machines that run it.
    pub hosts: Vec<HostId>,
    /// Upstream resolvers, if it answers the site's names.
    pub resolver: Option<Vec<IpAddr>>,
    /// The Ansible role that deploys it.
    pub role: Option<Spanned<String>>,
    /// The role's variables.
    pub variables: Vec<ExtraField>,
}

/// Ports that a flow can name.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Name and path: `clusters.postgres.sql`.
    pub named: Named,
    /// Its ports.
    pub ports: Vec<PortTerm>,
    /// The machines that serve it.
    pub hosts: Vec<HostId>,
    /// The networks that it is served on; empty means the overlays of the machine.
    pub listen: Vec<NetworkId>,
}

/// What a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A Proxmox virtual machine.
    Vm,
    /// A Proxmox container.
    Container,
    /// A machine that is not created.
    Machine,
}

/// Where a machine is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Its numbers are taken; nothing is emitted for it.
    Planned,
    /// It is there.
    Present,
    /// It exists and is switched off.
    Disabled,
}

/// A machine.
#[derive(Clone, Debug)]
pub struct Host {
    /// Name and place.
    pub named: Named,
    /// What it is.
    pub kind: Kind,
    /// Where it is in its life.
    pub status: Status,
    /// Only guests have one.
    pub vmid: Option<Spanned<Vmid>>,
    /// The range that contains the VMID.
    pub range: Option<RangeId>,
    /// Its groups, its cluster's included, sorted.
    pub groups: Vec<GroupId>,
    /// What it runs, its cluster's services included.
    pub services: Vec<ServiceId>,
    /// The cluster that it is a member of.
    pub cluster: Option<ClusterId>,
    /// The node that it runs on; a machine has none.
    pub node: Option<NodeId>,
    /// Its interfaces by network, in the order of the networks; underlays before overlays.
    pub interfaces: Vec<Interface>,
    /// CPU cores.
    pub cores: u32,
    /// Memory in bytes.
    pub memory: u64,
    /// Size of the first disk in bytes.
    pub disk: u64,
    /// Where the first disk lies.
    pub datastore: String,
    /// What it is made from.
    pub image: Option<ImageId>,
    /// Whether it starts with its node.
    pub boot: bool,
    /// Whether Proxmox refuses to remove it.
    pub protect: bool,
    /// Whether it is a lighthouse of its overlays.
    pub lighthouse: bool,
    /// Whether it is a relay of its overlays.
    pub relay: bool,
    /// Whether Ansible configures it.
    pub managed: bool,
    /// The user that Ansible connects as.
    pub user: String,
    /// Further tags.
    pub tags: Vec<String>,
    /// Further arguments of its resource for Terraform.
    pub terraform: Vec<ExtraField>,
    /// Further keys of its Nebula configuration.
    pub nebula: Vec<ExtraField>,
    /// Its variables for Ansible.
    pub variables: Vec<ExtraField>,
    /// A part of it is wrong and that is reported: its groups, services and interfaces may be incomplete, so whoever
    /// would report something about it stays silent.
    pub broken: bool,
}

/// A machine's place on one network.
#[derive(Clone, Debug)]
pub struct Interface {
    /// The network.
    pub network: NetworkId,
    /// Its address; the span is the address's, or the VMID's that the rule computed it from.
    pub address: Spanned<IpAddr>,
    /// Its MAC address, if stated.
    pub mac: Option<[u8; 6]>,
    /// The interface's name in the guest: `eth0`, `nebula1`.
    pub device: String,
}

/// Machines that run one thing together.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Name and place.
    pub named: Named,
    /// Its machines in the order of their keys.
    pub members: Vec<HostId>,
    /// Whether it stops when half of its members are lost.
    pub quorum: bool,
}

/// The people who run the site.
#[derive(Clone, Debug, Default)]
pub struct Operators {
    /// Where they connect from.
    pub addresses: Vec<Spanned<IpNet>>,
    /// Their public SSH keys.
    pub keys: Vec<String>,
    /// A part of it is wrong and that is reported: addresses may be missing.
    pub broken: bool,
}

/// Nebula's settings.
#[derive(Clone, Debug)]
pub struct Nebula {
    /// The version of the guests.
    pub version: Spanned<String>,
    /// Validity of a host's certificate in seconds.
    pub certificate: u64,
    /// Further keys of every configuration.
    pub config: Vec<ExtraField>,
}

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
    /// What it spares.
    pub except: Vec<Flow>,
    /// Who wrote it.
    pub origin: FlowOrigin,
    /// Where it is written.
    pub span: Span,
}
