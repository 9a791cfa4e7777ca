//! From a VMID to addresses: the guest with VMID `vmids.first + n` has host number `addresses.first + n` on each of its
//! networks, counted from the network's address.
//!
//! It computes and decides nothing else; who is told what about a number that does not exist is in `checks/`.

mod numbering;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

pub use self::numbering::Numbering;
use crate::model::{Range, RangeId, Vmid};

/// Finds the range of a VMID.
#[derive(Debug)]
pub(crate) struct RangeIndex {
    /// First and last VMID, sorted.
    spans: Vec<(Vmid, Vmid, RangeId)>,
    /// Spans meet, so that the nearest start is not always the right one.
    meeting: bool,
}

impl RangeIndex {
    pub(crate) fn new(ranges: &[Range]) -> Self {
        let spans = ranges.iter().enumerate().map(|(at, range)| {
            let (first, last) = range.vmids.value;
            (first, last, RangeId(at as u32))
        });
        let mut spans: Vec<_> = spans.collect();
        spans.sort();
        let meeting = spans.windows(2).any(|pair| pair[0].1 >= pair[1].0);
        Self { spans, meeting }
    }

    /// The range that contains the VMID.
    pub(crate) fn find(&self, vmid: Vmid) -> Option<RangeId> {
        let contains = |(first, last, id): &(Vmid, Vmid, RangeId)| (*first <= vmid && vmid <= *last).then_some(*id);
        if self.meeting {
            return self.spans.iter().find_map(contains);
        }
        let after = self.spans.partition_point(|(first, ..)| *first <= vmid);
        contains(self.spans.get(after.checked_sub(1)?)?)
    }
}

/// The host number of a VMID, if its range has one for it.
pub fn host_number(range: &Range, vmid: Vmid) -> Option<u64> {
    let offset = u64::from(vmid.0.checked_sub(range.vmids.value.0.0)?);
    let number = range.addresses.value.0.checked_add(offset)?;
    (number <= range.addresses.value.1).then_some(number)
}

/// How many guests a range can number: the smaller of its two spans.
pub fn capacity(range: &Range) -> u64 {
    let (first, last) = range.vmids.value;
    let vmids = u64::from(last.0.saturating_sub(first.0)) + 1;
    let (first, last) = range.addresses.value;
    vmids.min(last.saturating_sub(first).saturating_add(1))
}

/// The address with a host number, if the network has it.
pub fn address(prefix: &IpNet, number: u64) -> Option<IpAddr> {
    let address = match prefix.network() {
        IpAddr::V4(network) => IpAddr::V4(Ipv4Addr::from(u32::from(network).checked_add(u32::try_from(number).ok()?)?)),
        IpAddr::V6(network) => IpAddr::V6(Ipv6Addr::from(u128::from(network).checked_add(u128::from(number))?)),
    };
    prefix.contains(&address).then_some(address)
}

/// The host number of an address of the network, the reverse of [`address`]. `None` if it is outside, or too far in.
pub fn number(prefix: &IpNet, address: IpAddr) -> Option<u64> {
    if !prefix.contains(&address) {
        return None;
    }
    match (prefix.network(), address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => Some(u64::from(u32::from(address) - u32::from(network))),
        (IpAddr::V6(network), IpAddr::V6(address)) => u64::try_from(u128::from(address) - u128::from(network)).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use arvc_syntax::source::Span;

    use super::*;
    use crate::model::{Named, Spanned};

    fn range(vmids: (u32, u32), addresses: (u64, u64)) -> Range {
        let span = Span::new(0, 0);
        let named =
            Named { name: "r".into(), path: "ranges.r".into(), key: span, calls: Vec::new(), description: None };
        let vmids = Spanned { value: (Vmid(vmids.0), Vmid(vmids.1)), span };
        Range { named, vmids, addresses: Spanned { value: addresses, span } }
    }

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_pages_rule_gives_its_two_addresses() {
        let management = range((1000, 1999), (10, 19));
        let data = range((3000, 3999), (30, 39));
        let of = |range: &Range, vmid| address(&net("10.10.10.0/24"), host_number(range, Vmid(vmid))?);
        assert_eq!(of(&management, 1001), Some(ip("10.10.10.11")));
        assert_eq!(of(&data, 3000), Some(ip("10.10.10.30")));
        assert_eq!(of(&management, 1009), Some(ip("10.10.10.19")));
        assert_eq!(of(&management, 1010), None);
        assert_eq!(of(&management, 999), None);
    }

    #[test]
    fn a_number_beyond_the_network_has_no_address_even_at_the_end_of_the_address_space() {
        assert_eq!(address(&net("10.10.10.0/24"), 255), Some(ip("10.10.10.255")));
        assert_eq!(address(&net("10.10.10.0/24"), 256), None);
        assert_eq!(address(&net("255.255.255.0/24"), 256), None);
        assert_eq!(address(&net("255.255.255.0/24"), u64::MAX), None);
        assert_eq!(address(&net("ffff:ffff:ffff:ffff:ffff:ffff:ffff:0/112"), 65_536), None);
        assert_eq!(address(&net("fd00::/64"), u64::MAX), Some(ip("fd00::ffff:ffff:ffff:ffff")));
    }

    #[test]
    fn a_number_and_its_address_lead_to_one_another() {
        for prefix in ["10.0.0.0/8", "192.168.100.0/30", "10.0.0.0/31", "fd00::/64"] {
            for host in 0..2 {
                let prefix = net(prefix);
                assert_eq!(number(&prefix, address(&prefix, host).unwrap()), Some(host));
            }
        }
        assert_eq!(number(&net("10.0.0.0/24"), ip("10.0.1.0")), None);
        assert_eq!(number(&net("10.0.0.0/24"), ip("fd00::1")), None);
    }

    #[test]
    fn the_range_of_a_vmid_is_found_at_both_ends_and_not_between_ranges() {
        let ranges = [range((3000, 3999), (30, 39)), range((1000, 1999), (10, 19))];
        let index = RangeIndex::new(&ranges);
        let found = |vmid| index.find(Vmid(vmid)).map(|range| range.0);
        assert_eq!(
            [999, 1000, 1999, 2000, 3000, 3999, 4000].map(found),
            [None, Some(1), Some(1), None, Some(0), Some(0), None]
        );
    }

    #[test]
    fn a_vmid_in_the_larger_of_two_meeting_ranges_is_found() {
        let index = RangeIndex::new(&[range((1000, 9999), (10, 19)), range((2000, 2009), (20, 29))]);
        assert_eq!(index.find(Vmid(5000)), Some(RangeId(0)));
    }

    #[test]
    fn the_capacity_is_the_smaller_span() {
        assert_eq!(capacity(&range((1000, 1999), (10, 19))), 10);
        assert_eq!(capacity(&range((1000, 1004), (10, 19))), 5);
        assert_eq!(capacity(&range((100, 100), (0, u64::MAX))), 1);
    }
}
