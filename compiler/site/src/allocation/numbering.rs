//! What a range gives to each of its slots: a VMID, addresses, MAC addresses; and which slot one of these belongs to.

use std::net::IpAddr;

use super::{address, number};
use crate::model::{Network, NetworkId, Range, Vmid};

/// The numbers of one range. A *slot* is what the range counts by; nothing outside needs to know what it is.
///
/// Here it is the VMID: slot `vmids.first + n` has the VMID of that number, and host number `addresses.first + n` in every
/// prefix of every network, as long as the range has one.
#[derive(Clone, Debug)]
pub struct Numbering {
    vmids: (u64, u64),
    addresses: (u64, u64),
    /// The prefixes of each network.
    prefixes: Vec<Vec<ipnet::IpNet>>,
}

impl Numbering {
    /// The numbers of a range on these networks, which are all of the site's.
    pub fn of(range: &Range, networks: &[Network]) -> Self {
        let (first, last) = range.vmids.value;
        Self {
            vmids: (u64::from(first.0), u64::from(last.0)),
            addresses: range.addresses.value,
            prefixes: networks.iter().map(|network| network.prefixes().map(|prefix| prefix.value).collect()).collect(),
        }
    }

    /// The first slot and the last one.
    pub fn slots(&self) -> (u64, u64) {
        self.vmids
    }

    /// The VMID of a slot. None: the range numbers machines that have none, or it has no such slot.
    pub fn vmid(&self, slot: u64) -> Option<Vmid> {
        let (first, last) = self.vmids;
        (first <= slot && slot <= last).then_some(Vmid(u32::try_from(slot).ok()?))
    }

    /// The slot that has a VMID.
    pub fn slot_of(&self, vmid: Vmid) -> Option<u64> {
        let (first, last) = self.vmids;
        Some(u64::from(vmid.0)).filter(|slot| first <= *slot && *slot <= last)
    }

    /// The address of a slot on a network, in its first prefix, if the range's rule gives one that the prefix has.
    pub fn address(&self, network: NetworkId, slot: u64) -> Option<IpAddr> {
        self.address_in(network, 0, slot)
    }

    /// The address of a slot in the prefix with this place among those of its network ([`Network::prefixes`]).
    pub fn address_in(&self, network: NetworkId, prefix: usize, slot: u64) -> Option<IpAddr> {
        address(self.prefixes.get(network.index())?.get(prefix)?, self.host_number(slot)?)
    }

    /// The slot whose address on a network this is.
    pub fn slot_of_address(&self, network: NetworkId, address: IpAddr) -> Option<u64> {
        let number = self.prefixes.get(network.index())?.iter().find_map(|prefix| number(prefix, address))?;
        let slot = number.checked_sub(self.addresses.0)?.checked_add(self.vmids.0)?;
        self.host_number(slot)?;
        Some(slot)
    }

    /// The MAC address of a slot on a network, if the range has a rule for it.
    pub fn mac(&self, _network: NetworkId, _slot: u64) -> Option<[u8; 6]> {
        None
    }

    /// How many machines the range can number.
    pub fn capacity(&self) -> u64 {
        let span = |(first, last): (u64, u64)| last.saturating_sub(first).saturating_add(1);
        span(self.vmids).min(span(self.addresses))
    }

    /// The host number of a slot, if the range has one for it.
    fn host_number(&self, slot: u64) -> Option<u64> {
        let offset = slot.checked_sub(self.vmids.0)?;
        let number = self.addresses.0.checked_add(offset)?;
        (slot <= self.vmids.1 && number <= self.addresses.1).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use arvc_syntax::source::Span;

    use super::*;
    use crate::model::{Named, NetworkKind, Spanned};

    const SPAN: Span = Span { start: 0, end: 0 };

    fn named() -> Named {
        Named { name: "n".into(), path: "p".into(), key: SPAN, calls: Vec::new(), description: None }
    }

    fn numbering(vmids: (u32, u32), addresses: (u64, u64)) -> Numbering {
        let vmids = Spanned { value: (Vmid(vmids.0), Vmid(vmids.1)), span: SPAN };
        let range = Range { named: named(), vmids, addresses: Spanned { value: addresses, span: SPAN } };
        let network = |prefix: &str| Network {
            named: named(),
            prefix: Spanned { value: prefix.parse().expect("a prefix"), span: SPAN },
            more: vec![Spanned { value: "fd00::/64".parse().expect("a prefix"), span: SPAN }],
            kind: NetworkKind::Plain,
            mtu: None,
            reserved: Vec::new(),
        };
        Numbering::of(&range, &[network("10.10.10.0/24"), network("10.0.0.0/28")])
    }

    #[test]
    fn a_slot_and_what_it_has_lead_to_one_another() {
        let numbering = numbering((1000, 1999), (10, 19));
        for (slot, offset) in (1000..1010).zip(10..) {
            let address = IpAddr::from([10, 10, 10, offset]);
            assert_eq!(numbering.vmid(slot), Some(Vmid(slot as u32)));
            assert_eq!(numbering.slot_of(Vmid(slot as u32)), Some(slot));
            assert_eq!(numbering.address(NetworkId(0), slot), Some(address));
            assert_eq!(numbering.slot_of_address(NetworkId(0), address), Some(slot));
        }
        assert_eq!((numbering.slots(), numbering.capacity()), ((1000, 1999), 10));
    }

    #[test]
    fn a_slot_has_one_number_in_every_prefix_of_a_network() {
        let numbering = numbering((1000, 1999), (10, 19));
        let six: IpAddr = "fd00::b".parse().expect("an address");
        assert_eq!(numbering.address_in(NetworkId(0), 1, 1001), Some(six));
        assert_eq!(numbering.slot_of_address(NetworkId(0), six), Some(1001));
        assert_eq!(numbering.address_in(NetworkId(0), 2, 1001), None);
    }

    #[test]
    fn what_a_range_does_not_have_is_none() {
        let numbering = numbering((1000, 1999), (10, 19));
        assert_eq!((numbering.vmid(999), numbering.vmid(2000)), (None, None));
        assert_eq!((numbering.slot_of(Vmid(999)), numbering.slot_of(Vmid(2000))), (None, None));
        assert_eq!((numbering.address(NetworkId(0), 1010), numbering.address(NetworkId(0), 999)), (None, None));
        // The second network has sixteen addresses.
        assert_eq!(numbering.address(NetworkId(1), 1005), Some(IpAddr::from([10, 0, 0, 15])));
        assert_eq!(numbering.address(NetworkId(1), 1006), None);
        for address in [[10, 10, 10, 9], [10, 10, 10, 20], [10, 10, 11, 10]] {
            assert_eq!(numbering.slot_of_address(NetworkId(0), address.into()), None);
        }
    }
}
