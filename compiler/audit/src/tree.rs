//! A tree of files, as far as it decides who reaches whom.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::OnceLock;

use arvc_verdict::Counted;
use ipnet::IpNet;
use serde::Deserialize;

use crate::filter::Filter;
use crate::matrix::Stands;
use crate::nebula::Member;
use crate::packet::{Addr, is_public};
use crate::place::{Notes, Place, Unread, Why};
use crate::proxmox::{Guest, Id, Nic, Proxmox};

/// What was read from the files of a tree.
#[derive(Debug)]
pub struct Tree {
    /// What was not understood, in order of files and lines.
    pub unread: Vec<Unread>,
    pub(crate) files: Vec<String>,
    pub(crate) proxmox: Proxmox,
    pub(crate) hosts: BTreeMap<String, Host>,
    pub(crate) members: Vec<Member>,
    pub(crate) filters: Vec<Filter>,
    /// What nodes translate, by node.
    pub(crate) edges: BTreeMap<String, Filter>,
    pub(crate) wiring: Wiring,
    /// Where Ansible finds machines and nodes, each line that says so.
    pub(crate) reached: Vec<Reached>,
    /// Which layers are looked at.
    pub(crate) counted: Counted,
    /// Whose an address is: the host, and its device if it has one of Proxmox.
    pub(crate) owners: HashMap<IpAddr, (String, Option<usize>)>,
    /// Whose an address of an overlay is.
    overlay: HashMap<IpAddr, usize>,
    /// Addresses of the Internet, one for each class of those that rules tell apart.
    internet: OnceLock<Vec<IpAddr>>,
    /// Whether those that a rule names are asked about by themselves, and are none of the Internet.
    apart: bool,
    /// The names of all nodes.
    pub(crate) nodes: BTreeSet<String>,
    /// Whether a machine is in several overlays, so that the device must be named.
    pub(crate) several_overlays: bool,
    /// What tells machines and addresses apart.
    pub(crate) records: OnceLock<crate::matrix::Records>,
    pub(crate) strangers: OnceLock<crate::matrix::Strangers>,
    /// Whether what nodes translate names bridges of guests alone, by node; of IPv4, of IPv6.
    pub(crate) inner: OnceLock<BTreeMap<String, [bool; 2]>>,
    /// The networks of guests with their routers.
    fronts: OnceLock<Vec<Front>>,
}

/// What is known beside the files.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The release of Nebula, where no variable `nebula_version` says it.
    pub nebula: Option<String>,
    /// Which tree has the firewall of the data centre, if it is on and another one has it: guests are judged as if it were on and
    /// had nothing for them, and what it lets in to its nodes stays unknown.
    pub firewall: Option<String>,
}

/// What no file of Terraform, Ansible or Nebula says: which bridges are wired together, and where nodes are. A file
/// `wiring.json` of the tree; where it is, it is all there is to say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wiring {
    /// Whether there is such a file.
    #[serde(skip)]
    pub is_said: bool,
    /// Bridges of several nodes that are one segment.
    pub segments: Vec<Segment>,
    /// The addresses of nodes.
    pub nodes: BTreeMap<String, Vec<IpAddr>>,
    /// The addresses of machines that are no guests, below the overlays.
    pub machines: BTreeMap<String, Vec<IpAddr>>,
    /// What VMs call their devices (`net0`), where that is not what cloud-init would call them; what other machines call the one
    /// that has an address.
    pub devices: BTreeMap<String, BTreeMap<String, String>>,
    /// Addresses that routers in front of somebody hand on, and to which of his own.
    pub known_as: BTreeMap<IpAddr, IpAddr>,
    /// Where the operators are: none of the Internet, which is asked about by itself.
    pub operators: Vec<IpNet>,
    /// What is the site's own, and so is none of the Internet.
    pub own: Vec<IpNet>,
    /// From where the world is reached, by routers that no file describes: they let everything out, and the answers in.
    pub outward: Vec<IpNet>,
    /// Networks whose router is no node, and its address: who is on one and is no guest has it for a router too.
    pub routers: BTreeMap<IpNet, IpAddr>,
    /// Prefixes whose router, which is no node, is said to filter nothing: what comes from the world for a public address arrives.
    pub unfiltered: Vec<IpNet>,
    /// Networks between which something routes all and filters nothing, each list by itself.
    pub routed: Vec<Routed>,
    /// Addresses that machines have by turns, and who.
    pub turns: BTreeMap<IpAddr, Vec<String>>,
}

impl Wiring {
    /// Whether an address is of a network of the site into which nobody says that the world leads: it has a router of its own that is
    /// no node, or none at all.
    pub fn is_apart(&self, address: IpAddr) -> bool {
        let networks = self.own.iter().filter(|net| net.prefix_len() < net.max_prefix_len() && net.contains(&address));
        let free = |net| !self.routers.contains_key(net) || self.unfiltered.contains(net);
        let mut led = networks.map(|net| self.outward.contains(net) && free(net));
        is_public(address) && led.any(|led| !led)
    }

    /// Whether the router in front of an address is said to filter nothing.
    pub fn is_unfiltered(&self, address: IpAddr) -> bool {
        self.unfiltered.iter().any(|net| net.contains(&address))
    }

    /// Whether two addresses are of one network of the site.
    pub fn shares_network(&self, one: IpAddr, other: IpAddr) -> bool {
        self.own.iter().any(|net| net.contains(&one) && net.contains(&other))
    }

    /// Whether an address is one that a machine has by turns with others.
    pub fn by_turns(&self, address: IpAddr, host: &str) -> bool {
        self.turns.get(&address).is_some_and(|owners| owners.iter().any(|owner| owner == host))
    }
}

/// Where Ansible finds a machine.
#[derive(Debug)]
pub(crate) struct Reached {
    pub host: String,
    pub address: IpAddr,
    pub place: Place,
}

/// Networks between which all is routed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routed {
    /// The node that does it, for machines whose router it is; without one, somebody does it for all.
    #[serde(default)]
    pub by: Option<String>,
    /// The networks.
    pub networks: Vec<IpNet>,
}

/// Bridges of one name on several nodes, wired together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Their name.
    pub bridge: String,
    /// The tag of a VLAN on them.
    #[serde(default)]
    pub vlan: Option<u16>,
    /// The nodes.
    pub nodes: Vec<String>,
}

/// A network of guests, its router, and what a node calls its device there.
#[derive(Debug)]
pub(crate) struct Front {
    pub net: IpNet,
    pub gateway: IpAddr,
    pub device: String,
}

/// What a node calls its device on the segment of a guest's.
pub(crate) fn device_of(nic: &Nic) -> Option<String> {
    let bridge = nic.bridge.value.as_deref().ok()?;
    Some(nic.vlan.map_or(bridge.to_owned(), |tag| format!("{bridge}.{tag}")))
}

/// Whether a name is one that systemd and the kernel give to a network card, or people to several of them: a tunnel, or a bridge of
/// containers, is not where a machine has its address.
fn is_hardware(name: &str) -> bool {
    ["eth", "en", "wl", "ww", "bond"].iter().any(|kind| name.starts_with(kind))
}

/// A machine: a guest of Proxmox, one that Ansible configures, a member of an overlay, or all of it.
#[derive(Debug)]
pub(crate) struct Host {
    pub name: String,
    pub place: Place,
    /// Which guest of Proxmox it is.
    pub guest: Option<Id>,
    /// What it is in overlays.
    pub members: Vec<usize>,
    /// Its filter.
    pub filter: Option<usize>,
    /// Why nobody knows its filter.
    pub no_filter: Option<Why>,
    /// Where Ansible finds it, and where else it is said to be.
    pub addresses: Vec<IpAddr>,
    /// Of one that is no guest, which of its devices has an address.
    pub devices: BTreeMap<IpAddr, String>,
    /// Whether a role makes it hand on packets of IPv4, of IPv6.
    pub forwards: (bool, bool),
}

impl Host {
    pub fn new(name: String, place: Place) -> Self {
        Self {
            name,
            place,
            guest: None,
            members: Vec::new(),
            filter: None,
            no_filter: None,
            addresses: Vec::new(),
            devices: BTreeMap::new(),
            forwards: (false, false),
        }
    }
}

impl Tree {
    pub(crate) fn new(
        notes: Notes,
        proxmox: Proxmox,
        hosts: BTreeMap<String, Host>,
        members: Vec<Member>,
        filters: Vec<Filter>,
        edges: BTreeMap<String, Filter>,
        wiring: Wiring,
    ) -> Self {
        let Notes { files, mut unread } = notes;
        unread.sort();
        unread.dedup();
        let mut tree = Self {
            unread,
            files,
            proxmox,
            hosts,
            members,
            filters,
            edges,
            wiring,
            reached: Vec::new(),
            counted: Counted::All,
            owners: HashMap::new(),
            overlay: HashMap::new(),
            internet: OnceLock::new(),
            apart: false,
            nodes: BTreeSet::new(),
            several_overlays: false,
            records: OnceLock::new(),
            strangers: OnceLock::new(),
            inner: OnceLock::new(),
            fronts: OnceLock::new(),
        };
        tree.owners = tree.own();
        tree.nodes = tree.node_names().map(str::to_owned).collect();
        tree.several_overlays = tree.hosts.values().any(|host| host.members.len() > 1);
        tree.overlay = tree
            .members
            .iter()
            .enumerate()
            .flat_map(|(index, member)| member.addresses().into_iter().map(move |address| (address, index)))
            .collect();
        tree
    }

    /// Looks at some layers only, from now on.
    pub fn count(&mut self, counted: Counted) {
        self.counted = counted;
    }

    /// Takes for the Internet what no rule names, from now on: what one names is asked about by itself.
    pub fn tell_apart(&mut self) {
        self.apart = true;
        self.internet = OnceLock::new();
    }

    fn own(&self) -> HashMap<IpAddr, (String, Option<usize>)> {
        let mut owners = HashMap::new();
        for host in self.hosts.values() {
            if let Some(guest) = self.guest(host) {
                for nic in &guest.nics {
                    owners.extend(nic.addresses.iter().map(|net| (net.addr(), (host.name.clone(), Some(nic.index)))));
                }
            }
            for address in &host.addresses {
                owners.entry(*address).or_insert_with(|| (host.name.clone(), None));
            }
        }
        owners
    }

    /// Addresses of the Internet, which is all but what is private or the site's own: one for each class of those that rules
    /// tell apart.
    pub(crate) fn internet(&self) -> &[IpAddr] {
        self.internet.get_or_init(|| {
            let own: Vec<IpAddr> = self.edges.values().flat_map(Filter::translated_addresses).collect();
            let mut addresses: Vec<IpAddr> = self.strangers().addresses().collect();
            // Whatever rules say, there are these.
            addresses
                .extend(["8.8.8.8", "2001:4860:4860::8888"].map(|text| text.parse::<IpAddr>().expect("an address")));
            let near: BTreeSet<IpNet> = self.networks();
            let sites = |address: &IpAddr| {
                let apart =
                    self.wiring.operators.iter().chain(&self.wiring.own).chain(&near).any(|net| net.contains(address));
                apart
                    || own.contains(address)
                    || self.owners.contains_key(address)
                    || self.wiring.nodes.values().flatten().any(|node| node == address)
            };
            addresses.retain(|address| is_public(*address) && !sites(address));
            for v6 in [false, true] {
                let unnamed = |address: &IpAddr| self.stands_for(*address) == Stands::Internet;
                let known = |address: &&IpAddr| address.is_ipv6() == v6 && unnamed(address);
                if self.apart && addresses.iter().any(|address| known(&address)) {
                    addresses.retain(|address| address.is_ipv6() != v6 || unnamed(address));
                }
            }
            addresses
        })
    }

    /// Each network of guests that has a router, with it and the node's device there.
    pub(crate) fn fronts(&self) -> &[Front] {
        self.fronts.get_or_init(|| {
            let mut found: Vec<Front> = Vec::new();
            let mut seen = HashSet::new();
            for nic in self.proxmox.guests.values().flat_map(|guest| &guest.nics) {
                let Some(device) = device_of(nic) else { continue };
                for (net, gateway) in
                    nic.addresses.iter().flat_map(|net| nic.gateways.iter().map(move |it| (net.trunc(), *it)))
                {
                    if net.contains(&gateway) && seen.insert((net, gateway, device.clone())) {
                        found.push(Front { net, gateway, device: device.clone() });
                    }
                }
            }
            found
        })
    }

    /// The networks of guests.
    pub(crate) fn networks(&self) -> BTreeSet<IpNet> {
        let nics = self.proxmox.guests.values().flat_map(|guest| &guest.nics);
        nics.flat_map(|nic| &nic.addresses).map(|net| net.trunc()).collect()
    }

    pub(crate) fn member_addresses(&self) -> &HashMap<IpAddr, usize> {
        &self.overlay
    }

    pub(crate) fn guest(&self, host: &Host) -> Option<&Guest> {
        self.proxmox.guests.get(&host.guest?)
    }

    pub(crate) fn filter(&self, host: &Host) -> Option<&Filter> {
        Some(&self.filters[host.filter?])
    }

    /// What a machine calls the device that has an address of its own: as Terraform or the wiring says, or else the one name beside
    /// `lo` and the overlay's that its filter has, if that is what hardware is called.
    pub(crate) fn device<'a>(&'a self, host: &'a Host, nic: Option<&'a Nic>, own: Addr) -> Option<&'a str> {
        let stated = match own {
            Addr::At(address) => host.devices.get(&address).map(String::as_str),
            Addr::Internet(_) => None,
        };
        if let Some(device) = nic.and_then(|nic| nic.device.as_deref()).or(stated) {
            return Some(device);
        }
        let overlay =
            |name: &str| host.members.iter().any(|index| self.members[*index].device.as_deref() == Some(name));
        let mut names = self.filter(host)?.devices();
        names.retain(|name| *name != "lo" && !overlay(name) && !name.ends_with(['+', '*']));
        match names.as_slice() {
            [name] if is_hardware(name) => Some(name),
            _ => None,
        }
    }

    /// Whether two nodes' bridges of one name are one segment.
    pub(crate) fn joined(&self, bridge: &str, vlan: Option<u16>, one: &str, other: &str) -> bool {
        one == other
            || self.wiring.segments.iter().any(|segment| {
                segment.bridge == bridge
                    && segment.vlan == vlan
                    && segment.nodes.iter().any(|node| node == one)
                    && segment.nodes.iter().any(|node| node == other)
            })
    }
}
