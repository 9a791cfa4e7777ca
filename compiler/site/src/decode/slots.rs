//! Which slot of its range a machine has: the one that it states, or that of its VMID, or that of an address.

use super::Decoder;
use super::interfaces::On;
use crate::allocate;
use crate::allocation::{Assigned, RangeIndex};
use crate::checks::{
    guest_without_vmid, machine_with_vmid, range_of_others, slot_disagrees, slot_unknown, vmid_outside_range,
};
use crate::model::{Host, Kind, NetworkId, RangeId, Spanned};
use crate::origins::HostOrigin;

/// The address of a machine in a prefix of a network, if it states none there.
pub(super) enum ByRule {
    Address(Spanned<std::net::IpAddr>),
    /// The prefix has no such host number.
    Outside(u64),
    /// No range contains the VMID.
    NoRange,
    /// The range has no address for it.
    NoNumber(RangeId),
    /// The range says no addresses of this network, or not which slot the machine has.
    NoRule(RangeId),
    /// What it depends on is wrong, and that is reported.
    Unknown,
}

impl Decoder<'_> {
    /// Holds VMID, slot and range against the machine's kind and one another.
    pub(super) fn number(
        &mut self,
        host: &mut Host,
        origin: &mut HostOrigin,
        on: Option<&[(NetworkId, On)]>,
        ranges: &RangeIndex,
    ) {
        if origin.kind_failed {
            return;
        }
        let guest = host.kind != Kind::Machine;
        if !guest {
            let numbered = host.range.is_some_and(|range| self.site.numbering[range.index()].has_vmids());
            let problem = machine_with_vmid::check(&host.named, host.vmid, numbered, origin);
            self.read.diagnostics.extend(problem);
            host.vmid = None;
            host.range = host.range.filter(|_| !numbered);
        }
        if let (None, None, Some(vmid)) = (host.range, origin.range, host.vmid) {
            host.range = ranges.find(&self.site.numbering, vmid.value, allocate::datacenter(&self.site, host));
        }
        let problem = range_of_others::check(&self.site, host, origin);
        host.broken |= problem.is_some();
        self.read.diagnostics.extend(problem);
        self.slot(host, origin, on, ranges);
        let Some(range) = host.range else {
            // Allocation gives it a VMID, where there is one range, unless a slot was meant to.
            origin.vmid_failed |= origin.slot.is_some();
            return;
        };
        if !guest || host.vmid.is_some() || origin.vmid_failed {
            return;
        }
        let (range, numbering) = (&self.site.ranges[range.index()], &self.site.numbering[range.index()]);
        if numbering.is_broken() {
            (host.broken, origin.vmid_failed) = (true, true);
            return;
        }
        match host.slot.map(|slot| (slot, numbering.vmid(slot.value))) {
            Some((slot, Some(value))) => host.vmid = Some(Spanned { value, span: slot.span }),
            Some((slot, None)) if numbering.has_vmids() => {
                self.read.diagnostics.push(slot_unknown::without_vmid(&host.named, slot, range));
                (host.broken, origin.vmid_failed) = (true, true);
            }
            // A slot that the range does not have is reported.
            None if origin.slot.is_some() => origin.vmid_failed = true,
            _ if !numbering.has_vmids() => {
                self.read.diagnostics.push(guest_without_vmid::of_range(&host.named, range));
                (host.broken, origin.vmid_failed) = (true, true);
            }
            // Allocation gives it one.
            _ => {}
        }
    }

    fn slot(&mut self, host: &mut Host, origin: &HostOrigin, on: Option<&[(NetworkId, On)]>, ranges: &RangeIndex) {
        let Some(id) = host.range else {
            if let Some(slot) = origin.slot.filter(|_| origin.range.is_none()) {
                self.read.diagnostics.push(slot_unknown::without_range(&host.named, slot));
                host.broken = true;
            }
            return;
        };
        let (range, numbering) = (&self.site.ranges[id.index()], &self.site.numbering[id.index()]);
        if numbering.is_broken() {
            return;
        }
        let by_vmid = host.vmid.filter(|_| numbering.has_vmids()).map(|vmid| (vmid, numbering.slot_of(vmid.value)));
        if let (Some((vmid, None)), Some(span)) = (by_vmid, origin.range) {
            let found = ranges.find(&self.site.numbering, vmid.value, allocate::datacenter(&self.site, host));
            let found = found.map(|id| &self.site.ranges[id.index()]);
            self.read.diagnostics.push(vmid_outside_range::diagnostic(&host.named, vmid, range, span, found));
            (host.range, host.broken) = (None, true);
            return;
        }
        let by_vmid = by_vmid.and_then(|(vmid, slot)| Some(Spanned { value: slot?, span: vmid.span }));
        let stated = match origin.slot {
            Some(slot) => match u64::try_from(slot.value).ok().filter(|slot| numbering.has(*slot)) {
                Some(value) => Some(Spanned { value, span: slot.span }),
                None => {
                    self.read.diagnostics.push(slot_unknown::outside(&host.named, slot, range, numbering));
                    host.broken = true;
                    return;
                }
            },
            None => None,
        };
        if let (Some(stated), Some(by_vmid), Some(vmid)) = (stated, by_vmid, host.vmid)
            && stated.value != by_vmid.value
        {
            let problem = slot_disagrees::diagnostic(&host.named, stated, numbering.vmid(stated.value), vmid, range);
            self.read.diagnostics.push(problem);
            host.broken = true;
            return;
        }
        let by_address = || {
            let stated = on?.iter().flat_map(|(network, on)| on.stated().map(|address| (*network, address)));
            let mut slots = stated.filter_map(|(network, address)| {
                let value = numbering.slot_of_address(network, address.value)?;
                Some(Spanned { value, span: address.span })
            });
            slots.next()
        };
        host.slot = stated.or(by_vmid).or_else(by_address);
    }

    pub(super) fn by_rule(&self, host: &Host, origin: &HostOrigin, network: NetworkId, prefix: usize) -> ByRule {
        if host.kind != Kind::Machine && host.vmid.is_none() {
            return ByRule::Unknown;
        }
        let Some(range) = host.range else {
            // A range that is named and wrong is reported already.
            return if origin.range.is_some() || origin.kind_failed { ByRule::Unknown } else { ByRule::NoRange };
        };
        let numbering = &self.site.numbering[range.index()];
        let slot = match host.slot {
            Some(slot) => slot,
            None if host.broken || numbering.is_broken() => return ByRule::Unknown,
            None => return ByRule::NoRule(range),
        };
        match numbering.assigned(network, prefix, slot.value) {
            Assigned::Address(value) => ByRule::Address(Spanned { value, span: slot.span }),
            Assigned::Outside(number) => ByRule::Outside(number),
            Assigned::NoNumber => ByRule::NoNumber(range),
            Assigned::NoRule => ByRule::NoRule(range),
            Assigned::Unknown => ByRule::Unknown,
        }
    }
}
