//! What a list of rules says about an other end: which of its rules concern it, and what they let through.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;
use std::sync::Arc;

use arvc_site::model::{HostId, NetworkId};
use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::decide::{Detail, Layers};
use super::{Layer, Party, Step};
use crate::address::given;
use crate::members::overlaps;
use crate::policy::{Peer, Rule};
use crate::ports::PortSet;

/// Addresses by network and peer; a map in a map, since a pair of both could not be asked for without a copy of the peer.
pub(super) type Known = FxHashMap<NetworkId, FxHashMap<Peer, Rc<Held>>>;

/// The addresses that a peer has on a network: as prefixes, which are sorted and do not overlap, and as numbers, among which one is
/// found faster than among prefixes of either family.
pub(super) struct Held {
    prefixes: Vec<IpNet>,
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

impl Held {
    fn new(mut prefixes: Vec<IpNet>) -> Self {
        prefixes.sort_unstable();
        // Of two that hold one another the longer says nothing, and without it a place is found by halves.
        prefixes.dedup_by(|later, earlier| earlier.contains(&*later));
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for prefix in &prefixes {
            match prefix {
                IpNet::V4(prefix) => v4.push((prefix.network().to_bits(), prefix.broadcast().to_bits())),
                IpNet::V6(prefix) => v6.push((prefix.network().to_bits(), prefix.broadcast().to_bits())),
            }
        }
        Self { prefixes, v4, v6 }
    }

    /// Whether it has an address.
    fn has(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => within(&self.v4, address.to_bits()),
            IpAddr::V6(address) => within(&self.v6, address.to_bits()),
        }
    }
}

impl std::ops::Deref for Held {
    type Target = [IpNet];

    fn deref(&self) -> &[IpNet] {
        &self.prefixes
    }
}

/// Whether a number is in one of some spans, which are sorted and do not overlap.
fn within<T: Copy + Ord>(spans: &[(T, T)], number: T) -> bool {
    let behind = spans.partition_point(|(first, _)| *first <= number);
    behind.checked_sub(1).is_some_and(|at| number <= spans[at].1)
}

/// A list of rules by where it lies, the network, whether certificates count, and the other end.
pub(super) type Asked = (*const Rule, NetworkId, bool, Who);

/// What a list of rules says: the two bounds, and the rules that concern the other end.
pub(super) type Said = (PortSet, PortSet, Rc<[(PortSet, Arc<str>)]>);

/// The other end, as far as rules look at it.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Who {
    Member(HostId, IpAddr),
    Address(IpAddr),
    /// Where the one list of a [kept](Other::Kept) zone lies.
    Kept(*const IpNet),
}

/// The other end of a connection, as rules know it.
pub(super) enum Other<'o> {
    /// A machine by its certificate, and by an address.
    Member(HostId, IpAddr),
    /// An address.
    Address(IpAddr),
    /// Every address of these.
    Zone(&'o [IpNet]),
    /// The same, of a list that the layers keep for as long as they are asked.
    Kept(&'o Rc<[IpNet]>),
    /// Who else is at these: every address but those that the site gives to its machines and nodes.
    Others(&'o Rc<[IpNet]>),
}

impl Other<'_> {
    /// Whether Proxmox drops whatever comes from there: broadcast and multicast of IPv4.
    pub(super) fn is_smurf(&self) -> bool {
        let smurf = |address: IpAddr| matches!(address, IpAddr::V4(v4) if v4.is_multicast() || v4.is_broadcast());
        match self {
            Self::Member(_, address) | Self::Address(address) => smurf(*address),
            Self::Zone(_) | Self::Kept(_) | Self::Others(_) => {
                let parts = self.zone();
                !parts.is_empty() && parts.iter().all(|part| smurf(part.addr()))
            }
        }
    }

    /// The addresses of a zone.
    pub(super) fn zone(&self) -> &[IpNet] {
        match self {
            Self::Member(..) | Self::Address(_) => &[],
            Self::Zone(parts) => parts,
            Self::Kept(parts) | Self::Others(parts) => parts,
        }
    }
}

impl<'a> Layers<'a> {
    pub(super) fn step(
        &self,
        layer: Layer,
        host: HostId,
        network: NetworkId,
        rules: &'a [Rule],
        other: &Other,
    ) -> Step {
        let at = Party::Host(host);
        if layer == Layer::ProxmoxIn && other.is_smurf() {
            let note = Some("no packet comes from such an address (nosmurfs)".to_owned());
            return Step { layer, at, lower: PortSet::none(), upper: PortSet::none(), rules: Rc::default(), note };
        }
        let certified = matches!(layer, Layer::NebulaOut | Layer::NebulaIn);
        let (lower, upper, rules) = self.said(network, rules, certified, other);
        Step { layer, at, lower, upper, rules, note: None }
    }

    /// What a list of rules says; where every pair is asked for, once about each other end.
    fn said(&self, network: NetworkId, rules: &'a [Rule], certified: bool, other: &Other) -> Said {
        if self.detail.get() != Detail::Often {
            return self.asked(network, rules, certified, other);
        }
        let who = match other {
            Other::Member(host, address) if certified => Who::Member(*host, *address),
            Other::Member(_, address) | Other::Address(address) => Who::Address(*address),
            Other::Kept(zone) | Other::Others(zone) => Who::Kept(zone.as_ptr()),
            // To look a long list of prefixes up costs what it costs to ask it.
            Other::Zone(_) => return self.asked(network, rules, certified, other),
        };
        let key = (rules.as_ptr(), network, certified, who);
        if let Some(known) = self.said.borrow().get(&key) {
            return known.clone();
        }
        let said = self.asked(network, rules, certified, other);
        self.said.borrow_mut().insert(key, said.clone());
        said
    }

    fn asked(&self, network: NetworkId, rules: &'a [Rule], certified: bool, other: &Other) -> Said {
        let (mut lower, mut upper) = (PortSet::none(), PortSet::none());
        let mut matching: Vec<(PortSet, Arc<str>)> = Vec::new();
        self.each_candidate(rules, network, certified, other, |rule| {
            let (all, some) = if certified { self.certified(rule, other) } else { self.addressed(rule, other) };
            if some {
                upper = upper.union(&rule.ports);
                if all {
                    lower = lower.union(&rule.ports);
                }
                matching.extend(rule.openings().map(|(ports, reason)| (ports.clone(), reason.clone())));
            }
        });
        (lower, upper, matching.into())
    }

    /// Whether a list of a packet filter surely lets one packet through, which is in a set of ports or not: nothing else of what the
    /// list says is looked at.
    pub(super) fn lets_surely(&self, network: NetworkId, rules: &[Rule], packet: &PortSet, other: &Other) -> bool {
        let mut rules = rules.iter().filter(|rule| rule.network == network && packet.is_subset(&rule.ports));
        rules.any(|rule| self.addressed(rule, other).0)
    }

    /// Whether a rule of a packet filter holds all of the other end, and whether it holds any of it.
    pub(super) fn addressed(&self, rule: &Rule, other: &Other) -> (bool, bool) {
        let known = self.of_peer(rule.there, &rule.peer);
        match other {
            Other::Member(_, address) | Other::Address(address) => {
                let holds = known.has(*address);
                (holds, holds)
            }
            Other::Zone(_) | Other::Kept(_) | Other::Others(_) => {
                let zone = other.zone();
                let others = matches!(other, Other::Others(_));
                let inside = |part: &IpNet| known.iter().any(|prefix| prefix.contains(part));
                // Nobody else is at an address that the site gives away, unless that is all that is asked about.
                let theirs = |prefix: &IpNet, part: &IpNet| prefix != part && self.is_given_away(prefix);
                let meets = |part: &IpNet| {
                    known.iter().any(|prefix| overlaps(prefix, part) && !(others && theirs(prefix, part)))
                };
                (zone.iter().all(inside), zone.iter().any(meets))
            }
        }
    }

    /// Whether each address of a prefix is a machine's or a node's of the site; a long one is not looked through.
    pub(super) fn is_given_away(&self, prefix: &IpNet) -> bool {
        let given = self.given.get_or_init(|| given(self.site));
        let few = prefix.max_prefix_len() - prefix.prefix_len() <= 8;
        few && match prefix {
            IpNet::V4(v4) => (v4.network().to_bits()..=v4.broadcast().to_bits())
                .all(|it| given.contains(&Ipv4Addr::from_bits(it).into())),
            IpNet::V6(v6) => (v6.network().to_bits()..=v6.broadcast().to_bits())
                .all(|it| given.contains(&Ipv6Addr::from_bits(it).into())),
        }
    }

    /// The same for a rule of Nebula, which knows the other end by its certificate; what is behind a member it knows by the address.
    fn certified(&self, rule: &Rule, other: &Other) -> (bool, bool) {
        let Other::Member(host, _) = other else { return self.addressed(rule, other) };
        if rule.there != rule.network {
            return self.addressed(rule, other);
        }
        let machine = &self.site.hosts[host.index()];
        let holds = match &rule.peer {
            Peer::Any => true,
            Peer::Host(named) => named == host,
            Peer::Group(group) => machine.groups.contains(group),
            Peer::AllOf(groups) => groups.iter().all(|group| machine.groups.contains(group)),
            Peer::Network(_) | Peer::Prefix(_) => return self.addressed(rule, other),
            Peer::Node(_) | Peer::Operators | Peer::Internet => false,
        };
        (holds, holds)
    }

    pub(super) fn of_peer(&self, network: NetworkId, peer: &Peer) -> Rc<Held> {
        if let Some(known) = self.known.borrow().get(&network).and_then(|here| here.get(peer)) {
            return known.clone();
        }
        let list = Rc::new(Held::new(self.addresses.of(network, peer).iter().map(IpNet::trunc).collect()));
        self.known.borrow_mut().entry(network).or_default().insert(peer.clone(), list.clone());
        list
    }
}
