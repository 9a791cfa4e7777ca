//! The numbers of machines that do not state them. Stated goes before locked, locked before new; a new number is free of
//! every other machine, of machines that are gone, and of the other environments of the project.
//!
//! Nothing here depends on the order of the sources, and no machine's number on whether another one is there: what is locked
//! stays, and a new number is looked for from a place that follows from the machine's own name (`choose`). What cannot be
//! decided is a problem; who is told what is in `checks/`.

mod choose;
mod renames;
mod slots;
mod taken;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::source::Span;

use self::choose::Chooser;
pub(crate) use self::choose::fnv;
pub(crate) use self::renames::{Renames, renames};
pub(crate) use self::taken::Holder;
use self::taken::Taken;
use crate::allocation::{Assigned, Numbering, RangeIndex};
use crate::checks::held_number::Elsewhere;
use crate::checks::{guest_without_vmid, held_by_several, held_number, locked_outside_range, range_full, vmid_changed};
use crate::lock::{Held, Numbers};
use crate::model::{DatacenterId, Host, Kind, NetworkId, RangeId, Site, Spanned, Vmid};
use crate::origins::{All, HostOrigin};
use crate::place::place;

/// The networks of a machine, before it has its addresses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wants {
    /// Where it states its addresses.
    pub(crate) stated: Vec<(NetworkId, Spanned<IpAddr>)>,
    /// Where its address follows from its number.
    pub(crate) computed: Vec<Place>,
}

/// A prefix of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) network: NetworkId,
    /// Its place among the network's prefixes.
    pub(crate) prefix: usize,
    /// Whether the machine has to have an address there: it states none on this network.
    pub(crate) needed: bool,
}

impl Place {
    /// The address that a slot has there.
    fn address(self, numbering: &Numbering, slot: u64) -> Option<IpAddr> {
        numbering.address_in(self.network, self.prefix, slot)
    }

    /// Whether the range says anything of the place. If not, that is the machine's own mistake, whatever its slot.
    fn is_ruled(self, numbering: &Numbering) -> bool {
        numbering.assigned(self.network, self.prefix, numbering.slots().0) != Assigned::NoRule
    }
}

/// What allocation works on: a site whose hosts are not in it yet, and these.
pub(crate) struct Allocation<'a> {
    pub(crate) site: &'a Site,
    /// Whether entries of the maps failed, so that what is missing may be there.
    pub(crate) all: All,
    pub(crate) hosts: &'a mut [Host],
    pub(crate) origins: &'a mut [HostOrigin],
    pub(crate) wants: &'a [Wants],
    pub(crate) held: &'a Held,
    pub(crate) renames: &'a Renames,
    /// Ranges of which it is reported that they give numbers that no machine can have.
    pub(crate) told: BTreeSet<RangeId>,
    /// Where guests without VMID and range were told of: what makes all members of a cluster is one place.
    pub(crate) unranged: HashSet<Span>,
    /// Numbers that another environment holds for a machine of the same name.
    pub(crate) elsewhere: Vec<Elsewhere>,
    pub(crate) out: &'a mut Vec<Diagnostic>,
}

impl Allocation<'_> {
    /// Gives every guest its VMID and every other machine its slot, or says why it has none. The ranges in which one found
    /// none.
    pub(crate) fn run(mut self) -> Vec<RangeId> {
        let ranges = RangeIndex::new(&self.site.ranges, &self.site.numbering);
        let mut taken = Taken::of(self.site, self.held, self.hosts, self.wants, self.renames);
        let (claims, slots) = (self.claims(), self.slot_claims(&taken));
        let mut new = Vec::new();
        for at in 0..self.hosts.len() {
            let (host, origin) = (&self.hosts[at], &self.origins[at]);
            let numbered = host.kind != Kind::Machine && !origin.kind_failed && !origin.vmid_failed;
            let is_new = match host.vmid {
                Some(vmid) if numbered => {
                    self.stated(at, vmid, &taken, &claims);
                    false
                }
                None if numbered => self.locked(at, &ranges, &taken, &claims) == Locked::No,
                _ => false,
            };
            // A guest that states its VMID may be in a range that gives addresses alone.
            if is_new || self.slot(at, &taken, &slots) == Locked::No {
                new.push(at);
            }
            self.addresses(at, &taken);
        }
        for (at, host) in self.hosts.iter().enumerate() {
            taken.enter(self.site, host, &self.wants[at]);
        }
        let (mut chooser, mut full) = (Chooser::default(), Vec::new());
        for at in new {
            full.extend(self.choose(at, &mut taken, &mut chooser));
        }
        full.sort();
        full.dedup();
        held_number::together(self.elsewhere, self.hosts, &self.site.networks, self.out);
        full
    }

    /// What the lock holds of a machine.
    fn old(&self, at: usize) -> Option<&Numbers> {
        self.renames.numbers(self.held, &self.hosts[at].named.name)
    }

    /// Who has which VMID by the lock, of machines that are there and state none.
    fn claims(&self) -> HashMap<(Option<DatacenterId>, Vmid), Vec<usize>> {
        let mut claims: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, host) in self.hosts.iter().enumerate() {
            if host.vmid.is_some() || host.kind == Kind::Machine || self.origins[at].vmid_failed {
                continue;
            }
            if let Some(vmid) = self.old(at).and_then(|old| old.vmid) {
                claims.entry((datacenter(self.site, host), vmid)).or_default().push(at);
            }
        }
        claims
    }

    /// A stated VMID against what is held of this machine and of others.
    fn stated(
        &mut self,
        at: usize,
        vmid: Spanned<Vmid>,
        taken: &Taken,
        claims: &HashMap<(Option<DatacenterId>, Vmid), Vec<usize>>,
    ) {
        let host = &self.hosts[at];
        let owner = datacenter(self.site, host);
        let problem = match self.old(at).and_then(|old| old.vmid) {
            Some(old) if old == vmid.value => return,
            Some(old) => Some(vmid_changed::diagnostic(&host.named, vmid, old)),
            None => match claims.get(&(owner, vmid.value)) {
                Some(others) => {
                    let other = &self.hosts[others[0]].named;
                    Some(held_number::of_host(&host.named, vmid, other))
                }
                None => {
                    let Some(by) = taken.held_vmid(owner, vmid.value) else { return };
                    let (what, problem) = (format!("VMID {}", vmid.value.0), held_number::vmid(&host.named, vmid, by));
                    self.is_held(at, by, (what, vmid.span, None), problem);
                    self.without(at);
                    return;
                }
            },
        };
        if let Some(problem) = problem {
            self.out.push(problem);
            self.without(at);
        }
    }

    /// A number that is held by a machine which is none of the site, with its place and its network. That of an environment where
    /// it is the same machine is told with all others of that environment.
    fn is_held(&mut self, at: usize, by: &Holder, of: (String, Span, Option<NetworkId>), problem: Diagnostic) {
        let (what, span, network) = of;
        match &by.environment {
            Some(environment) if by.name == self.hosts[at].named.name => {
                let environment = environment.clone();
                self.elsewhere.push(Elsewhere { host: at, environment, what, span, network, problem });
            }
            _ => self.out.push(problem),
        }
    }

    /// The machine's VMID is wrong, and that is reported.
    fn without(&mut self, at: usize) {
        let (host, origin) = (&mut self.hosts[at], &mut self.origins[at]);
        (host.vmid, host.slot, host.broken, origin.vmid_failed) = (None, None, true, true);
    }

    /// The VMID that the lock holds.
    fn locked(
        &mut self,
        at: usize,
        ranges: &RangeIndex,
        taken: &Taken,
        claims: &HashMap<(Option<DatacenterId>, Vmid), Vec<usize>>,
    ) -> Locked {
        let host = &self.hosts[at];
        let Some(vmid) = self.old(at).and_then(|old| old.vmid) else { return Locked::No };
        let old = || self.old(at).cloned().unwrap_or_default();
        let owner = datacenter(self.site, host);
        let range = match host.range {
            Some(range) => Some(range),
            None if self.origins[at].range.is_some() => None,
            None => ranges.find(&self.site.numbering, vmid, owner).or_else(|| self.only_range(owner)),
        };
        let Some(range) = range else {
            // A range that is missing because it failed is reported already.
            if self.origins[at].range.is_none() && self.all.ranges {
                self.out.push(locked_outside_range::without_range(&host.named, &old(), vmid, &self.site.ranges));
            }
            self.without(at);
            return Locked::Wrong;
        };
        let numbering = &self.site.numbering[range.index()];
        let slot = numbering.slot_of(vmid);
        let missing = |slot: u64| {
            let mut computed = self.wants[at].computed.iter();
            computed.find(|place| place.needed && place.address(numbering, slot).is_none())
        };
        let problem = match slot {
            None => Some(locked_outside_range::diagnostic(
                &host.named,
                &old(),
                vmid,
                &self.site.ranges[range.index()],
                None,
            )),
            Some(slot) => missing(slot).map(|place| {
                let network = &self.site.networks[place.network.index()];
                locked_outside_range::diagnostic(
                    &host.named,
                    &old(),
                    vmid,
                    &self.site.ranges[range.index()],
                    Some(network),
                )
            }),
        };
        if let Some(problem) = problem {
            self.out.push(problem);
            self.without(at);
            return Locked::Wrong;
        }
        let claimants = &claims[&(owner, vmid)];
        if let [first, .., _] = claimants.as_slice() {
            if *first == at {
                let named: Vec<_> = claimants.iter().map(|at| &self.hosts[*at].named).collect();
                self.out.push(held_by_several::diagnostic(vmid, &named));
            }
            self.without(at);
            return Locked::Wrong;
        }
        if let Some(by) = taken.held_vmid(owner, vmid) {
            let vmid = Spanned { value: vmid, span: host.named.key };
            self.out.push(held_number::locked(&host.named, vmid, by));
            self.without(at);
            return Locked::Wrong;
        }
        if let Some(slot) = slot {
            self.give(at, range, slot);
        }
        Locked::Taken
    }

    /// Gives a machine a slot of a range, with the VMID that it comes with.
    fn give(&mut self, at: usize, range: RangeId, slot: u64) {
        let host = &mut self.hosts[at];
        let span = host.named.key;
        if let Some(value) = self.site.numbering[range.index()].vmid(slot) {
            host.vmid = Some(Spanned { value, span });
        }
        (host.range, host.slot) = (Some(range), Some(Spanned { value: slot, span }));
        self.origins[at].allocated = true;
    }

    /// An address that a machine which is gone had, or that another environment has: the first of a machine.
    fn addresses(&mut self, at: usize, taken: &Taken) {
        let host = &self.hosts[at];
        let follows =
            |(network, value)| (network, Spanned { value, span: host.vmid.map_or(host.named.key, |it| it.span) });
        let computed = computed(self.site, host, &self.wants[at]).into_iter().map(follows);
        for (network, address) in self.wants[at].stated.iter().copied().chain(computed) {
            if let Some(by) = taken.held_address(network, address.value) {
                let problem = held_number::address(&host.named, address, &self.site.networks[network.index()], by);
                self.is_held(at, by, (address.value.to_string(), address.span, Some(network)), problem);
                self.hosts[at].broken = true;
                return;
            }
        }
    }

    /// The range that needs no words, since a Proxmox cluster has no other.
    fn only_range(&self, owner: Option<DatacenterId>) -> Option<RangeId> {
        let mut all = (0..).map(RangeId).zip(&self.site.ranges).filter(|(_, range)| range.is_for(owner));
        let (Some((only, _)), None) = (all.next(), all.next()) else { return None };
        (self.all.ranges && self.site.numbering[only.index()].has_vmids()).then_some(only)
    }

    /// A number for a machine that has none yet. The range, if it has none for it.
    fn choose(&mut self, at: usize, taken: &mut Taken, chooser: &mut Chooser) -> Option<RangeId> {
        let host = &self.hosts[at];
        let owner = datacenter(self.site, host);
        let range = match host.range {
            Some(range) => range,
            None => match self.only_range(owner) {
                Some(range) => range,
                None => {
                    let missing = self.origins[at].range.is_none() && self.all.ranges;
                    if missing && self.unranged.insert(place(&host.named, host.named.key)) {
                        self.out.push(guest_without_vmid::diagnostic(&host.named, &self.site.ranges, owner));
                    }
                    self.without(at);
                    return None;
                }
            },
        };
        let numbering = &self.site.numbering[range.index()];
        let places = self.wants[at].computed.iter().copied().filter(|place| place.is_ruled(numbering));
        let places: Vec<Place> = places.collect();
        match chooser.choose(self.site, taken, range, owner, &host.named.name, &places) {
            Some(slot) => {
                self.give(at, range, slot);
                taken.enter(self.site, &self.hosts[at], &self.wants[at]);
                None
            }
            None => {
                let retired =
                    taken.retired_in(numbering, self.site.ranges[range.index()].datacenter.map(|it| it.value));
                let named = &self.site.ranges[range.index()];
                // What is wrong with the range leaves it without numbers, and giving it more is no help.
                if !self.told.contains(&range) {
                    self.out.push(range_full::diagnostic(&host.named, named, numbering, &retired));
                }
                self.without(at);
                Some(range)
            }
        }
    }
}

/// What became of the number that the lock may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Locked {
    /// There is none.
    No,
    /// The machine has it.
    Taken,
    /// It cannot be the machine's any more, and that is reported.
    Wrong,
}

/// The Proxmox cluster of a guest.
pub(crate) fn datacenter(site: &Site, host: &Host) -> Option<DatacenterId> {
    Some(site.nodes.get(host.node?.index())?.datacenter)
}

/// The addresses that a machine's slot gives it, with the networks.
fn computed(site: &Site, host: &Host, wants: &Wants) -> Vec<(NetworkId, IpAddr)> {
    let slot =
        host.slot.zip(host.range).and_then(|(slot, range)| Some((site.numbering.get(range.index())?, slot.value)));
    let Some((numbering, slot)) = slot else { return Vec::new() };
    let address = |place: &Place| Some((place.network, place.address(numbering, slot)?));
    wants.computed.iter().filter_map(address).collect()
}
