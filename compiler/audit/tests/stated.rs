//! What `wiring.json` says of machines that are no guests, and of where their packets leave: no other file does.

mod common;

use arvc_audit::Tree;
use common::{expect, tree};

/// A machine on two networks, with a rule for each of its devices, and a node on both. No guest is beside them.
fn backup(wiring: &str) -> Tree {
    let filter = "*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n\
        -A INPUT -s 10.0.1.1/32 -i eth0 -p tcp -m tcp --dport 22 -j ACCEPT\n\
        -A INPUT -s 10.0.2.1/32 -i eth1 -p tcp -m tcp --dport 8007 -j ACCEPT\nCOMMIT\n";
    let wiring = wiring.trim_start_matches('{');
    tree(&[
        ("ansible/files/filter/backup.v4", filter),
        ("ansible/inventory/host_vars/backup.yml", "ansible_host: 10.0.1.7\nsecurity_policy: backup\n"),
        (
            "wiring.json",
            &format!(
                r#"{{"nodes": {{"one": ["10.0.1.1", "10.0.2.1"]}}, "machines": {{"backup": ["10.0.1.7", "10.0.2.7"]}}, {wiring}"#
            ),
        ),
    ])
}

const DEVICES: &str = r#""devices": {"backup": {"10.0.1.7": "eth0", "10.0.2.7": "eth1"}}"#;
const OWN: &str = r#""own": ["10.0.1.0/24", "10.0.2.0/24"]"#;

#[test]
fn a_rule_of_a_device_is_about_the_address_that_it_has() {
    let known = backup(&format!("{{{DEVICES}, {OWN}}}"));
    expect(
        &known,
        "
        open one -> backup 10.0.1.7, bridge vmbr1, tcp/22
        closed one -> backup 10.0.1.7, bridge vmbr1, tcp/8007
        closed one -> backup 10.0.2.7, bridge vmbr2, tcp/22
        open one -> backup 10.0.2.7, bridge vmbr2, tcp/8007
        ",
    );
    // Nothing says what it calls them.
    expect(&backup(&format!("{{{OWN}}}")), "unknown one -> backup 10.0.1.7, bridge vmbr1, tcp/22");
}

#[test]
fn a_node_takes_the_address_that_is_on_the_network_of_the_other_end() {
    // No guest is there to say which networks there are.
    expect(&backup(&format!("{{{DEVICES}}}")), "unknown one -> backup 10.0.1.7, bridge vmbr1, tcp/22");
    expect(&backup(&format!("{{{DEVICES}, {OWN}}}")), "open one -> backup 10.0.1.7, bridge vmbr1, tcp/22");
}

#[test]
fn into_the_world_a_machine_sends_by_a_network_that_leads_there() {
    let outward = |nets: &str| backup(&format!(r#"{{{DEVICES}, {OWN}, "outward": [{nets}]}}"#));
    let ask = "backup -> 8.8.8.8 8.8.8.8, routed, udp/53";
    expect(&outward(r#""10.0.1.0/24""#), &format!("open {ask}"));
    expect(&outward(""), &format!("unknown {ask}"));
}

#[test]
fn interfaces_of_a_machine_say_its_addresses_and_devices() {
    let filter = "*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n\
        -A INPUT -i eth0 -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -i eth1 -p tcp -m tcp --dport 80 -j ACCEPT\nCOMMIT\n";
    let own = "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet static\n\taddress 10.0.1.7/24\n\
        \tpost-up iptables -t nat -A POSTROUTING -s 10.0.3.0/24 -j MASQUERADE\n\niface eth1 inet static\n\taddress 10.0.2.7\n\tnetmask 255.255.255.0\n";
    let guest = |name: &str, net: u8| {
        format!("name: {name}\nnet0: virtio=02:00:00:00:00:01,bridge=vmbr{net}\nipconfig0: ip=10.0.{net}.9/24\n")
    };
    let tree = tree(&[
        ("ansible/files/filter/backup.v4", filter),
        ("ansible/inventory/host_vars/backup.yml", "ansible_host: 10.0.1.7\nsecurity_policy: backup\n"),
        ("machines/backup/interfaces", own),
        ("pve/nodes/one/qemu-server/101.conf", &guest("a", 1)),
        ("pve/nodes/one/qemu-server/102.conf", &guest("b", 2)),
    ]);
    expect(
        &tree,
        "
        open a -> backup 10.0.1.7, bridge vmbr1, tcp/22
        closed a -> backup 10.0.1.7, bridge vmbr1, tcp/80
        open b -> backup 10.0.2.7, bridge vmbr2, tcp/80
        closed b -> backup 10.0.2.7, bridge vmbr2, tcp/22
        ",
    );
}

#[test]
fn interfaces_of_a_node_say_where_it_is() {
    let own = "auto vmbr1\niface vmbr1 inet static\n\taddress 10.0.1.1/24\n\tbridge-ports none\n";
    let guest = "name: a\nnet0: virtio=02:00:00:00:00:01,bridge=vmbr1\nipconfig0: ip=10.0.1.9/24\n";
    let filter = "*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n\
        -A INPUT -s 10.0.1.1/32 -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n";
    let tree = tree(&[
        ("ansible/files/filter/a.v4", filter),
        ("ansible/inventory/host_vars/a.yml", "security_policy: a\n"),
        ("pve/nodes/one/qemu-server/101.conf", guest),
        ("pve/nodes/one/etc/network/interfaces", own),
    ]);
    expect(&tree, "open one -> a 10.0.1.9, bridge vmbr1, tcp/22\nclosed one -> a 10.0.1.9, bridge vmbr1, tcp/80");
}

#[test]
fn a_machine_that_only_the_wiring_knows_is_who_has_its_address() {
    let guest =
        "name: web\nnet0: virtio=02:00:00:00:00:01,bridge=vmbr1,firewall=1\nipconfig0: ip=10.0.1.9/24,gw=10.0.1.1\n";
    let of = |addresses: &str| {
        let wiring = format!(r#"{{"nodes": {{"one": ["10.0.1.1"]}}, "machines": {{"tv": [{addresses}]}}}}"#);
        tree(&[
            ("pve/firewall/cluster.fw", "[OPTIONS]\nenable: 1\n"),
            ("pve/firewall/101.fw", "[OPTIONS]\nenable: 1\n[RULES]\nIN ACCEPT -source 10.0.1.50 -p tcp -dport 80\n"),
            ("pve/nodes/one/qemu-server/101.conf", guest),
            ("wiring.json", &wiring),
        ])
    };
    let tv = of(r#""10.0.1.50""#);
    expect(
        &tv,
        "
        open tv -> web 10.0.1.9, bridge vmbr1, tcp/80
        closed tv -> web 10.0.1.9, bridge vmbr1, tcp/81
        open web -> tv 10.0.1.50, bridge vmbr1, tcp/8080
        ",
    );
    assert_eq!(tv.paths("tv", "web"), tv.paths("10.0.1.50", "web"));
    let several = of(r#""10.0.1.50", "10.0.2.50""#);
    assert!(several.knows("tv"));
    let told = common::answer(&several, "tv -> web 10.0.1.9, bridge vmbr1, tcp/80").verdict.to_string();
    assert!(told.contains("which of its addresses tv"), "{told}");
}
