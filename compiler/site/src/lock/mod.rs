//! What a project holds on to from build to build, as plain data: the numbers of every machine, those of machines that are
//! gone, serials, and what certificates were granted.
//!
//! It knows no file and no text form; those are the command line's. [`crate::resolve_held`] takes it, and [`record()`] gives the next one.

pub(crate) mod applied;
mod changes;
mod policies;
mod record;
mod serials;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

pub use self::changes::{Change, changes};
pub(crate) use self::policies::names as policy_names;
pub use self::policies::{PolicyNames, is_policy_name};
pub use self::record::record;
pub(crate) use self::record::{arch, carried, withdrawn};
pub use self::serials::{next_serial, raised};
use crate::model::Vmid;

/// What the lock holds, as one environment sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The environment that is resolved.
    pub own: Environment,
    /// The others of the project, by name.
    pub others: BTreeMap<String, Environment>,
}

/// What the lock holds of one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Its machines, by name.
    pub hosts: BTreeMap<String, Numbers>,
    /// Machines that are gone and whose numbers stay taken, by name.
    pub retired: BTreeMap<String, Numbers>,
    /// Machines that were renamed, from the old name to the new one.
    pub renamed: BTreeMap<String, String>,
    /// Its zones' serials, by the name of the zone.
    pub serials: BTreeMap<String, Serial>,
    /// What certificates were granted to each machine, by its name, and not released since.
    pub certificates: BTreeMap<String, BTreeSet<Grant>>,
    /// What was last applied of the fields that Terraform leaves alone, by the machine's name and the field's.
    pub unmanaged: BTreeMap<String, BTreeMap<String, String>>,
    /// Its Proxmox clusters, by name.
    pub datacenters: BTreeMap<String, Datacenter>,
    /// Its networks, by name.
    pub networks: BTreeMap<String, Segment>,
    /// Addresses that its machines have by turns, by name.
    pub vips: BTreeMap<String, SharedAddress>,
}

/// The numbers of one machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Numbers {
    /// The datacenter that the VMID is taken in.
    pub datacenter: Option<String>,
    /// A guest's VMID.
    pub vmid: Option<Vmid>,
    /// Its slot in a range that gives it no VMID.
    pub slot: Option<u64>,
    /// Its addresses, by the name of the network.
    pub addresses: BTreeMap<String, Vec<IpAddr>>,
    /// The places of its network devices by the name of the network, where they are not those of the names' order.
    pub devices: BTreeMap<String, u32>,
    /// The node that it was placed on, where a choice was left.
    pub node: Option<String>,
    /// What the files of its rules are called, unless by its own name.
    pub policy: Option<String>,
    /// Whether the guest is a container, and no VM.
    pub container: bool,
    /// Whether the guest was made on a node of ARM, and not of x86.
    pub arm64: bool,
}

/// The serial of a zone, and the content that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Serial {
    /// The serial.
    pub serial: u32,
    /// The hash of the zone's records; empty if it is known that it belongs to no content, as after a merge.
    pub hash: String,
}

/// What a certificate says of its holder.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The name in it.
    pub name: String,
    /// Its addresses in the overlay, with the overlay's prefix length.
    pub networks: Vec<IpNet>,
    /// Its groups, sorted.
    pub groups: Vec<String>,
}

impl Environment {
    /// Whether it is known that a guest was a VM, of which no line says that it was a container. An earlier release said it of
    /// none.
    pub fn knows_kinds(&self) -> bool {
        self.hosts.values().chain(self.retired.values()).any(|numbers| numbers.container)
    }

    /// Whether it is known of guests that were on a node whether that was ARM. An earlier release said it of none.
    pub fn knows_arch(&self, datacenter: &str, node: &str) -> bool {
        let nodes = self.datacenters.get(datacenter);
        nodes.is_none_or(|it| !it.nodes.iter().any(|name| name == node) || it.arm64.contains(node))
    }
}

impl Grant {
    /// Whether it says all that another one says.
    pub fn covers(&self, other: &Self) -> bool {
        self.name == other.name
            && other.networks.iter().all(|network| self.networks.contains(network))
            && other.groups.iter().all(|group| self.groups.contains(group))
    }
}

/// A Proxmox cluster as other environments have to know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Datacenter {
    /// Its nodes, sorted.
    pub nodes: Vec<String>,
    /// Those of them whose processors are ARM.
    pub arm64: BTreeSet<String>,
    /// Whether the site names it. One that it does not name is called as the site, which tells nothing of the cluster.
    pub declared: bool,
    /// The pool of its guests.
    pub pool: String,
    /// What the names of the environment's security groups begin with.
    pub namespace: String,
    /// The hardware mappings that the environment makes.
    pub mappings: BTreeSet<String>,
    /// Whether this environment owns what a cluster has once: the firewall's switch and the set `management`.
    pub firewall: bool,
    /// VMIDs that templates have.
    pub templates: BTreeSet<Vmid>,
    /// The images that its nodes fetch.
    pub files: BTreeSet<Fetched>,
}

/// A file that Terraform has a node fetch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fetched {
    /// As Proxmox names it: `local:import/debian-13.qcow2`.
    pub volume: String,
    /// The node; none if it lies on a storage that nodes share.
    pub node: Option<String>,
}

impl Fetched {
    /// Whether both are one file.
    pub fn is(&self, other: &Self) -> bool {
        let apart = self.node.is_some() && other.node.is_some() && self.node != other.node;
        self.volume == other.volume && !apart
    }
}

/// An address that several machines have by turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedAddress {
    /// The network.
    pub network: String,
    /// Its addresses, the main one first.
    pub addresses: Vec<IpAddr>,
}

/// A network as other environments have to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its prefixes.
    pub prefixes: Vec<IpNet>,
    /// The bridge and its tag; none for an overlay and for a network that nobody's guests have NICs on.
    pub bridge: Option<(String, Option<u16>)>,
    /// The Proxmox clusters whose nodes have the bridge, where they are not all of the environment's.
    pub datacenters: Vec<String>,
    /// What DHCP servers, load balancers and the like hand out there: the first address and the last one of each span.
    pub handed_out: Vec<(IpAddr, IpAddr)>,
}
