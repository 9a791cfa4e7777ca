//! What a node that routes makes of a packet: another source, another destination.

mod common;

use arvc_audit::Tree;
use common::{expect, tree};

/// The node is the router of `a` on vmbr2 and stands in the network of `b` and `two` on vmbr1, whose router is another one. `b`
/// lets in SSH from the node and HTTP from `a`; the node has these rules behind its prerouting.
fn between(postrouting: &str) -> Tree {
    let machine = |name: &str, net: &str| format!("name: {name}\nnet0: virtio=02:00:00:00:00:01,{net}\n");
    let a = machine("a", "bridge=vmbr2,firewall=1\nipconfig0: ip=10.0.2.7/24,gw=10.0.2.1");
    let b = machine("b", "bridge=vmbr1,firewall=1\nipconfig0: ip=10.0.1.7/24,gw=10.0.1.254");
    let filter = "*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n\
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n\
        -A INPUT -s 10.0.1.1/32 -p tcp -m tcp --dport 22 -j ACCEPT\n\
        -A INPUT -s 10.0.2.7/32 -p tcp -m tcp --dport 80 -j ACCEPT\nCOMMIT\n";
    let edge = format!("*nat\n:OWN - [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j OWN\n{postrouting}\nCOMMIT\n");
    tree(&[
        (
            "pve/firewall/cluster.fw",
            "[OPTIONS]\nenable: 1\npolicy_in: DROP\n[RULES]\nIN ACCEPT -source 10.0.1.1 -p tcp -dport 9000\n",
        ),
        ("pve/firewall/101.fw", "[OPTIONS]\nenable: 0\n"),
        ("pve/firewall/102.fw", "[OPTIONS]\nenable: 0\n"),
        ("pve/nodes/one/qemu-server/101.conf", &a),
        ("pve/nodes/one/qemu-server/102.conf", &b),
        ("ansible/files/filter/b.v4", filter),
        ("ansible/inventory/host_vars/b.yml", "security_policy: b\n"),
        ("proxmox/one/edge.rules", &edge),
        (
            "wiring.json",
            r#"{"nodes": {"one": ["10.0.1.1", "10.0.2.1"], "two": ["10.0.1.2"]}, "segments": [{"bridge": "vmbr1", "nodes": ["one", "two"]}]}"#,
        ),
    ])
}

const OWN: &str = "closed a -> b 10.0.1.7, routed, tcp/22
    unknown a -> b 10.0.1.7, routed, tcp/80
    closed a -> two 10.0.1.2, routed, tcp/9000";
const NODES: &str = "unknown a -> b 10.0.1.7, routed, tcp/22
    closed a -> b 10.0.1.7, routed, tcp/80
    unknown a -> two 10.0.1.2, routed, tcp/9000";

#[test]
fn what_a_node_translates_comes_from_the_node() {
    expect(&between("-A OWN -s 10.0.2.0/24 -j MASQUERADE"), NODES);
    expect(&between("-A OWN -s 10.0.2.0/24 -o vmbr1 -j MASQUERADE"), NODES);
}

#[test]
fn a_stated_source_is_read() {
    expect(&between("-A OWN -s 10.0.2.0/24 -j SNAT --to-source 10.0.1.1"), NODES);
    // Whose it is, nobody says, and so where the answers go.
    for source in ["10.0.1.9", "10.0.1.1-10.0.1.9"] {
        expect(
            &between(&format!("-A OWN -s 10.0.2.0/24 -j SNAT --to-source {source}")),
            "unknown a -> b 10.0.1.7, routed, tcp/22
            unknown a -> b 10.0.1.7, routed, tcp/80",
        );
    }
}

/// A guest with a router, and a node that translates what comes from the guest's network.
fn out(router: &str, target: &str) -> Tree {
    let guest =
        format!("name: b\nnet0: virtio=02:00:00:00:00:01,bridge=vmbr1\nipconfig0: ip=10.0.1.7/24,gw={router}\n");
    let edge = format!("*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 10.0.1.0/24 -o vmbr0 {target}\nCOMMIT\n");
    tree(&[
        ("pve/nodes/one/qemu-server/102.conf", &guest),
        ("proxmox/one/edge.rules", &edge),
        ("wiring.json", r#"{"nodes": {"one": ["10.0.1.1", "198.51.100.1"]}}"#),
    ])
}

#[test]
fn a_node_translates_for_those_whose_router_it_is() {
    let ask = "b -> 8.8.8.8 8.8.8.8, routed, udp/53";
    expect(&out("10.0.1.1", "-j MASQUERADE"), &format!("open {ask}"));
    expect(&out("10.0.1.254", "-j MASQUERADE"), &format!("unknown {ask}"));
    expect(&out("10.0.1.1", "-j SNAT --to-source 198.51.100.1"), &format!("open {ask}"));
    expect(&out("10.0.1.1", "-j SNAT --to-source 198.51.100.9"), &format!("unknown {ask}"));
}

#[test]
fn what_it_does_not_translate_comes_from_the_sender() {
    for rules in [
        "",
        "-A OWN -s 10.0.2.0/24 -o vmbr0 -j MASQUERADE",
        "-A OWN -d 10.0.1.0/24 -j RETURN\n-A OWN -s 10.0.2.0/24 -j MASQUERADE",
        "-A OWN -d 10.0.1.0/24 -j ACCEPT\n-A POSTROUTING -s 10.0.2.0/24 -j MASQUERADE",
        "-A OWN -s 10.0.3.0/24 -j MASQUERADE",
    ] {
        expect(&between(rules), OWN);
    }
    // `RETURN` goes on behind the jump.
    expect(&between("-A OWN -d 10.0.1.0/24 -j RETURN\n-A POSTROUTING -s 10.0.2.0/24 -j MASQUERADE"), NODES);
}

#[test]
fn what_decides_and_is_not_understood_leaves_both_open() {
    let tree = between("-A OWN -s 10.0.2.0/24 -m statistic --mode random --probability 0.5 -j MASQUERADE");
    expect(&tree, "unknown a -> b 10.0.1.7, routed, tcp/22\nunknown a -> b 10.0.1.7, routed, tcp/80");
}

/// What is handed on from outside to a guest, with this of its router, and these rules where packets leave; the node is at these addresses.
fn handed(router: &str, leaving: &str, nodes: &str) -> Tree {
    let guest = format!("name: b\nnet0: virtio=02:00:00:00:00:01,bridge=vmbr1\nipconfig0: ip=10.0.1.7/24{router}\n");
    let edge = format!(
        "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n\
        -A PREROUTING -d 198.51.100.1/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.0.1.7\n{leaving}\nCOMMIT\n"
    );
    tree(&[
        ("pve/nodes/one/qemu-server/102.conf", &guest),
        ("proxmox/one/edge.rules", &edge),
        ("wiring.json", &format!("{{\"nodes\": {nodes}}}")),
    ])
}

const NODE: &str = r#"{"one": ["10.0.1.1", "198.51.100.1"]}"#;

#[test]
fn a_guest_without_a_router_answers_nobody_beyond_its_segment() {
    expect(&handed(",gw=10.0.1.1", "", NODE), "open internet -> b 198.51.100.1, routed, tcp/443");
    expect(&handed("", "", NODE), "closed internet -> b 198.51.100.1, routed, tcp/443");
    // What has the node's address is answered to the node, and needs no router.
    let hidden = "-A POSTROUTING -o vmbr1 -j MASQUERADE";
    expect(&handed("", hidden, NODE), "unknown internet -> b 198.51.100.1, routed, tcp/443");
}

#[test]
fn the_answers_to_what_a_node_hands_on_leave_by_that_node_or_nobody_knows() {
    let ask = "internet -> b 198.51.100.1, routed, tcp/443";
    expect(&handed(",gw=10.0.1.254", "", NODE), &format!("unknown {ask}"));
    // Where nobody says the addresses of the node, its guests are taken to have it as their router.
    expect(&handed(",gw=10.0.1.254", "", "{}"), &format!("open {ask}"));
}
