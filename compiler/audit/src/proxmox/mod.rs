//! The firewall of Proxmox as its files have it, however they are written: by Terraform, or as `.fw` files.
//!
//! Semantics: pve-firewall 6.0 (`src/PVE/Firewall.pm`), the stock engine; see `lang-spec/audit.md`.

mod chains;
mod engine;
mod host;
mod macros;
mod protocols;
mod rule;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use ipnet::IpNet;

pub use chains::{inward, outward};
pub use host::{host_in, host_out};
pub use macros::{Macro, expand, is_v6};
pub use protocols::protocol;
pub use rule::{Action, Direction, Names, Rule, Scope, Sets, Spec};

use crate::bounds::Tri;
use crate::packet::{Addr, Addresses};
use crate::place::{Place, Why};

/// Everything about Proxmox.
#[derive(Debug, Default)]
pub struct Proxmox {
    /// Whether the tree says anything about it.
    pub present: bool,
    /// The data centres, of which there is one at least: numbers and names are each one's own.
    pub centers: Centers,
    /// Nodes that have options or rules, by name.
    pub nodes: BTreeMap<String, Node>,
    /// Virtual machines and containers.
    pub guests: BTreeMap<Id, Guest>,
    /// Why rules may be anywhere: some are there, and nobody knows whose.
    pub stray: Option<Why>,
    /// Lines of files that are left out, and why: options, headings, aliases, entries of sets.
    pub left_out: Vec<(Place, String)>,
    /// Two resources that each are all of one list of rules, and whose that is.
    pub twice: Vec<(Place, Place, String)>,
    /// Files that the nftables engine may refuse, and so all that it would apply, for a line that the other one leaves out.
    pub strict: Vec<(Whose, Why)>,
}

/// Whose a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A data centre's.
    Cluster(Center),
    /// A node's.
    Node(String),
    /// A guest's.
    Guest(Id),
}

/// A data centre, by its place among them.
pub type Center = usize;

/// Which guest: its number is its data centre's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// The data centre.
    pub center: Center,
    /// Its number there.
    pub vmid: u32,
}

/// All data centres.
#[derive(Debug)]
pub struct Centers(pub Vec<Cluster>);

impl Default for Centers {
    fn default() -> Self {
        Self(vec![Cluster::default()])
    }
}

impl Proxmox {
    /// A data centre.
    pub fn center(&self, center: Center) -> &Cluster {
        &self.centers.0[center]
    }

    /// That of a node: where it is configured, or else where its guests are.
    pub fn center_of(&self, node: &str) -> Center {
        let own = self.nodes.get(node).map(|node| node.center);
        let of_guests = || self.guests.values().find(|guest| guest.node.as_deref() == Some(node));
        own.or_else(|| of_guests().map(|guest| guest.id.center)).unwrap_or(0)
    }

    /// A guest, of which nothing may be known yet.
    pub fn guest(&mut self, id: Id) -> &mut Guest {
        self.guests.entry(id).or_insert_with(|| Guest::new(id))
    }
}

/// A setting: what it is, and where that stands if anywhere.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// Its value, or why nobody knows.
    pub value: Result<T, Why>,
    /// Where it stands.
    pub place: Option<Place>,
}

impl<T> Setting<T> {
    /// What holds where nothing is written.
    pub fn default(value: T) -> Self {
        Self { value: Ok(value), place: None }
    }
}

/// What becomes of a packet that no rule takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It passes.
    Accept,
    /// It is dropped, with the exceptions of the chain that Proxmox has for it.
    Drop,
    /// The same, with an answer.
    Reject,
}

/// The data centre.
#[derive(Debug)]
pub struct Cluster {
    /// The switch of everything.
    pub enabled: Setting<bool>,
    /// For nodes alone.
    pub policy_in: Setting<Policy>,
    /// For nodes alone.
    pub policy_out: Setting<Policy>,
    /// For nodes alone.
    pub rules: Vec<Rule>,
    /// Sets by their name, in lower case.
    pub sets: HashMap<String, IpSet>,
    /// Aliases by their name, in lower case.
    pub aliases: HashMap<String, (IpNet, Place)>,
    /// Security groups by their name, in lower case.
    pub groups: HashMap<String, Group>,
}

impl Cluster {
    /// Its sets and aliases.
    pub fn names(&self) -> Names<'_> {
        (&self.sets, &self.aliases)
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            enabled: Setting {
                value: Err("whether the firewall of the data centre is on: the tree does not say".into()),
                place: None,
            },
            policy_in: Setting::default(Policy::Drop),
            policy_out: Setting::default(Policy::Accept),
            rules: Vec::new(),
            sets: HashMap::new(),
            aliases: HashMap::new(),
            groups: HashMap::new(),
        }
    }
}

/// A node.
#[derive(Debug)]
pub struct Node {
    /// Its data centre.
    pub center: Center,
    /// The switch of its own chains, and of nothing else.
    pub enabled: Setting<bool>,
    /// Neighbour discovery.
    pub ndp: Setting<bool>,
    /// Sources that are a broadcast address are dropped.
    pub nosmurfs: Setting<bool>,
    /// The other engine.
    pub nftables: Setting<bool>,
    /// Its own rules, in front of the cluster's.
    pub rules: Vec<Rule>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            center: 0,
            enabled: Setting::default(true),
            ndp: Setting::default(true),
            nosmurfs: Setting::default(true),
            nftables: Setting::default(false),
            rules: Vec::new(),
        }
    }
}

/// A security group.
#[derive(Debug)]
pub struct Group {
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// An IP set.
#[derive(Clone, Debug)]
pub struct IpSet {
    /// Its entries: the prefix, and whether it is spared (`nomatch`).
    pub entries: Vec<(IpNet, bool)>,
    /// Why nobody knows all of it.
    pub gap: Option<Why>,
    /// Where it begins.
    pub place: Place,
}

impl IpSet {
    /// Whether it holds an address: the longest prefix that does decides.
    pub fn has(&self, address: IpAddr) -> bool {
        let holding = self.entries.iter().filter(|(net, _)| net.contains(&address));
        holding.max_by_key(|(net, _)| net.prefix_len()).is_some_and(|(_, spared)| !spared)
    }

    /// Whether it holds a source, which may be one of many.
    pub fn holds(&self, source: Addr) -> Tri {
        match (source, &self.gap) {
            (Addr::At(address), None) => self.has(address).into(),
            (Addr::At(address), Some(_)) if self.has(address) => Tri::Yes,
            (_, Some(why)) => Tri::Maybe(why.clone()),
            (source, None) => match self.addresses() {
                Some(addresses) => addresses.contain(source),
                None => Tri::Maybe("which address of the Internet it is".into()),
            },
        }
    }

    /// All that it holds, without what it spares.
    pub fn addresses(&self) -> Option<Addresses> {
        let spares = self.entries.iter().any(|(_, spared)| *spared);
        (!spares).then(|| Addresses::nets(self.entries.iter().map(|(net, _)| *net)))
    }
}

/// A virtual machine or a container.
#[derive(Debug)]
pub struct Guest {
    /// Its data centre and its number.
    pub id: Id,
    /// Its name, if the tree has the machine.
    pub name: Option<String>,
    /// Its node.
    pub node: Option<String>,
    /// Whether it is a container.
    pub container: bool,
    /// Its devices, `net0` first.
    pub nics: Vec<Nic>,
    /// Why nobody knows all of its devices.
    pub gap: Option<Why>,
    /// The switches of its firewall.
    pub options: Options,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Its own sets, by name in lower case.
    pub sets: HashMap<String, IpSet>,
    /// Its own aliases, by name in lower case.
    pub aliases: HashMap<String, (IpNet, Place)>,
    /// Where the machine is.
    pub place: Option<Place>,
}

impl Guest {
    /// One of which nothing is known but its number.
    pub fn new(id: Id) -> Self {
        Self {
            id,
            name: None,
            node: None,
            container: false,
            nics: Vec::new(),
            gap: None,
            options: Options::absent(),
            rules: Vec::new(),
            sets: HashMap::new(),
            aliases: HashMap::new(),
            place: None,
        }
    }
}

/// A network device of a guest.
#[derive(Clone, Debug)]
pub struct Nic {
    /// N of `netN`.
    pub index: usize,
    /// `netN`, as rules name it.
    pub name: String,
    /// Its bridge.
    pub bridge: Setting<String>,
    /// The tag of its VLAN.
    pub vlan: Option<u16>,
    /// Whether its traffic is filtered.
    pub firewall: Setting<bool>,
    /// The addresses that it is given, with the prefix of the network.
    pub addresses: Vec<IpNet>,
    /// Its gateways.
    pub gateways: Vec<IpAddr>,
    /// Whether it asks for an address.
    pub dhcp: bool,
    /// What the guest calls it.
    pub device: Option<String>,
    /// Where it is.
    pub place: Place,
}

/// The switches of a guest's firewall.
#[derive(Debug)]
pub struct Options {
    /// The switch of all of it.
    pub enabled: Setting<bool>,
    /// DHCP is let through.
    pub dhcp: Setting<bool>,
    /// Neighbour discovery is let through.
    pub ndp: Setting<bool>,
    /// It may send router advertisements.
    pub radv: Setting<bool>,
    /// Its frames must bear its own MAC address.
    pub macfilter: Setting<bool>,
    /// Its packets must bear an address of its set.
    pub ipfilter: Setting<bool>,
    /// What its rules let in is handed to a program that may drop it.
    pub ips: Setting<bool>,
    /// What becomes of what comes in.
    pub policy_in: Setting<Policy>,
    /// What becomes of what goes out.
    pub policy_out: Setting<Policy>,
    /// Where they are.
    pub place: Option<Place>,
}

impl Options {
    /// What an absent key of `VMID.fw` means; the code of pve-firewall wins over its manual (dhcp).
    pub fn absent() -> Self {
        Self {
            enabled: Setting::default(false),
            dhcp: Setting::default(true),
            ndp: Setting::default(true),
            radv: Setting::default(false),
            macfilter: Setting::default(true),
            ipfilter: Setting::default(false),
            ips: Setting::default(false),
            policy_in: Setting::default(Policy::Drop),
            policy_out: Setting::default(Policy::Accept),
            place: None,
        }
    }

    /// What an absent argument of the provider's resource means: it writes every key, with defaults of its own.
    pub fn provider(place: Place) -> Self {
        Self {
            dhcp: Setting::default(false),
            ndp: Setting::default(false),
            radv: Setting::default(true),
            place: Some(place),
            ..Self::absent()
        }
    }
}
