//! Machines of every kind, what they are made from, and clusters of them.

use std::net::IpAddr;

use super::{
    Arch, ClusterId, EndpointId, Families, Family, GroupId, Ha, HostId, ImageId, Named, NetworkId, NodeId, PlaceId,
    RangeId, Replication, ServiceId, Spanned, Vmid,
};
use super::{Connection, Disk, Features, Hardware, Startup, Unmanaged};
use crate::extra::ExtraField;

/// What a guest is made from.
#[derive(Clone, Debug)]
pub struct Image {
    /// Name and place.
    pub named: Named,
    /// For VMs or containers.
    pub kind: Kind,
    /// What its programs are made for, and where that is said: at its name, if nobody says it.
    pub arch: Spanned<Arch>,
    /// The same for other architectures.
    pub builds: Vec<ImageId>,
    /// The image that this is such a build of.
    pub build_of: Option<ImageId>,
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
        /// The same on other nodes, in the order of these.
        copies: Vec<(NodeId, Spanned<Vmid>)>,
        /// The datastore of its disks, if the site says.
        datastore: Option<Spanned<String>>,
    },
    /// A file that a datastore has: `local:vztmpl/debian-13.tar.zst`.
    File(String),
    /// A download.
    Download {
        /// From where.
        url: Spanned<String>,
        /// Its checksum.
        checksum: String,
        /// The checksum's algorithm.
        algorithm: String,
        /// Where to.
        datastore: Spanned<String>,
        /// What the file is called there, if not as in the URL.
        file_name: Option<Spanned<String>>,
        /// The node that fetches it onto a storage which several share, if the site says.
        node: Option<NodeId>,
    },
}

impl Image {
    /// One for x86, and for nothing else.
    pub fn new(named: Named, kind: Kind, source: ImageSource) -> Self {
        let arch = Spanned { value: Arch::Amd64, span: named.key };
        Self { named, kind, arch, builds: Vec::new(), build_of: None, source }
    }

    /// The VMIDs that templates of it have, each with its node.
    pub fn templates(&self) -> Vec<(Spanned<Vmid>, Option<NodeId>)> {
        let ImageSource::Template { vmid, node, copies, .. } = &self.source else { return Vec::new() };
        let copies = copies.iter().map(|(node, vmid)| (*vmid, Some(*node)));
        [(*vmid, *node)].into_iter().chain(copies).collect()
    }
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
    /// It is gone for good. Its numbers stay taken; nothing is emitted for it.
    Retired,
}

impl Status {
    /// Whether there is a machine: running or switched off. Of any other no file speaks.
    pub fn is_there(self) -> bool {
        matches!(self, Self::Present | Self::Disabled)
    }
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
    /// The name that it had, if it was renamed.
    pub renamed_from: Option<Spanned<String>>,
    /// Only guests have one.
    pub vmid: Option<Spanned<Vmid>>,
    /// The range that it names, or else the one that contains the VMID.
    pub range: Option<RangeId>,
    /// What the range counts it by.
    pub slot: Option<Spanned<u64>>,
    /// Its groups, its cluster's included, sorted.
    pub groups: Vec<GroupId>,
    /// What it runs, its cluster's services included.
    pub services: Vec<ServiceId>,
    /// The cluster that it is a member of.
    pub cluster: Option<ClusterId>,
    /// The node that it runs on; a machine has none.
    pub node: Option<NodeId>,
    /// Every node that it may run on, sorted: its own, and those that the HA manager may start it on.
    pub placement: Vec<NodeId>,
    /// What the HA manager does for it.
    pub ha: Option<Ha>,
    /// Where copies of its volumes are.
    pub replication: Option<Replication>,
    /// Where a machine stands; a guest stands where its node does.
    pub places: Vec<PlaceId>,
    /// What must answer before it can start, and where that is written.
    pub after: Vec<Spanned<EndpointId>>,
    /// It votes in its cluster and holds no copy of the data.
    pub witness: bool,
    /// Its interfaces, one a network: its devices by their places, then its overlays.
    pub interfaces: Vec<Interface>,
    /// CPU cores.
    pub cores: u32,
    /// Memory in bytes.
    pub memory: u64,
    /// Size of the first disk in bytes.
    pub disk: u64,
    /// Where the first disk lies.
    pub datastore: String,
    /// Further disks or volumes, by place.
    pub disks: Vec<Disk>,
    /// What a VM is made of besides.
    pub hardware: Hardware,
    /// What a container may do.
    pub features: Features,
    /// When it starts and stops with its node.
    pub startup: Startup,
    /// What Terraform leaves as it finds it, sorted.
    pub unmanaged: Vec<Spanned<Unmanaged>>,
    /// How Ansible reaches it.
    pub connection: Connection,
    /// What it is made from.
    pub image: Option<ImageId>,
    /// Whether it starts with its node.
    pub boot: bool,
    /// Whether Proxmox refuses to remove it.
    pub protect: bool,
    /// Whether it is a lighthouse of its overlays.
    pub lighthouse: bool,
    /// Whether it is a member of the overlay by the app for phones.
    pub mobile: bool,
    /// Whether it is a relay of its overlays.
    pub relay: bool,
    /// Whether Ansible configures it.
    pub managed: bool,
    /// Whether programs of it hand packets on by rules of their own: containers, virtual machines.
    pub forwards: bool,
    /// The user that Ansible connects as.
    pub user: String,
    /// Further tags.
    pub tags: Vec<Spanned<String>>,
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
    /// Its address, the first one; the span is the address's, or the VMID's that the rule computed it from. None: it is leased.
    pub address: Option<Spanned<IpAddr>>,
    /// The family of the address that something else gives it and that nobody here knows.
    pub leased: Option<Family>,
    /// The address that the world reaches it by, if that is another one.
    pub public: Option<Spanned<IpAddr>>,
    /// Further addresses on the same device, of either family.
    pub more: Vec<Spanned<IpAddr>>,
    /// Its MAC address, if stated.
    pub mac: Option<[u8; 6]>,
    /// Its place among the machine's network devices; one on an overlay has none.
    pub index: Option<u32>,
    /// The interface's name in the guest: `eth0`, `nebula1`.
    pub device: String,
    /// Whether it asks for its address: a DHCP server has it by the MAC address.
    pub dhcp: bool,
    /// Whether the network's router is its machine's way out.
    pub default_route: bool,
}

impl Host {
    /// Its place on a network, if it is on it.
    pub fn interface_on(&self, network: NetworkId) -> Option<&Interface> {
        self.interfaces.iter().find(|interface| interface.network == network)
    }

    /// The storages that its disks lie on, the first disk's first; one may be there twice.
    pub fn datastores(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.datastore.as_str()).chain(self.disks.iter().map(|disk| disk.datastore.as_str()))
    }

    /// Whether it is on a network.
    pub fn is_on(&self, network: NetworkId) -> bool {
        self.interface_on(network).is_some()
    }

    /// Whether it is a computer of Windows: by its hardware, or by how it is spoken to.
    pub fn is_windows(&self) -> bool {
        self.connection.winrm || (self.kind == Kind::Vm && self.hardware.is_windows())
    }

    /// Whether Ansible connects to it: the roles of services may be for it.
    pub fn is_reached(&self) -> bool {
        self.managed && self.status == Status::Present
    }

    /// Whether the emitted roles are for it: they want a Debian, which is spoken to by SSH.
    pub fn is_configured(&self) -> bool {
        self.is_reached() && !self.connection.winrm
    }
}

impl Interface {
    /// Its addresses, the first one first.
    pub fn addresses(&self) -> impl Iterator<Item = Spanned<IpAddr>> + Clone + '_ {
        self.address.into_iter().chain(self.more.iter().copied())
    }

    /// The families that it has an address of.
    pub fn families(&self) -> Families {
        self.addresses().map(|address| Family::of(address.value)).chain(self.leased).collect()
    }
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
    /// How many members have to agree that another one is lost, if not more than half.
    pub votes: Option<Spanned<u32>>,
    /// How many replicas its primary waits for.
    pub replicas: Spanned<u32>,
    /// Whether members without a node are put on different ones, and kept apart.
    pub spread: bool,
    /// The nodes that `spread` chooses from; none are all.
    pub nodes: Vec<NodeId>,
    /// Where its members find each other: the cluster that keeps its leader's lock, if not its own members do.
    pub dcs: Option<ClusterId>,
    /// The name that they find each other by there, if not the cluster's own.
    pub scope: Option<Spanned<String>>,
}
