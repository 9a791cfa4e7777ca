//! The numbers of machines: what the ranges of a site give, and to which slots.
//!
//! It computes; who is told what about a number that does not exist is in `checks/`.

mod fit;
mod numbering;
mod sequence;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

pub(crate) use self::fit::{Fit, fits};
pub use self::numbering::{Assigned, MOST, Numbering, as_number, ip};
pub use self::sequence::{Sequence, Steps};
use crate::model::{DatacenterId, Range, RangeId, Vmid};

/// Finds the range of a VMID.
#[derive(Debug)]
pub(crate) struct RangeIndex {
    /// First and last VMID, sorted, with the largest VMID of these and of all before.
    spans: Vec<(u128, u128, RangeId, u128)>,
    /// The Proxmox cluster that each range is for, by range.
    datacenters: Vec<Option<DatacenterId>>,
}

impl RangeIndex {
    pub(crate) fn new(ranges: &[Range], numbering: &[Numbering]) -> Self {
        let spans = (0..).map(RangeId).zip(numbering).filter_map(|(id, numbering)| {
            let (first, last) = numbering.vmid_numbers()?.hull();
            Some((first, last, id, last))
        });
        let mut spans: Vec<_> = spans.collect();
        spans.sort_unstable();
        let mut furthest = 0;
        for span in &mut spans {
            furthest = furthest.max(span.1);
            span.3 = furthest;
        }
        let datacenters = ranges.iter().map(|range| range.datacenter.map(|it| it.value)).collect();
        Self { spans, datacenters }
    }

    /// The range that has the VMID in a Proxmox cluster.
    pub(crate) fn find(
        &self,
        numbering: &[Numbering],
        vmid: Vmid,
        datacenter: Option<DatacenterId>,
    ) -> Option<RangeId> {
        let number = u128::from(vmid.0);
        let after = self.spans.partition_point(|(first, ..)| *first <= number);
        // As long as one of those that begin before may reach so far.
        let before = self.spans[..after].iter().rev().take_while(|(.., furthest)| number <= *furthest);
        let has = |id: &RangeId| {
            let apart = self.datacenters[id.index()].zip(datacenter).is_some_and(|(own, other)| own != other);
            !apart && numbering[id.index()].slot_of(vmid).is_some()
        };
        before.map(|(_, _, id, _)| *id).filter(has).last()
    }
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
    use super::*;

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
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
}
