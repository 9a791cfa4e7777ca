//! One rule of the firewall, and whether it takes a packet.

use std::collections::HashMap;

use ipnet::IpNet;

use super::IpSet;
use crate::bounds::Tri;
use crate::packet::{Addr, Addresses, ICMP, ICMP6, Packet, Port, Ports};
use crate::place::{Place, Why};

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it stands.
    pub place: Place,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Which packets it sees.
    pub direction: Direction,
    /// What it does.
    pub action: Action,
    /// The device: `net0` at a guest, an interface at a node.
    pub iface: Option<String>,
    /// Where packets come from.
    pub source: Spec,
    /// Where they go.
    pub dest: Spec,
    /// Their protocols; empty means any.
    pub protocols: Vec<u8>,
    /// Their source ports.
    pub sport: Option<Ports>,
    /// Their destination ports.
    pub dport: Option<Ports>,
    /// Types of ICMP.
    pub icmp: Option<u8>,
    /// Why it may match less or more than it seems.
    pub gap: Option<Why>,
    /// Why Proxmox skips it.
    pub broken: Option<String>,
    /// A field that is 0, which Proxmox takes for absent.
    pub zero: Option<&'static str>,
}

/// Which packets a rule sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Towards the guest or node.
    In,
    /// From it.
    Out,
    /// Through a node; nothing of the stock engine.
    Forward,
    /// Both: the insertion of a group.
    Both,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The packet passes.
    Accept,
    /// It is dropped.
    Drop,
    /// It is refused.
    Reject,
    /// The rules of a group follow; its name in lower case.
    Group(String),
    /// Nobody knows.
    Unknown(Why),
}

/// Addresses of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Spec {
    /// All.
    #[default]
    Any,
    /// These.
    These(Addresses),
    /// Those of a set.
    Set(Scope, String),
    /// That of an alias.
    Alias(Scope, String),
    /// Nobody knows.
    Unknown(Why),
}

/// Where a name is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// At the guest, then at the data centre.
    Either,
    /// At the guest.
    Guest,
    /// At the data centre.
    Cluster,
}

/// The sets and aliases that a rule's names may mean.
#[derive(Clone, Copy)]
pub struct Sets<'a> {
    /// The guest's own.
    pub own: Option<Names<'a>>,
    /// The data centre's.
    pub cluster: Names<'a>,
}

/// Sets and aliases by name.
pub type Names<'a> = (&'a HashMap<String, IpSet>, &'a HashMap<String, (IpNet, Place)>);

impl<'a> Sets<'a> {
    /// The set of a name.
    pub fn set(&self, scope: Scope, name: &str) -> Option<&'a IpSet> {
        let own = || self.own.and_then(|(sets, _)| sets.get(name));
        match scope {
            Scope::Guest => own(),
            Scope::Cluster => self.cluster.0.get(name),
            Scope::Either => own().or_else(|| self.cluster.0.get(name)),
        }
    }

    /// The prefix of an alias.
    pub fn alias(&self, scope: Scope, name: &str) -> Option<IpNet> {
        let own = || self.own.and_then(|(_, aliases)| aliases.get(name));
        let found = match scope {
            Scope::Guest => own(),
            Scope::Cluster => self.cluster.1.get(name),
            Scope::Either => own().or_else(|| self.cluster.1.get(name)),
        };
        found.map(|(net, _)| *net)
    }

    /// Inside a group only the data centre's names exist.
    pub fn in_group(&self) -> Self {
        Self { own: None, ..*self }
    }
}

impl Rule {
    /// One that may do anything to any packet.
    pub fn unknown(why: Why, place: Place) -> Self {
        Self {
            place,
            enabled: true,
            direction: Direction::Both,
            action: Action::Unknown(why),
            iface: None,
            source: Spec::Any,
            dest: Spec::Any,
            protocols: Vec::new(),
            sport: None,
            dport: None,
            icmp: None,
            gap: None,
            broken: None,
            zero: None,
        }
    }

    /// Whether it takes a packet that goes in this direction over this device.
    pub fn matches(&self, packet: &Packet, direction: Direction, iface: &str, sets: Sets<'_>) -> Tri {
        if !self.enabled || self.broken.is_some() {
            return Tri::No;
        }
        if self.direction != direction && self.direction != Direction::Both {
            return Tri::No;
        }
        let device = match self.iface.as_deref() {
            Some(own) if own != iface && iface.is_empty() => Tri::Maybe("by which interface it comes".into()),
            Some(own) if own != iface => return Tri::No,
            _ => Tri::Yes,
        };
        let exact = device.and(|| self.protocol(packet)).and(|| self.ports(packet)).and(|| {
            let source = self.source.takes(packet.src, sets);
            source.and(|| self.dest.takes(packet.dst, sets))
        });
        match (&self.gap, exact) {
            (Some(why), Tri::Yes | Tri::Maybe(_)) => Tri::Maybe(why.clone()),
            (_, exact) => exact,
        }
    }

    fn protocol(&self, packet: &Packet) -> Tri {
        if !self.protocols.is_empty() && !self.protocols.contains(&packet.proto) {
            return Tri::No;
        }
        match self.icmp {
            Some(kind) => ((packet.proto == ICMP || packet.proto == ICMP6) && packet.icmp == kind).into(),
            None => Tri::Yes,
        }
    }

    fn ports(&self, packet: &Packet) -> Tri {
        let drops = matches!(self.action, Action::Drop | Action::Reject);
        let spares = |ports: &Ports| ports.spare_choice(self.dport.as_ref(), drops);
        if packet.sport == Port::Ephemeral && self.sport.as_ref().is_some_and(spares) {
            return Tri::No;
        }
        let sender = self.sport.as_ref().map_or(Tri::Yes, |ports| ports.hold_sender(packet.sport));
        sender.and(|| self.dport.as_ref().map_or(Tri::Yes, |ports| ports.contain(packet.dport)))
    }
}

impl Spec {
    fn takes(&self, address: Addr, sets: Sets<'_>) -> Tri {
        match self {
            Self::Any => Tri::Yes,
            Self::These(addresses) => addresses.contain(address),
            Self::Unknown(why) => Tri::Maybe(why.clone()),
            // A rule that names what is not there is skipped.
            Self::Alias(scope, name) => {
                sets.alias(*scope, name).map_or(Tri::No, |net| Addresses::nets([net]).contain(address))
            }
            Self::Set(scope, name) => match sets.set(*scope, name) {
                None => Tri::No,
                Some(set) => {
                    let exact = match (address, set.addresses()) {
                        (Addr::At(address), _) => set.has(address).into(),
                        (_, Some(addresses)) => addresses.contain(address),
                        (_, None) => Tri::Maybe("which address of the Internet it is".into()),
                    };
                    match (&set.gap, exact) {
                        (Some(why), Tri::No) => Tri::Maybe(why.clone()),
                        (_, exact) => exact,
                    }
                }
            },
        }
    }
}
