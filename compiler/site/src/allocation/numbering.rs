//! What a range gives to each of its slots: a VMID, addresses, MAC addresses; and which slot one of these belongs to.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use arvc_lang::functions::{Calls, Line, Point};
use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::sequence::{Sequence, Steps};
use super::{address, number};
use crate::checks::{mac_rule, rule_too_long, two_rules, vmid_not_accepted, vmid_outside_span};
use crate::model::{Network, NetworkId, Range, Rule, Vmid};

/// The numbers of one range. A *slot* is what the range counts by: what it says (`slots`), or else its VMIDs, or else its
/// host numbers.
#[derive(Clone, Debug)]
pub struct Numbering {
    /// The first and the last.
    slots: (u64, u64),
    /// None: it numbers machines without VMIDs.
    vmids: Option<Given>,
    /// The host number of the first slot, where the range says nothing else, and how many there are.
    hosts: Option<(u64, u64)>,
    /// The prefixes of each network.
    prefixes: Vec<Vec<IpNet>>,
    /// What the range says of networks by name, in their order.
    addresses: Vec<(NetworkId, Named)>,
    macs: Vec<(NetworkId, Given)>,
    /// A part of the range is not known.
    broken: bool,
}

/// What a rule gives. None: it is wrong, which is reported.
type Given = Option<Sequence>;

/// The addresses on a network that a range names.
#[derive(Clone, Debug, Default)]
struct Named {
    /// The host number of the first slot in each prefix, and how many there are.
    hosts: Option<(u64, u64)>,
    /// One address for each slot, by each of its functions.
    rules: Vec<Computed>,
}

/// The addresses on a network that a function gives.
#[derive(Clone, Debug)]
struct Computed {
    given: Given,
    /// The place of the prefix that these are in, among those of the network.
    prefix: Option<usize>,
    /// Where the function is written.
    span: Span,
}

impl Named {
    /// The function for a prefix. One whose prefix is not known may be for any.
    fn rule(&self, place: usize) -> Option<&Computed> {
        self.rules.iter().find(|rule| rule.prefix.is_none_or(|at| at == place))
    }
}

/// The address of a slot in a prefix of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// This one.
    Address(IpAddr),
    /// The prefix has no such host number.
    Outside(u64),
    /// The rule ends before this slot.
    NoNumber,
    /// The range has no rule for the network.
    NoRule,
    /// The rule is wrong, which is reported.
    Unknown,
}

/// How many values of a rule are computed one by one.
pub const MOST: u64 = 65_536;

impl Numbering {
    /// The numbers of a range on these networks, which are all of the site's. Rules are decided for all of its slots.
    pub fn of(range: &Range, networks: &[Network], calls: &mut Calls<'_>, out: &mut Vec<Diagnostic>) -> Self {
        let single = match range.on.as_slice() {
            [only] => only.addresses,
            _ => None,
        };
        let vmids = range.vmids.map(|vmids| (u64::from(vmids.value.0.0), u64::from(vmids.value.1.0)));
        let slots = range.slots.map(|slots| slots.value).or(vmids).or(range.addresses.or(single).map(|it| it.value));
        let mut numbering = Self {
            slots: slots.unwrap_or((1, 0)),
            vmids: None,
            hosts: None,
            prefixes: networks.iter().map(|network| network.prefixes().map(|prefix| prefix.value).collect()).collect(),
            addresses: Vec::new(),
            macs: Vec::new(),
            broken: range.broken || slots.is_none(),
        };
        if numbering.broken {
            return numbering;
        }
        let mut rules = Rules { range, slots: numbering.slots, calls, out };
        numbering.vmids = rules.vmids();
        numbering.hosts = range.addresses.map(|hosts| (hosts.value.0, rules.count(hosts.value)));
        for on in &range.on {
            let hosts = on.addresses.map(|hosts| (hosts.value.0, rules.count(hosts.value)));
            let prefixes = &numbering.prefixes[on.network.index()];
            let mut computed = Vec::new();
            for rule in &on.rules {
                let given = rules.numbers(*rule);
                let first = given.as_ref().and_then(|given| given.number(rules.slots.0)).map(ip);
                let holds = |prefix: &IpNet| first.is_some_and(|first| prefix.contains(&first));
                let prefix = prefixes.iter().position(holds);
                computed.push(Computed { given, prefix, span: rule.span });
            }
            let network = &networks[on.network.index()];
            let twice = two_rules::check(range, network, on, computed.iter().map(|rule| (rule.prefix, rule.span)));
            numbering.broken |= twice.is_some();
            rules.out.extend(twice);
            if hosts.is_some() || !computed.is_empty() {
                numbering.addresses.push((on.network, Named { hosts, rules: computed }));
            }
            numbering.macs.extend(on.mac.map(|rule| (on.network, rules.macs(rule, &networks[on.network.index()]))));
        }
        if numbering.broken {
            numbering.addresses.clear();
        }
        out.extend(calls.problems());
        numbering
    }

    /// The first slot and the last one; the last one is the smaller where the range has none.
    pub fn slots(&self) -> (u64, u64) {
        self.slots
    }

    /// Whether the range has a slot.
    pub fn has(&self, slot: u64) -> bool {
        self.slots.0 <= slot && slot <= self.slots.1
    }

    /// Whether what the range gives is not known, because a part of it is wrong.
    pub fn is_broken(&self) -> bool {
        self.broken || self.vmids == Some(None)
    }

    /// Whether the range is for machines that have VMIDs.
    pub fn has_vmids(&self) -> bool {
        self.vmids.is_some()
    }

    /// The VMID of a slot. None: the range numbers machines that have none, or it has none for this slot.
    pub fn vmid(&self, slot: u64) -> Option<Vmid> {
        let number = self.vmid_numbers()?.number(slot)?;
        Some(Vmid(u32::try_from(number).ok()?))
    }

    /// The slot that has a VMID.
    pub fn slot_of(&self, vmid: Vmid) -> Option<u64> {
        self.vmid_numbers()?.slot_of(vmid.0.into())
    }

    /// All VMIDs, as numbers.
    pub fn vmid_numbers(&self) -> Option<&Sequence> {
        self.vmids.as_ref()?.as_ref()
    }

    /// The address of a slot on a network, in its first prefix, if the range's rule gives one that the prefix has.
    pub fn address(&self, network: NetworkId, slot: u64) -> Option<IpAddr> {
        self.address_in(network, 0, slot)
    }

    /// The address of a slot in the prefix with this place among those of its network ([`Network::prefixes`]).
    pub fn address_in(&self, network: NetworkId, prefix: usize, slot: u64) -> Option<IpAddr> {
        match self.assigned(network, prefix, slot) {
            Assigned::Address(address) => Some(address),
            _ => None,
        }
    }

    /// The address of a slot in a prefix of a network, or why there is none.
    pub fn assigned(&self, network: NetworkId, place: usize, slot: u64) -> Assigned {
        if self.broken {
            return Assigned::Unknown;
        }
        let Some(prefix) = self.prefixes.get(network.index()).and_then(|prefixes| prefixes.get(place)) else {
            return Assigned::NoRule;
        };
        let named = find(&self.addresses, network);
        if let Some(rule) = named.and_then(|named| named.rule(place)) {
            return match rule.given.as_ref().map(|sequence| sequence.number(slot).map(ip)) {
                Some(None) => Assigned::NoNumber,
                Some(Some(address)) if prefix.contains(&address) => Assigned::Address(address),
                // Reported where the rule is.
                Some(Some(_)) | None => Assigned::Unknown,
            };
        }
        let own = named.and_then(|named| named.hosts);
        let Some((first, count)) = own.or(self.hosts) else { return Assigned::NoRule };
        match slot.checked_sub(self.slots.0).filter(|at| *at < count).and_then(|at| first.checked_add(at)) {
            None => Assigned::NoNumber,
            Some(host) => match address(prefix, host) {
                Some(address) => Assigned::Address(address),
                // Reported where the span is.
                None if own.is_some() => Assigned::Unknown,
                None => Assigned::Outside(host),
            },
        }
    }

    /// The slot whose address on a network this is.
    pub fn slot_of_address(&self, network: NetworkId, address: IpAddr) -> Option<u64> {
        let named = find(&self.addresses, network);
        let mut rules = named.iter().flat_map(|named| &named.rules).filter_map(|rule| rule.given.as_ref());
        let by_rule = rules.find_map(|sequence| sequence.slot_of(as_number(address)));
        if by_rule.is_some() {
            return by_rule;
        }
        let (first, count) = named.and_then(|named| named.hosts).or(self.hosts)?;
        let prefixes = self.prefixes.get(network.index())?;
        let place = prefixes.iter().position(|prefix| prefix.contains(&address))?;
        let at = number(&prefixes[place], address)?.checked_sub(first)?;
        let slot = self.slots.0.checked_add(at).filter(|_| at < count)?;
        (self.address_in(network, place, slot) == Some(address)).then_some(slot)
    }

    /// The addresses on networks that the range names, as [numbers](as_number), for each prefix that it says something of.
    pub fn named(&self) -> impl Iterator<Item = (NetworkId, Cow<'_, Sequence>)> {
        self.named_at().map(|(network, sequence, _)| (network, sequence))
    }

    /// The same with the places of the functions that give them.
    pub fn named_at(&self) -> impl Iterator<Item = (NetworkId, Cow<'_, Sequence>, Option<Span>)> {
        self.addresses.iter().flat_map(|(network, named)| {
            let rules =
                named.rules.iter().filter_map(|rule| Some((Cow::Borrowed(rule.given.as_ref()?), Some(rule.span))));
            let prefixes = self.prefixes[network.index()].iter().enumerate();
            let others = prefixes.filter(move |(place, _)| named.rule(*place).is_none());
            let spans =
                others.filter_map(|(_, prefix)| Some((Cow::Owned(self.span(prefix, named.hosts?, false)), None)));
            rules.chain(spans).map(|(sequence, span)| (*network, sequence, span))
        })
    }

    /// Whether an address on a network is one that the range gives by the network's name.
    pub fn names(&self, network: NetworkId, address: IpAddr) -> bool {
        self.named().any(|(id, sequence)| id == network && sequence.slot_of(as_number(address)).is_some())
    }

    /// The host numbers on networks that the range does not name: the first and the last.
    pub fn hosts(&self) -> Option<(u64, u64)> {
        self.hosts.map(|(first, count)| (first, first.saturating_add(count - 1)))
    }

    /// The last slot that has an address on a network, if the range names that.
    pub fn last_named(&self, network: NetworkId) -> Option<u64> {
        let named = find(&self.addresses, network)?;
        let rules = named.rules.iter().filter_map(|rule| Some(rule.given.as_ref()?.slots().1));
        rules.chain(named.hosts.map(|(_, count)| self.slots.0 + (count - 1))).min()
    }

    /// The addresses on a network of which the range says nothing by name, as [numbers](as_number), as far as each prefix
    /// has them.
    pub fn unnamed(&self, network: NetworkId) -> Vec<Sequence> {
        let named = find(&self.addresses, network);
        let Some(hosts) = self.hosts.filter(|_| named.is_none_or(|named| named.hosts.is_none())) else {
            return Vec::new();
        };
        let prefixes = self.prefixes.get(network.index()).into_iter().flatten().enumerate();
        let other = |place: usize| named.is_none_or(|named| named.rule(place).is_none());
        let others = prefixes.filter(|(place, prefix)| other(*place) && address(prefix, hosts.0).is_some());
        others.map(|(_, prefix)| self.span(prefix, hosts, true)).collect()
    }

    /// How many of its [host numbers](Self::hosts), from the first on, each prefix has in which it gives these. None if it says
    /// all of this network by name.
    pub(crate) fn room(&self, network: NetworkId) -> Option<u64> {
        let named = find(&self.addresses, network);
        let (first, count) = self.hosts.filter(|_| named.is_none_or(|named| named.hosts.is_none()))?;
        let prefixes = self.prefixes.get(network.index())?.iter().enumerate();
        let others = prefixes.filter(|(place, _)| named.is_none_or(|named| named.rule(*place).is_none()));
        let room = others.map(|(_, prefix)| {
            let last = as_number(prefix.broadcast()) - as_number(prefix.network());
            match last.checked_sub(first.into()) {
                Some(further) => u64::try_from(further).unwrap_or(u64::MAX).saturating_add(1).min(count),
                None => 0,
            }
        });
        room.min()
    }

    /// The addresses with these host numbers in a prefix, also those beyond its end unless they are `clipped`.
    fn span(&self, prefix: &IpNet, (first, count): (u64, u64), clipped: bool) -> Sequence {
        let (start, end) = (as_number(prefix.network()).saturating_add(first.into()), as_number(prefix.broadcast()));
        let room = u64::try_from(end.saturating_sub(start)).unwrap_or(u64::MAX).saturating_add(1);
        let count = if clipped { count.min(room) } else { count };
        Sequence::Steps(Steps { slot: self.slots.0, count, first: start, step: 1 })
    }

    /// The MAC address of a slot on a network, if the range has a rule for it.
    pub fn mac(&self, network: NetworkId, slot: u64) -> Option<[u8; 6]> {
        let number = self.mac_numbers(network)?.number(slot)?;
        let [0, 0, mac @ ..] = u64::try_from(number).ok()?.to_be_bytes() else { return None };
        Some(mac)
    }

    /// All MAC addresses on a network, as numbers.
    pub fn mac_numbers(&self, network: NetworkId) -> Option<&Sequence> {
        find(&self.macs, network)?.as_ref()
    }

    /// How many machines the range can number: as many as the shortest of its rules.
    pub fn capacity(&self) -> u64 {
        let count = |(first, last): (u64, u64)| if first <= last { (last - first).saturating_add(1) } else { 0 };
        let named = self.named().map(|(_, sequence)| count(sequence.slots()));
        let rules = self.vmid_numbers().map(|vmids| count(vmids.slots())).into_iter().chain(named);
        let shortest = rules.chain(self.hosts.map(|(_, count)| count)).min();
        shortest.unwrap_or(u64::MAX).min(count(self.slots))
    }
}

/// A rule of one network, of those in the order of networks.
fn find<T>(rules: &[(NetworkId, T)], network: NetworkId) -> Option<&T> {
    rules.binary_search_by_key(&network, |(id, _)| *id).ok().map(|at| &rules[at].1)
}

/// Decides the rules of one range.
struct Rules<'r, 'c> {
    range: &'r Range,
    slots: (u64, u64),
    calls: &'r mut Calls<'c>,
    out: &'r mut Vec<Diagnostic>,
}

impl Rules<'_, '_> {
    /// How many slots a span has numbers for.
    fn count(&self, (first, last): (u64, u64)) -> u64 {
        let slots = self.slots.1 - self.slots.0;
        last.saturating_sub(first).min(slots).saturating_add(1)
    }

    fn vmids(&mut self) -> Option<Given> {
        let Some(rule) = self.range.vmid else {
            let (first, last) = self.range.vmids?.value;
            let (first, last) = (u64::from(first.0), u64::from(last.0));
            let count = self.count((first, last));
            return Some(Some(Sequence::Steps(Steps { slot: self.slots.0, count, first: first.into(), step: 1 })));
        };
        Some(self.computed_vmids(rule))
    }

    /// The VMIDs of a rule, if Proxmox takes all of them and the range has them.
    fn computed_vmids(&mut self, rule: Rule) -> Given {
        let given = self.computed(rule, |point| match point {
            Point::Int(vmid) => Some(biased(vmid)),
            _ => None,
        })?;
        let accepted = (biased(vmid_not_accepted::FIRST), biased(vmid_not_accepted::LAST));
        if let Some(slot) = given.first_outside(accepted) {
            let vmid = given.number(slot).map_or(0, |number| number.wrapping_sub(biased(0)) as i128);
            self.out.push(vmid_not_accepted::of_slot(self.range, rule.span, slot, vmid));
            return None;
        }
        let given = given.less(biased(0));
        if let Some(vmids) = self.range.vmids {
            let (first, last) = vmids.value;
            if let Some(slot) = given.first_outside((first.0.into(), last.0.into())) {
                let vmid = given.number(slot).unwrap_or_default();
                self.out.push(vmid_outside_span::diagnostic(self.range, rule.span, slot, vmid, vmids));
                return None;
            }
        }
        Some(given)
    }

    /// The addresses or MAC addresses of a rule.
    fn numbers(&mut self, rule: Rule) -> Given {
        self.computed(rule, |point| match point {
            Point::Address(address) => Some(as_number(address)),
            Point::Mac(mac) => Some(mac.iter().fold(0, |number, octet| number << 8 | u128::from(*octet))),
            Point::Int(_) => None,
        })
    }

    /// The MAC addresses of a rule, if each slot has one of its own that a machine can have.
    fn macs(&mut self, rule: Rule, network: &Network) -> Given {
        let given = self.numbers(rule)?;
        let problem = mac_rule::check(self.range, rule.span, network, &given);
        let fine = problem.is_none();
        self.out.extend(problem);
        fine.then_some(given)
    }

    /// The values of a rule for all slots.
    fn computed(&mut self, rule: Rule, number: fn(Point) -> Option<u128>) -> Given {
        let (first, last) = self.slots;
        let argument = |slot: u64| i64::try_from(slot).unwrap_or(i64::MAX);
        if let Some(Line { first: start, step }) = self.calls.line(rule.value, argument(first), argument(last))
            && let Ok(step) = i64::try_from(step)
        {
            let count = (last - first).saturating_add(1);
            return Some(Sequence::Steps(Steps { slot: first, count, first: number(start)?, step }));
        }
        if last - first >= MOST {
            // What is wrong at an end says more than that nobody can look at all.
            let ends = [first, last].map(|slot| self.calls.apply(rule.value, argument(slot)));
            if ends.iter().all(Option::is_some) {
                self.out.push(rule_too_long::diagnostic(self.range, rule, self.slots));
            }
            return None;
        }
        let mut numbers = Vec::with_capacity((last - first) as usize + 1);
        for slot in first..=last {
            numbers.push(number(self.calls.apply(rule.value, argument(slot))?)?);
        }
        Sequence::table(first, numbers)
    }
}

/// An Int as a number that keeps the order.
fn biased(value: i64) -> u128 {
    (i128::from(value) + (1 << 64)) as u128
}

/// The number that stands for an address in a [`Sequence`]. Those of the two families lie apart.
pub fn as_number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_ipv6_mapped()),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The address that a number stands for.
pub fn ip(number: u128) -> IpAddr {
    let address = Ipv6Addr::from(number);
    match address.to_ipv4_mapped() {
        Some(address) => IpAddr::V4(address),
        None => IpAddr::V6(address),
    }
}
