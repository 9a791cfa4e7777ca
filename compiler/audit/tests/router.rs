//! A guest that is the gateway of others: each of its layers, open and closed.

mod common;

use arvc_audit::Tree;
use common::{expect, tree};

const CLUSTER: &str = "[OPTIONS]\nenable: 1\n";
const OPEN: &str = "[OPTIONS]\nenable: 1\npolicy_in: ACCEPT\npolicy_out: ACCEPT\n";
const SWITCH: &str = "security_policy: r\nsecurity_forwards:\n  - ipv4\n";
const RULE: &str = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -s 10.0.1.7/32 -d 10.0.2.7/32 -i eth0 -o eth1 -p tcp -m tcp --dport 443 -j ACCEPT";

/// `a` and `b` on a bridge each, `r` on both. The firewall of `r`, its filter's chain FORWARD, its variables.
fn routed(firewall: &str, forward: &str, variables: &str) -> Tree {
    with(firewall, forward, variables, &[])
}

fn with(firewall: &str, forward: &str, variables: &str, more: &[(&str, &str)]) -> Tree {
    let machine = |name: &str, nets: &str| format!("name: {name}\n{nets}");
    let net = |n: u8, bridge: u8, ip: &str| {
        format!("net{n}: virtio=02:00:00:00:00:0{n},bridge=vmbr{bridge},firewall=1\nipconfig{n}: ip={ip}\n")
    };
    let a = machine("a", &net(0, 1, "10.0.1.7/24,gw=10.0.1.1"));
    let b = machine("b", &net(0, 2, "10.0.2.7/24,gw=10.0.2.1"));
    let r = machine("r", &(net(0, 1, "10.0.1.1/24") + &net(1, 2, "10.0.2.1/24")));
    let filter = format!("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{forward}\nCOMMIT\n");
    let mut files = vec![
        ("pve/firewall/cluster.fw", CLUSTER),
        ("pve/firewall/101.fw", OPEN),
        ("pve/firewall/102.fw", OPEN),
        ("pve/firewall/103.fw", firewall),
        ("pve/nodes/one/qemu-server/101.conf", &a),
        ("pve/nodes/one/qemu-server/102.conf", &b),
        ("pve/nodes/one/qemu-server/103.conf", &r),
        ("ansible/files/filter/r.v4", &filter),
        ("ansible/inventory/host_vars/r.yml", variables),
    ];
    files.extend(more);
    tree(&files)
}

#[test]
fn a_router_hands_on_what_its_chain_forward_says_and_the_answers() {
    let tree = routed(OPEN, RULE, SWITCH);
    assert!(tree.unread.is_empty(), "{:#?}", tree.unread);
    expect(&tree, "open a -> b 10.0.2.7, routed, tcp/443");
    expect(&tree, "closed a -> b 10.0.2.7, routed, tcp/442");
    expect(&tree, "closed a -> b 10.0.2.7, routed, udp/443");
    expect(&tree, "closed b -> a 10.0.1.7, routed, tcp/443");
    let deaf = RULE.split_once('\n').expect("two rules").1;
    expect(&routed(OPEN, deaf, SWITCH), "closed a -> b 10.0.2.7, routed, tcp/443");
}

#[test]
fn devices_of_a_rule_are_those_that_the_packet_crosses() {
    let turned = RULE.replace("-i eth0 -o eth1", "-i eth1 -o eth0");
    expect(&routed(OPEN, &turned, SWITCH), "closed a -> b 10.0.2.7, routed, tcp/443");
    let into = RULE.replace("-o eth1", "-o eth0");
    expect(&routed(OPEN, &into, SWITCH), "closed a -> b 10.0.2.7, routed, tcp/443");
    let any = RULE.replace(" -i eth0 -o eth1", "");
    expect(&routed(OPEN, &any, SWITCH), "open a -> b 10.0.2.7, routed, tcp/443");
}

#[test]
fn the_switch_of_the_kernel_counts() {
    for variables in ["security_policy: r\n", "security_policy: r\nsecurity_forwards:\n  - ipv6\n"] {
        expect(&routed(OPEN, RULE, variables), "unknown a -> b 10.0.2.7, routed, tcp/443");
        expect(&routed(OPEN, RULE, variables), "closed a -> b 10.0.2.7, routed, tcp/444");
    }
}

#[test]
fn the_firewall_sees_it_twice_with_the_addresses_of_others() {
    let closed = |rules: &str| format!("[OPTIONS]\nenable: 1\npolicy_in: DROP\npolicy_out: DROP\n[RULES]\n{rules}\n");
    let enters = "IN ACCEPT -i net0 -source 10.0.1.7 -dest 10.0.2.7 -p tcp -dport 443";
    let leaves = "OUT ACCEPT -i net1 -source 10.0.1.7 -dest 10.0.2.7 -p tcp -dport 443";
    let both = closed(&format!("{enters}\n{leaves}"));
    expect(&routed(&both, RULE, SWITCH), "open a -> b 10.0.2.7, routed, tcp/443");
    for one in [enters, leaves] {
        expect(&routed(&closed(one), RULE, SWITCH), "closed a -> b 10.0.2.7, routed, tcp/443");
    }
    // The device that it leaves by may send from others' addresses only if its set holds them.
    let set = |entries: &str| both.replace("[RULES]", &format!("[IPSET ipfilter-net1]\n{entries}\n[RULES]"));
    expect(&routed(&set("10.0.2.1"), RULE, SWITCH), "closed a -> b 10.0.2.7, routed, tcp/443");
    expect(&routed(&set("10.0.2.1\n10.0.1.7"), RULE, SWITCH), "open a -> b 10.0.2.7, routed, tcp/443");
    expect(&routed(&set("10.0.0.0/8\n!10.0.1.0/24"), RULE, SWITCH), "closed a -> b 10.0.2.7, routed, tcp/443");
}

#[test]
fn who_has_another_router_finds_this_one_only_if_that_knows_the_way() {
    let c =
        "name: c\nnet0: virtio=02:00:00:00:00:04,bridge=vmbr1,firewall=1\nipconfig0: ip=10.0.1.8/24,gw=10.0.1.254\n";
    let more = [("pve/firewall/104.fw", OPEN), ("pve/nodes/one/qemu-server/104.conf", c)];
    let all = RULE.replace("10.0.1.7/32", "10.0.1.0/24");
    let tree = with(OPEN, &all, SWITCH, &more);
    expect(&tree, "unknown c -> b 10.0.2.7, routed, tcp/443");
    expect(&tree, "closed c -> b 10.0.2.7, routed, tcp/442");
    expect(&tree, "open a -> b 10.0.2.7, routed, tcp/443");
    // Of whom nothing is known but an address, it is taken for given.
    expect(&tree, "open 10.0.1.9 -> b 10.0.2.7, routed, tcp/443");
}

#[test]
fn the_router_is_asked_about_whoever_is_on_its_network_and_is_no_guest() {
    let tree = routed(OPEN, RULE, SWITCH);
    expect(&tree, "closed 10.0.1.9 -> b 10.0.2.7, routed, tcp/443");
    expect(&tree, "closed 10.0.1.9 -> 10.0.2.9 10.0.2.9, routed, tcp/443");
    let all = RULE.replace("10.0.1.7/32 -d 10.0.2.7/32", "10.0.1.0/24 -d 10.0.2.0/24");
    let tree = routed(OPEN, &all, SWITCH);
    expect(&tree, "open 10.0.1.9 -> b 10.0.2.7, routed, tcp/443");
    expect(&tree, "closed a -> 10.0.2.9 10.0.2.9, routed, tcp/442");
    // Its firewall too.
    let shut = "[OPTIONS]\nenable: 1\npolicy_in: DROP\npolicy_out: DROP\n";
    expect(&routed(shut, &all, SWITCH), "closed 10.0.1.9 -> b 10.0.2.7, routed, tcp/443");
}

#[test]
fn of_routers_by_turns_each_is_asked() {
    let twin = "name: q\nnet0: virtio=02:00:00:00:00:05,bridge=vmbr1,firewall=1\nipconfig0: ip=10.0.1.3/24\n\
                net1: virtio=02:00:00:00:00:06,bridge=vmbr2,firewall=1\nipconfig1: ip=10.0.2.3/24\n";
    let machine = |name: &str, nets: &str| format!("name: {name}\n{nets}");
    let net = |n: u8, bridge: u8, ip: &str| {
        format!("net{n}: virtio=02:00:00:00:00:0{n},bridge=vmbr{bridge},firewall=1\nipconfig{n}: ip={ip}\n")
    };
    let a = machine("a", &net(0, 1, "10.0.1.7/24,gw=10.0.1.1"));
    let b = machine("b", &net(0, 2, "10.0.2.7/24,gw=10.0.2.1"));
    let r = machine("r", &(net(0, 1, "10.0.1.2/24") + &net(1, 2, "10.0.2.2/24")));
    let filter =
        |rule: &str| format!("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{rule}\nCOMMIT\n");
    let of = |other: &str| {
        tree(&[
            ("pve/firewall/cluster.fw", CLUSTER),
            ("pve/firewall/101.fw", OPEN),
            ("pve/firewall/102.fw", OPEN),
            ("pve/firewall/103.fw", OPEN),
            ("pve/firewall/104.fw", OPEN),
            ("pve/nodes/one/qemu-server/101.conf", &a),
            ("pve/nodes/one/qemu-server/102.conf", &b),
            ("pve/nodes/one/qemu-server/103.conf", &r),
            ("pve/nodes/one/qemu-server/104.conf", twin),
            ("ansible/files/filter/r.v4", &filter(RULE)),
            ("ansible/files/filter/q.v4", &filter(other)),
            ("ansible/inventory/host_vars/r.yml", SWITCH),
            ("ansible/inventory/host_vars/q.yml", &SWITCH.replace(": r", ": q")),
            ("wiring.json", r#"{ "turns": { "10.0.1.1": ["r", "q"], "10.0.2.1": ["r", "q"] } }"#),
        ])
    };
    expect(&of(RULE), "open a -> b 10.0.2.7, routed, tcp/443\nclosed a -> b 10.0.2.7, routed, tcp/442");
    let deaf = RULE.replace("443", "444");
    expect(&of(&deaf), "unknown a -> b 10.0.2.7, routed, tcp/443\nclosed a -> b 10.0.2.7, routed, tcp/442");
}

#[test]
fn a_router_on_metal_hands_on_what_its_chain_forward_says() {
    let net = |bridge: u8, ip: &str| {
        format!("net0: virtio=02:00:00:00:00:0{bridge},bridge=vmbr{bridge},firewall=1\nipconfig0: ip={ip}\n")
    };
    let a = format!("name: a\n{}", net(1, "10.0.1.7/24,gw=10.0.1.1"));
    let b = format!("name: b\n{}", net(2, "10.0.2.7/24,gw=10.0.2.1"));
    let filter = format!("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{RULE}\nCOMMIT\n");
    let wiring = r#"{ "machines": { "r": ["10.0.1.1", "10.0.2.1"] }, "own": ["10.0.1.0/24", "10.0.2.0/24"],
        "devices": { "r": { "10.0.1.1": "eth0", "10.0.2.1": "eth1" } } }"#;
    let tree = tree(&[
        ("pve/firewall/cluster.fw", CLUSTER),
        ("pve/firewall/101.fw", OPEN),
        ("pve/firewall/102.fw", OPEN),
        ("pve/nodes/one/qemu-server/101.conf", &a),
        ("pve/nodes/one/qemu-server/102.conf", &b),
        ("ansible/files/filter/r.v4", &filter),
        ("ansible/inventory/host_vars/r.yml", &format!("ansible_host: 10.0.1.1\n{SWITCH}")),
        ("wiring.json", wiring),
    ]);
    expect(
        &tree,
        "
        open a -> b 10.0.2.7, routed, tcp/443
        closed a -> b 10.0.2.7, routed, tcp/442
        closed b -> a 10.0.1.7, routed, tcp/443
        ",
    );
}

/// `r` between `vmbr1` and an uplink, and nobody else. Its chain FORWARD, if there is one.
fn outwards(forward: Option<&str>, wiring: &str) -> Tree {
    let r = "name: r\nnet0: virtio=02:00:00:00:00:01,bridge=vmbr1,firewall=1\nipconfig0: ip=10.0.1.1/24\n\
             net1: virtio=02:00:00:00:00:02,bridge=vmbr0,firewall=1\nipconfig1: ip=192.168.178.5/24,gw=192.168.178.1\n";
    let filter = |forward: &str| {
        format!("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{forward}\nCOMMIT\n")
    };
    let filter = forward.map(filter);
    let mut files = vec![
        ("pve/firewall/cluster.fw", CLUSTER),
        ("pve/firewall/103.fw", OPEN),
        ("pve/nodes/one/qemu-server/103.conf", r),
        ("wiring.json", wiring),
    ];
    if let Some(filter) = &filter {
        files.extend([("ansible/files/filter/r.v4", filter.as_str()), ("ansible/inventory/host_vars/r.yml", SWITCH)]);
    }
    tree(&files)
}

const SAID: &str = r#"{ "outward": ["10.0.1.0/24", "192.168.178.0/24"], "routers": { "10.0.1.0/24": "10.0.1.1" } }"#;

#[test]
fn a_network_without_guests_has_the_router_that_is_said() {
    let drops = Some("-A FORWARD -j DROP");
    expect(&outwards(drops, SAID), "closed 10.0.1.40 -> internet 8.8.8.8, routed, tcp/443");
    let unsaid = SAID.replace(r#", "routers": { "10.0.1.0/24": "10.0.1.1" }"#, "");
    expect(&outwards(drops, &unsaid), "open 10.0.1.40 -> internet 8.8.8.8, routed, tcp/443");
}

#[test]
fn beyond_a_router_that_translates_nothing_the_way_back_is_not_known() {
    let accepts = "-A FORWARD -j ACCEPT";
    expect(&outwards(Some(accepts), SAID), "unknown 10.0.1.40 -> internet 8.8.8.8, routed, tcp/443");
    let hidden = format!("{accepts}\nCOMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o eth1 -j MASQUERADE");
    expect(&outwards(Some(&hidden), SAID), "open 10.0.1.40 -> internet 8.8.8.8, routed, tcp/443");
    for (given, verdict) in [("192.168.178.5", "open"), ("192.168.178.6", "unknown")] {
        let given = hidden.replace("MASQUERADE", &format!("SNAT --to-source {given}"));
        expect(&outwards(Some(&given), SAID), &format!("{verdict} 10.0.1.40 -> internet 8.8.8.8, routed, tcp/443"));
    }
    // What no file describes is taken to do what a router does.
    expect(&outwards(None, SAID), "open 10.0.1.40 -> internet 8.8.8.8, routed, tcp/443");
}
