//! Random sites: what the rule gives and what is reported agree with a plain recount.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use proptest::prelude::*;

use crate::source;

const NETWORKS: &str = r#"
  name = "site"; domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ]; nodes.pve = { address = 10.0.0.1; };
  networks.lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  images.debian = { vmid = 9000; };
  ranges.a = { vmids = 1000..1999; addresses = 10..19; };
  ranges.b = { vmids = 2000..2004; addresses = 20..99; };
"#;

/// The host number by hand: two ranges, of which the second has more numbers than VMIDs.
fn number(vmid: u32) -> Option<u32> {
    match vmid {
        1000..=1009 => Some(vmid - 1000 + 10),
        2000..=2004 => Some(vmid - 2000 + 20),
        _ => None,
    }
}

fn source(vmids: &[u32], names: &[usize]) -> String {
    let mut text = format!("{{{NETWORKS}");
    for at in names {
        let _ = writeln!(text, "  hosts.h{at:03} = {{ vmid = {}; }};", vmids[*at]);
    }
    text + "}"
}

fn vmids() -> impl Strategy<Value = Vec<u32>> {
    let vmid = prop_oneof![4 => 998..1012u32, 2 => 1998..2007u32, 1 => Just(9000u32)];
    proptest::collection::vec(vmid, 1..16)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_vmid_gets_its_address_or_its_report(vmids in vmids()) {
        let order: Vec<_> = (0..vmids.len()).collect();
        let (site, problems) = source::resolve(&source(&vmids, &order));
        let site = site.expect("a record is a site");
        for (host, vmid) in site.hosts.iter().zip(&vmids) {
            let found = host.interfaces.first().map(|interface| interface.address.unwrap().value.to_string());
            prop_assert_eq!(found, number(*vmid).map(|number| format!("10.0.0.{number}")));
        }
        let count = |code: &str| problems.iter().filter(|(_, found)| found == code).count();
        let mut times: BTreeMap<u32, usize> = BTreeMap::from([(9000, 1)]);
        for vmid in &vmids {
            *times.entry(*vmid).or_default() += 1;
        }
        prop_assert_eq!(count("E0301"), times.values().filter(|times| **times > 1).count());
        let inside = |vmid: &&u32| (1000..=1999).contains(*vmid) || (2000..=2004).contains(*vmid);
        prop_assert_eq!(count("E0304"), vmids.iter().filter(inside).filter(|vmid| number(**vmid).is_none()).count());
        prop_assert_eq!(count("E0306"), vmids.iter().filter(|vmid| !inside(vmid)).count());
        let used = |range: std::ops::RangeInclusive<u32>| {
            vmids.iter().filter(|vmid| range.contains(vmid)).collect::<BTreeSet<_>>().len()
        };
        let full = usize::from(used(1000..=1009) == 10) + usize::from(used(2000..=2004) == 5);
        prop_assert_eq!(count("L0301"), full);
        prop_assert_eq!(problems.len(), count("E0301") + count("E0304") + count("E0306") + count("L0301"));
    }

    #[test]
    fn what_is_found_does_not_depend_on_the_order_of_the_hosts(vmids in vmids(), seed in any::<u64>()) {
        let order: Vec<_> = (0..vmids.len()).collect();
        let mut other = order.clone();
        other.sort_by_key(|at| (*at as u64 + 1).wrapping_mul(seed | 1));
        let of = |order: &[usize]| {
            let (site, problems) = source::resolve(&source(&vmids, order));
            let site = site.expect("a record is a site");
            let hosts: Vec<_> = site.hosts.iter().map(|host| {
                (host.named.name.clone(), host.interfaces.iter().map(|it| it.address.unwrap().value).collect::<Vec<_>>(), host.broken)
            }).collect();
            let mut codes: Vec<_> = problems.into_iter().map(|(_, code)| code).collect();
            codes.sort();
            (hosts, codes)
        };
        prop_assert_eq!(of(&order), of(&other));
    }
}
