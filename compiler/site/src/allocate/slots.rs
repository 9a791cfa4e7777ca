//! Slots of ranges that give addresses and no VMIDs: of machines that Proxmox does not run, and of guests with VMIDs of
//! their own. The slot is what the lock holds of such a machine, as it holds the VMID of others.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use super::taken::Taken;
use super::{Allocation, Locked, computed};
use crate::checks::{held_by_several, held_number, locked_outside_range};
use crate::model::{Kind, NetworkId, RangeId};

/// Which machines have which address by the slots that the lock holds for them.
pub(super) type SlotClaims = HashMap<(u32, IpAddr), Vec<usize>>;

impl Allocation<'_> {
    /// The range that a machine takes a slot of, where nothing that it states says which.
    fn takes_slot(&self, at: usize) -> Option<RangeId> {
        let (host, origin) = (&self.hosts[at], &self.origins[at]);
        let range = host.range?;
        let numbering = &self.site.numbering[range.index()];
        // What failed may have said the slot.
        let failed = host.slot.is_some() || origin.slot.is_some() || origin.kind_failed || origin.network_unknown;
        let guest_without = host.kind != Kind::Machine && host.vmid.is_none();
        if failed || guest_without || numbering.has_vmids() || numbering.is_broken() {
            return None;
        }
        let mut places = self.wants[at].computed.iter();
        places.any(|place| place.needed && place.is_ruled(numbering)).then_some(range)
    }

    /// The slot that the lock holds. One that holds no slot of the machine may hold its address.
    fn held_slot(&self, at: usize, range: RangeId) -> Option<u64> {
        let old = self.old(at)?;
        let by_address = || {
            let numbering = &self.site.numbering[range.index()];
            let mut slots = old.addresses.iter().filter_map(|(network, addresses)| {
                let networks = &self.site.networks;
                let network = networks.binary_search_by(|it| it.named.name.as_str().cmp(network)).ok()?;
                let mut addresses = addresses.iter();
                addresses.find_map(|it| numbering.slot_of_address(NetworkId(network as u32), *it))
            });
            slots.next()
        };
        old.slot.or_else(by_address)
    }

    /// The addresses that machines have by their held slots.
    pub(super) fn slot_claims(&self, taken: &Taken) -> SlotClaims {
        let mut claims = SlotClaims::new();
        for at in 0..self.hosts.len() {
            let Some(slot) = self.takes_slot(at).and_then(|range| Some((range, self.held_slot(at, range)?))) else {
                continue;
            };
            for (network, address) in self.given(at, slot) {
                claims.entry((taken.domain(network), address)).or_default().push(at);
            }
        }
        claims
    }

    /// The addresses that a slot would give a machine.
    fn given(&self, at: usize, (range, slot): (RangeId, u64)) -> Vec<(NetworkId, IpAddr)> {
        let numbering = &self.site.numbering[range.index()];
        let places = self.wants[at].computed.iter();
        places.filter_map(|place| Some((place.network, place.address(numbering, slot)?))).collect()
    }

    /// The slot that the lock holds, or a stated one against those.
    pub(super) fn slot(&mut self, at: usize, taken: &Taken, claims: &SlotClaims) -> Locked {
        let Some(range) = self.takes_slot(at) else {
            self.stated_slot(at, taken, claims);
            return Locked::Taken;
        };
        let Some(slot) = self.held_slot(at, range) else { return Locked::No };
        let (host, numbering) = (&self.hosts[at], &self.site.numbering[range.index()]);
        let missing = |place: &&super::Place| place.needed && place.address(numbering, slot).is_none();
        let missing = self.wants[at].computed.iter().find(missing).filter(|_| numbering.has(slot));
        let problem = if !numbering.has(slot) || missing.is_some() {
            let network = missing.map(|place| &self.site.networks[place.network.index()]);
            let named = &self.site.ranges[range.index()];
            let held = self.old(at).cloned().unwrap_or_default();
            Some(locked_outside_range::of_slot(&host.named, &held, slot, named, network))
        } else {
            let met: BTreeSet<usize> = self
                .given(at, (range, slot))
                .into_iter()
                .filter_map(|(network, address)| claims.get(&(taken.domain(network), address)))
                .flatten()
                .copied()
                .collect();
            if met.len() < 2 {
                self.give(at, range, slot);
                return Locked::Taken;
            }
            // Each of them is wrong, and the first one tells.
            let named: Vec<_> = met.iter().map(|at| &self.hosts[*at].named).collect();
            (met.first() == Some(&at)).then(|| held_by_several::of_slot(slot, &named))
        };
        self.out.extend(problem);
        self.without_slot(at);
        Locked::Wrong
    }

    /// A slot that a machine states, against those that the lock holds for others.
    fn stated_slot(&mut self, at: usize, taken: &Taken, claims: &SlotClaims) {
        let host = &self.hosts[at];
        let (Some(slot), Some(range)) = (host.slot, host.range) else { return };
        if self.site.numbering.get(range.index()).is_none_or(|numbering| numbering.has_vmids()) {
            return;
        }
        let addresses = computed(self.site, host, &self.wants[at]).into_iter();
        let mut others =
            addresses.filter_map(|(network, address)| claims.get(&(taken.domain(network), address))?.first().copied());
        if let Some(other) = others.next() {
            let problem = held_number::slot_of_host(&host.named, slot, &self.hosts[other].named);
            self.out.push(problem);
            self.without_slot(at);
        }
    }

    /// The machine's slot is wrong, and that is reported.
    fn without_slot(&mut self, at: usize) {
        let host = &mut self.hosts[at];
        (host.slot, host.broken) = (None, true);
    }
}
