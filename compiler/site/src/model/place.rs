//! Where guests run: Proxmox clusters, their nodes, and how those are connected to the world.

use std::net::IpAddr;

use arvc_lang::data::Ports;
use arvc_syntax::source::Span;

use super::{Arch, Bastion, DatacenterId, HostId, Mapping, Named, NetworkId, PlaceId, Site, Spanned, Terraform};
use crate::extra::ExtraField;

/// A Proxmox cluster.
#[derive(Clone, Debug)]
pub struct Datacenter {
    /// Name and place.
    pub named: Named,
    /// The API, if the site says.
    pub endpoint: Option<String>,
    /// The pool of the guests, and where it is said: at its name, if nobody says it.
    pub pool: Spanned<String>,
    /// Whether the site owns what the cluster's firewall has once.
    pub owns_firewall: Spanned<bool>,
    /// What the names of security groups and of chains begin with.
    pub namespace: Spanned<String>,
    /// Whether somebody named it, and it is not the one that a site with nodes has anyway.
    pub declared: bool,
    /// The names that it has for devices of its nodes, sorted.
    pub mappings: Vec<Mapping>,
    /// What Terraform has to manage besides.
    pub terraform: Terraform,
}

impl Datacenter {
    /// One of which only the name is known.
    pub fn new(named: Named, pool: String) -> Self {
        let span = named.key;
        Self {
            pool: Spanned { value: pool, span },
            owns_firewall: Spanned { value: true, span },
            namespace: Spanned { value: NAMESPACE.to_owned(), span },
            declared: false,
            endpoint: None,
            mappings: Vec::new(),
            terraform: Terraform::default(),
            named,
        }
    }
}

/// What the names of a site in a Proxmox cluster begin with, unless it says otherwise.
pub const NAMESPACE: &str = "arvc";

/// A Proxmox host.
#[derive(Clone, Debug)]
pub struct Node {
    /// Name and place.
    pub named: Named,
    /// Its owner.
    pub datacenter: DatacenterId,
    /// What its processor understands, and where that is said: at its name, if nobody says it.
    pub arch: Spanned<Arch>,
    /// Its address on the bridge that it shares with guests, the first one.
    pub address: Spanned<IpAddr>,
    /// Further addresses of its own, on whatever network.
    pub more: Vec<Spanned<IpAddr>>,
    /// Its connection to the world.
    pub uplink: Option<Uplink>,
    /// Ports that it hands on.
    pub forwards: Vec<Forward>,
    /// Where it stands, sorted.
    pub places: Vec<PlaceId>,
    /// Memory for guests in bytes, if it is known.
    pub memory: Option<Spanned<u64>>,
    /// Its CPU threads, if they are known.
    pub cores: Option<Spanned<u32>>,
    /// How many cores of guests share one of its own.
    pub cpu_overcommit: u32,
    /// How Ansible reaches it.
    pub connection: NodeConnection,
    /// Its variables for Ansible.
    pub variables: Vec<ExtraField>,
}

/// How Ansible reaches a Proxmox host.
#[derive(Clone, Debug)]
pub struct NodeConnection {
    /// Whether Ansible knows it.
    pub managed: bool,
    /// The user that it connects as.
    pub user: String,
    /// The network that the address is of.
    pub network: Option<Spanned<NetworkId>>,
    /// Who is jumped over.
    pub bastion: Option<Spanned<Bastion>>,
}

impl Default for NodeConnection {
    fn default() -> Self {
        Self { managed: false, user: "root".into(), network: None, bastion: None }
    }
}

impl Node {
    /// Its addresses, the first one first. That of its uplink is not among them.
    pub fn addresses(&self) -> impl Iterator<Item = Spanned<IpAddr>> + Clone + '_ {
        std::iter::once(self.address).chain(self.more.iter().copied())
    }

    /// Where Ansible, and who jumps over it, reaches it: its address on a network, that of its uplink, or its first one.
    pub fn reached(&self, site: &Site) -> IpAddr {
        let network = self.connection.network.and_then(|network| site.networks.get(network.value.index()));
        let on = network.and_then(|network| self.own_addresses().find(|address| network.contains(*address)));
        let uplink = self.uplink.as_ref().map(|uplink| uplink.address.value);
        on.or(uplink).unwrap_or(self.address.value)
    }

    /// Its addresses and that of its uplink.
    pub fn own_addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let uplink = self.uplink.iter().map(|uplink| uplink.address.value);
        self.addresses().map(|address| address.value).chain(uplink)
    }

    /// The same, and the address that the world knows its uplink by.
    pub fn known_addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let public = self.uplink.iter().filter_map(|uplink| uplink.public);
        self.own_addresses().chain(public.map(|address| address.value))
    }

    /// Whether an address is the one at which it hands ports on.
    pub fn hands_on_at(&self, address: IpAddr) -> bool {
        match &self.uplink {
            Some(uplink) => uplink.address.value == address || uplink.public.is_some_and(|it| it.value == address),
            None => address.is_ipv4() && self.own_addresses().any(|own| own == address),
        }
    }
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
