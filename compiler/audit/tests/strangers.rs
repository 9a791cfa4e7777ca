//! Addresses that are nobody's: one is asked about for all that no rule tells apart.

mod common;

use std::collections::BTreeMap;

use arvc_audit::Tree;
use common::tree;

const RULES: &str = "[OPTIONS]\nenable: 1\n[RULES]\n\
    IN ACCEPT -source 1.0.0.0/8,2.0.0.0/7,4.0.0.0/7,10.9.0.0/16,10.64.0.0/16 -p tcp -dport 80\n\
    IN ACCEPT -source 2.0.0.0/8 -p tcp -dport 81\n\
    IN ACCEPT -source +dc/some -p tcp -dport 82\n\
    IN ACCEPT -source +dc/few -p tcp -dport 83\n";
const SETS: &str = "[OPTIONS]\nenable: 1\n[IPSET some]\n16.0.0.0/8\n17.0.0.0/8\n[IPSET few]\n32.0.0.0/8\n33.0.0.0/8\n!33.1.0.0/16\n33.1.1.0/24\n";

fn site() -> Tree {
    tree(&[
        ("pve/firewall/cluster.fw", SETS),
        ("pve/firewall/101.fw", RULES),
        (
            "pve/nodes/one/qemu-server/101.conf",
            "name: a\nnet0: virtio=02:00:00:00:00:01,bridge=vmbr1,firewall=1\nipconfig0: ip=10.0.1.7/24,gw=10.0.1.1\n",
        ),
        ("ansible/inventory/host_vars/a.yml", "ansible_host: 10.0.1.7\n"),
    ])
}

fn words(tree: &Tree, address: &str) -> String {
    let address = address.parse().expect("an address");
    tree.stands_for(address).words(address)
}

#[test]
fn prefixes_of_one_rule_are_one_class_where_nothing_else_tells_them_apart() {
    let tree = site();
    for same in ["1.0.0.0", "1.2.3.4", "3.0.0.1", "4.0.0.0", "5.255.255.255"] {
        assert_eq!(words(&tree, same), "others in 1.0.0.0/8 and 2 more prefixes", "{same}");
    }
    assert_eq!(words(&tree, "2.0.0.1"), "others in 2.0.0.0/8");
    assert_eq!(words(&tree, "17.0.0.1"), "others in 16.0.0.0/8 and one more prefix");
    // Private ones may be somebody's on some network, so each is asked about.
    assert_eq!(words(&tree, "10.9.0.1"), "others in 10.9.0.0/16");
    assert_eq!(words(&tree, "10.64.0.1"), "others in 10.64.0.0/16");
    // Of a set that spares something the narrowest decides.
    assert_eq!(words(&tree, "33.1.0.1"), "others in 33.1.0.0/16");
    assert_eq!(words(&tree, "33.1.1.1"), "others in 33.1.1.0/24");
}

#[test]
fn an_address_has_the_verdicts_of_the_one_that_stands_for_it() {
    let tree = site();
    let mut alike: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for first in 1..=40 {
        for address in [format!("{first}.0.0.1"), format!("{first}.1.0.1"), format!("{first}.1.1.1")] {
            alike.entry(words(&tree, &address)).or_default().push(address);
        }
    }
    assert!(alike.values().any(|addresses| addresses.len() > 6), "{alike:?}");
    for (words, addresses) in alike {
        let said: Vec<Vec<_>> = addresses
            .iter()
            .map(|address| {
                let cells = tree.cells(address, "a").into_iter();
                cells.map(|cell| (cell.question.protocol, cell.question.port, cell.verdict)).collect()
            })
            .collect();
        assert!(!said[0].is_empty(), "{words}");
        assert!(said.iter().all(|one| *one == said[0]), "{words}: {addresses:?}");
    }
}

/// The addresses of nobody that are asked about, with these rules of `a`.
fn asked(rules: &str) -> Vec<String> {
    let rules = format!("[OPTIONS]\nenable: 1\n[RULES]\n{rules}");
    let tree = tree(&[
        ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 1\n"),
        ("pve/firewall/101.fw", &rules),
        (
            "pve/nodes/one/qemu-server/101.conf",
            "name: a\nnet0: virtio=02:00:00:00:00:01,bridge=vmbr1,firewall=1\nipconfig0: ip=10.0.1.7/24,gw=10.0.1.1\n",
        ),
    ]);
    let classes = tree.classes().into_iter().flat_map(|class| class.members);
    classes.filter(|name| tree.is_nobodys(name)).collect()
}

#[test]
fn rules_that_stand_side_by_side_and_differ_in_one_end_are_as_one() {
    let split =
        "IN ACCEPT -source 1.0.0.0/8,2.0.0.0/8 -p tcp -dport 80\nIN ACCEPT -source 4.0.0.0/8 -p tcp -dport 80\n";
    let one = "IN ACCEPT -source 1.0.0.0/8,2.0.0.0/8,4.0.0.0/8 -p tcp -dport 80\n";
    assert_eq!(asked(split), asked(one));
    // Not where another one stands between, and not by either end at once.
    let cut =
        split.replace("\nIN ACCEPT -source 4", "\nIN DROP -source 8.0.0.0/7 -p tcp -dport 80\nIN ACCEPT -source 4");
    assert!(asked(&cut).contains(&"4.0.0.0".to_owned()), "{:?}", asked(&cut));
    let both =
        "IN ACCEPT -source 1.0.0.0/8 -dest 20.0.0.0/8 -p tcp\nIN ACCEPT -source 4.0.0.0/8 -dest 24.0.0.0/8 -p tcp\n";
    for first in ["1.0.0.0", "4.0.0.0", "20.0.0.0", "24.0.0.0"] {
        assert!(asked(both).contains(&first.to_owned()), "{first}: {:?}", asked(both));
    }
}

#[test]
fn an_address_is_told_apart_by_the_other_end_of_its_rule() {
    let pairs =
        "OUT ACCEPT -source 10.0.3.7 -dest 10.0.4.7 -p tcp\nOUT ACCEPT -source 10.0.3.9 -dest 10.0.4.9 -p tcp\n";
    let wide = "OUT ACCEPT -source 10.0.3.0/24 -dest 10.0.4.7 -p tcp\n";
    for address in ["10.0.3.7", "10.0.3.9", "10.0.4.7", "10.0.4.9"] {
        assert!(asked(pairs).contains(&address.to_owned()), "{address}: {:?}", asked(pairs));
    }
    assert!(asked(wide).contains(&"10.0.4.7".to_owned()), "{:?}", asked(wide));
}
