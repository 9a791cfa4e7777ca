//! One Proxmox cluster of the site, and what of the site is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use arvc_reach::policy::Policies;
use arvc_site::model::{
    Datacenter, DatacenterId, Family, Host, HostId, Image, ImageId, Interface, Kind, Network, NetworkId, NetworkKind,
    Node, NodeId, Router, Site, Status,
};
use ipnet::IpNet;

use crate::addresses;

/// What one root module speaks of.
pub struct Scope<'a> {
    /// The site.
    pub site: &'a Site,
    /// Who reaches whom.
    pub policies: &'a Policies,
    /// The Proxmox cluster.
    pub datacenter: &'a Datacenter,
    /// Its nodes.
    pub nodes: Vec<(NodeId, &'a Node)>,
    /// Its guests that are there.
    pub guests: Vec<Guest<'a>>,
    /// Guests that are retired and protected: Terraform forgets them and removes nothing.
    pub forgotten: Vec<&'a Host>,
}

/// A guest.
pub struct Guest<'a> {
    /// Its index.
    pub id: HostId,
    /// Itself.
    pub host: &'a Host,
    /// Its VMID.
    pub vmid: u32,
    /// The node that it runs on.
    pub node: &'a Node,
    /// Its network devices in their order.
    pub nics: Vec<Nic<'a>>,
}

/// A network device of a guest.
pub struct Nic<'a> {
    /// That of `net0`, `net1`, ….
    pub index: u32,
    /// The network's index.
    pub network_id: NetworkId,
    /// The network.
    pub network: &'a Network,
    /// The Proxmox bridge.
    pub bridge: &'a str,
    /// The VLAN tag.
    pub vlan: Option<u16>,
    /// What cloud-init and Proxmox configure: one address of each family, IPv4 first.
    pub configured: Vec<Configured>,
    /// The guest's side.
    pub interface: &'a Interface,
}

/// An address that a guest is made with.
pub struct Configured {
    /// The address with its prefix's length; the prefix, where the guest asks for an address that nobody knows.
    pub address: IpNet,
    /// The router, if this is the device that leads out.
    pub gateway: Option<IpAddr>,
    /// Whether the guest asks for it: a DHCP server knows it by its MAC address.
    pub asks: bool,
}

impl<'a> Scope<'a> {
    /// The clusters of a site that have a node.
    pub fn all(site: &'a Site, policies: &'a Policies) -> Vec<Self> {
        let clusters = site.datacenters.iter().zip(0..).map(|(datacenter, index)| {
            let owned = |node: &Node| node.datacenter == DatacenterId(index);
            let nodes = site.nodes.iter().zip(0..).filter(|(node, _)| owned(node));
            let guests = site.hosts.iter().zip(0..).filter_map(|(host, id)| {
                let guest = Guest::of(site, HostId(id), host)?;
                owned(guest.node).then_some(guest)
            });
            let retired = site.hosts.iter().filter(|host| host.status == Status::Retired && host.protect);
            let here = |host: &&Host| host.node.is_some_and(|node| owned(&site.nodes[node.index()]));
            Self {
                site,
                policies,
                datacenter,
                forgotten: retired.filter(here).collect(),
                nodes: nodes.map(|(node, id)| (NodeId(id), node)).collect(),
                guests: guests.collect(),
            }
        });
        clusters.filter(|scope| !scope.nodes.is_empty()).collect()
    }

    /// The guests of one kind.
    pub fn guests_of(&self, kind: Kind) -> impl Iterator<Item = &Guest<'a>> {
        self.guests.iter().filter(move |guest| guest.host.kind == kind)
    }

    /// The images that guests are made from, with those guests' nodes, each named once.
    pub fn images(&self) -> Vec<(&'a Image, Vec<NodeId>)> {
        let used = self.guests.iter().filter_map(|guest| Some((guest.host.image?, guest.host.node?)));
        let used: BTreeSet<(ImageId, NodeId)> = used.collect();
        let mut images: BTreeMap<ImageId, Vec<NodeId>> = BTreeMap::new();
        for (image, node) in used {
            images.entry(image).or_default().push(node);
        }
        let images = images.into_iter().map(|(image, mut nodes)| {
            nodes.sort_by_key(|id| &self.site.nodes[id.index()].named.name);
            (&self.site.images[image.index()], nodes)
        });
        images.collect()
    }

    /// The image of a guest.
    pub fn image(&self, guest: &Guest) -> Option<&'a Image> {
        guest.host.image.map(|image| &self.site.images[image.index()])
    }

    /// The bridges that guests have devices on, by index.
    pub fn bridges(&self) -> Vec<NetworkId> {
        let nics = self.guests.iter().flat_map(|guest| &guest.nics);
        let mut bridges: Vec<NetworkId> = nics.map(|nic| nic.network_id).collect();
        bridges.sort_unstable();
        bridges.dedup();
        bridges
    }

    /// Whether a machine is a member of an overlay.
    pub fn is_overlay_member(&self, host: &Host) -> bool {
        let kind = |interface: &Interface| &self.site.networks[interface.network.index()].kind;
        host.interfaces.iter().any(|interface| matches!(kind(interface), NetworkKind::Overlay { .. }))
    }
}

impl<'a> Guest<'a> {
    /// The devices with the places before the last one that have none.
    pub fn slots(&self) -> Vec<Option<&Nic<'a>>> {
        let mut slots = Vec::new();
        for nic in &self.nics {
            slots.resize_with(nic.index as usize, || None);
            slots.push(Some(nic));
        }
        slots
    }

    fn of(site: &'a Site, id: HostId, host: &'a Host) -> Option<Self> {
        if host.kind == Kind::Machine || !host.status.is_there() {
            return None;
        }
        let vmid = host.vmid?.value.0;
        let node = &site.nodes[host.node?.index()];
        Some(Self { id, host, vmid, node, nics: nics(site, host) })
    }
}

fn nics<'a>(site: &'a Site, host: &'a Host) -> Vec<Nic<'a>> {
    let devices = host.interfaces.iter().filter_map(|interface| {
        let network = &site.networks[interface.network.index()];
        let NetworkKind::Bridge { bridge, vlan, .. } = &network.kind else { return None };
        let configured = addresses::configured(network, interface).map(|(address, _)| {
            let gateway = gateway(site, host, interface, Family::of_prefix(&address));
            let asks = interface.dhcp && network.prefix.value.contains(&address.addr());
            Configured { address, gateway, asks }
        });
        let leased = interface.leased.map(|_| Configured { address: network.prefix.value, gateway: None, asks: true });
        let configured = configured.chain(leased).collect();
        let index = interface.index?;
        Some(Nic { index, network_id: interface.network, network, bridge, vlan: *vlan, configured, interface })
    });
    let mut devices: Vec<Nic> = devices.collect();
    devices.sort_by_key(|nic| nic.index);
    // A container's devices are a list: one takes the place of another that is gone.
    if host.kind == Kind::Container {
        (0..).zip(&mut devices).for_each(|(place, nic)| nic.index = place);
    }
    devices
}

/// The router that a guest goes out by: that of its segment, which of several nodes, each one its own guests', is the guest's
/// node.
fn gateway(site: &Site, host: &Host, interface: &Interface, family: Family) -> Option<IpAddr> {
    let network = &site.networks[interface.network.index()];
    let mut here = network.gateways().iter().filter(|gateway| match gateway.router {
        Router::Node(node) => network.joined || host.node == Some(node),
        _ => true,
    });
    let found = here.find(|gateway| Family::of(gateway.address) == family);
    found.filter(|_| interface.default_route).map(|gateway| gateway.address)
}
