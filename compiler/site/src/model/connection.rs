//! How Ansible reaches a machine, and what of it Terraform leaves alone.

use super::{Host, HostId, NetworkId, NodeId, Site, Spanned};
use crate::extra::Extra;

/// How Ansible reaches a machine.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The port, if it is not the usual one.
    pub port: Option<u16>,
    /// Whether it is Windows' own protocol and not SSH.
    pub winrm: bool,
    /// Who is jumped over.
    pub bastion: Option<Spanned<Bastion>>,
    /// The network whose address it goes to; otherwise the first that is no overlay.
    pub network: Option<Spanned<NetworkId>>,
    /// The network that the services' plays go over, once it is there.
    pub services: Option<Spanned<NetworkId>>,
    /// What the user logs in with by WinRM.
    pub password: Option<Extra>,
}

impl Connection {
    /// The port that it answers at.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.winrm { 5986 } else { 22 })
    }
}

/// Who is jumped over on the way to a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bastion {
    /// A Proxmox host.
    Node(NodeId),
    /// A machine.
    Host(HostId),
}

/// A field of a guest that Terraform leaves as it finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unmanaged {
    /// `boot`
    Boot,
    /// `cores`
    Cores,
    /// `description`
    Description,
    /// `disk`, `datastore`
    Disk,
    /// `disks`
    Disks,
    /// `features`
    Features,
    /// `hardware`
    Hardware,
    /// `image`
    Image,
    /// `memory`
    Memory,
    /// `node`
    Node,
    /// `startup`
    Startup,
    /// `status`
    Status,
    /// `tags`, `groups`
    Tags,
}

impl Unmanaged {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Boot,
        Self::Cores,
        Self::Description,
        Self::Disk,
        Self::Disks,
        Self::Features,
        Self::Hardware,
        Self::Image,
        Self::Memory,
        Self::Node,
        Self::Startup,
        Self::Status,
        Self::Tags,
    ];

    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Cores => "cores",
            Self::Description => "description",
            Self::Disk => "disk",
            Self::Disks => "disks",
            Self::Features => "features",
            Self::Hardware => "hardware",
            Self::Image => "image",
            Self::Memory => "memory",
            Self::Node => "node",
            Self::Startup => "startup",
            Self::Status => "status",
            Self::Tags => "tags",
        }
    }
}

impl Host {
    /// The network that Ansible reaches it on: the one that it says, else the first that is no overlay, which is there before
    /// the overlay is, and that one with a gateway where there is one, first of all one that it goes out by; else the first.
    pub fn reached_on(&self, site: &Site) -> Option<NetworkId> {
        let networks = || self.interfaces.iter().map(|interface| interface.network);
        let stated = self.connection.network.map(|network| network.value);
        // Behind a router is who goes out through it, and nobody comes from there; a bridge that exists once a node leads
        // there from that node alone. A network without a gateway ends at its segment, where few who deploy stand; and by one that
        // is not its way out nobody beyond it gets an answer.
        let behind = |network: NetworkId| {
            let own =
                |address| self.interface_on(network).is_some_and(|it| it.addresses().any(|own| own.value == address));
            site.networks[network.index()].gateways().iter().any(|gateway| own(gateway.address))
        };
        let below = || networks().filter(|network| !site.networks[network.index()].is_overlay());
        let direct = || {
            below().min_by_key(|id| {
                let network = &site.networks[id.index()];
                let goes_out = self.interface_on(*id).is_some_and(|interface| interface.default_route);
                (behind(*id), !network.joined, network.gateways().is_empty(), !goes_out)
            })
        };
        stated.or_else(direct).or_else(|| networks().next())
    }
}
